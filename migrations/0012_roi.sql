-- 0012_roi: what reports count, as facts and as sums of 30 days.
--
-- Everything here but leads.clicked_ms is derived, kept in the transaction of
-- the truth's own change, and made anew by `adwright roi rebuild`.
-- A block is 30 days, counted from 1970-01-01.

-- When the ad was clicked; 0 = not known (then the lead's own time stands for it).
ALTER TABLE leads ADD COLUMN clicked_ms BIGINT NOT NULL DEFAULT 0;

-- One row a lead, as the sums below have counted it.
CREATE TABLE lead_facts (
    org_id        TEXT NOT NULL,
    lead_id       TEXT NOT NULL,
    ad_account_id TEXT NOT NULL,
    platform      TEXT NOT NULL,
    direction_id  TEXT NOT NULL,
    creative_id   TEXT NOT NULL,
    created_ms    BIGINT NOT NULL,
    person        SMALLINT NOT NULL CHECK (person IN (0, 1)),    -- 0 = a duplicate
    qualified     SMALLINT NOT NULL CHECK (qualified IN (0, 1)), -- of a person, by any of its leads
    PRIMARY KEY (org_id, lead_id)
-- only sqlite
) WITHOUT ROWID;
-- only postgres
);
-- both
CREATE INDEX lead_facts_account ON lead_facts
    (org_id, ad_account_id, created_ms, creative_id, platform, direction_id, person, qualified);
CREATE INDEX lead_facts_created ON lead_facts
    (org_id, created_ms, ad_account_id, creative_id, platform, direction_id, person, qualified);

CREATE TABLE lead_blocks (
    org_id        TEXT NOT NULL,
    ad_account_id TEXT NOT NULL,
    creative_id   TEXT NOT NULL,
    block         BIGINT NOT NULL, -- created_ms / 30 days
    platform      TEXT NOT NULL,
    direction_id  TEXT NOT NULL,
    leads         BIGINT NOT NULL, -- persons
    duplicates    BIGINT NOT NULL,
    qualified     BIGINT NOT NULL,
    PRIMARY KEY (org_id, ad_account_id, creative_id, block, platform, direction_id)
-- only sqlite
) WITHOUT ROWID;
-- only postgres
);
-- both

-- One row a sale or refund.
CREATE TABLE sale_facts (
    org_id        TEXT NOT NULL,
    purchase_id   TEXT NOT NULL,
    ad_account_id TEXT NOT NULL,
    platform      TEXT NOT NULL, -- '' = of no lead
    direction_id  TEXT NOT NULL,
    creative_id   TEXT NOT NULL,
    lead_ms       BIGINT NOT NULL, -- of no lead: paid_ms
    paid_ms       BIGINT NOT NULL,
    currency      TEXT NOT NULL,
    sales         SMALLINT NOT NULL CHECK (sales IN (0, 1)), -- 0 = a refund
    amount_micros BIGINT NOT NULL, -- refunds are negative
    PRIMARY KEY (org_id, purchase_id)
-- only sqlite
) WITHOUT ROWID;
-- only postgres
);
-- both
CREATE INDEX sale_facts_account_lead ON sale_facts
    (org_id, ad_account_id, lead_ms, creative_id, platform, direction_id, currency, sales, amount_micros, paid_ms);
CREATE INDEX sale_facts_account_paid ON sale_facts
    (org_id, ad_account_id, paid_ms, creative_id, platform, direction_id, currency, sales, amount_micros);
CREATE INDEX sale_facts_lead ON sale_facts
    (org_id, lead_ms, ad_account_id, creative_id, platform, direction_id, currency, sales, amount_micros, paid_ms);
CREATE INDEX sale_facts_paid ON sale_facts
    (org_id, paid_ms, ad_account_id, creative_id, platform, direction_id, currency, sales, amount_micros);

CREATE TABLE sale_blocks (
    org_id        TEXT NOT NULL,
    basis         TEXT NOT NULL CHECK (basis IN ('lead', 'payment')),
    ad_account_id TEXT NOT NULL,
    creative_id   TEXT NOT NULL,
    block         BIGINT NOT NULL, -- lead_ms or paid_ms / 30 days
    platform      TEXT NOT NULL,
    direction_id  TEXT NOT NULL,
    currency      TEXT NOT NULL,
    sales         BIGINT NOT NULL,
    refunds       BIGINT NOT NULL, -- how many
    amount_micros BIGINT NOT NULL, -- net of refunds
    refund_micros BIGINT NOT NULL, -- a positive amount
    PRIMARY KEY (org_id, basis, ad_account_id, creative_id, block, platform, direction_id, currency)
-- only sqlite
) WITHOUT ROWID;
-- only postgres
);
-- both

-- The daily roll-up by days of one account, all in the index.
CREATE INDEX creative_metrics_daily_account ON creative_metrics_daily
    (org_id, ad_account_id, day, creative_id, platform, currency, spend_micros, impressions, clicks, platform_leads);

