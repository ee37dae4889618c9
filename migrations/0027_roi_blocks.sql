-- 0027_roi_blocks: sums of reports by blocks of three sizes: 6, 30 and 180 days.
--
-- Before, there were blocks of 30 days alone: a year took a dozen of them and up to
-- fifteen days at each end.  Now each account's blocks of one size lie side by side,
-- so that a range is a few short stretches of the key.  All is derived: what was
-- there is made anew from the facts and the daily roll-up.

DROP TABLE lead_blocks;
CREATE TABLE lead_blocks (
    org_id        TEXT NOT NULL,
    ad_account_id TEXT NOT NULL,
    block_days    INTEGER NOT NULL CHECK (block_days IN (6, 30, 180)),
    block         BIGINT NOT NULL, -- days of UTC since 1970-01-01 / block_days
    creative_id   TEXT NOT NULL,
    platform      TEXT NOT NULL,
    direction_id  TEXT NOT NULL,
    leads         BIGINT NOT NULL, -- persons
    duplicates    BIGINT NOT NULL,
    qualified     BIGINT NOT NULL,
    PRIMARY KEY (org_id, ad_account_id, block_days, block, creative_id, platform, direction_id)
-- only sqlite
) WITHOUT ROWID;
-- only postgres
);
-- both

DROP TABLE sale_blocks;
CREATE TABLE sale_blocks (
    org_id        TEXT NOT NULL,
    ad_account_id TEXT NOT NULL,
    basis         TEXT NOT NULL CHECK (basis IN ('lead', 'payment')),
    block_days    INTEGER NOT NULL CHECK (block_days IN (6, 30, 180)),
    block         BIGINT NOT NULL, -- of lead_ms or paid_ms
    creative_id   TEXT NOT NULL,
    platform      TEXT NOT NULL,
    direction_id  TEXT NOT NULL,
    currency      TEXT NOT NULL,
    sales         BIGINT NOT NULL,
    refunds       BIGINT NOT NULL, -- how many
    amount_micros BIGINT NOT NULL, -- net of refunds
    refund_micros BIGINT NOT NULL, -- a positive amount
    PRIMARY KEY (org_id, ad_account_id, basis, block_days, block, creative_id, platform,
        direction_id, currency)
-- only sqlite
) WITHOUT ROWID;
-- only postgres
);
-- both

DROP TABLE creative_metrics_blocks;
CREATE TABLE creative_metrics_blocks (
    org_id         TEXT NOT NULL,
    ad_account_id  TEXT NOT NULL,
    block_days     INTEGER NOT NULL CHECK (block_days IN (6, 30, 180)),
    block          BIGINT NOT NULL, -- days since 1970-01-01 / block_days
    creative_id    TEXT NOT NULL,
    platform       TEXT NOT NULL,
    currency       TEXT NOT NULL,
    days           BIGINT NOT NULL, -- rows of the daily roll-up
    spend_micros   BIGINT NOT NULL,
    impressions    BIGINT NOT NULL,
    clicks         BIGINT NOT NULL,
    platform_leads BIGINT NOT NULL,
    PRIMARY KEY (org_id, ad_account_id, block_days, block, creative_id, platform, currency)
-- only sqlite
) WITHOUT ROWID;
-- only postgres
);
-- both

-- --- what is there already: small blocks, and of them the larger ones ----------------

INSERT INTO lead_blocks (org_id, ad_account_id, block_days, block, creative_id, platform,
        direction_id, leads, duplicates, qualified)
    SELECT org_id, ad_account_id, 6, created_ms / 86400000 / 6, creative_id, platform,
        direction_id, CAST(sum(person) AS BIGINT), CAST(sum(1 - person) AS BIGINT),
        CAST(sum(qualified) AS BIGINT)
    FROM lead_facts GROUP BY 1, 2, 4, 5, 6, 7;
INSERT INTO lead_blocks (org_id, ad_account_id, block_days, block, creative_id, platform,
        direction_id, leads, duplicates, qualified)
    SELECT b.org_id, b.ad_account_id, z.days, b.block / (z.days / 6), b.creative_id, b.platform,
        b.direction_id, CAST(sum(b.leads) AS BIGINT), CAST(sum(b.duplicates) AS BIGINT),
        CAST(sum(b.qualified) AS BIGINT)
    FROM lead_blocks b CROSS JOIN (SELECT 30 AS days UNION ALL SELECT 180) z
    WHERE b.block_days = 6 GROUP BY 1, 2, 3, 4, 5, 6, 7;

INSERT INTO sale_blocks (org_id, ad_account_id, basis, block_days, block, creative_id, platform,
        direction_id, currency, sales, refunds, amount_micros, refund_micros)
    SELECT f.org_id, f.ad_account_id, b.basis, z.days,
        CASE b.basis WHEN 'lead' THEN f.lead_ms ELSE f.paid_ms END / 86400000 / z.days,
        f.creative_id, f.platform, f.direction_id, f.currency, CAST(sum(f.sales) AS BIGINT),
        CAST(sum(1 - f.sales) AS BIGINT), CAST(sum(f.amount_micros) AS BIGINT),
        CAST(sum(CASE f.sales WHEN 1 THEN 0 ELSE -f.amount_micros END) AS BIGINT)
    FROM sale_facts f CROSS JOIN (SELECT 'lead' AS basis UNION ALL SELECT 'payment') b
        CROSS JOIN (SELECT 6 AS days UNION ALL SELECT 30 UNION ALL SELECT 180) z
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;

INSERT INTO creative_metrics_blocks (org_id, ad_account_id, block_days, block, creative_id,
        platform, currency, days, spend_micros, impressions, clicks, platform_leads)
    SELECT m.org_id, m.ad_account_id, 6,
-- only sqlite
        CAST(julianday(m.day) - julianday('1970-01-01') AS INTEGER) / 6,
-- only postgres
        (CAST(m.day AS DATE) - DATE '1970-01-01') / 6,
-- both
        m.creative_id, m.platform, m.currency, count(*), CAST(sum(m.spend_micros) AS BIGINT),
        CAST(sum(m.impressions) AS BIGINT), CAST(sum(m.clicks) AS BIGINT),
        CAST(sum(m.platform_leads) AS BIGINT)
    FROM creative_metrics_daily m GROUP BY 1, 2, 4, 5, 6, 7;
INSERT INTO creative_metrics_blocks (org_id, ad_account_id, block_days, block, creative_id,
        platform, currency, days, spend_micros, impressions, clicks, platform_leads)
    SELECT b.org_id, b.ad_account_id, z.days, b.block / (z.days / 6), b.creative_id, b.platform,
        b.currency, CAST(sum(b.days) AS BIGINT), CAST(sum(b.spend_micros) AS BIGINT),
        CAST(sum(b.impressions) AS BIGINT), CAST(sum(b.clicks) AS BIGINT),
        CAST(sum(b.platform_leads) AS BIGINT)
    FROM creative_metrics_blocks b CROSS JOIN (SELECT 30 AS days UNION ALL SELECT 180) z
    WHERE b.block_days = 6 GROUP BY 1, 2, 3, 4, 5, 6, 7;
