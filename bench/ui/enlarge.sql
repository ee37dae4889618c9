-- The demo's account, grown: 100 campaigns, 1,000 ad groups, 5,000 ads with figures for 90 days.
-- Run by run.mjs on the demo's SQLite file while no server has it; `adwright roi rebuild` follows.
BEGIN;
CREATE TEMP TABLE base AS
    SELECT c.org_id, c.ad_account_id, c.direction_id, max(c.updated_ms) AS now_ms,
           (SELECT advertiser_id FROM creative_metrics_history LIMIT 1) AS advertiser_id,
           (SELECT max(day) FROM creative_metrics_history) AS last_day
    FROM campaigns c WHERE c.platform = 'tiktok' GROUP BY 1, 2, 3 LIMIT 1;
CREATE TEMP TABLE clips AS
    SELECT creative_id, row_number() OVER (ORDER BY creative_id) - 1 AS n FROM creatives
    WHERE direction_id = (SELECT direction_id FROM base);
CREATE TEMP TABLE numbers AS
    WITH RECURSIVE count(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM count WHERE n < 4999)
    SELECT n FROM count;

INSERT INTO campaigns (org_id, platform, campaign_id, ad_account_id, direction_id, name, objective,
                       status, budget_micros, workflow_id, created_ms, updated_ms, platform_status)
    SELECT org_id, 'tiktok', 1850000000000000000 + n, ad_account_id, direction_id,
           'Campaign ' || n || ' spring sale', 'lead_generation',
           CASE WHEN n % 7 THEN 'enabled' ELSE 'disabled' END, 0, '', now_ms - n * 86400000, now_ms,
           'CAMPAIGN_STATUS_ENABLE'
    FROM numbers, base WHERE n < 100;
INSERT INTO adgroups (org_id, platform, adgroup_id, campaign_id, ad_account_id, direction_id, name,
                      status, daily_budget_micros, ads_count, workflow_id, last_used_ms, created_ms,
                      updated_ms, platform_status)
    SELECT org_id, 'tiktok', 1860000000000000000 + n, 1850000000000000000 + n / 10, ad_account_id,
           direction_id, 'Group ' || n || ' Almaty 25-44',
           CASE WHEN n % 5 THEN 'enabled' ELSE 'disabled' END, (n % 20 + 3) * 1000000000, 5, '', 0,
           now_ms - n * 8640000, now_ms, 'ADGROUP_STATUS_DELIVERY_OK'
    FROM numbers, base WHERE n < 1000;
INSERT INTO ads (org_id, platform, ad_id, adgroup_id, campaign_id, ad_account_id, direction_id,
                 creative_id, name, status, workflow_id, created_ms, updated_ms, platform_status)
    SELECT org_id, 'tiktok', 1870000000000000000 + numbers.n, 1860000000000000000 + numbers.n / 5,
           1850000000000000000 + numbers.n / 50, ad_account_id, direction_id, creative_id,
           'Ad ' || numbers.n || ' реклама курса',
           CASE WHEN numbers.n % 4 THEN 'enabled' ELSE 'disabled' END, '',
           now_ms - numbers.n * 1000000, now_ms,
           CASE numbers.n % 3 WHEN 0 THEN 'AD_STATUS_DELIVERY_OK' WHEN 1 THEN 'AD_STATUS_AUDIT'
               ELSE 'AD_STATUS_AUDIT_DENY' END
    FROM numbers, base, clips WHERE clips.n = numbers.n % (SELECT count(*) FROM clips);
INSERT INTO creative_metrics_history (org_id, ad_account_id, platform, source, advertiser_id,
        campaign_id, adgroup_id, ad_id, creative_id, day, currency, spend_micros, impressions, clicks,
        reach, conversions, result_kind, results, revision, fetched_ms)
    SELECT org_id, ad_account_id, 'tiktok', 'tiktok_batch', advertiser_id,
           1850000000000000000 + ad.n / 50, 1860000000000000000 + ad.n / 5,
           1870000000000000000 + ad.n, creative_id, date(last_day, '-' || day.n || ' days'), 'KZT',
           (ad.n * 7919 + day.n * 104729) % 4000 * 1000000, (ad.n * 31 + day.n * 577) % 9000,
           (ad.n * 13 + day.n * 7) % 200, 1, 3, 'leads', (ad.n + day.n) % 5, 1, now_ms
    FROM numbers ad, numbers day, base, clips
    WHERE day.n < 90 AND clips.n = ad.n % (SELECT count(*) FROM clips);
COMMIT;
