-- 0014_pages: events of the pages that carry the site snippet.

-- Are views of pages told to the platform too, or only counted?
ALTER TABLE lead_keys ADD COLUMN forwards_page_views SMALLINT NOT NULL DEFAULT 0
    CHECK (forwards_page_views IN (0, 1));

CREATE TABLE page_views (
    org_id      TEXT NOT NULL,
    lead_key_id TEXT NOT NULL,
    day         TEXT NOT NULL,     -- in UTC
    views       BIGINT NOT NULL,
    PRIMARY KEY (org_id, lead_key_id, day),
    FOREIGN KEY (org_id, lead_key_id) REFERENCES lead_keys (org_id, lead_key_id)
);

-- Events of pages are forgotten after a while; those of leads stay.
CREATE INDEX conversion_events_pages ON conversion_events (created_ms) WHERE lead_id = '';
