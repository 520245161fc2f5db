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
