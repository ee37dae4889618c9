-- 0018_home: what changed lately, for the live view; alerts put aside; the emergency stop.

CREATE INDEX creatives_updated ON creatives (org_id, updated_ms);
CREATE INDEX creative_platform_files_updated ON creative_platform_files (org_id, updated_ms);
CREATE INDEX creative_transcripts_updated ON creative_transcripts (org_id, updated_ms);
CREATE INDEX workflows_updated ON workflows (org_id, updated_ms);

-- Alerts are computed from what is stored; only that one was put aside is kept.
CREATE TABLE alert_dismissals (
    org_id     TEXT NOT NULL,
    alert_key  TEXT NOT NULL,   -- kind and object: "token_expired:<ad_account_id>:tiktok"
    until_ms   BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (org_id, alert_key)
);

-- While it is on, nothing automatic acts in this org; 0 = off.
ALTER TABLE orgs ADD COLUMN autopilot_stopped_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orgs ADD COLUMN autopilot_stopped_by TEXT NOT NULL DEFAULT '';
ALTER TABLE orgs ADD COLUMN autopilot_stopped_text TEXT NOT NULL DEFAULT '';
