-- 0004_leads: what arrived, the leads made of it, and what they bought.

-- The inbox: raw bodies, durable before the answer, before we know whose they
-- are.  Not a tenant table: only the intake reads it.
CREATE TABLE webhook_deliveries (
    delivery_id     TEXT PRIMARY KEY,
    source          TEXT NOT NULL,    -- tiktok
    received_ms     BIGINT NOT NULL,
    signature       TEXT NOT NULL,    -- scheme that matched, or "bad" / "missing"
    body            TEXT NOT NULL,    -- base64 when the bytes are not UTF-8
    body_hash       TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('received', 'processed', 'unresolved', 'quarantined', 'failed')),
    error_text      TEXT NOT NULL DEFAULT '',
    attempts        INTEGER NOT NULL DEFAULT 0,  -- counted before each try
    tried_ms        BIGINT NOT NULL DEFAULT 0,
    resolved_org_id TEXT NOT NULL DEFAULT '',
    entries_done    TEXT NOT NULL DEFAULT '',  -- positions in the body that are leads already: '0,2'
    processed_ms    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX webhook_deliveries_open ON webhook_deliveries (received_ms, delivery_id)
    WHERE state = 'received';
CREATE INDEX webhook_deliveries_unresolved ON webhook_deliveries (received_ms)
    WHERE state = 'unresolved';
CREATE INDEX webhook_deliveries_kept ON webhook_deliveries (state)
    WHERE state IN ('quarantined', 'failed');
CREATE INDEX webhook_deliveries_quarantined ON webhook_deliveries (received_ms)
    WHERE state = 'quarantined';
CREATE INDEX webhook_deliveries_failed ON webhook_deliveries (received_ms)
    WHERE state = 'failed';

CREATE TABLE leads (
    org_id           TEXT NOT NULL,
    lead_id          TEXT NOT NULL,
    platform         TEXT NOT NULL,
    source           TEXT NOT NULL,       -- tiktok_form, site, manual, ...
    platform_lead_id TEXT NOT NULL,       -- our own id where the platform has none
    delivery_id      TEXT NOT NULL DEFAULT '',
    ad_account_id    TEXT NOT NULL DEFAULT '',
    advertiser_id    TEXT NOT NULL DEFAULT '',
    campaign_id      TEXT NOT NULL DEFAULT '',
    adgroup_id       TEXT NOT NULL DEFAULT '',
    ad_id            TEXT NOT NULL DEFAULT '',
    page_id          TEXT NOT NULL DEFAULT '',
    direction_id     TEXT NOT NULL DEFAULT '',
    creative_id      TEXT NOT NULL DEFAULT '',
    link_cause       TEXT NOT NULL DEFAULT '', -- how direction and creative were found
    state            TEXT NOT NULL CHECK (state IN ('stored', 'parsed', 'linked', 'unlinked')),
    stage            TEXT NOT NULL DEFAULT 'interest' CHECK (stage IN ('interest', 'qualified', 'scheduled', 'purchase', 'lost')),
    name             TEXT NOT NULL DEFAULT '',
    phone            TEXT NOT NULL DEFAULT '',  -- E.164, or ''
    phone_typed      TEXT NOT NULL DEFAULT '',
    email            TEXT NOT NULL DEFAULT '',  -- normalised, or ''
    email_typed      TEXT NOT NULL DEFAULT '',
    phone_hash       TEXT NOT NULL DEFAULT '',  -- keyed, for matching
    email_hash       TEXT NOT NULL DEFAULT '',
    answers          TEXT NOT NULL DEFAULT '[]', -- [{field,value}] as received
    click_id         TEXT NOT NULL DEFAULT '',   -- ttclid, fbclid
    duplicate_of     TEXT NOT NULL DEFAULT '',   -- lead_id of the first with the same contact
    duplicate_deliveries INTEGER NOT NULL DEFAULT 0,
    created_ms       BIGINT NOT NULL,   -- the platform's time
    received_ms      BIGINT NOT NULL,
    updated_ms       BIGINT NOT NULL,
    PRIMARY KEY (org_id, lead_id),
    UNIQUE (org_id, platform, platform_lead_id)
);
CREATE INDEX leads_creative ON leads (org_id, creative_id, created_ms);
CREATE INDEX leads_account ON leads (org_id, ad_account_id, created_ms);
CREATE INDEX leads_created ON leads (org_id, created_ms, lead_id);
CREATE INDEX leads_direction ON leads (org_id, direction_id, created_ms);
CREATE INDEX leads_phone ON leads (org_id, phone_hash) WHERE phone_hash <> '';
CREATE INDEX leads_email ON leads (org_id, email_hash) WHERE email_hash <> '';
CREATE INDEX leads_duplicates ON leads (org_id, duplicate_of) WHERE duplicate_of <> '';
CREATE INDEX leads_unlinked ON leads (org_id, received_ms) WHERE state = 'unlinked';

-- Every transition of a lead: state and stage, with time, actor and cause.
CREATE TABLE lead_transitions (
    org_id     TEXT NOT NULL,
    lead_id    TEXT NOT NULL,
    sequence   INTEGER NOT NULL,
    at_ms      BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('state', 'stage')),
    from_value TEXT NOT NULL,
    to_value   TEXT NOT NULL,
    cause      TEXT NOT NULL,
    PRIMARY KEY (org_id, lead_id, sequence),
    FOREIGN KEY (org_id, lead_id) REFERENCES leads (org_id, lead_id)
);
CREATE INDEX lead_transitions_stage ON lead_transitions (org_id, to_value, at_ms) WHERE kind = 'stage';

-- Sales and refunds as dated events; a refund names its sale and is negative.
CREATE TABLE purchases (
    org_id        TEXT NOT NULL,
    purchase_id   TEXT NOT NULL,
    external_id   TEXT NOT NULL,       -- the CRM's deal id; ours where there is none
    lead_id       TEXT NOT NULL DEFAULT '',  -- '' = matched no lead
    creative_id   TEXT NOT NULL DEFAULT '',  -- copied from the lead
    ad_account_id TEXT NOT NULL DEFAULT '',
    lead_ms       BIGINT NOT NULL DEFAULT 0, -- copied: the lead's created_ms
    kind          TEXT NOT NULL CHECK (kind IN ('sale', 'refund')),
    refund_of     TEXT NOT NULL DEFAULT '',
    amount_micros BIGINT NOT NULL,
    currency      TEXT NOT NULL,
    paid_ms       BIGINT NOT NULL,
    match_cause   TEXT NOT NULL DEFAULT '',  -- lead_id, phone, email
    phone_hash    TEXT NOT NULL DEFAULT '',
    email_hash    TEXT NOT NULL DEFAULT '',
    created_ms    BIGINT NOT NULL,
    PRIMARY KEY (org_id, purchase_id),
    UNIQUE (org_id, external_id)
);
CREATE INDEX purchases_creative ON purchases (org_id, creative_id, paid_ms);
CREATE INDEX purchases_lead ON purchases (org_id, lead_id);
CREATE INDEX purchases_paid ON purchases (org_id, paid_ms, purchase_id);
CREATE INDEX purchases_lead_time ON purchases (org_id, lead_ms);
CREATE INDEX purchases_refunds ON purchases (org_id, refund_of) WHERE refund_of <> '';
CREATE INDEX purchases_unmatched_phone ON purchases (org_id, phone_hash)
    WHERE lead_id = '' AND phone_hash <> '';
CREATE INDEX purchases_unmatched_email ON purchases (org_id, email_hash)
    WHERE lead_id = '' AND email_hash <> '';
