-- The history, as a new file gets it. A change here needs a numbered file in migrations/ for the old ones.
-- Times are UTC in microseconds since 1970. Words that come again and again stand once, in `texts`.

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

-- `plan` is JSON, written and read by `take`: what it needs to be resumed. Null: it cannot be.
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

-- What the schedule knows about each item. It follows from the attempts and can be built from them again.
CREATE TABLE cards (
    item INTEGER PRIMARY KEY REFERENCES items (id),
    due INTEGER NOT NULL,
    last INTEGER NOT NULL,
    state INTEGER NOT NULL,
    step INTEGER,
    stability REAL NOT NULL,
    difficulty REAL NOT NULL,
    "right" INTEGER NOT NULL
) STRICT;
