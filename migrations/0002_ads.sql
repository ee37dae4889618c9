-- 0002_ads: ad accounts, directions, and what we know of the platforms' objects.

-- One card: a client's account, with at most one connection per platform.
CREATE TABLE ad_accounts (
    org_id              TEXT NOT NULL REFERENCES orgs (org_id),
    ad_account_id       TEXT NOT NULL,
    name                TEXT NOT NULL,
    is_default          SMALLINT NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1)),
    autopilot_tiktok    SMALLINT NOT NULL DEFAULT 0 CHECK (autopilot_tiktok IN (0, 1)),
    autopilot_facebook  SMALLINT NOT NULL DEFAULT 0 CHECK (autopilot_facebook IN (0, 1)),
    schedule_hour       INTEGER NOT NULL DEFAULT 8 CHECK (schedule_hour BETWEEN 0 AND 23),
    daily_cap_micros    BIGINT NOT NULL DEFAULT 0,  -- autopilot: most budget a day; 0 = sum of directions
    created_ms          BIGINT NOT NULL,
    updated_ms          BIGINT NOT NULL,
    PRIMARY KEY (org_id, ad_account_id)
);
CREATE UNIQUE INDEX ad_accounts_default ON ad_accounts (org_id) WHERE is_default = 1;

CREATE TABLE ad_account_connections (
    org_id           TEXT NOT NULL,
    ad_account_id    TEXT NOT NULL,
    platform         TEXT NOT NULL CHECK (platform IN ('tiktok', 'facebook')),
    state            TEXT NOT NULL CHECK (state IN ('connected', 'disconnected', 'revoked')),
    advertiser_id    TEXT NOT NULL,   -- tiktok_business_id in the API
    advertiser_name  TEXT NOT NULL DEFAULT '',
    currency         TEXT NOT NULL,
    zone             TEXT NOT NULL,   -- IANA
    country          TEXT NOT NULL DEFAULT '',
    identity_id      TEXT NOT NULL DEFAULT '',  -- tiktok_account_id in the API
    identity_type    TEXT NOT NULL DEFAULT '',
    identity_bc_id   TEXT NOT NULL DEFAULT '',
    identity_name    TEXT NOT NULL DEFAULT '',
    token_sealed     TEXT NOT NULL,
    advertisers_json TEXT NOT NULL DEFAULT '[]',  -- all that the token reaches: [{id,name}]
    connected_ms     BIGINT NOT NULL,
    token_expires_ms BIGINT NOT NULL DEFAULT 0,   -- 0 = does not expire
    last_sync_ms     BIGINT NOT NULL DEFAULT 0,
    last_error       TEXT NOT NULL DEFAULT '',
    updated_ms       BIGINT NOT NULL,
    PRIMARY KEY (org_id, ad_account_id, platform),
    FOREIGN KEY (org_id, ad_account_id) REFERENCES ad_accounts (org_id, ad_account_id)
);
CREATE INDEX ad_account_connections_advertiser ON ad_account_connections (platform, advertiser_id);

-- OAuth runs under way: single use, expiring.
CREATE TABLE oauth_states (
    org_id        TEXT NOT NULL,
    oauth_state_id TEXT NOT NULL,
    user_id       TEXT NOT NULL,
    ad_account_id TEXT NOT NULL DEFAULT '',
    platform      TEXT NOT NULL,
    expires_ms    BIGINT NOT NULL,
    used_ms       BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, oauth_state_id)
);

