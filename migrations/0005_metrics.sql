-- 0005_metrics: daily figures by ad, their revisions, and the roll-up by creative.

CREATE TABLE creative_metrics_history (
    org_id          TEXT NOT NULL,
    ad_account_id   TEXT NOT NULL,
    platform        TEXT NOT NULL,
    source          TEXT NOT NULL CHECK (source IN ('tiktok_batch', 'production')),
    advertiser_id   TEXT NOT NULL,
    campaign_id     TEXT NOT NULL,
    adgroup_id      TEXT NOT NULL,
    ad_id           TEXT NOT NULL,
    creative_id     TEXT NOT NULL DEFAULT '',
    day             TEXT NOT NULL,        -- in the account's zone
    currency        TEXT NOT NULL,
    spend_micros    BIGINT NOT NULL,
    impressions     BIGINT NOT NULL,
    clicks          BIGINT NOT NULL,
    reach           BIGINT NOT NULL,
    conversions     BIGINT NOT NULL,      -- the platform's own count
    result_kind     TEXT NOT NULL DEFAULT '',  -- what the objective is judged by: leads, clicks, ...
    results         BIGINT NOT NULL DEFAULT 0, -- so many of them, as the platform counts
    video_views     BIGINT NOT NULL DEFAULT 0,
    video_views_25  BIGINT NOT NULL DEFAULT 0,
    video_views_50  BIGINT NOT NULL DEFAULT 0,
    video_views_75  BIGINT NOT NULL DEFAULT 0,
    video_views_100 BIGINT NOT NULL DEFAULT 0,
    average_play_ms BIGINT NOT NULL DEFAULT 0,
    revision        INTEGER NOT NULL,     -- 1 = first reading
    fetched_ms      BIGINT NOT NULL,      -- when these figures were first seen
    PRIMARY KEY (org_id, ad_account_id, platform, ad_id, day, source)
);
CREATE INDEX creative_metrics_day ON creative_metrics_history (org_id, ad_account_id, day);
CREATE INDEX creative_metrics_unmapped ON creative_metrics_history (org_id, ad_account_id, platform, ad_id)
    WHERE creative_id = '';
CREATE INDEX creative_metrics_adgroup ON creative_metrics_history (org_id, ad_account_id, adgroup_id, day);

-- As known then: what a later reading replaced.
CREATE TABLE creative_metrics_revisions (
    org_id        TEXT NOT NULL,
    ad_account_id TEXT NOT NULL,
    platform      TEXT NOT NULL,
    ad_id         TEXT NOT NULL,
    day           TEXT NOT NULL,
    source        TEXT NOT NULL,
    revision      INTEGER NOT NULL,
    spend_micros  BIGINT NOT NULL,
    impressions   BIGINT NOT NULL,
    clicks        BIGINT NOT NULL,
    reach         BIGINT NOT NULL,
    conversions   BIGINT NOT NULL,
    fetched_ms    BIGINT NOT NULL,   -- shown from here ...
    replaced_ms   BIGINT NOT NULL,   -- ... until here
    PRIMARY KEY (org_id, ad_account_id, platform, ad_id, day, source, revision)
);

-- Derived from creative_metrics_history, in the same transaction.
CREATE TABLE creative_metrics_daily (
    org_id        TEXT NOT NULL,
    ad_account_id TEXT NOT NULL,
    platform      TEXT NOT NULL,
    creative_id   TEXT NOT NULL,
    day           TEXT NOT NULL,
    currency      TEXT NOT NULL,
    spend_micros  BIGINT NOT NULL,
    impressions   BIGINT NOT NULL,
    clicks        BIGINT NOT NULL,
    conversions   BIGINT NOT NULL,
    platform_leads BIGINT NOT NULL, -- results that are leads
    PRIMARY KEY (org_id, ad_account_id, platform, creative_id, day, currency)
);
CREATE INDEX creative_metrics_daily_day ON creative_metrics_daily (org_id, day);

CREATE TABLE metric_collections (
    org_id         TEXT NOT NULL,
    collection_id  TEXT NOT NULL,
    ad_account_id  TEXT NOT NULL,
    platform       TEXT NOT NULL,
    first_day      TEXT NOT NULL,
    last_day       TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('done', 'failed')),
    collected      BIGINT NOT NULL,
    changed        BIGINT NOT NULL,
    skipped        BIGINT NOT NULL,
    failed         BIGINT NOT NULL,
    error_text     TEXT NOT NULL DEFAULT '',
    correlation_id TEXT NOT NULL,
    started_ms     BIGINT NOT NULL,
    finished_ms    BIGINT NOT NULL,
    PRIMARY KEY (org_id, collection_id)
);
CREATE INDEX metric_collections_account ON metric_collections (org_id, ad_account_id, finished_ms);
