-- 0001_base: the installation, orgs, people, keys, audit, jobs, workflows.
--
-- One text for SQLite and PostgreSQL.  Every tenant table begins its keys with
-- org_id; the migration runner switches row-level security on, forced, for
-- every table that has the column.  Times are int64 ms UTC, flags SMALLINT
-- 0/1, JSON is TEXT.

CREATE TABLE installation (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE orgs (
    org_id     TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    country    TEXT NOT NULL,   -- ISO 3166 alpha-2; default for phones
    currency   TEXT NOT NULL,   -- ISO 4217; reports
    created_ms BIGINT NOT NULL,
    audit_sequence BIGINT NOT NULL DEFAULT 0,  -- head of the audit chain
    audit_hash     TEXT NOT NULL DEFAULT ''
);

-- A person may belong to several orgs.
CREATE TABLE users (
    user_id       TEXT PRIMARY KEY,
    email         TEXT NOT NULL UNIQUE,  -- normalised
    password_hash TEXT NOT NULL,
    disabled      SMALLINT NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    created_ms    BIGINT NOT NULL
);

CREATE TABLE memberships (
    org_id     TEXT NOT NULL REFERENCES orgs (org_id),
    user_id    TEXT NOT NULL REFERENCES users (user_id),
    role       TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'analyst')),
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (org_id, user_id)
);
CREATE INDEX memberships_by_user ON memberships (user_id);

CREATE TABLE sessions (
    org_id       TEXT NOT NULL,
    session_id   TEXT NOT NULL,
    token_hash   TEXT NOT NULL UNIQUE,
    csrf         TEXT NOT NULL,
    user_id      TEXT NOT NULL,
    created_ms   BIGINT NOT NULL,
    last_seen_ms BIGINT NOT NULL,
    expires_ms   BIGINT NOT NULL,
    PRIMARY KEY (org_id, session_id),
    FOREIGN KEY (org_id, user_id) REFERENCES memberships (org_id, user_id)
);
CREATE INDEX sessions_by_id ON sessions (session_id);
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE api_keys (
    org_id       TEXT NOT NULL REFERENCES orgs (org_id),
    api_key_id   TEXT NOT NULL,
    name         TEXT NOT NULL,
    key_hash     TEXT NOT NULL UNIQUE,
    prefix       TEXT NOT NULL,        -- to recognise it in lists
    rights       INTEGER NOT NULL,
    created_ms   BIGINT NOT NULL,
    last_used_ms BIGINT NOT NULL DEFAULT 0,
    revoked_ms   BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, api_key_id)
);
CREATE INDEX api_keys_by_id ON api_keys (api_key_id);

-- Failed sign-ins by account and by address, for throttling.
CREATE TABLE sign_in_failures (
    subject     TEXT PRIMARY KEY,   -- "email:<hash>" or "address:<ip>"
    failures    INTEGER NOT NULL,
    first_ms    BIGINT NOT NULL,
    last_ms     BIGINT NOT NULL
);

CREATE TABLE audit_log (
    org_id        TEXT NOT NULL,
    audit_id      TEXT NOT NULL,
    sequence      BIGINT NOT NULL,    -- 1, 2, ... within the org
    at_ms         BIGINT NOT NULL,
    actor         TEXT NOT NULL,
    action        TEXT NOT NULL,
    object_id     TEXT NOT NULL,
    before_json   TEXT NOT NULL,
    after_json    TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash          TEXT NOT NULL,
    PRIMARY KEY (org_id, audit_id),
    UNIQUE (org_id, sequence)
);

CREATE TABLE jobs (
    org_id         TEXT NOT NULL,
    job_id         TEXT NOT NULL,
    kind           TEXT NOT NULL,
    args           TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'dead')),
    attempt        BIGINT NOT NULL DEFAULT 0,  -- claims so far: the fencing token
    snoozes        BIGINT NOT NULL DEFAULT 0,  -- claims that do not count as attempts
    deaths         BIGINT NOT NULL DEFAULT 0,  -- claims whose worker never came back
    run_at_ms      BIGINT NOT NULL,
    lease_until_ms BIGINT NOT NULL DEFAULT 0,
    holder         TEXT NOT NULL DEFAULT '',
    unique_key     TEXT NOT NULL DEFAULT '',
    last_error     TEXT NOT NULL DEFAULT '',
    correlation_id TEXT NOT NULL,
    created_ms     BIGINT NOT NULL,
    finished_ms    BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, job_id)
);
CREATE INDEX jobs_due ON jobs (run_at_ms, job_id) WHERE state = 'waiting';
CREATE INDEX jobs_leased ON jobs (org_id, lease_until_ms) WHERE state = 'running';
CREATE INDEX jobs_finished ON jobs (finished_ms) WHERE state = 'done';
CREATE INDEX jobs_dead ON jobs (finished_ms) WHERE state = 'dead';
CREATE UNIQUE INDEX jobs_unique_open ON jobs (org_id, kind, unique_key)
    WHERE unique_key <> '' AND state IN ('waiting', 'running');

CREATE TABLE schedule_slots (
    schedule TEXT NOT NULL,
    slot     TEXT NOT NULL,
    taken_ms BIGINT NOT NULL,
    PRIMARY KEY (schedule, slot)
);

CREATE TABLE workflows (
    org_id      TEXT NOT NULL,
    workflow_id TEXT NOT NULL,
    kind        TEXT NOT NULL,
    request_key TEXT NOT NULL DEFAULT '',
    state       TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'undoing', 'undone')),
    input       TEXT NOT NULL,
    output      TEXT NOT NULL DEFAULT '',
    error_json  TEXT NOT NULL DEFAULT '',
    version     INTEGER NOT NULL DEFAULT 1,
    created_ms  BIGINT NOT NULL,
    updated_ms  BIGINT NOT NULL,
    PRIMARY KEY (org_id, workflow_id)
);
CREATE UNIQUE INDEX workflows_request ON workflows (org_id, kind, request_key)
    WHERE request_key <> '';

CREATE TABLE workflow_steps (
    org_id      TEXT NOT NULL,
    workflow_id TEXT NOT NULL,
    name        TEXT NOT NULL,
    position    INTEGER NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('sending', 'uncertain', 'done', 'failed')),
    request     TEXT NOT NULL,
    result      TEXT NOT NULL DEFAULT '',
    error_json  TEXT NOT NULL DEFAULT '',
    attempt     INTEGER NOT NULL DEFAULT 0,
    started_ms  BIGINT NOT NULL,
    finished_ms BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, workflow_id, name),
    FOREIGN KEY (org_id, workflow_id) REFERENCES workflows (org_id, workflow_id)
);