CREATE TABLE creative_metrics_blocks (
    org_id         TEXT NOT NULL,
    ad_account_id  TEXT NOT NULL,
    creative_id    TEXT NOT NULL,
    first_day      TEXT NOT NULL,   -- of the block
    platform       TEXT NOT NULL,
    currency       TEXT NOT NULL,
    days           BIGINT NOT NULL, -- rows of the daily roll-up
    spend_micros   BIGINT NOT NULL,
    impressions    BIGINT NOT NULL,
    clicks         BIGINT NOT NULL,
    platform_leads BIGINT NOT NULL,
    PRIMARY KEY (org_id, ad_account_id, creative_id, first_day, platform, currency)
-- only sqlite
) WITHOUT ROWID;
-- only postgres
);
-- both

-- Which creatives an account advertises.
CREATE INDEX ads_account_creative ON ads
    (org_id, ad_account_id, creative_id, status, platform, direction_id);
-- Rates of a report, oldest first.
CREATE INDEX currency_rates_day ON currency_rates (org_id, day);

-- --- what is there already ---------------------------------------------------------

INSERT INTO lead_facts (org_id, lead_id, ad_account_id, platform, direction_id, creative_id,
        created_ms, person, qualified)
    SELECT l.org_id, l.lead_id, l.ad_account_id, l.platform, l.direction_id, l.creative_id,
        l.created_ms, CASE WHEN l.duplicate_of = '' THEN 1 ELSE 0 END,
        CASE WHEN l.duplicate_of = '' AND (
            EXISTS (SELECT 1 FROM lead_transitions t WHERE t.org_id = l.org_id
                AND t.lead_id = l.lead_id AND t.kind = 'stage'
                AND t.to_value IN ('qualified', 'scheduled', 'purchase'))
            OR EXISTS (SELECT 1 FROM leads o WHERE o.org_id = l.org_id
                AND o.duplicate_of = l.lead_id AND o.duplicate_of <> ''
                AND EXISTS (SELECT 1 FROM lead_transitions u WHERE u.org_id = o.org_id
                    AND u.lead_id = o.lead_id AND u.kind = 'stage'
                    AND u.to_value IN ('qualified', 'scheduled', 'purchase')))) THEN 1 ELSE 0 END
    FROM leads l WHERE l.is_test = 0;
INSERT INTO lead_blocks (org_id, ad_account_id, creative_id, block, platform, direction_id,
        leads, duplicates, qualified)
    SELECT org_id, ad_account_id, creative_id, created_ms / 2592000000, platform, direction_id,
        CAST(sum(person) AS BIGINT), CAST(sum(1 - person) AS BIGINT), CAST(sum(qualified) AS BIGINT)
    FROM lead_facts
    GROUP BY org_id, ad_account_id, creative_id, created_ms / 2592000000, platform, direction_id;
INSERT INTO sale_facts (org_id, purchase_id, ad_account_id, platform, direction_id, creative_id,
        lead_ms, paid_ms, currency, sales, amount_micros)
    SELECT p.org_id, p.purchase_id, p.ad_account_id, COALESCE(l.platform, ''),
        COALESCE(l.direction_id, ''), p.creative_id,
        CASE WHEN p.lead_id = '' THEN p.paid_ms ELSE p.lead_ms END, p.paid_ms, p.currency,
        CASE WHEN p.kind = 'sale' THEN 1 ELSE 0 END, p.amount_micros
    FROM purchases p LEFT JOIN leads l ON l.org_id = p.org_id AND l.lead_id = p.lead_id;
INSERT INTO sale_blocks (org_id, basis, ad_account_id, creative_id, block, platform,
        direction_id, currency, sales, refunds, amount_micros, refund_micros)
    SELECT f.org_id, b.basis, f.ad_account_id, f.creative_id,
        CASE b.basis WHEN 'lead' THEN f.lead_ms ELSE f.paid_ms END / 2592000000, f.platform,
        f.direction_id, f.currency, CAST(sum(f.sales) AS BIGINT), CAST(sum(1 - f.sales) AS BIGINT),
        CAST(sum(f.amount_micros) AS BIGINT),
        CAST(sum(CASE f.sales WHEN 1 THEN 0 ELSE -f.amount_micros END) AS BIGINT)
    FROM sale_facts f, (SELECT 'lead' AS basis UNION ALL SELECT 'payment') b
    GROUP BY f.org_id, b.basis, f.ad_account_id, f.creative_id,
        CASE b.basis WHEN 'lead' THEN f.lead_ms ELSE f.paid_ms END / 2592000000, f.platform,
        f.direction_id, f.currency;
INSERT INTO creative_metrics_blocks (org_id, ad_account_id, creative_id, first_day, platform,
        currency, days, spend_micros, impressions, clicks, platform_leads)
    SELECT m.org_id, m.ad_account_id, m.creative_id,
-- only sqlite
        date('1970-01-01', '+' || (CAST(julianday(m.day) - julianday('1970-01-01') AS INTEGER) / 30 * 30) || ' days'),
-- only postgres
        to_char(DATE '1970-01-01' + (CAST(m.day AS DATE) - DATE '1970-01-01') / 30 * 30, 'YYYY-MM-DD'),
-- both
        m.platform, m.currency, count(*), CAST(sum(m.spend_micros) AS BIGINT),
        CAST(sum(m.impressions) AS BIGINT), CAST(sum(m.clicks) AS BIGINT),
        CAST(sum(m.platform_leads) AS BIGINT)
    FROM creative_metrics_daily m GROUP BY 1, 2, 3, 4, 5, 6;
