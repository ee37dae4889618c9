-- 0010_leads: leads of every source; personal data sealed.

ALTER TABLE leads ADD COLUMN contact_sealed TEXT NOT NULL DEFAULT '';  -- name, phone, e-mail, answers: lead/contact.h
ALTER TABLE leads ADD COLUMN form_id TEXT NOT NULL DEFAULT '';         -- of the platform or the site
ALTER TABLE leads ADD COLUMN spam_score INTEGER NOT NULL DEFAULT 0;    -- 0 to 100
ALTER TABLE leads ADD COLUMN spam_reasons TEXT NOT NULL DEFAULT '[]';  -- JSON list of texts
ALTER TABLE leads ADD COLUMN is_test SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE leads ADD COLUMN recovered_by TEXT NOT NULL DEFAULT '';    -- poller, gap_finder, backfill: the webhook missed it
ALTER TABLE leads ADD COLUMN assigned_to TEXT NOT NULL DEFAULT '';     -- user_id
ALTER TABLE leads ADD COLUMN erased_ms BIGINT NOT NULL DEFAULT 0;
-- What was stored before it was sealed; the job lead.seal empties this index.
CREATE INDEX leads_unsealed ON leads (org_id) WHERE contact_sealed = '';

-- Words of sealed contacts as keyed hashes, so that they can be searched.
CREATE TABLE lead_words (
    org_id  TEXT NOT NULL,
    word    TEXT NOT NULL,
    lead_id TEXT NOT NULL,
    PRIMARY KEY (org_id, word, lead_id)
);
CREATE INDEX lead_words_lead ON lead_words (org_id, lead_id);

CREATE TABLE lead_notes (
    org_id      TEXT NOT NULL,
    note_id     TEXT NOT NULL,
    lead_id     TEXT NOT NULL,
    actor       TEXT NOT NULL,
    text_sealed TEXT NOT NULL,
    at_ms       BIGINT NOT NULL,
    PRIMARY KEY (org_id, note_id),
    FOREIGN KEY (org_id, lead_id) REFERENCES leads (org_id, lead_id)
);
CREATE INDEX lead_notes_lead ON lead_notes (org_id, lead_id, at_ms);

-- A body is sealed as soon as it is read; what the sender said beside it is kept with it.
ALTER TABLE webhook_deliveries ADD COLUMN body_sealed SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE webhook_deliveries ADD COLUMN owner_org_id TEXT NOT NULL DEFAULT '';  -- whose address it came to; '' = the body tells
ALTER TABLE webhook_deliveries ADD COLUMN headers TEXT NOT NULL DEFAULT '';  -- JSON: content type, referrer, address, ...
CREATE INDEX webhook_deliveries_processed ON webhook_deliveries (processed_ms) WHERE state = 'processed';

-- Where sites send their leads: a key in the address or in a header.
CREATE TABLE lead_keys (
    org_id       TEXT NOT NULL,
    lead_key_id  TEXT NOT NULL,
    name         TEXT NOT NULL,
    key_hash     TEXT NOT NULL UNIQUE,
    prefix       TEXT NOT NULL,              -- to recognise it in lists
    direction_id TEXT NOT NULL DEFAULT '',   -- of leads that name none
    created_ms   BIGINT NOT NULL,
    last_used_ms BIGINT NOT NULL DEFAULT 0,
    revoked_ms   BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, lead_key_id)
);
