/* execution_db.c - executions of the autopilot and their reports. */
#include "brain/execution.h"

#include "base/random.h"
#include "db/db.h"
#include "job/job.h"

#define EXECUTION                                                                              \
    "execution_id, ad_account_id, platform, trigger_kind, request_key, fingerprint,"           \
    " wants_dispatch, wants_report, dispatch, policy_version, decisions, decisions_hash, "     \
    "state,"                                                                                   \
    " error_text, correlation_id, as_of_ms, started_ms, finished_ms"

static void read_execution(struct db_rows *row, struct execution *out)
{
    *out = (struct execution){
        .id = db_text(row, 0),
        .ad_account_id = db_text(row, 1),
        .platform = db_text(row, 2),
        .trigger = db_text(row, 3),
        .request_key = db_text(row, 4),
        .fingerprint = db_text(row, 5),
        .wants_dispatch = db_int(row, 6) == 1,
        .wants_report = db_int(row, 7) == 1,
        .dispatch = db_int(row, 8) == 1,
        .policy_version = db_text(row, 9),
        .decisions = db_text(row, 10),
        .decisions_hash = db_text(row, 11),
        .state = db_text(row, 12),
        .error_text = db_text(row, 13),
        .correlation_id = db_text(row, 14),
        .as_of_ms = db_int(row, 15),
        .started_ms = db_int(row, 16),
        .finished_ms = db_int(row, 17),
    };
}

bool execution_find_key(struct db *db, struct arena *arena, struct str request_key, bool *found,
                        struct execution *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " EXECUTION " FROM brain_executions"
              " WHERE org_id = $1 AND request_key = $2 AND request_key <> ''",
              TEXT(db_scope_org(db)), TEXT(request_key));
    *found = db_next(&rows);
    if (*found)
        read_execution(&rows, out);
    return db_done(&rows, err);
}

bool execution_add(struct db *db, struct arena *arena, const struct execution *e,
                   int64_t now_ms, struct str *id, bool *added, struct err *err)
{
    struct execution other;
    int64_t rows = 0;
    bool found = false;

    *id = id_new(arena);
    if (!db_run(
            db, &rows, err,
            "INSERT INTO brain_executions (org_id, execution_id, ad_account_id, platform,"
            " trigger_kind, request_key, fingerprint, wants_dispatch, wants_report, dispatch,"
            " policy_version, as_of_ms, inputs, decisions, decisions_hash, state,"
            " correlation_id, started_ms)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, '', 0, '', '', '', 'waiting',"
            " $10, $11)"
            " ON CONFLICT (org_id, request_key) WHERE request_key <> '' DO NOTHING",
            TEXT(db_scope_org(db)), TEXT(*id), TEXT(e->ad_account_id), TEXT(e->platform),
            TEXT(e->trigger), TEXT(e->request_key), TEXT(e->fingerprint),
            INT(e->wants_dispatch), INT(e->wants_report), TEXT(e->correlation_id), INT(now_ms)))
        return false;
    *added = rows == 1;
    if (*added)
        return true;
    if (!execution_find_key(db, arena, e->request_key, &found, &other, err))
        return false;
    if (!found)
        return err_set(err, ERR_CONFLICT, "the same run was asked for at this moment");
    *id = other.id;
    return true;
}

bool execution_get(struct db *db, struct arena *arena, struct str id, struct execution *out,
                   struct err *err)
{
    struct db_rows rows;
    bool found;

    db_select(db, arena, &rows,
              "SELECT " EXECUTION ", inputs FROM brain_executions"
              " WHERE org_id = $1 AND execution_id = $2",
              TEXT(db_scope_org(db)), TEXT(id));
    found = db_next(&rows);
    if (found) {
        read_execution(&rows, out);
        out->inputs = db_text(&rows, 18);
    }
    if (!db_done(&rows, err))
        return false;
    return found || err_set(err, ERR_NOT_FOUND, "there is no such execution");
}

bool execution_list(struct db *db, struct arena *arena, const struct execution_filter *f,
                    struct executions *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " EXECUTION " FROM brain_executions WHERE org_id = $1"
              " AND ($2 = '' OR ad_account_id = $2) AND ($3 = '' OR platform = $3)"
              " AND ($4 = 0 OR started_ms < $4 OR (started_ms = $4 AND execution_id < $5))"
              " ORDER BY started_ms DESC, execution_id DESC LIMIT $6",
              TEXT(db_scope_org(db)), TEXT(f->ad_account_id), TEXT(f->platform),
              INT(f->before_ms), TEXT(f->before_id), INT(f->limit));
    while (db_next(&rows))
        read_execution(&rows, executions_add(out, arena));
    return db_done(&rows, err);
}

bool execution_decided(struct db *db, const struct execution *e, bool *moved, struct err *err)
{
    int64_t rows = 0;
    bool ok =
        db_run(db, &rows, err,
               "UPDATE brain_executions SET state = 'decided', policy_version = $3,"
               " as_of_ms = $4, inputs = $5, decisions = $6, decisions_hash = $7"
               " WHERE org_id = $1 AND execution_id = $2 AND state = 'waiting'",
               TEXT(db_scope_org(db)), TEXT(e->id), TEXT(e->policy_version), INT(e->as_of_ms),
               TEXT(e->inputs), TEXT(e->decisions), TEXT(e->decisions_hash));

    *moved = rows == 1;
    return ok;
}

