/* action.c - batches of actions: checked as a whole, written as a whole. */
#include "brain/action.h"

#include "base/clock.h"
#include "brain/action_db.h"
#include "brain/action_guard.h"
#include "brain/snapshot.h"
#include "conf/app.h"
#include "db/db.h"
#include "text/json.h"

#include <stdio.h>

static bool blame(struct err *err, size_t position, const char *field)
{
    char text[sizeof(err->field)];
    int n = snprintf(text, sizeof(text), "actions[%zu].params.%s", position, field);

    (void)n;
    return err_field(err, text);
}

/* --- checks --------------------------------------------------------------------- */

/* The account as its guardrails see it. */
static bool take_account(struct db *db, struct arena *arena, const struct ad_connection *c,
                         struct brain_inputs *account, struct err *err)
{
    struct snapshot_of of = {
        .connection = c,
        .platform = platform_find(c->platform),
        .as_of_ms = clock_wall_ms(),
        .deliverable = true,
    };

    return platform_can(of.platform, c->platform, PLATFORM_CHANGES, err) &&
           snapshot_for_guards(db, arena, &of, account, err);
}

static bool check_creatives(struct db *db, struct arena *arena, const struct action_wish *wish,
                            size_t position, struct err *err)
{
    for (size_t i = 0; i < wish->creative_ids.n; i++) {
        bool found = false;
        if (!action_db_creative(db, arena, wish->object_id, wish->creative_ids.at[i], &found,
                                err))
            return false;
        if (!found) {
            (void)err_set(err, ERR_NOT_FOUND,
                          "creative " STR_FMT " is no ready creative of this direction",
                          STR_ARG(wish->creative_ids.at[i]));
            return blame(err, position, "user_creative_ids");
        }
    }
    return true;
}

static bool check_owner(struct db *db, struct arena *arena, const struct ad_connection *c,
                        const struct action_wish *wish, size_t position, struct err *err)
{
    bool launch = wish->kind->verb == VERB_LAUNCH, found = false;
    struct action_state state;
    struct str name;

    if (!(launch ? action_db_direction(db, arena, c, wish->object_id, &found, err)
                 : action_db_object(db, arena, c, wish->kind->level, wish->object_id, &found,
                                    &name, &state, err)))
        return false;
    if (!found) {
        (void)err_set(err, ERR_NOT_FOUND, STR_FMT " is not in this ad account",
                      STR_ARG(wish->object_id));
        return blame(err, position, wish->kind->id_field);
    }
    return !launch || check_creatives(db, arena, wish, position, err);
}

static bool check_guards(struct arena *arena, struct brain_inputs *account,
                         const struct action_wish *wish, size_t position, struct err *err)
{
    struct action_asker asker = {.restoring = wish->undo_of.n > 0};
    struct guard_why why;
    enum guard guard = action_guard(arena, account, wish->kind, wish->object_id,
                                    wish->budget_micros, asker, &why);

    if (guard) {
        (void)err_set(err, ERR_CONFLICT, "the guardrail %s forbids %s: " STR_FMT,
                      guard_name(guard), wish->kind->type, STR_ARG(why.words));
        (void)says_error(err, arena, &why.says, account->currency);
        (void)err_hint(err, "change the amount, or the limit it meets");
        return blame(err, position,
                     wish->kind->verb == VERB_BUDGET   ? "new_budget"
                     : wish->kind->verb == VERB_LAUNCH ? "daily_budget"
                                                       : wish->kind->id_field);
    }
    action_guard_apply(account, wish->kind, wish->object_id, wish->budget_micros);
    return true;
}

static bool check_all(struct db *db, struct arena *arena, const struct ad_connection *c,
                      const struct action_wishes *wishes, struct err *err)
{
    struct brain_inputs account;

    if (!platform_can(platform_find(c->platform), c->platform, PLATFORM_CHANGES, err))
        return false;
    for (size_t i = 0; i < wishes->n; i++) {
        if (!check_owner(db, arena, c, &wishes->at[i], i, err))
            return false;
    }
    if (!take_account(db, arena, c, &account, err))
        return false;
    for (size_t i = 0; i < wishes->n; i++) {
        if (!check_guards(arena, &account, &wishes->at[i], i, err))
            return false;
    }
    return true;
}

