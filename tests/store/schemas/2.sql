-- Format 2: what it has besides, and rows in it. Never changed.
CREATE TABLE read_markers (
    account INTEGER NOT NULL,
    target TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (account, target)
) STRICT, WITHOUT ROWID;

INSERT INTO read_markers (account, target, at_ms) VALUES
    (1, '#desk', 41),
    (1, 'bob', 60);
