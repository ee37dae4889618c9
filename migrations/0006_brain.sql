-- 0006_brain: executions of the autopilot, actions, reports.

CREATE TABLE brain_executions (
    org_id         TEXT NOT NULL,
    execution_id   TEXT NOT NULL,
    ad_account_id  TEXT NOT NULL,
    platform       TEXT NOT NULL,
    trigger_kind   TEXT NOT NULL CHECK (trigger_kind IN ('schedule', 'manual', 'api')),
    request_key    TEXT NOT NULL DEFAULT '',  -- of the caller; a second start with it finds the first
    fingerprint    TEXT NOT NULL DEFAULT '',  -- SHA-256 of the caller's request
    wants_dispatch SMALLINT NOT NULL DEFAULT 1 CHECK (wants_dispatch IN (0, 1)),
    wants_report   SMALLINT NOT NULL DEFAULT 1 CHECK (wants_report IN (0, 1)),
    dispatch       SMALLINT NOT NULL CHECK (dispatch IN (0, 1)), -- 0 = report only
    policy_version TEXT NOT NULL,
    as_of_ms       BIGINT NOT NULL,
    inputs         TEXT NOT NULL,   -- JSON: everything the decisions were made from; '' = waiting
    decisions      TEXT NOT NULL,   -- JSON: what replay must reproduce byte for byte
    decisions_hash TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('waiting', 'decided', 'dispatching', 'done', 'failed')),
    error_text     TEXT NOT NULL DEFAULT '',
    correlation_id TEXT NOT NULL,
    started_ms     BIGINT NOT NULL,
    finished_ms    BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, execution_id)
);
CREATE INDEX brain_executions_started ON brain_executions (org_id, started_ms, execution_id);
CREATE UNIQUE INDEX brain_executions_request ON brain_executions (org_id, request_key)
    WHERE request_key <> '';

CREATE TABLE action_batches (
    org_id          TEXT NOT NULL,
    action_batch_id TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint     TEXT NOT NULL,
    source          TEXT NOT NULL,   -- api, brain, undo
    execution_id    TEXT NOT NULL DEFAULT '',
    actor           TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    created_ms      BIGINT NOT NULL,
    finished_ms     BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, action_batch_id),
    UNIQUE (org_id, idempotency_key)
);

CREATE TABLE actions (
    org_id          TEXT NOT NULL,
    action_id       TEXT NOT NULL,
    action_batch_id TEXT NOT NULL,
    position        INTEGER NOT NULL,
    execution_id    TEXT NOT NULL DEFAULT '',
    ad_account_id   TEXT NOT NULL,
    platform        TEXT NOT NULL,
    type            TEXT NOT NULL,   -- TikTok.PauseAdGroup, ...
    object_id       TEXT NOT NULL,
    params          TEXT NOT NULL,
    reason          TEXT NOT NULL DEFAULT '',
    expected        TEXT NOT NULL DEFAULT '',  -- JSON: what it must look like before, else it is left alone
    state           TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'uncertain', 'done', 'refused', 'failed')),
    before_json     TEXT NOT NULL DEFAULT '',  -- read before the change
    request         TEXT NOT NULL DEFAULT '',  -- exactly what is sent, stored first
    answer          TEXT NOT NULL DEFAULT '',
    after_json      TEXT NOT NULL DEFAULT '',  -- read back after it
    error_json      TEXT NOT NULL DEFAULT '',
    sends           INTEGER NOT NULL DEFAULT 0,
    uncertain_ms    BIGINT NOT NULL DEFAULT 0, -- since when the outcome is unknown
    undo_of         TEXT NOT NULL DEFAULT '',
    undone_by       TEXT NOT NULL DEFAULT '',
    created_ms      BIGINT NOT NULL,
    finished_ms     BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, action_id),
    UNIQUE (org_id, action_batch_id, position),
    FOREIGN KEY (org_id, action_batch_id) REFERENCES action_batches (org_id, action_batch_id)
);
CREATE INDEX actions_object ON actions (org_id, platform, object_id, created_ms);
CREATE INDEX actions_account ON actions (org_id, ad_account_id, created_ms);
CREATE INDEX actions_execution ON actions (org_id, execution_id) WHERE execution_id <> '';
CREATE INDEX actions_open ON actions (org_id, ad_account_id) WHERE state IN ('sending', 'uncertain');

CREATE TABLE campaign_reports (
    org_id        TEXT NOT NULL,
    report_id     TEXT NOT NULL,
    execution_id  TEXT NOT NULL,
    ad_account_id TEXT NOT NULL,
    platform      TEXT NOT NULL,
    day           TEXT NOT NULL,    -- the last complete day reported
    report_data   TEXT NOT NULL,    -- JSON {text, day, actions...}
    created_ms    BIGINT NOT NULL,
    PRIMARY KEY (org_id, report_id)
);
CREATE INDEX campaign_reports_created ON campaign_reports (org_id, created_ms, report_id);

-- Last change of budget or status that we made or noticed: the autopilot lets it rest.
ALTER TABLE adgroups ADD COLUMN changed_ms BIGINT NOT NULL DEFAULT 0;
