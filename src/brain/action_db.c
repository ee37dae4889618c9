/* action_db.c - batches and actions, and what they change in our rows. */
#include "brain/action_db.h"

#include "base/random.h"
#include "db/db.h"

/* --- batches -------------------------------------------------------------------- */

#define BATCH                                                                                  \
    "action_batch_id, idempotency_key, fingerprint, source, execution_id, actor, state,"       \
    " created_ms, finished_ms"

static void read_batch(struct db_rows *row, struct action_batch_row *out)
{
    *out = (struct action_batch_row){
        .id = db_text(row, 0),
        .idempotency_key = db_text(row, 1),
        .fingerprint = db_text(row, 2),
        .source = db_text(row, 3),
        .execution_id = db_text(row, 4),
        .actor = db_text(row, 5),
        .state = db_text(row, 6),
        .created_ms = db_int(row, 7),
        .finished_ms = db_int(row, 8),
    };
}

bool action_db_find_key(struct db *db, struct arena *arena, struct str key, bool *found,
                        struct action_batch_row *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " BATCH " FROM action_batches WHERE org_id = $1 AND idempotency_key = $2",
              TEXT(db_scope_org(db)), TEXT(key));
    *found = db_next(&rows);
    if (*found)
        read_batch(&rows, out);
    return db_done(&rows, err);
}

bool action_db_batch(struct db *db, struct arena *arena, struct str batch_id, bool *found,
                     struct action_batch_row *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " BATCH " FROM action_batches WHERE org_id = $1 AND action_batch_id = $2",
              TEXT(db_scope_org(db)), TEXT(batch_id));
    *found = db_next(&rows);
    if (*found)
        read_batch(&rows, out);
    return db_done(&rows, err);
}

bool action_db_add_batch(struct db *db, struct arena *arena, const struct action_batch *batch,
                         int64_t now_ms, struct str *batch_id, bool *added, struct err *err)
{
    int64_t inserted = 0;

    *batch_id = id_new(arena);
    if (!db_run(db, &inserted, err,
                "INSERT INTO action_batches (org_id, action_batch_id, idempotency_key,"
                " fingerprint, source, execution_id, actor, state, created_ms)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8)"
                " ON CONFLICT (org_id, idempotency_key) DO NOTHING",
                TEXT(db_scope_org(db)), TEXT(*batch_id), TEXT(batch->idempotency_key),
                TEXT(batch->fingerprint), TEXT(batch->source), TEXT(batch->execution_id),
                TEXT(batch->actor), INT(now_ms)))
        return false;
    *added = inserted == 1;
    return true;
}

bool action_db_batch_state(struct db *db, struct str batch_id, const char *state,
                           int64_t now_ms, struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE action_batches SET state = $3, finished_ms = $4"
                  " WHERE org_id = $1 AND action_batch_id = $2",
                  TEXT(db_scope_org(db)), TEXT(batch_id), TEXT(str(state)), INT(now_ms));
}

/* --- actions --------------------------------------------------------------------- */

#define ACTION                                                                                 \
    "a.action_id, a.action_batch_id, a.execution_id, a.ad_account_id, a.platform, a.type,"     \
    " a.object_id, a.params, a.reason, a.expected, a.state, a.before_json, a.request,"         \
    " a.answer, a.after_json, a.error_json, a.undo_of, a.undone_by, a.position, a.sends,"      \
    " a.uncertain_ms, a.created_ms, a.finished_ms, b.source, b.actor, a.decision"
#define OF_ACTIONS                                                                             \
    " FROM actions a JOIN action_batches b ON b.org_id = a.org_id"                             \
    "  AND b.action_batch_id = a.action_batch_id"

