-- Format 5: what it has besides, and rows in it. Never changed.
CREATE TABLE kept (
    conversation INTEGER PRIMARY KEY,
    founder INTEGER,
    made_ms INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    key TEXT,
    people_max INTEGER,
    topic TEXT,
    topic_by TEXT,
    topic_ms INTEGER
) STRICT;

CREATE TABLE kept_operators (
    number INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL,
    account INTEGER NOT NULL
) STRICT;
CREATE INDEX kept_operators_by_conversation ON kept_operators (conversation);

CREATE TABLE kept_masks (
    number INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    mask TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX kept_masks_by_conversation ON kept_masks (conversation);

-- One with all modes and lists there are, and one that is nobody's and has none but that it is kept.
INSERT INTO kept (conversation, founder, made_ms, flags, key, people_max, topic, topic_by, topic_ms) VALUES
    (2, 2, 16, 2047, 'tulip', 40, 'tulips', 'ann', 24),
    (3, NULL, 17, 256, NULL, NULL, NULL, NULL, NULL);

INSERT INTO kept_operators (conversation, account) VALUES
    (2, 1);

INSERT INTO kept_masks (conversation, kind, mask, set_by, set_ms) VALUES
    (2, 0, '*!*@spam.cloak', 'ann', 25),
    (2, 1, 'gus!*@*', 'ann', 26),
    (2, 2, 'a:bob', 'bob', 27),
    (2, 3, 'a:bob', 'bob', 28),
    (2, 4, '*!*@bob.cloak', 'bob', 29),
    (2, 5, 'eve!*@*', 'bob', 30);
