/*
 * direction_figures_db.c - what became of an account's directions: creatives,
 * ads, leads, spend.  Reads only; the tables are those of creative/, lead/,
 * metric/ and the mapping of launches.
 */

#include "ads/direction.h"

#include "db/db.h"

static struct direction_figure *figure_of(struct arena *arena, struct direction_figures *list,
                                          struct str direction_id)
{
    struct direction_figure *figure;

    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->at[i].direction_id, direction_id))
            return &list->at[i];
    figure = direction_figures_add(list, arena);
    figure->direction_id = direction_id;
    return figure;
}

static bool read_creatives(struct db *db, struct arena *arena,
                           const struct direction_span *span, struct direction_figures *out,
                           struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT d.direction_id, COUNT(*) FROM directions d"
              " JOIN creatives c ON c.org_id = d.org_id AND c.direction_id = d.direction_id"
              " WHERE d.org_id = $1 AND d.ad_account_id = $2 AND c.deleted_ms = 0"
              " GROUP BY d.direction_id",
              TEXT(db_scope_org(db)), TEXT(span->ad_account_id));
    while (db_next(&rows))
        figure_of(arena, out, db_text(&rows, 0))->creatives = db_int(&rows, 1);
    return db_done(&rows, err);
}

static bool read_ads(struct db *db, struct arena *arena, const struct direction_span *span,
                     struct direction_figures *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT direction_id, COUNT(*),"
              " CAST(sum(CASE WHEN status = 'enabled' THEN 1 ELSE 0 END) AS BIGINT) FROM ads"
              " WHERE org_id = $1 AND ad_account_id = $2 AND direction_id <> ''"
              " AND status <> 'deleted' GROUP BY direction_id",
              TEXT(db_scope_org(db)), TEXT(span->ad_account_id));
    while (db_next(&rows)) {
        struct direction_figure *figure = figure_of(arena, out, db_text(&rows, 0));

        figure->ads = db_int(&rows, 1);
        figure->ads_enabled = db_int(&rows, 2);
    }
    return db_done(&rows, err);
}

static bool read_leads(struct db *db, struct arena *arena, const struct direction_span *span,
                       struct direction_figures *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT direction_id, CAST(sum(person) AS BIGINT),"
              " CAST(sum(person * qualified) AS BIGINT) FROM lead_facts WHERE org_id = $1"
              " AND ad_account_id = $2 AND created_ms >= $3 AND created_ms < $4"
              " AND direction_id <> '' GROUP BY direction_id",
              TEXT(db_scope_org(db)), TEXT(span->ad_account_id), INT(span->from_ms),
              INT(span->to_ms));
    while (db_next(&rows)) {
        struct direction_figure *figure = figure_of(arena, out, db_text(&rows, 0));

        figure->leads = db_int(&rows, 1);
        figure->qualified = db_int(&rows, 2);
    }
    return db_done(&rows, err);
}

/* Of the creatives of a direction, in its own currency. */
static bool read_spend(struct db *db, struct arena *arena, const struct direction_span *span,
                       struct direction_figures *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT d.direction_id, CAST(sum(m.spend) AS BIGINT) FROM"
              " (SELECT creative_id, platform, currency, sum(spend_micros) AS spend"
              "  FROM creative_metrics_daily WHERE org_id = $1 AND ad_account_id = $2"
              "  AND day >= $3 AND day <= $4 GROUP BY creative_id, platform, currency) m"
              " JOIN creatives c ON c.org_id = $1 AND c.creative_id = m.creative_id"
              " JOIN directions d ON d.org_id = $1 AND d.direction_id = c.direction_id"
              "  AND d.platform = m.platform AND d.currency = m.currency"
              " GROUP BY d.direction_id",
              TEXT(db_scope_org(db)), TEXT(span->ad_account_id), TEXT(span->first_day),
              TEXT(span->last_day));
    while (db_next(&rows)) {
        struct direction_figure *figure = figure_of(arena, out, db_text(&rows, 0));

        figure->spend_micros = db_int(&rows, 1);
        figure->has_spend = true;
    }
    return db_done(&rows, err);
}

bool direction_figures_read(struct db *db, struct arena *arena,
                            const struct direction_span *span, struct direction_figures *out,
                            struct err *err)
{
    return read_creatives(db, arena, span, out, err) && read_ads(db, arena, span, out, err) &&
           read_leads(db, arena, span, out, err) && read_spend(db, arena, span, out, err);
}