CREATE TABLE directions (
    org_id              TEXT NOT NULL,
    direction_id        TEXT NOT NULL,
    ad_account_id       TEXT NOT NULL,
    platform            TEXT NOT NULL CHECK (platform IN ('tiktok', 'facebook')),
    name                TEXT NOT NULL,
    objective           TEXT NOT NULL,  -- traffic, conversions, lead_generation, ...
    currency            TEXT NOT NULL,
    daily_budget_micros BIGINT NOT NULL,
    target_cpl_micros   BIGINT NOT NULL DEFAULT 0,  -- 0 = the account's default
    adgroup_mode        TEXT NOT NULL DEFAULT 'create_new' CHECK (adgroup_mode IN ('use_existing', 'create_new')),
    pixel_id            TEXT NOT NULL DEFAULT '',
    optimization_event  TEXT NOT NULL DEFAULT '',
    identity_id         TEXT NOT NULL DEFAULT '',
    instant_page_id     TEXT NOT NULL DEFAULT '',
    campaign_id         TEXT NOT NULL DEFAULT '',
    settings            TEXT NOT NULL DEFAULT '{}', -- default ad settings (D4), JSON
    is_active           SMALLINT NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
    created_ms          BIGINT NOT NULL,
    updated_ms          BIGINT NOT NULL,
    deleted_ms          BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, direction_id),
    FOREIGN KEY (org_id, ad_account_id) REFERENCES ad_accounts (org_id, ad_account_id)
);
CREATE UNIQUE INDEX directions_name ON directions (org_id, name, platform) WHERE deleted_ms = 0;
CREATE INDEX directions_campaign ON directions (org_id, campaign_id) WHERE campaign_id <> '';
CREATE INDEX directions_page ON directions (org_id, instant_page_id) WHERE instant_page_id <> '';

CREATE TABLE campaigns (
    org_id        TEXT NOT NULL,
    platform      TEXT NOT NULL,
    campaign_id   TEXT NOT NULL,
    ad_account_id TEXT NOT NULL,
    direction_id  TEXT NOT NULL DEFAULT '',
    name          TEXT NOT NULL,
    objective     TEXT NOT NULL DEFAULT '',
    status        TEXT NOT NULL,   -- enabled, disabled, deleted
    budget_micros BIGINT NOT NULL DEFAULT 0,
    workflow_id   TEXT NOT NULL DEFAULT '',
    created_ms    BIGINT NOT NULL,
    updated_ms    BIGINT NOT NULL,
    PRIMARY KEY (org_id, platform, campaign_id)
);
CREATE INDEX campaigns_account ON campaigns (org_id, ad_account_id);

CREATE TABLE adgroups (
    org_id              TEXT NOT NULL,
    platform            TEXT NOT NULL,
    adgroup_id          TEXT NOT NULL,
    campaign_id         TEXT NOT NULL,
    ad_account_id       TEXT NOT NULL,
    direction_id        TEXT NOT NULL DEFAULT '',
    name                TEXT NOT NULL,
    status              TEXT NOT NULL,
    daily_budget_micros BIGINT NOT NULL DEFAULT 0,
    ads_count           INTEGER NOT NULL DEFAULT 0,
    workflow_id         TEXT NOT NULL DEFAULT '',
    last_used_ms        BIGINT NOT NULL DEFAULT 0,
    created_ms          BIGINT NOT NULL,
    updated_ms          BIGINT NOT NULL,
    PRIMARY KEY (org_id, platform, adgroup_id)
);
CREATE INDEX adgroups_account ON adgroups (org_id, ad_account_id);
CREATE INDEX adgroups_direction ON adgroups (org_id, direction_id);

-- The ad-creative mapping: which creative an ad was made from.
CREATE TABLE ads (
    org_id        TEXT NOT NULL,
    platform      TEXT NOT NULL,
    ad_id         TEXT NOT NULL,
    adgroup_id    TEXT NOT NULL,
    campaign_id   TEXT NOT NULL,
    ad_account_id TEXT NOT NULL,
    direction_id  TEXT NOT NULL DEFAULT '',
    creative_id   TEXT NOT NULL DEFAULT '',  -- '' = made elsewhere, not mapped yet
    name          TEXT NOT NULL,
    status        TEXT NOT NULL,
    workflow_id   TEXT NOT NULL DEFAULT '',
    created_ms    BIGINT NOT NULL,
    updated_ms    BIGINT NOT NULL,
    PRIMARY KEY (org_id, platform, ad_id)
);
CREATE INDEX ads_account ON ads (org_id, ad_account_id);
CREATE INDEX ads_creative ON ads (org_id, creative_id);
CREATE INDEX ads_adgroup ON ads (org_id, platform, adgroup_id);

-- Units of `quote` for one unit of `base` on that day, in micros.
CREATE TABLE currency_rates (
    org_id      TEXT NOT NULL,
    base        TEXT NOT NULL,
    quote       TEXT NOT NULL,
    day         TEXT NOT NULL,
    rate_micros BIGINT NOT NULL CHECK (rate_micros > 0),
    source      TEXT NOT NULL,
    set_ms      BIGINT NOT NULL,
    PRIMARY KEY (org_id, base, quote, day)
);
