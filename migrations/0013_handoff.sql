-- 0013_handoff: leads handed on to CRMs and chats; dialogs that set stages.

-- Where an org wants to hear of its leads.
CREATE TABLE endpoints (
    org_id          TEXT NOT NULL,
    endpoint_id     TEXT NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('webhook', 'telegram')),
    name            TEXT NOT NULL,
    address         TEXT NOT NULL,             -- URL; Telegram: the chat's id
    secret_sealed   TEXT NOT NULL,             -- signing secret; Telegram: the bot's token
    previous_sealed TEXT NOT NULL DEFAULT '',  -- the secret before, while both sign
    previous_until_ms BIGINT NOT NULL DEFAULT 0,
    topics          TEXT NOT NULL,             -- ",lead.created,lead.stage,"
    mapping         TEXT NOT NULL DEFAULT '',  -- JSON list, see lead/endpoint.h; '' = the whole lead
    is_active       SMALLINT NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
    stopped_text    TEXT NOT NULL DEFAULT '',  -- why it was switched off by itself
    created_ms      BIGINT NOT NULL,
    updated_ms      BIGINT NOT NULL,
    PRIMARY KEY (org_id, endpoint_id)
);

-- What is to be told, one row for each endpoint; written with the change that it tells of.
CREATE TABLE handoffs (
    org_id       TEXT NOT NULL,
    handoff_id   TEXT NOT NULL,            -- the same at every attempt
    endpoint_id  TEXT NOT NULL,
    lead_id      TEXT NOT NULL,
    topic        TEXT NOT NULL,
    detail       TEXT NOT NULL DEFAULT '', -- JSON: {"stage"} or {"purchase_id",...}
    at_ms        BIGINT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
    attempts     INTEGER NOT NULL DEFAULT 0,
    next_ms      BIGINT NOT NULL,          -- waiting: not before; also the lease of who sends it
    last_status  INTEGER NOT NULL DEFAULT 0,
    last_error   TEXT NOT NULL DEFAULT '',
    created_ms   BIGINT NOT NULL,
    delivered_ms BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, handoff_id),
    FOREIGN KEY (org_id, endpoint_id) REFERENCES endpoints (org_id, endpoint_id)
);
CREATE INDEX handoffs_due ON handoffs (org_id, endpoint_id, next_ms) WHERE state = 'waiting';
CREATE INDEX handoffs_order ON handoffs (org_id, endpoint_id, lead_id, handoff_id) WHERE state = 'waiting';
CREATE INDEX handoffs_lead ON handoffs (org_id, lead_id);
CREATE INDEX handoffs_dead ON handoffs (org_id, created_ms, handoff_id) WHERE state = 'dead';

-- Chats with leads.
CREATE TABLE dialogs (
    org_id      TEXT NOT NULL,
    dialog_id   TEXT NOT NULL,
    external_id TEXT NOT NULL,             -- of the chat system
    lead_id     TEXT NOT NULL DEFAULT '',  -- '' = no lead of this person yet
    phone_hash  TEXT NOT NULL DEFAULT '',
    email_hash  TEXT NOT NULL DEFAULT '',
    judged_ms   BIGINT NOT NULL DEFAULT 0, -- messages up to here have been judged
    created_ms  BIGINT NOT NULL,
    updated_ms  BIGINT NOT NULL,
    PRIMARY KEY (org_id, dialog_id),
    UNIQUE (org_id, external_id)
);
CREATE INDEX dialogs_lead ON dialogs (org_id, lead_id) WHERE lead_id <> '';

CREATE TABLE dialog_messages (
    org_id      TEXT NOT NULL,
    message_id  TEXT NOT NULL,
    dialog_id   TEXT NOT NULL,
    external_id TEXT NOT NULL,
    sender      TEXT NOT NULL CHECK (sender IN ('person', 'us')),
    text_sealed TEXT NOT NULL,
    at_ms       BIGINT NOT NULL,
    created_ms  BIGINT NOT NULL,
    PRIMARY KEY (org_id, message_id),
    UNIQUE (org_id, dialog_id, external_id),
    FOREIGN KEY (org_id, dialog_id) REFERENCES dialogs (org_id, dialog_id)
);
CREATE INDEX dialog_messages_order ON dialog_messages (org_id, dialog_id, at_ms, message_id);

-- What in a dialog means which stage; the first rule that fits, in their order.
CREATE TABLE dialog_rules (
    org_id     TEXT NOT NULL,
    position   INTEGER NOT NULL,
    stage      TEXT NOT NULL,
    rule       TEXT NOT NULL,   -- JSON, see lead/dialog_rule.h
    updated_ms BIGINT NOT NULL,
    PRIMARY KEY (org_id, position)
);
