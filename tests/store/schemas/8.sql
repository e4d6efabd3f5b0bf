-- Format 8: what it has besides, and rows in it. Never changed.
CREATE TABLE metadata (
    account INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (account, key)
) STRICT, WITHOUT ROWID;

INSERT INTO metadata (account, key, value) VALUES
    (1, 'color', '#00ff00'),
    (1, 'status', 'in room 4'),
    (2, 'display-name', 'Bob “東京”');
