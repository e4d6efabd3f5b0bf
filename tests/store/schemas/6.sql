-- Format 6: what it has besides, and rows in it. Never changed.
CREATE TABLE absences (
    account INTEGER PRIMARY KEY,
    typed TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT;

INSERT INTO absences (account, typed, since_ms, until_ms) VALUES
    (2, 'until friday: on leave', 50, 4102444800000);
