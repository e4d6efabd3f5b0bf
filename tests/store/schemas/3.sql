-- Format 3: what it has besides, and rows in it. Never changed.
CREATE TABLE blocks (
    number INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    blocked INTEGER,
    mask TEXT
) STRICT;
CREATE INDEX blocks_by_account ON blocks (account);

CREATE TABLE watches (
    number INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    nick TEXT,
    channel TEXT
) STRICT;
CREATE INDEX watches_by_account ON watches (account);

INSERT INTO blocks (account, blocked, mask) VALUES
    (2, 1, NULL),
    (2, NULL, '*!*@spam.cloak');

INSERT INTO watches (account, nick, channel) VALUES
    (1, 'bob', NULL),
    (1, NULL, '#ops');
