-- Format 9: what it has besides, and rows in it. Never changed.
CREATE TABLE kept_metadata (
    conversation INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (conversation, key)
) STRICT, WITHOUT ROWID;

INSERT INTO kept_metadata (conversation, key, value) VALUES
    (2, 'homepage', 'https://chat.office/desk'),
    (2, 'display-name', 'The “desk”');