/* --- what it would do ----------------------------------------------------------------- */

static bool has_live_ad(const struct brain_group *g)
{
    for (size_t i = 0; i < g->ads.n; i++)
        if (g->ads.at[i].live && g->ads.at[i].id.n)
            return true;
    return false;
}

/* What the ad groups that run may spend a day. */
static int64_t daily_money(const struct brain_inputs *account)
{
    int64_t sum = 0;

    for (size_t i = 0; i < account->groups.n; i++) {
        const struct brain_group *g = &account->groups.at[i];
        if (g->live && g->daily && has_live_ad(g))
            sum += g->budget_micros;
    }
    return sum;
}

static struct action_state state_after(const struct action_wish *wish,
                                       struct action_state before)
{
    struct action_state after = before;

    if (wish->kind->verb == VERB_PAUSE)
        after.status = STR("disabled");
    if (wish->kind->verb == VERB_RESUME)
        after.status = STR("enabled");
    if (wish->kind->verb == VERB_BUDGET)
        after.budget_micros = wish->budget_micros;
    return after;
}

/* The same object may stand in the list twice: then it begins where the first one left it. */
static void take_up(const struct action_wishes *wishes, const struct action_preview *out,
                    size_t position, struct action_state *state)
{
    const struct action_wish *wish = &wishes->at[position];

    for (size_t i = 0; i < position; i++)
        if (out->forecasts.at[i].allowed && wish->kind->level == wishes->at[i].kind->level &&
            str_eq(wish->object_id, wishes->at[i].object_id))
            *state = out->forecasts.at[i].after;
}

static int64_t launch_money(const struct brain_inputs *account, const struct action_wish *wish)
{
    const struct brain_direction *d = inputs_direction(account, wish->object_id);

    if (wish->kind->verb != VERB_LAUNCH || wish->start_paused)
        return 0;
    return wish->budget_micros ? wish->budget_micros : d ? d->budget_micros : 0;
}

static bool forecast(struct db *db, struct arena *arena, const struct ad_connection *c,
                     const struct action_wishes *wishes, size_t position,
                     struct brain_inputs *account, struct action_preview *out, struct err *err)
{
    const struct action_wish *wish = &wishes->at[position];
    bool launch = wish->kind->verb == VERB_LAUNCH, found = false;
    struct action_forecast f = {0};
    int64_t before = daily_money(account), launched = launch_money(account, wish);

    if (!launch && !action_db_object(db, arena, c, wish->kind->level, wish->object_id, &found,
                                     &f.name, &f.before, err))
        return false;
    take_up(wishes, out, position, &f.before);
    f.after = state_after(wish, f.before);
    f.changes = launch || !str_eq(f.before.status, f.after.status) ||
                f.before.budget_micros != f.after.budget_micros;
    f.allowed = check_owner(db, arena, c, wish, position, &f.why) &&
                check_guards(arena, account, wish, position, &f.why);
    if (f.why.kind == ERR_BROKEN || f.why.kind == ERR_BUSY) {
        *err = f.why;
        return false;
    }
    if (f.allowed)
        f.daily_change_micros = daily_money(account) - before + launched;
    else
        f.after = f.before;
    out->daily_after_micros += f.daily_change_micros;
    *action_forecasts_add(&out->forecasts, arena) = f;
    return true;
}

bool action_batch_preview(struct db *db, struct arena *arena, const struct ad_connection *c,
                          const struct action_wishes *wishes, struct action_preview *out,
                          struct err *err)
{
    struct brain_inputs account;

    *out = (struct action_preview){0};
    if (!take_account(db, arena, c, &account, err))
        return false;
    out->daily_before_micros = out->daily_after_micros = daily_money(&account);
    for (size_t i = 0; i < wishes->n; i++)
        if (!forecast(db, arena, c, wishes, i, &account, out, err))
            return false;
    return true;
}

/* --- writing ----------------------------------------------------------------------- */

static struct str job_args(struct arena *arena, struct str batch_id)
{
    return str_fmt(arena, "{\"action_batch_id\":\"" STR_FMT "\"}", STR_ARG(batch_id));
}

static bool write_batch(struct db *db, struct arena *arena, const struct ad_connection *c,
                        const struct action_batch *batch, const struct action_wishes *wishes,
                        struct str *batch_id, bool *added, struct err *err)
{
    int64_t now_ms = clock_wall_ms();