static void read_action(struct db_rows *row, struct action *out)
{
    *out = (struct action){
        .id = db_text(row, 0),
        .batch_id = db_text(row, 1),
        .execution_id = db_text(row, 2),
        .ad_account_id = db_text(row, 3),
        .platform = db_text(row, 4),
        .type = db_text(row, 5),
        .object_id = db_text(row, 6),
        .params = db_text(row, 7),
        .reason = db_text(row, 8),
        .expected = db_text(row, 9),
        .state = db_text(row, 10),
        .before = db_text(row, 11),
        .request = db_text(row, 12),
        .answer = db_text(row, 13),
        .after = db_text(row, 14),
        .error = db_text(row, 15),
        .undo_of = db_text(row, 16),
        .undone_by = db_text(row, 17),
        .position = db_int(row, 18),
        .sends = db_int(row, 19),
        .uncertain_ms = db_int(row, 20),
        .created_ms = db_int(row, 21),
        .finished_ms = db_int(row, 22),
        .source = db_text(row, 23),
        .actor = db_text(row, 24),
        .decision = db_text(row, 25),
    };
}

static bool read_all(struct db_rows *rows, struct arena *arena, struct actions *out,
                     struct err *err)
{
    while (db_next(rows))
        read_action(rows, actions_add(out, arena));
    return db_done(rows, err);
}

bool action_db_add(struct db *db, struct arena *arena, const struct ad_connection *c,
                   struct str batch_id, struct str execution_id, size_t position,
                   const struct action_wish *wish, int64_t now_ms, struct str *action_id,
                   struct err *err)
{
    *action_id = id_new(arena);
    return db_run(db, NULL, err,
                  "INSERT INTO actions (org_id, action_id, action_batch_id, position,"
                  " execution_id, ad_account_id, platform, type, object_id, params, reason,"
                  " expected, undo_of, state, created_ms, decision)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'waiting',"
                  " $14, $15)",
                  TEXT(db_scope_org(db)), TEXT(*action_id), TEXT(batch_id),
                  INT((int64_t)position), TEXT(execution_id), TEXT(c->ad_account_id),
                  TEXT(c->platform), TEXT(str(wish->kind->type)), TEXT(wish->object_id),
                  TEXT(wish->params), TEXT(wish->reason), TEXT(wish->expected),
                  TEXT(wish->undo_of), INT(now_ms), TEXT(wish->decision));
}

bool action_db_list(struct db *db, struct arena *arena, struct str batch_id,
                    struct actions *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " ACTION OF_ACTIONS " WHERE a.org_id = $1 AND a.action_batch_id = $2"
              " ORDER BY a.position",
              TEXT(db_scope_org(db)), TEXT(batch_id));
    return read_all(&rows, arena, out, err);
}

bool action_inbox(struct db *db, struct arena *arena, const struct action_filter *f,
                  struct action_showns *out, struct err *err)
{
    struct db_rows rows;

    db_select(
        db, arena, &rows,
        "SELECT " ACTION
        ", COALESCE(g.name, c.name, d.name, n.name, ''), COALESCE(t.name, '')" OF_ACTIONS
        " LEFT JOIN adgroups g ON g.org_id = a.org_id AND g.platform = a.platform"
        "  AND g.adgroup_id = a.object_id"
        " LEFT JOIN campaigns c ON c.org_id = a.org_id AND c.platform = a.platform"
        "  AND c.campaign_id = a.object_id"
        " LEFT JOIN ads d ON d.org_id = a.org_id AND d.platform = a.platform"
        "  AND d.ad_id = a.object_id"
        " LEFT JOIN directions n ON n.org_id = a.org_id AND n.direction_id = a.object_id"
        " LEFT JOIN ad_accounts t ON t.org_id = a.org_id AND t.ad_account_id = a.ad_account_id"
        " WHERE a.org_id = $1 AND b.source = 'brain'"
        " AND ($2 = '' OR a.ad_account_id = $2) AND ($3 = '' OR a.platform = $3)"
        " AND ($4 = '' OR a.action_id < $4) ORDER BY a.action_id DESC LIMIT $5",
        TEXT(db_scope_org(db)), TEXT(f->ad_account_id), TEXT(f->platform), TEXT(f->before_id),
        INT(f->limit));
    while (db_next(&rows)) {
        struct action_shown *shown = action_showns_add(out, arena);
        read_action(&rows, &shown->action);
        shown->object_name = db_text(&rows, 26);
        shown->account_name = db_text(&rows, 27);
    }
    return db_done(&rows, err);
}

