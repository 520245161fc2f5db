-- An attempt that was a slip of the finger. It stays in its table, and every reader leaves it out.
CREATE TABLE withdrawals (
    attempt INTEGER PRIMARY KEY REFERENCES attempts (id),
    time INTEGER NOT NULL
) STRICT;

-- The day of the person's exam, `2026-06-12`, as it was said last; null: there is none.
CREATE TABLE exams (
    id INTEGER PRIMARY KEY,
    day TEXT,
    time INTEGER NOT NULL
) STRICT;

-- Days are the person's own: quarters of an hour in UTC make up days of every time zone.
DROP INDEX attempts_by_day;
CREATE INDEX attempts_by_quarter ON attempts (time / 900000000, verdict);
