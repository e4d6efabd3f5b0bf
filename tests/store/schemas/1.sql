-- Format 1: the tables, and rows in each, as that program wrote them. Never changed.
-- The accounts: Ann (password tulip) and bob (hyacinth); eve is no more, her words go.
CREATE TABLE marks (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    line INTEGER NOT NULL,
    conversation INTEGER NOT NULL
) STRICT;
INSERT INTO marks VALUES (1, -9223372036854775808, 0);

CREATE TABLE accounts (
    account INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    folded TEXT NOT NULL UNIQUE,
    verifier TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE conversations (
    conversation INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    begun_ms INTEGER NOT NULL,
    ended INTEGER NOT NULL DEFAULT 0,
    keep_ms INTEGER
) STRICT;
CREATE INDEX conversations_by_name ON conversations (folded);

CREATE TABLE stays (
    account INTEGER NOT NULL,
    conversation INTEGER NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL DEFAULT 9223372036854775807,
    PRIMARY KEY (account, conversation, since)
) STRICT, WITHOUT ROWID;
CREATE INDEX stays_by_end ON stays (until);

CREATE TABLE pairs (
    pair INTEGER PRIMARY KEY AUTOINCREMENT,
    low INTEGER NOT NULL,
    high INTEGER NOT NULL,
    UNIQUE (low, high)
) STRICT;
CREATE INDEX pairs_by_high ON pairs (high);

CREATE TABLE speakers (
    speaker INTEGER PRIMARY KEY,
    nick TEXT NOT NULL,
    folded TEXT NOT NULL,
    username TEXT NOT NULL,
    host TEXT NOT NULL,
    realname TEXT NOT NULL,
    address TEXT NOT NULL,
    bot INTEGER NOT NULL,
    account INTEGER,
    account_name TEXT,
    last INTEGER NOT NULL
) STRICT;
CREATE INDEX speakers_by_name ON speakers (folded);

CREATE TABLE lines (
    line INTEGER PRIMARY KEY,
    place INTEGER NOT NULL,
    open INTEGER NOT NULL,
    event INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    late_ms INTEGER NOT NULL,
    speaker INTEGER NOT NULL,
    author INTEGER,
    text TEXT,
    name TEXT,
    number INTEGER,
    attached TEXT,
    seams BLOB
) STRICT;
CREATE INDEX lines_by_place ON lines (place, open, event);

CREATE TABLE waiting (
    line INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    sender INTEGER NOT NULL
) STRICT;
CREATE INDEX waiting_by_account ON waiting (account);

CREATE TABLE erasures (account INTEGER PRIMARY KEY) STRICT;

CREATE VIRTUAL TABLE search USING fts5 (
    words, place, sender,
    content = '', contentless_delete = 1, prefix = '3',
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mc Mn'"
);
INSERT INTO search (search, rank) VALUES ('hashsize', 131072);
INSERT INTO search (search, rank) VALUES ('usermerge', 2);

INSERT INTO accounts (name, folded, verifier, made_ms, seen_ms) VALUES
    ('Ann', 'ann', 'SCRAM-SHA-256$4096:c29tZSBzYWx0$QAbGVVpHy+kLKp39hxJeMCDBVd1jBl19tNhgMOrhIag=:XYigAzy6DuWVAsAweQp8NsORpHqH+ZXpfyeZn48dYjM=', 1, 60),
    ('bob', 'bob', 'SCRAM-SHA-256$4096:c29tZSBzYWx0$lKMGu325g6iY/VGX2cG5fHMuHkn835PWw1+ESZCXxLw=:5/peKJjuQxwakewV0s7y/XdnvHV6b2jT+wgCvE62YKA=', 2, 61),
    ('eve', 'eve', 'SCRAM-SHA-256$4096:c29tZSBzYWx0$KSNZX+4DhzvcHzuVuSUSXOIiYQssYmpmnwdvkvOgLa4=:OjEIA4p50/B8iJkDYTSTJ8Nkcfw/3AGVUm4OxU2KdvA=', 3, 70);
DELETE FROM accounts WHERE name = 'eve';

INSERT INTO conversations (conversation, name, folded, begun_ms, ended, keep_ms) VALUES
    (1, '#desk', '#desk', 1, 1, NULL),
    (2, '#Desk', '#desk', 16, 0, NULL),
    (3, '#ops', '#ops', 17, 0, 7776000000);

INSERT INTO stays (account, conversation, since, until) VALUES
    (1, 1, -9223372036812832768, -9223372036791861248),
    (1, 2, -9223372036770889728, 9223372036854775807),
    (2, 2, -9223372036770889728, -9223372036728946688);

INSERT INTO pairs (low, high) VALUES
    (1, 2);

INSERT INTO speakers (speaker, nick, folded, username, host, realname, address, bot, account, account_name, last) VALUES
    (1, 'ann', 'ann', '~ann', 'ann.cloak', 'Full ann', '192.0.2.1', 0, 1, 'Ann', -9223372036603117568),
    (2, 'bob', 'bob', '~bob', 'bob.cloak', '', '192.0.2.2', 0, 2, 'bob', -9223372036598923264),
    (3, 'gus', 'gus', '~gus', 'gus.cloak', '', '192.0.2.3', 1, NULL, NULL, -9223372036645060608),
    (4, 'eve', 'eve', '~eve', 'eve.cloak', '', '192.0.2.4', 0, 3, 'eve', -9223372036561174528);

-- The keys are those of the milliseconds 10, 11, 20 to 30, 40, 41, 50, 60, 61 and 70.
INSERT INTO lines (line, place, open, event, kind, late_ms, speaker, author, text, name, number, attached, seams) VALUES
    (-9223372036812832768, 1, 1, 0, 0, 0, 1, 1, 'old words', NULL, NULL, NULL, NULL),
    (-9223372036808638464, 1, 0, 0, 0, 0, 1, 1, 'an old secret', NULL, NULL, NULL, NULL),
    (-9223372036770889728, 2, 1, 0, 0, 0, 3, NULL, 'the printer is out of order', NULL, NULL, NULL, NULL),
    (-9223372036766695424, 2, 1, 0, 1, 0, 1, 1, 'waves', NULL, NULL, NULL, NULL),
    (-9223372036762501120, 2, 1, 0, 2, 5, 1, 1, 'the queue is empty', NULL, NULL, NULL, NULL),
    (-9223372036758306816, 2, 1, 0, 5, 0, 1, 1, 'fire drill at ten', NULL, 7, NULL, NULL),
    (-9223372036754112512, 2, 1, 1, 16, 0, 1, 1, 'tulips', NULL, NULL, NULL, NULL),
    (-9223372036749918208, 2, 1, 1, 17, 0, 3, NULL, NULL, NULL, NULL, NULL, NULL),
    (-9223372036745723904, 2, 1, 1, 18, 0, 3, NULL, NULL, NULL, NULL, NULL, NULL),
    (-9223372036741529600, 2, 1, 1, 19, 0, 3, NULL, 'bye', NULL, NULL, NULL, NULL),
    (-9223372036737335296, 2, 1, 1, 20, 0, 3, NULL, NULL, 'gus2', NULL, NULL, NULL),
    (-9223372036733140992, 2, 1, 1, 21, 0, 1, 1, 'enough', 'gus2', NULL, NULL, NULL),
    (-9223372036728946688, 2, 1, 1, 22, 0, 1, 1, NULL, '#desk', NULL, NULL, NULL),
    (-9223372036687003648, 2, 0, 0, 0, 0, 1, 1, 'behind the door', NULL, NULL, NULL, NULL),
    (-9223372036682809344, 2, 1, 0, 0, 0, 1, 1, 'two' || char(10) || 'lines', NULL, NULL, '+draft/reply=x', X'03000000'),
    (-9223372036645060608, 2, 1, 0, 0, 0, 3, NULL, 'Café Über 東京都', NULL, NULL, NULL, NULL),
    (-9223372036603117568, -1, 0, 0, 0, 0, 1, 1, 'lunch at noon?', 'bob', NULL, NULL, NULL),
    (-9223372036598923264, -1, 0, 0, 0, 0, 2, 2, 'yes, lunch', 'ann', NULL, NULL, NULL),
    (-9223372036561174528, 2, 1, 0, 0, 0, 4, 3, 'to be forgotten', NULL, NULL, NULL, NULL);

INSERT INTO search (rowid, words, place, sender) VALUES
    (-9223372036812832768, 'old words', 'o1', 'n616e6e a1'),
    (-9223372036808638464, 'an old secret', 'c1', 'n616e6e a1'),
    (-9223372036770889728, 'the printer is out of order', 'o2', 'n677573'),
    (-9223372036766695424, 'waves', 'o2', 'n616e6e a1'),
    (-9223372036762501120, 'the queue is empty', 'o2', 'n616e6e a1'),
    (-9223372036758306816, 'fire drill at ten', 'o2', 'n616e6e a1'),
    (-9223372036754112512, 'tulips', 'o2', 'n616e6e a1'),
    (-9223372036749918208, NULL, 'o2', 'n677573'),
    (-9223372036745723904, NULL, 'o2', 'n677573'),
    (-9223372036741529600, 'bye', 'o2', 'n677573'),
    (-9223372036737335296, NULL, 'o2', 'n677573'),
    (-9223372036733140992, 'enough', 'o2', 'n616e6e a1'),
    (-9223372036728946688, NULL, 'o2', 'n616e6e a1'),
    (-9223372036687003648, 'behind the door', 'c2', 'n616e6e a1'),
    (-9223372036682809344, 'two' || char(10) || 'lines', 'o2', 'n616e6e a1'),
    (-9223372036645060608, 'Café Über  東京 京都 都 ', 'o2', 'n677573'),
    (-9223372036603117568, 'lunch at noon?', 'p1', 'n616e6e a1'),
    (-9223372036598923264, 'yes, lunch', 'p1', 'n626f62 a2'),
    (-9223372036561174528, 'to be forgotten', 'o2', 'n657665 a3');

INSERT INTO waiting (line, account, sender) VALUES
    (-9223372036598923264, 1, 2);
INSERT INTO erasures VALUES (3);
UPDATE marks SET line = -9223372036561174528, conversation = 3;
