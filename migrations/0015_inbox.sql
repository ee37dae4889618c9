-- 0015_inbox: working with leads: spam, blocked contacts, retention, what was pulled.

ALTER TABLE leads ADD COLUMN address_hash TEXT NOT NULL DEFAULT '';  -- keyed, of the sender's address
CREATE INDEX leads_address ON leads (org_id, address_hash, received_ms) WHERE address_hash <> '';
-- The direction is the account's only one and nothing better was known.
ALTER TABLE leads ADD COLUMN direction_weak SMALLINT NOT NULL DEFAULT 0 CHECK (direction_weak IN (0, 1));
CREATE INDEX leads_weak ON leads (org_id, created_ms, lead_id) WHERE direction_weak = 1;

-- Contacts that an org wants marked as spam; kept as keyed hashes.
CREATE TABLE blocked_contacts (
    org_id       TEXT NOT NULL,
    blocked_id   TEXT NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('phone', 'email', 'domain', 'address')),
    contact_hash TEXT NOT NULL,
    shown        TEXT NOT NULL,             -- masked; a domain as it is
    note         TEXT NOT NULL DEFAULT '',
    actor        TEXT NOT NULL,
    created_ms   BIGINT NOT NULL,
    PRIMARY KEY (org_id, blocked_id),
    UNIQUE (org_id, kind, contact_hash)
);

ALTER TABLE webhook_deliveries ADD COLUMN erased_ms BIGINT NOT NULL DEFAULT 0;  -- body and headers are gone
CREATE INDEX webhook_deliveries_whole ON webhook_deliveries (processed_ms)
    WHERE state = 'processed' AND erased_ms = 0;
CREATE INDEX webhook_deliveries_owner ON webhook_deliveries (owner_org_id, received_ms, delivery_id)
    WHERE owner_org_id <> '';
CREATE INDEX webhook_deliveries_resolved ON webhook_deliveries (resolved_org_id, received_ms, delivery_id)
    WHERE resolved_org_id <> '';

-- Each reading of a form's leads from the platform, beside what the webhook brought.
CREATE TABLE lead_pulls (
    org_id         TEXT NOT NULL,
    pull_id        TEXT NOT NULL,
    ad_account_id  TEXT NOT NULL,
    platform       TEXT NOT NULL,
    page_id        TEXT NOT NULL,             -- the form
    kind           TEXT NOT NULL CHECK (kind IN ('poller', 'gap_finder', 'backfill')),
    since_ms       BIGINT NOT NULL,
    started_ms     BIGINT NOT NULL,
    finished_ms    BIGINT NOT NULL,
    seen           BIGINT NOT NULL DEFAULT 0, -- leads that the platform has
    recovered      BIGINT NOT NULL DEFAULT 0, -- of them, not here before
    worst_delay_ms BIGINT NOT NULL DEFAULT 0, -- of the recovered
    error_text     TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (org_id, pull_id)
);
CREATE INDEX lead_pulls_started ON lead_pulls (org_id, started_ms, pull_id);
