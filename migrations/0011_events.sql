-- 0011_events: conversions sent back to the platforms.

-- What the browser knew when the lead was left: click ids, address, page.
CREATE TABLE lead_touches (
    org_id       TEXT NOT NULL,
    lead_id      TEXT NOT NULL,
    touch_sealed TEXT NOT NULL,   -- JSON, see lead/touch.h
    created_ms   BIGINT NOT NULL,
    PRIMARY KEY (org_id, lead_id),
    FOREIGN KEY (org_id, lead_id) REFERENCES leads (org_id, lead_id)
);

-- Where the events of a direction go.
CREATE TABLE event_sources (
    org_id       TEXT NOT NULL,
    direction_id TEXT NOT NULL,
    source       TEXT NOT NULL CHECK (source IN ('web', 'crm')),
    pixel_code   TEXT NOT NULL,             -- pixel code, event set or dataset
    page_url     TEXT NOT NULL DEFAULT '',  -- of leads that bring no page of their own
    test_code    TEXT NOT NULL DEFAULT '',
    token_sealed TEXT NOT NULL DEFAULT '',  -- '' = the ad account's connection
    is_active    SMALLINT NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
    blocked_text TEXT NOT NULL DEFAULT '',  -- the platform refuses the target itself, and why
    created_ms   BIGINT NOT NULL,
    updated_ms   BIGINT NOT NULL,
    PRIMARY KEY (org_id, direction_id),
    FOREIGN KEY (org_id, direction_id) REFERENCES directions (org_id, direction_id)
);

-- Only what differs from the platform's usual names.
CREATE TABLE event_names (
    org_id     TEXT NOT NULL,
    platform   TEXT NOT NULL CHECK (platform IN ('tiktok', 'facebook')),
    stage      TEXT NOT NULL,
    name       TEXT NOT NULL,     -- '' = the stage is not reported
    updated_ms BIGINT NOT NULL,
    PRIMARY KEY (org_id, platform, stage)
);

-- The outbox: written in the transaction of the change that it reports.
CREATE TABLE conversion_events (
    org_id         TEXT NOT NULL,
    conversion_id  TEXT NOT NULL,
    event_key      TEXT NOT NULL,             -- what happened, once: lead:<id>:<stage>:<purchase>
    lead_id        TEXT NOT NULL DEFAULT '',  -- '' = an event of a page
    stage          TEXT NOT NULL DEFAULT '',
    purchase_id    TEXT NOT NULL DEFAULT '',
    platform       TEXT NOT NULL,
    direction_id   TEXT NOT NULL DEFAULT '',  -- '' = the lead is not linked yet
    name           TEXT NOT NULL DEFAULT '',  -- from here on: settled at the first sending
    event_id       TEXT NOT NULL DEFAULT '',
    pixel_code     TEXT NOT NULL DEFAULT '',
    touch_sealed   TEXT NOT NULL DEFAULT '',  -- of a page's event
    at_ms          BIGINT NOT NULL,
    value_micros   BIGINT NOT NULL DEFAULT 0,
    currency       TEXT NOT NULL DEFAULT '',
    state          TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'refused', 'skipped')),
    reason         TEXT NOT NULL DEFAULT '',
    attempts       INTEGER NOT NULL DEFAULT 0,
    next_ms        BIGINT NOT NULL,           -- waiting: not before; also the lease of who sends it
    sent_ms        BIGINT NOT NULL DEFAULT 0,
    created_ms     BIGINT NOT NULL,
    updated_ms     BIGINT NOT NULL,
    PRIMARY KEY (org_id, conversion_id),
    UNIQUE (org_id, event_key)
);
CREATE INDEX conversion_events_due ON conversion_events (org_id, direction_id, next_ms)
    WHERE state = 'waiting';
CREATE INDEX conversion_events_lead ON conversion_events (org_id, lead_id);
CREATE INDEX conversion_events_created ON conversion_events (org_id, created_ms, conversion_id);

-- Every attempt of every event, without what identifies a person.
CREATE TABLE capi_events_log (
    org_id         TEXT NOT NULL,
    log_id         TEXT NOT NULL,
    conversion_id  TEXT NOT NULL,
    lead_id        TEXT NOT NULL DEFAULT '',
    direction_id   TEXT NOT NULL,
    platform       TEXT NOT NULL,
    pixel_code     TEXT NOT NULL,
    event_name     TEXT NOT NULL,
    event_id       TEXT NOT NULL,
    event_ms       BIGINT NOT NULL,
    outcome        TEXT NOT NULL CHECK (outcome IN ('sent', 'refused', 'uncertain', 'failed')),
    request        TEXT NOT NULL,
    answer         TEXT NOT NULL DEFAULT '',
    error_json     TEXT NOT NULL DEFAULT '',
    batch_size     INTEGER NOT NULL,
    retries        INTEGER NOT NULL,
    duration_ms    BIGINT NOT NULL,
    correlation_id TEXT NOT NULL,
    at_ms          BIGINT NOT NULL,
    PRIMARY KEY (org_id, log_id)
);
CREATE INDEX capi_events_log_lead ON capi_events_log (org_id, lead_id, at_ms);
CREATE INDEX capi_events_log_at ON capi_events_log (org_id, at_ms, log_id);

CREATE TABLE event_breakers (
    org_id     TEXT NOT NULL,
    platform   TEXT NOT NULL,
    pixel_code TEXT NOT NULL,
    failures   INTEGER NOT NULL,
    opened_ms  BIGINT NOT NULL DEFAULT 0,  -- 0 = closed
    probe_ms   BIGINT NOT NULL DEFAULT 0,  -- when the half-open probe began
    updated_ms BIGINT NOT NULL,
    PRIMARY KEY (org_id, platform, pixel_code)
);
