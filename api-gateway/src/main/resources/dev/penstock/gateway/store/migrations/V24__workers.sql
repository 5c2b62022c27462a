-- Workers, as each said last. One that has left, or fell silent, is no longer believed to live, and soon forgotten.
CREATE TABLE workers (
    worker         TEXT    NOT NULL PRIMARY KEY,
    slots          INTEGER NOT NULL,
    -- By the worker's own clock: orders what one of them said.
    said_at        BIGINT  NOT NULL,
    -- By the gateway's.
    believed_until BIGINT  NOT NULL
);