    if (!action_db_add_batch(db, arena, batch, now_ms, batch_id, added, err))
        return false;
    if (!*added)
        return true;
    for (size_t i = 0; i < wishes->n; i++) {
        const struct action_wish *wish = &wishes->at[i];
        struct str action_id;
        bool moved = true;
        if (!action_db_add(db, arena, c, *batch_id, batch->execution_id, i, wish, now_ms,
                           &action_id, err))
            return false;
        if (wish->undo_of.n && !action_db_undone_by(db, wish->undo_of, action_id, &moved, err))
            return false;
        if (!moved)
            return err_set(err, ERR_CONFLICT, "action " STR_FMT " was undone already",
                           STR_ARG(wish->undo_of));
    }
    return job_add(
        db, &(struct job_wish){.kind = "actions.run", .args = job_args(arena, *batch_id)}, NULL,
        err);
}

bool action_batch_write(struct db *db, struct arena *arena, const struct ad_connection *c,
                        const struct action_batch *batch, const struct action_wishes *wishes,
                        struct str *batch_id, struct err *err)
{
    bool added = false;

    if (!write_batch(db, arena, c, batch, wishes, batch_id, &added, err))
        return false;
    return added || err_set(err, ERR_CONFLICT, "this batch was written already");
}

/* The batch that a key gave before: *found, or a conflict when it was another request. */
static bool find_same(struct db *db, struct arena *arena, const struct action_batch *batch,
                      bool *found, struct str *batch_id, struct err *err)
{
    struct action_batch_row row;

    if (!action_db_find_key(db, arena, batch->idempotency_key, found, &row, err))
        return false;
    if (!*found)
        return true;
    if (!str_eq(row.fingerprint, batch->fingerprint)) {
        (void)err_set(err, ERR_CONFLICT, "this idempotency key was used for another request");
        (void)err_field(err, "idempotencyKey");
        return err_hint(err, "use a new key for a new request");
    }
    *batch_id = row.id;
    return true;
}

bool action_batch_add(const struct app *app, struct db *db, struct arena *arena,
                      const struct ad_connection *c, const struct action_batch *batch,
                      const struct action_wishes *wishes, struct str *batch_id, bool *added,
                      struct err *err)
{
    struct err why = {0};
    bool found = false, ok;

    *added = false;
    if (!find_same(db, arena, batch, &found, batch_id, err))
        return false;
    if (found)
        return true;
    if (!check_all(db, arena, c, wishes, err))
        return false;
    if (!db_begin(db, err))
        return false;
    ok = write_batch(db, arena, c, batch, wishes, batch_id, added, &why);
    if (ok && !*added) { /* the same key, a moment earlier */
        if (!db_end(db, true, err))
            return false;
        return find_same(db, arena, batch, &found, batch_id, err);
    }
    if (db_end(db, ok, &why)) {
        if (app->runner)
            job_wake(app->runner);
        return true;
    }
    *added = false;
    if (why.kind == ERR_UNCERTAIN) { /* the answer to the commit was lost: look the row up */
        if (!find_same(db, arena, batch, &found, batch_id, err))
            return false;
        if (found)
            return *added = true;
    }
    *err = why;
    return false;
}

/* --- reading ------------------------------------------------------------------------- */

bool action_get(struct db *db, struct arena *arena, struct str action_id, struct action *out,
                struct err *err)
{
    bool found = false;

    if (!action_db_find(db, arena, action_id, &found, out, err))
        return false;
    return found || err_set(err, ERR_NOT_FOUND, "there is no such action");
}

bool action_batch_get(struct db *db, struct arena *arena, struct str batch_id,
                      struct action_batch_row *out, struct actions *actions, struct err *err)
{
    bool found = false;

    if (!action_db_batch(db, arena, batch_id, &found, out, err))
        return false;
    if (!found)
        return err_set(err, ERR_NOT_FOUND, "there is no such batch of actions");
    return action_db_list(db, arena, batch_id, actions, err);
}

bool action_list_of_execution(struct db *db, struct arena *arena, struct str execution_id,
                              struct actions *out, struct err *err)
{
    return action_db_list_execution(db, arena, execution_id, out, err);
}
