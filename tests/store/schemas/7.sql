-- Format 7: what it has besides, and rows in it. Never changed.
CREATE TABLE stayers (account INTEGER PRIMARY KEY) STRICT;

INSERT INTO stayers (account) VALUES
    (1);
