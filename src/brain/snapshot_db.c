/* snapshot_db.c - what the snapshot asks the database. */
#include "brain/snapshot_db.h"

#include "base/limits.h"
#include "db/db.h"
#include "metric/metric.h"

bool snapshot_db_directions(struct db *db, struct arena *arena, const struct ad_connection *c,
                            struct brain_inputs *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT direction_id, name, objective, currency, is_active, daily_budget_micros,"
              " target_cpl_micros"
              " FROM directions WHERE org_id = $1 AND ad_account_id = $2 AND platform = $3"
              " AND deleted_ms = 0 ORDER BY direction_id",
              TEXT(c->org_id), TEXT(c->ad_account_id), TEXT(c->platform));
    while (db_next(&rows)) {
        struct brain_direction *d = brain_directions_add(&out->directions, arena);
        d->id = db_text(&rows, 0);
        d->name = db_text(&rows, 1);
        d->objective = db_text(&rows, 2);
        /* Amounts in another currency cannot be compared with the account's. */
        d->active = db_int(&rows, 4) == 1 && str_eq(db_text(&rows, 3), c->currency);
        d->budget_micros = db_int(&rows, 5);
        d->target_micros = db_int(&rows, 6);
    }
    return db_done(&rows, err);
}

static struct brain_direction *direction_of(struct brain_inputs *in, struct str id)
{
    for (size_t i = 0; i < in->directions.n; i++) {
        if (str_eq(in->directions.at[i].id, id))
            return &in->directions.at[i];
    }
    return NULL;
}

bool snapshot_db_unused(struct db *db, struct arena *arena, const struct ad_connection *c,
                        struct brain_inputs *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT c.creative_id, c.direction_id FROM creatives c"
              " JOIN directions d ON d.org_id = c.org_id AND d.direction_id = c.direction_id"
              " WHERE c.org_id = $1 AND d.ad_account_id = $2 AND d.platform = $3"
              " AND c.status = 'ready' AND c.media_type = 'video' AND c.deleted_ms = 0"
              " AND NOT EXISTS (SELECT 1 FROM ads a WHERE a.org_id = c.org_id"
              "  AND a.creative_id = c.creative_id AND a.platform = $3)"
              " ORDER BY c.created_ms, c.creative_id",
              TEXT(c->org_id), TEXT(c->ad_account_id), TEXT(c->platform));
    while (db_next(&rows)) {
        struct brain_direction *d = direction_of(out, db_text(&rows, 1));
        if (d && d->unused_creatives.n < LIMIT_CREATIVES_PER_LAUNCH)
            *strs_add(&d->unused_creatives, arena) = db_text(&rows, 0);
    }
    return db_done(&rows, err);
}

static bool read_groups(struct db *db, struct arena *arena, const struct ad_connection *c,
                        int64_t since_ms, struct brain_inputs *out, struct err *err)
{
    struct db_rows rows;

    db_select(
        db, arena, &rows,
        "SELECT g.adgroup_id, g.name, g.campaign_id, COALESCE(c.name, ''), g.direction_id,"
        " g.status, COALESCE(c.status, ''), g.daily_budget_micros, g.created_ms,"
        " g.changed_ms"
        " FROM adgroups g LEFT JOIN campaigns c ON c.org_id = g.org_id"
        "  AND c.platform = g.platform AND c.campaign_id = g.campaign_id"
        " WHERE g.org_id = $1 AND g.ad_account_id = $2 AND g.platform = $3"
        " AND (g.status <> 'deleted' OR g.updated_ms >= $4)"
        " ORDER BY g.adgroup_id",
        TEXT(c->org_id), TEXT(c->ad_account_id), TEXT(c->platform), INT(since_ms));
    while (db_next(&rows)) {
        struct brain_group *g = brain_groups_add(&out->groups, arena);
        g->id = db_text(&rows, 0);
        g->name = db_text(&rows, 1);
        g->campaign_id = db_text(&rows, 2);
        g->campaign_name = db_text(&rows, 3);
        g->direction_id = db_text(&rows, 4);
        g->enabled = str_eq(db_text(&rows, 5), STR("enabled"));
        g->campaign_enabled = str_eq(db_text(&rows, 6), STR("enabled"));
        g->live = g->enabled && g->campaign_enabled;
        g->budget_micros = db_int(&rows, 7);
        g->daily = g->budget_micros > 0;
        g->day_start_micros = g->budget_micros;
        g->created_ms = db_int(&rows, 8);
        g->changed_ms = db_int(&rows, 9);
    }
    return db_done(&rows, err);
}

