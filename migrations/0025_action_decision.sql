-- 0025_action_decision: what an action of the autopilot was decided from, beside its reason in words; totals of an account's day.

-- JSON {cause, name, from_micros, to_micros, currency, result, health, score, target_micros, windows}; '' = nobody decided it.
ALTER TABLE actions ADD COLUMN decision TEXT NOT NULL DEFAULT '';

-- The sums of the day's lines.
ALTER TABLE ad_metrics_days ADD COLUMN spend_micros BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ad_metrics_days ADD COLUMN impressions BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ad_metrics_days ADD COLUMN clicks BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ad_metrics_days ADD COLUMN platform_leads BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ad_metrics_days ADD COLUMN fetched_ms BIGINT NOT NULL DEFAULT 0; -- the newest of the day's figures
UPDATE ad_metrics_days SET
    spend_micros = (SELECT CAST(sum(h.spend_micros) AS BIGINT) FROM creative_metrics_history h
        WHERE h.org_id = ad_metrics_days.org_id AND h.ad_account_id = ad_metrics_days.ad_account_id
        AND h.platform = ad_metrics_days.platform AND h.day = ad_metrics_days.day
        AND h.currency = ad_metrics_days.currency
        AND h.source = CASE h.platform WHEN 'facebook' THEN 'production' ELSE 'tiktok_batch' END),
    impressions = (SELECT CAST(sum(h.impressions) AS BIGINT) FROM creative_metrics_history h
        WHERE h.org_id = ad_metrics_days.org_id AND h.ad_account_id = ad_metrics_days.ad_account_id
        AND h.platform = ad_metrics_days.platform AND h.day = ad_metrics_days.day
        AND h.currency = ad_metrics_days.currency
        AND h.source = CASE h.platform WHEN 'facebook' THEN 'production' ELSE 'tiktok_batch' END),
    clicks = (SELECT CAST(sum(h.clicks) AS BIGINT) FROM creative_metrics_history h
        WHERE h.org_id = ad_metrics_days.org_id AND h.ad_account_id = ad_metrics_days.ad_account_id
        AND h.platform = ad_metrics_days.platform AND h.day = ad_metrics_days.day
        AND h.currency = ad_metrics_days.currency
        AND h.source = CASE h.platform WHEN 'facebook' THEN 'production' ELSE 'tiktok_batch' END),
    platform_leads = (SELECT CAST(sum(CASE WHEN h.result_kind = 'leads' THEN h.results ELSE 0 END)
            AS BIGINT) FROM creative_metrics_history h
        WHERE h.org_id = ad_metrics_days.org_id AND h.ad_account_id = ad_metrics_days.ad_account_id
        AND h.platform = ad_metrics_days.platform AND h.day = ad_metrics_days.day
        AND h.currency = ad_metrics_days.currency
        AND h.source = CASE h.platform WHEN 'facebook' THEN 'production' ELSE 'tiktok_batch' END),
    fetched_ms = (SELECT max(h.fetched_ms) FROM creative_metrics_history h
        WHERE h.org_id = ad_metrics_days.org_id AND h.ad_account_id = ad_metrics_days.ad_account_id
        AND h.platform = ad_metrics_days.platform AND h.day = ad_metrics_days.day
        AND h.currency = ad_metrics_days.currency
        AND h.source = CASE h.platform WHEN 'facebook' THEN 'production' ELSE 'tiktok_batch' END);
