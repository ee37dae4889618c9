/* creative_usage_db.c - where a creative is used: ads, launches under way, carousels, figures.
 */

#include "creative/creative_library.h"

#include "base/arena.h"
#include "base/limits.h"
#include "db/db.h"
#include "text/json.h"

static bool read_ads(struct db *db, struct arena *arena, struct str id,
                     struct creative_usage *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT platform, ad_id, name, status, adgroup_id, campaign_id, direction_id,"
              " workflow_id FROM ads WHERE org_id = $1 AND creative_id = $2"
              " ORDER BY CASE status WHEN 'enabled' THEN 0 WHEN 'deleted' THEN 2 ELSE 1 END,"
              " created_ms DESC, ad_id LIMIT $3",
              TEXT(db_scope_org(db)), TEXT(id), INT(LIMIT_USAGE_ROWS));
    while (db_next(&rows))
        *creative_use_ads_add(&out->ads, arena) = (struct creative_use_ad){
            .platform = db_text(&rows, 0),
            .ad_id = db_text(&rows, 1),
            .name = db_text(&rows, 2),
            .status = db_text(&rows, 3),
            .adgroup_id = db_text(&rows, 4),
            .campaign_id = db_text(&rows, 5),
            .direction_id = db_text(&rows, 6),
            .launch_id = db_text(&rows, 7),
        };
    return db_done(&rows, err);
}

static bool names(const struct json *input, struct str id)
{
    const struct json *ids = json_at(input, "creative_ids");

    for (size_t i = 0; i < json_count(ids); i++)
        if (str_eq(json_text(json_item(ids, i), "", STR("")), id))
            return true;
    return false;
}

/* Launches keep what they were asked for as JSON; few are under way at a time. */
static bool read_launches(struct db *db, struct arena *arena, struct str id,
                          struct creative_usage *out, struct err *err)
{
    const struct json *input;
    struct db_rows rows;
    struct err unreadable = {0};

    db_select(db, arena, &rows,
              "SELECT workflow_id, state, created_ms, input FROM workflows"
              " WHERE org_id = $1 AND kind = 'launch' AND state IN ('running', 'undoing')"
              " ORDER BY created_ms, workflow_id",
              TEXT(db_scope_org(db)));
    while (db_next(&rows))
        if (json_parse(arena, db_text(&rows, 3), &input, &unreadable) && names(input, id))
            *creative_use_launches_add(&out->launches, arena) = (struct creative_use_launch){
                .id = db_text(&rows, 0),
                .state = db_text(&rows, 1),
                .created_ms = db_int(&rows, 2),
            };
    return db_done(&rows, err);
}

static bool read_carousels(struct db *db, struct arena *arena, struct str id,
                           struct creative_usage *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT DISTINCT k.creative_id FROM creative_cards k JOIN creatives c"
              " ON c.org_id = k.org_id AND c.creative_id = k.creative_id AND c.deleted_ms = 0"
              " WHERE k.org_id = $1 AND k.card_id = $2 ORDER BY k.creative_id",
              TEXT(db_scope_org(db)), TEXT(id));
    while (db_next(&rows))
        *strs_add(&out->carousels, arena) = db_text(&rows, 0);
    return db_done(&rows, err);
}

static bool read_figures(struct db *db, struct arena *arena, struct str id,
                         struct creative_usage *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT m.currency, min(m.day), max(m.day), CAST(sum(m.spend_micros) AS BIGINT),"
              " CAST(sum(m.impressions) AS BIGINT), CAST(sum(m.clicks) AS BIGINT),"
              " CAST(sum(m.conversions) AS BIGINT), CAST(sum(m.platform_leads) AS BIGINT)"
              " FROM ad_accounts a JOIN creative_metrics_daily m ON m.org_id = a.org_id"
              " AND m.ad_account_id = a.ad_account_id AND m.platform IN ('tiktok', 'facebook')"
              " AND m.creative_id = $2 WHERE a.org_id = $1"
              " GROUP BY m.currency ORDER BY m.currency",
              TEXT(db_scope_org(db)), TEXT(id));
    while (db_next(&rows))
        *creative_use_figure_list_add(&out->figures, arena) = (struct creative_use_figures){
            .currency = db_text(&rows, 0),
            .first_day = db_text(&rows, 1),
            .last_day = db_text(&rows, 2),
            .spend_micros = db_int(&rows, 3),
            .impressions = db_int(&rows, 4),
            .clicks = db_int(&rows, 5),
            .conversions = db_int(&rows, 6),
            .platform_leads = db_int(&rows, 7),
        };
    return db_done(&rows, err);
}

static bool count(struct db *db, struct arena *arena, struct str id, struct creative_usage *out,
                  struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT (SELECT count(*) FROM ads WHERE org_id = $1 AND creative_id = $2),"
              " (SELECT count(*) FROM leads WHERE org_id = $1 AND creative_id = $2)",
              TEXT(db_scope_org(db)), TEXT(id));
    while (db_next(&rows)) {
        out->ads_count = db_int(&rows, 0);
        out->leads = db_int(&rows, 1);
    }
    return db_done(&rows, err);
}

bool creative_usage(struct db *db, struct arena *arena, struct str id,
                    struct creative_usage *out, struct err *err)
{
    *out = (struct creative_usage){0};
    return read_ads(db, arena, id, out, err) && read_launches(db, arena, id, out, err) &&
           read_carousels(db, arena, id, out, err) && read_figures(db, arena, id, out, err) &&
           count(db, arena, id, out, err);
}
