-- A history as the first version wrote it, with three attempts.

CREATE TABLE texts (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE items (
    id INTEGER PRIMARY KEY,
    bank TEXT NOT NULL,
    item TEXT NOT NULL,
    UNIQUE (bank, item)
) STRICT;

-- An edited item keeps its history; each content that was asked is a revision of its own.
CREATE TABLE revisions (
    id INTEGER PRIMARY KEY,
    item INTEGER NOT NULL REFERENCES items (id),
    content_hash TEXT NOT NULL,
    topic TEXT NOT NULL,
    UNIQUE (item, content_hash, topic)
) STRICT;

-- `plan` is JSON, written and read by `take`: what it needs to go on where it stopped. Null: not to go on with.
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    bank TEXT NOT NULL,
    mode TEXT NOT NULL,
    started INTEGER NOT NULL,
    finished INTEGER,
    plan TEXT
) STRICT;

CREATE TABLE attempts (
    id INTEGER PRIMARY KEY,
    session INTEGER NOT NULL REFERENCES sessions (id),
    revision INTEGER NOT NULL REFERENCES revisions (id),
    seed ANY,  -- an integer; as text where it needs more than 64 bits
    response INTEGER NOT NULL REFERENCES texts (id),
    "key" INTEGER NOT NULL REFERENCES texts (id),
    verdict TEXT NOT NULL CHECK (verdict IN ('right', 'wrong', 'partly', 'skipped')),
    score REAL NOT NULL,
    misconception INTEGER REFERENCES texts (id),
    hints INTEGER NOT NULL,
    seconds REAL,
    time INTEGER NOT NULL,
    day INTEGER GENERATED ALWAYS AS (time / 86400000000) VIRTUAL,
    version INTEGER NOT NULL REFERENCES texts (id),
    mode INTEGER NOT NULL REFERENCES texts (id)
) STRICT;

-- The same attempt is never written twice, neither by trying again nor by an import.
CREATE UNIQUE INDEX attempt_once ON attempts (session, time, revision, response, ifnull(seed, ''));
CREATE INDEX attempts_by_revision ON attempts (revision, verdict);
CREATE INDEX attempts_by_day ON attempts (day, verdict);
CREATE INDEX attempts_by_misconception ON attempts (misconception, revision) WHERE misconception IS NOT NULL;
CREATE INDEX sessions_by_start ON sessions (started);
INSERT INTO texts VALUES (1, 'd'), (2, 'a'), (3, '0.1.0'), (4, 'take'), (5, 'rounded-up');
INSERT INTO items VALUES (1, 'week8', 'conv-output-size'), (2, 'week8', 'softmax');
INSERT INTO revisions VALUES (1, 1, 'abc', 'convolution'), (2, 2, 'def', 'activation'), (3, 1, 'abd', 'convolution');
INSERT INTO sessions VALUES
    (1, 'first', 'week8', 'take', 1767225600000000, 1767226200000000, '{"items": ["conv-output-size", "softmax"]}'),
    (2, 'second', 'week8', 'take', 1767312000000000, NULL, '{"items": ["conv-output-size"]}');
INSERT INTO attempts
    (session, revision, seed, response, "key", verdict, score, misconception, hints, seconds, time, version, mode)
VALUES
    (1, 1, NULL, 2, 1, 'wrong', 0.0, 5, 0, 31.5, 1767225660000000, 3, 4),
    (1, 2, NULL, 1, 1, 'right', 1.0, NULL, 0, 8.25, 1767225720000000, 3, 4),
    (2, 3, 42, 1, 1, 'right', 1.0, NULL, 1, 20.0, 1767312060000000, 3, 4);
PRAGMA application_id = 1668181617;
PRAGMA user_version = 1;