bool action_db_list_execution(struct db *db, struct arena *arena, struct str execution_id,
                              struct actions *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " ACTION OF_ACTIONS " WHERE a.org_id = $1 AND a.execution_id = $2"
              " AND a.execution_id <> '' ORDER BY a.created_ms, a.action_batch_id, a.position",
              TEXT(db_scope_org(db)), TEXT(execution_id));
    return read_all(&rows, arena, out, err);
}

bool action_list(struct db *db, struct arena *arena, const struct action_question *q,
                 struct actions *out, struct err *err)
{
    struct db_rows rows;

    db_select(
        db, arena, &rows,
        "SELECT " ACTION OF_ACTIONS " WHERE a.org_id = $1 AND ($2 = '' OR a.ad_account_id = $2)"
        " AND ($3 = '' OR a.platform = $3) AND ($4 = '' OR a.object_id = $4)"
        " AND (a.created_ms < $5 OR (a.created_ms = $5 AND a.action_id < $6))"
        " ORDER BY a.created_ms DESC, a.action_id DESC LIMIT $7",
        TEXT(db_scope_org(db)), TEXT(q->ad_account_id), TEXT(q->platform), TEXT(q->object_id),
        INT(q->before_ms ? q->before_ms : INT64_MAX), TEXT(q->before_id), INT(q->limit));
    return read_all(&rows, arena, out, err);
}

bool action_db_uncertain(struct db *db, struct arena *arena, const struct ad_connection *c,
                         struct actions *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " ACTION OF_ACTIONS " WHERE a.org_id = $1 AND a.ad_account_id = $2"
              " AND a.platform = $3 AND a.state IN ('sending', 'uncertain')"
              " AND b.state IN ('done', 'failed') ORDER BY a.created_ms, a.position",
              TEXT(db_scope_org(db)), TEXT(c->ad_account_id), TEXT(c->platform));
    return read_all(&rows, arena, out, err);
}

bool action_db_find(struct db *db, struct arena *arena, struct str action_id, bool *found,
                    struct action *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " ACTION OF_ACTIONS " WHERE a.org_id = $1 AND a.action_id = $2",
              TEXT(db_scope_org(db)), TEXT(action_id));
    *found = db_next(&rows);
    if (*found)
        read_action(&rows, out);
    return db_done(&rows, err);
}

bool action_db_changed_later(struct db *db, struct arena *arena, const struct action *action,
                             bool *changed, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT 1 FROM actions WHERE org_id = $1 AND platform = $2 AND object_id = $3"
              " AND action_id <> $4 AND action_id <> $5 AND request <> ''"
              " AND (finished_ms > $6 OR state IN ('sending', 'uncertain')"
              "  OR (finished_ms = $6 AND action_id > $4))"
              " AND state IN ('sending', 'uncertain', 'done') LIMIT 1",
              TEXT(db_scope_org(db)), TEXT(action->platform), TEXT(action->object_id),
              TEXT(action->id), TEXT(action->undone_by), INT(action->finished_ms));
    *changed = db_next(&rows);
    return db_done(&rows, err);
}

/* --- moves from state to state ------------------------------------------------------ */

bool action_db_sending(struct db *db, const struct action *a, struct str from, bool *moved,
                       struct err *err)
{
    int64_t rows = 0;
    bool ok = db_run(db, &rows, err,
                     "UPDATE actions SET state = 'sending', before_json = $4, request = $5,"
                     " sends = $6, uncertain_ms = 0"
                     " WHERE org_id = $1 AND action_id = $2 AND state = $3",
                     TEXT(db_scope_org(db)), TEXT(a->id), TEXT(from), TEXT(a->before),
                     TEXT(a->request), INT(a->sends));

    *moved = rows == 1;
    return ok;
}