bool execution_move(struct db *db, struct str id, const char *from, const char *to,
                    bool dispatch, int64_t now_ms, bool *moved, struct err *err)
{
    int64_t rows = 0;
    bool done = str_eq(str(to), STR("done"));
    bool ok = db_run(db, &rows, err,
                     "UPDATE brain_executions SET state = $4, dispatch = $5, finished_ms = $6"
                     " WHERE org_id = $1 AND execution_id = $2 AND state = $3",
                     TEXT(db_scope_org(db)), TEXT(id), TEXT(str(from)), TEXT(str(to)),
                     INT(dispatch), INT(done ? now_ms : 0));

    *moved = rows == 1;
    return ok;
}

static bool add_report_job(struct db *db, struct arena *arena, struct str id, struct err *err)
{
    struct job_wish wish = {
        .kind = "brain.report",
        .args = str_fmt(arena, "{\"execution_id\":\"" STR_FMT "\"}", STR_ARG(id)),
        .unique_key = id,
    };

    return job_add(db, &wish, NULL, err);
}

bool execution_dispatched(struct db *db, struct arena *arena, struct str id, int64_t actions,
                          int64_t not_made, int64_t now_ms, struct err *err)
{
    struct str text = STR("");

    if (not_made)
        text = str_fmt(arena, "%lld of %lld changes were not made", (long long)not_made,
                       (long long)actions);
    return db_run(
               db, NULL, err,
               "UPDATE brain_executions SET state = 'done', error_text = $3, finished_ms = $4"
               " WHERE org_id = $1 AND execution_id = $2 AND state = 'dispatching'",
               TEXT(db_scope_org(db)), TEXT(id), TEXT(text), INT(now_ms)) &&
           add_report_job(db, arena, id, err);
}

bool execution_failed(struct db *db, struct arena *arena, struct str id, const struct err *why,
                      int64_t now_ms, struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE brain_executions SET state = 'failed', error_text = $3,"
                  " finished_ms = $4"
                  " WHERE org_id = $1 AND execution_id = $2"
                  " AND state IN ('waiting', 'decided', 'dispatching')",
                  TEXT(db_scope_org(db)), TEXT(id), TEXT(str(why->text)), INT(now_ms)) &&
           add_report_job(db, arena, id, err);
}

/* --- reports ------------------------------------------------------------------------ */

bool report_add(struct db *db, const struct brain_report *report, struct err *err)
{
    return db_run(
        db, NULL, err,
        "INSERT INTO campaign_reports (org_id, report_id, execution_id, ad_account_id,"
        " platform, day, report_data, created_ms)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (org_id, report_id) DO NOTHING",
        TEXT(db_scope_org(db)), TEXT(report->id), TEXT(report->execution_id),
        TEXT(report->ad_account_id), TEXT(report->platform), TEXT(report->day),
        TEXT(report->data), INT(report->created_ms));
}

bool report_list(struct db *db, struct arena *arena, const struct execution_filter *f,
                 struct brain_reports *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT report_id, execution_id, ad_account_id, platform, day, report_data,"
              " created_ms FROM campaign_reports WHERE org_id = $1"
              " AND ($2 = '' OR ad_account_id = $2) AND ($3 = '' OR platform = $3)"
              " AND ($4 = 0 OR created_ms < $4 OR (created_ms = $4 AND report_id < $5))"
              " ORDER BY created_ms DESC, report_id DESC LIMIT $6",
              TEXT(db_scope_org(db)), TEXT(f->ad_account_id), TEXT(f->platform),
              INT(f->before_ms), TEXT(f->before_id), INT(f->limit));
    while (db_next(&rows)) {
        *brain_reports_add(out, arena) = (struct brain_report){
            .id = db_text(&rows, 0),
            .execution_id = db_text(&rows, 1),
            .ad_account_id = db_text(&rows, 2),
            .platform = db_text(&rows, 3),
            .day = db_text(&rows, 4),
            .data = db_text(&rows, 5),
            .created_ms = db_int(&rows, 6),
        };
    }
    return db_done(&rows, err);
}

/* --- the schedule ---------------------------------------------------------------------- */

bool execution_accounts(struct db *db, struct arena *arena, struct brain_accounts *out,
                        struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT c.org_id, c.ad_account_id, c.platform, c.zone, a.schedule_hour,"
              " (SELECT MAX(s.slot) FROM schedule_slots s"
              "  WHERE s.schedule = 'brain.run:' || c.platform || ':' || c.ad_account_id)"
              " FROM ad_account_connections c"
              " JOIN ad_accounts a ON a.org_id = c.org_id AND a.ad_account_id = c.ad_account_id"
              " WHERE c.state = 'connected' ORDER BY c.org_id, c.ad_account_id, c.platform");
    while (db_next(&rows)) {
        struct brain_account *a = brain_accounts_add(out, arena);
        a->org_id = db_text(&rows, 0);
        a->ad_account_id = db_text(&rows, 1);
        a->platform = db_text(&rows, 2);
        a->zone = db_text(&rows, 3);
        a->schedule_hour = db_int(&rows, 4);
        a->last_day = db_text(&rows, 5);
    }
    return db_done(&rows, err);
}
