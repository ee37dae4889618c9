-- 0007_uploads: files that are on their way to us (TUS), and those that came.

CREATE TABLE uploads (
    org_id       TEXT NOT NULL,
    upload_id    TEXT NOT NULL,               -- 32 hex digits, random
    kind         TEXT NOT NULL CHECK (kind IN ('whole', 'partial', 'final')),
    state        TEXT NOT NULL CHECK (state IN ('open', 'done')),
    length       BIGINT NOT NULL,             -- -1 = not told yet
    offset_bytes BIGINT NOT NULL DEFAULT 0,   -- acknowledged and durable; the file may have more
    hash_state   TEXT NOT NULL DEFAULT '',    -- SHA-256 up to offset_bytes, to be taken up again
    metadata     TEXT NOT NULL DEFAULT '',    -- Upload-Metadata as sent
    concat       TEXT NOT NULL DEFAULT '',    -- Upload-Concat as sent
    actor        TEXT NOT NULL,
    creative_id  TEXT NOT NULL DEFAULT '',    -- what it became
    holder       TEXT NOT NULL DEFAULT '',    -- the process that receives it, or wants to
    epoch        BIGINT NOT NULL DEFAULT 0,   -- raised by each who takes the lock: fences older ones
    expires_ms   BIGINT NOT NULL,
    created_ms   BIGINT NOT NULL,
    updated_ms   BIGINT NOT NULL,
    PRIMARY KEY (org_id, upload_id)
);
CREATE INDEX uploads_expiry ON uploads (expires_ms);