bool action_db_uncertain_since(struct db *db, const struct action *a, int64_t since_ms,
                               bool *moved, struct err *err)
{
    int64_t rows = 0;
    bool ok =
        db_run(db, &rows, err,
               "UPDATE actions SET state = 'uncertain', uncertain_ms = $3, error_json = $4"
               " WHERE org_id = $1 AND action_id = $2 AND state = 'sending'",
               TEXT(db_scope_org(db)), TEXT(a->id), INT(since_ms), TEXT(a->error));

    *moved = rows == 1;
    return ok;
}

bool action_db_back_to_waiting(struct db *db, const struct action *a, bool *moved,
                               struct err *err)
{
    int64_t rows = 0;
    bool ok = db_run(db, &rows, err,
                     "UPDATE actions SET state = 'waiting'"
                     " WHERE org_id = $1 AND action_id = $2 AND state = 'sending'",
                     TEXT(db_scope_org(db)), TEXT(a->id));

    *moved = rows == 1;
    return ok;
}

bool action_db_settle(struct db *db, const struct action *a, struct str from, struct str to,
                      int64_t now_ms, bool *moved, struct err *err)
{
    int64_t rows = 0;
    bool ok = db_run(db, &rows, err,
                     "UPDATE actions SET state = $4, before_json = $5, answer = $6,"
                     " after_json = $7, error_json = $8, finished_ms = $9"
                     " WHERE org_id = $1 AND action_id = $2 AND state = $3",
                     TEXT(db_scope_org(db)), TEXT(a->id), TEXT(from), TEXT(to), TEXT(a->before),
                     TEXT(a->answer), TEXT(a->after), TEXT(a->error), INT(now_ms));

    *moved = rows == 1;
    return ok;
}

bool action_db_answer(struct db *db, const struct action *a, struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE actions SET answer = $3 WHERE org_id = $1 AND action_id = $2",
                  TEXT(db_scope_org(db)), TEXT(a->id), TEXT(a->answer));
}

bool action_db_undone_by(struct db *db, struct str action_id, struct str undo_id, bool *moved,
                         struct err *err)
{
    int64_t rows = 0;
    bool ok = db_run(db, &rows, err,
                     "UPDATE actions SET undone_by = $3"
                     " WHERE org_id = $1 AND action_id = $2 AND undone_by = ''"
                     " AND state = 'done'",
                     TEXT(db_scope_org(db)), TEXT(action_id), TEXT(undo_id));

    *moved = rows == 1;
    return ok;
}

bool action_db_not_undone(struct db *db, struct str action_id, struct str undo_id,
                          struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE actions SET undone_by = ''"
                  " WHERE org_id = $1 AND action_id = $2 AND undone_by = $3",
                  TEXT(db_scope_org(db)), TEXT(action_id), TEXT(undo_id));
}

bool action_db_fail_waiting(struct db *db, struct str batch_id, struct str error_json,
                            int64_t now_ms, struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE actions SET undone_by = '' WHERE org_id = $1 AND action_id IN"
                  " (SELECT undo_of FROM actions WHERE org_id = $1 AND action_batch_id = $2"
                  "  AND state = 'waiting' AND undo_of <> '')",
                  TEXT(db_scope_org(db)), TEXT(batch_id)) &&
           db_run(db, NULL, err,
                  "UPDATE actions SET state = 'failed', error_json = $3, finished_ms = $4"
                  " WHERE org_id = $1 AND action_batch_id = $2 AND state = 'waiting'",
                  TEXT(db_scope_org(db)), TEXT(batch_id), TEXT(error_json), INT(now_ms));
}

/* --- the objects ------------------------------------------------------------------------ */

bool action_db_object(struct db *db, struct arena *arena, const struct ad_connection *c,
                      enum platform_level level, struct str id, bool *found, struct str *name,
                      struct action_state *state, struct err *err)
{
    struct db_rows rows;

