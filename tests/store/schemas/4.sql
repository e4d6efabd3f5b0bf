-- Format 4: what it has besides, and rows in it. Never changed.
ALTER TABLE marks ADD COLUMN announcement INTEGER NOT NULL DEFAULT 0;

CREATE TABLE announcements (
    number INTEGER PRIMARY KEY,
    line INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    ended INTEGER NOT NULL DEFAULT 0,
    official INTEGER NOT NULL,
    conversation INTEGER,
    channel TEXT,
    text TEXT NOT NULL,
    nick TEXT NOT NULL,
    username TEXT NOT NULL,
    host TEXT NOT NULL,
    realname TEXT NOT NULL,
    address TEXT NOT NULL,
    bot INTEGER NOT NULL,
    account INTEGER,
    account_name TEXT
) STRICT;

CREATE TABLE hearers (
    number INTEGER NOT NULL,
    account INTEGER NOT NULL,
    attention INTEGER NOT NULL,
    PRIMARY KEY (number, account)
) STRICT, WITHOUT ROWID;

-- The keys are those of the milliseconds 23, 62 and 63. The second was withdrawn.
INSERT INTO announcements (number, line, at_ms, until_ms, ended, official, conversation, channel, text, nick, username, host, realname, address, bot, account, account_name) VALUES
    (7, -9223372036758306816, 23, 4102444800000, 0, 0, 2, '#Desk', 'fire drill at ten', 'ann', '~ann', 'ann.cloak', 'Full ann', '192.0.2.1', 0, 1, 'Ann'),
    (8, -9223372036594728960, 62, 4102444800000, 1, 0, NULL, NULL, '', 'ann', '~ann', 'ann.cloak', 'Full ann', '192.0.2.1', 0, 1, 'Ann'),
    (9, -9223372036590534656, 63, 4102444800000, 0, 1, NULL, NULL, 'down “at noon”', 'gus', '~gus', 'gus.cloak', '', '192.0.2.3', 1, NULL, NULL);

-- Missed, seen and acknowledged.
INSERT INTO hearers (number, account, attention) VALUES
    (7, 1, 1),
    (7, 2, 2),
    (9, 1, 0);
UPDATE marks SET announcement = 10;
