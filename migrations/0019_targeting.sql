-- 0019_targeting: what the platforms' own lists said, and whether an advertiser's leads are sent to us.

-- One list as it was read: the whole of it, or what a question found.
CREATE TABLE targeting_lists (
    org_id        TEXT NOT NULL,
    platform      TEXT NOT NULL,
    advertiser_id TEXT NOT NULL,
    kind          TEXT NOT NULL,  -- places, interests, languages
    question      TEXT NOT NULL,  -- its words; '' = the whole list
    entries       TEXT NOT NULL,  -- one a line, see ads/targeting_list.c
    read_ms       BIGINT NOT NULL,
    PRIMARY KEY (org_id, platform, advertiser_id, kind, question)
);
CREATE INDEX targeting_lists_read ON targeting_lists (org_id, platform, advertiser_id, kind, read_ms);

-- '' = not asked yet, off = there is no public address to send them to.
ALTER TABLE ad_account_connections ADD COLUMN leads_state TEXT NOT NULL DEFAULT ''
    CHECK (leads_state IN ('', 'off', 'subscribed', 'failed'));
ALTER TABLE ad_account_connections ADD COLUMN leads_error TEXT NOT NULL DEFAULT '';
ALTER TABLE ad_account_connections ADD COLUMN leads_ms BIGINT NOT NULL DEFAULT 0; -- when that was seen