static bool read_ads(struct db *db, struct arena *arena, const struct ad_connection *c,
                     int64_t since_ms, struct brain_inputs *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT ad_id, adgroup_id, name, status FROM ads"
              " WHERE org_id = $1 AND ad_account_id = $2 AND platform = $3"
              " AND (status <> 'deleted' OR updated_ms >= $4)"
              " ORDER BY adgroup_id, ad_id",
              TEXT(c->org_id), TEXT(c->ad_account_id), TEXT(c->platform), INT(since_ms));
    while (db_next(&rows)) {
        struct brain_group *g = snapshot_group(out, db_text(&rows, 1));
        if (!g)
            continue;
        struct brain_ad *ad = brain_ads_add(&g->ads, arena);
        ad->id = db_text(&rows, 0);
        ad->name = db_text(&rows, 2);
        ad->live = str_eq(db_text(&rows, 3), STR("enabled"));
    }
    return db_done(&rows, err);
}

bool snapshot_db_groups(struct db *db, struct arena *arena, const struct ad_connection *c,
                        int64_t since_ms, struct brain_inputs *out, struct err *err)
{
    return read_groups(db, arena, c, since_ms, out, err) &&
           read_ads(db, arena, c, since_ms, out, err);
}

bool snapshot_db_actions(struct db *db, struct arena *arena, const struct ad_connection *c,
                         int64_t since_ms, struct past_actions *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT a.type, a.object_id, a.state, b.source, a.before_json, a.after_json,"
              " a.params, a.finished_ms, a.undone_by,"
              " a.action_id"
              " FROM actions a"
              " JOIN action_batches b ON b.org_id = a.org_id"
              "  AND b.action_batch_id = a.action_batch_id"
              " WHERE a.org_id = $1 AND a.ad_account_id = $2 AND a.platform = $3"
              " AND (a.finished_ms >= $4 OR a.state IN ('waiting', 'sending', 'uncertain'))"
              " ORDER BY a.created_ms, a.action_batch_id, a.position",
              TEXT(c->org_id), TEXT(c->ad_account_id), TEXT(c->platform), INT(since_ms));
    while (db_next(&rows)) {
        struct past_action *a = past_actions_add(out, arena);
        a->type = db_text(&rows, 0);
        a->object_id = db_text(&rows, 1);
        a->state = db_text(&rows, 2);
        a->source = db_text(&rows, 3);
        a->before = db_text(&rows, 4);
        a->after = db_text(&rows, 5);
        a->params = db_text(&rows, 6);
        a->finished_ms = db_int(&rows, 7);
        a->undone = db_text(&rows, 8).n > 0;
        a->id = db_text(&rows, 9);
    }
    return db_done(&rows, err);
}

bool snapshot_db_metrics(struct db *db, struct arena *arena, const struct ad_connection *c,
                         struct str first_day, struct str last_day, struct metric_facts *out,
                         struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT adgroup_id, ad_id, day, currency, spend_micros, impressions, clicks,"
              " conversions, video_views"
              " FROM creative_metrics_history"
              " WHERE org_id = $1 AND ad_account_id = $2 AND platform = $3"
              " AND day >= $4 AND day <= $5"
              " AND source = $6",
              TEXT(c->org_id), TEXT(c->ad_account_id), TEXT(c->platform), TEXT(first_day),
              TEXT(last_day), TEXT(metric_source(c->platform)));
    while (db_next(&rows)) {
        struct metric_fact *f = metric_facts_add(out, arena);
        f->adgroup_id = db_text(&rows, 0);
        f->ad_id = db_text(&rows, 1);
        f->day = db_text(&rows, 2);
        f->currency = db_text(&rows, 3);
        f->counts.spend_micros = db_int(&rows, 4);
        f->counts.impressions = db_int(&rows, 5);
        f->counts.clicks = db_int(&rows, 6);
        f->counts.conversions = db_int(&rows, 7);
        f->counts.video_views = db_int(&rows, 8);
    }
    return db_done(&rows, err);
}

bool snapshot_db_leads(struct db *db, struct arena *arena, const struct ad_connection *c,
                       int64_t since_ms, int64_t as_of_ms, struct lead_facts *out,
                       struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT adgroup_id, ad_id, created_ms, stage FROM leads"
              " WHERE org_id = $1 AND ad_account_id = $2 AND platform = $3"
              " AND created_ms >= $4 AND created_ms <= $5 AND received_ms <= $5"
              " AND duplicate_of = ''",
              TEXT(c->org_id), TEXT(c->ad_account_id), TEXT(c->platform), INT(since_ms),
              INT(as_of_ms));
    while (db_next(&rows)) {
        struct lead_fact *f = lead_facts_add(out, arena);
        struct str stage = db_text(&rows, 3);
        f->adgroup_id = db_text(&rows, 0);
        f->ad_id = db_text(&rows, 1);
        f->created_ms = db_int(&rows, 2);
        f->qualified = str_eq(stage, STR("qualified")) || str_eq(stage, STR("scheduled")) ||
                       str_eq(stage, STR("purchase"));
    }
    return db_done(&rows, err);
}