    if (level == LEVEL_CAMPAIGN)
        db_select(db, arena, &rows,
                  "SELECT name, status, 0 FROM campaigns WHERE org_id = $1 AND platform = $2"
                  " AND campaign_id = $3 AND ad_account_id = $4 AND status <> 'deleted'",
                  TEXT(db_scope_org(db)), TEXT(c->platform), TEXT(id), TEXT(c->ad_account_id));
    else if (level == LEVEL_ADGROUP)
        db_select(db, arena, &rows,
                  "SELECT name, status, daily_budget_micros FROM adgroups WHERE org_id = $1 "
                  "AND platform = $2"
                  " AND adgroup_id = $3 AND ad_account_id = $4 AND status <> 'deleted'",
                  TEXT(db_scope_org(db)), TEXT(c->platform), TEXT(id), TEXT(c->ad_account_id));
    else
        db_select(db, arena, &rows,
                  "SELECT name, status, 0 FROM ads WHERE org_id = $1 AND platform = $2"
                  " AND ad_id = $3 AND ad_account_id = $4 AND status <> 'deleted'",
                  TEXT(db_scope_org(db)), TEXT(c->platform), TEXT(id), TEXT(c->ad_account_id));
    *found = db_next(&rows);
    if (*found) {
        *name = db_text(&rows, 0);
        *state = (struct action_state){db_text(&rows, 1), db_int(&rows, 2)};
    }
    return db_done(&rows, err);
}

bool action_db_direction(struct db *db, struct arena *arena, const struct ad_connection *c,
                         struct str id, bool *found, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT 1 FROM directions WHERE org_id = $1 AND direction_id = $2"
              " AND ad_account_id = $3 AND platform = $4 AND deleted_ms = 0",
              TEXT(db_scope_org(db)), TEXT(id), TEXT(c->ad_account_id), TEXT(c->platform));
    *found = db_next(&rows);
    return db_done(&rows, err);
}

bool action_db_creative(struct db *db, struct arena *arena, struct str direction_id,
                        struct str creative_id, bool *found, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT 1 FROM creatives WHERE org_id = $1 AND creative_id = $2"
              " AND direction_id = $3 AND deleted_ms = 0 AND status = 'ready'",
              TEXT(db_scope_org(db)), TEXT(creative_id), TEXT(direction_id));
    *found = db_next(&rows);
    return db_done(&rows, err);
}

bool action_db_object_state(struct db *db, struct str platform, enum platform_level level,
                            const struct platform_object *shown, int64_t now_ms,
                            struct err *err)
{
    struct db_value org = TEXT(db_scope_org(db)), id = TEXT(shown->id),
                    status = TEXT(shown->status), word = TEXT(shown->secondary_status);

    if (level == LEVEL_CAMPAIGN)
        return db_run(db, NULL, err,
                      "UPDATE campaigns SET status = $4, updated_ms = $5, platform_status = $6"
                      " WHERE org_id = $1 AND platform = $2 AND campaign_id = $3",
                      org, TEXT(platform), id, status, INT(now_ms), word);
    if (level == LEVEL_ADGROUP)
        return db_run(db, NULL, err,
                      "UPDATE adgroups SET status = $4, daily_budget_micros = $5,"
                      " changed_ms = $6, updated_ms = $6, platform_status = $7"
                      " WHERE org_id = $1 AND platform = $2 AND adgroup_id = $3",
                      org, TEXT(platform), id, status, INT(shown->budget_micros), INT(now_ms),
                      word);
    return db_run(db, NULL, err,
                  "UPDATE ads SET status = $4, updated_ms = $5, platform_status = $6"
                  " WHERE org_id = $1 AND platform = $2 AND ad_id = $3",
                  org, TEXT(platform), id, status, INT(now_ms), word);
}

bool action_db_launched(struct db *db, struct arena *arena, struct str workflow_id,
                        struct str *adgroup_id, int64_t *budget_micros, struct err *err)
{
    struct db_rows rows;

    *adgroup_id = STR("");
    db_select(db, arena, &rows,
              "SELECT adgroup_id, daily_budget_micros FROM adgroups"
              " WHERE org_id = $1 AND workflow_id = $2 AND workflow_id <> ''"
              " ORDER BY adgroup_id LIMIT 1",
              TEXT(db_scope_org(db)), TEXT(workflow_id));
    if (db_next(&rows)) {
        *adgroup_id = db_text(&rows, 0);
        *budget_micros = db_int(&rows, 1);
    }
    return db_done(&rows, err);
}
