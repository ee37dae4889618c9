-- 0020_objects: what the lists of campaigns, ad groups and ads show beside names.

-- The platform's own word for how the object does; '' = not read since it was changed.
ALTER TABLE campaigns ADD COLUMN platform_status TEXT NOT NULL DEFAULT '';
ALTER TABLE adgroups ADD COLUMN platform_status TEXT NOT NULL DEFAULT '';
ALTER TABLE ads ADD COLUMN platform_status TEXT NOT NULL DEFAULT '';

-- Derived from creative_metrics_history in the same transaction: one row a day, with the
-- figures of every ad as lines "ad_id spend_micros impressions clicks platform_leads", so that
-- thousands of ads over a month are a few dozen rows to read.
CREATE TABLE ad_metrics_days (
    org_id        TEXT NOT NULL,
    ad_account_id TEXT NOT NULL,
    platform      TEXT NOT NULL,
    day           TEXT NOT NULL,
    currency      TEXT NOT NULL,
    figures       TEXT NOT NULL,
    PRIMARY KEY (org_id, ad_account_id, platform, day, currency)
);
INSERT INTO ad_metrics_days (org_id, ad_account_id, platform, day, currency, figures)
    SELECT org_id, ad_account_id, platform, day, currency,
-- only sqlite
        group_concat(ad_id || ' ' || spend_micros || ' ' || impressions || ' ' || clicks || ' '
            || CASE WHEN result_kind = 'leads' THEN results ELSE 0 END, char(10))
-- only postgres
        string_agg(ad_id || ' ' || spend_micros || ' ' || impressions || ' ' || clicks || ' '
            || CASE WHEN result_kind = 'leads' THEN results ELSE 0 END, chr(10))
-- both
    FROM creative_metrics_history
    WHERE source = CASE platform WHEN 'facebook' THEN 'production' ELSE 'tiktok_batch' END
    GROUP BY org_id, ad_account_id, platform, day, currency;

-- Which ad a counted lead came from; the index of the account's facts carries it.
ALTER TABLE lead_facts ADD COLUMN ad_id TEXT NOT NULL DEFAULT '';
UPDATE lead_facts SET ad_id = COALESCE((SELECT l.ad_id FROM leads l
    WHERE l.org_id = lead_facts.org_id AND l.lead_id = lead_facts.lead_id), '');
DROP INDEX lead_facts_account;
CREATE INDEX lead_facts_account ON lead_facts
    (org_id, ad_account_id, created_ms, creative_id, platform, direction_id, person, qualified, ad_id);