bool snapshot_db_collections(struct db *db, struct arena *arena, const struct ad_connection *c,
                             struct str first_day, struct collection_facts *out,
                             struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT first_day, last_day, finished_ms FROM metric_collections"
              " WHERE org_id = $1 AND ad_account_id = $2 AND platform = $3 AND state = 'done'"
              " AND last_day >= $4",
              TEXT(c->org_id), TEXT(c->ad_account_id), TEXT(c->platform), TEXT(first_day));
    while (db_next(&rows)) {
        struct collection_fact *f = collection_facts_add(out, arena);
        f->first_day = db_text(&rows, 0);
        f->last_day = db_text(&rows, 1);
        f->finished_ms = db_int(&rows, 2);
    }
    return db_done(&rows, err);
}

/* --- sync ------------------------------------------------------------------------ */

static void read_known(struct db_rows *rows, struct arena *arena, struct known_objects *out)
{
    while (db_next(rows)) {
        struct known_object *o = known_objects_add(out, arena);
        o->id = db_text(rows, 0);
        o->campaign_id = db_text(rows, 1);
        o->status = db_text(rows, 2);
        o->budget_micros = db_int(rows, 3);
    }
}

bool sync_db_known(struct db *db, struct arena *arena, const struct ad_connection *c,
                   enum platform_level level, struct known_objects *out, struct err *err)
{
    struct db_rows rows;

    if (level == LEVEL_CAMPAIGN)
        db_select(db, arena, &rows,
                  "SELECT campaign_id, campaign_id, status, budget_micros FROM campaigns"
                  " WHERE org_id = $1 AND ad_account_id = $2 AND platform = $3"
                  " AND status <> 'deleted' ORDER BY campaign_id",
                  TEXT(c->org_id), TEXT(c->ad_account_id), TEXT(c->platform));
    else if (level == LEVEL_ADGROUP)
        db_select(db, arena, &rows,
                  "SELECT adgroup_id, campaign_id, status, daily_budget_micros FROM adgroups"
                  " WHERE org_id = $1 AND ad_account_id = $2 AND platform = $3"
                  " AND status <> 'deleted' ORDER BY adgroup_id",
                  TEXT(c->org_id), TEXT(c->ad_account_id), TEXT(c->platform));
    else
        db_select(db, arena, &rows,
                  "SELECT ad_id, campaign_id, status, 0 FROM ads"
                  " WHERE org_id = $1 AND ad_account_id = $2 AND platform = $3"
                  " AND status <> 'deleted' ORDER BY ad_id",
                  TEXT(c->org_id), TEXT(c->ad_account_id), TEXT(c->platform));
    read_known(&rows, arena, out);
    return db_done(&rows, err);
}

bool sync_db_set(struct db *db, const struct ad_connection *c, enum platform_level level,
                 const struct known_object *now, int64_t read_ms, int64_t now_ms, bool *changed,
                 struct err *err)
{
    int64_t rows = 0;
    bool ok;

    if (level == LEVEL_CAMPAIGN)
        ok = db_run(db, &rows, err,
                    "UPDATE campaigns SET status = $4, updated_ms = $5, platform_status = $7"
                    " WHERE org_id = $1 AND platform = $2 AND campaign_id = $3"
                    " AND updated_ms <= $6",
                    TEXT(c->org_id), TEXT(c->platform), TEXT(now->id), TEXT(now->status),
                    INT(now_ms), INT(read_ms), TEXT(now->platform_status));
    else if (level == LEVEL_ADGROUP)
        ok = db_run(db, &rows, err,
                    "UPDATE adgroups SET status = $4, daily_budget_micros = $5,"
                    " changed_ms = $6, updated_ms = $6, platform_status = $8"
                    " WHERE org_id = $1 AND platform = $2 AND adgroup_id = $3"
                    " AND updated_ms <= $7",
                    TEXT(c->org_id), TEXT(c->platform), TEXT(now->id), TEXT(now->status),
                    INT(now->budget_micros), INT(now_ms), INT(read_ms),
                    TEXT(now->platform_status));
    else
        ok = db_run(db, &rows, err,
                    "UPDATE ads SET status = $4, updated_ms = $5, platform_status = $7"
                    " WHERE org_id = $1 AND platform = $2 AND ad_id = $3"
                    " AND updated_ms <= $6",
                    TEXT(c->org_id), TEXT(c->platform), TEXT(now->id), TEXT(now->status),
                    INT(now_ms), INT(read_ms), TEXT(now->platform_status));
    *changed = rows > 0;
    return ok;
}
