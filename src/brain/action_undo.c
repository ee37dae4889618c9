/* action_undo.c - bring back what was before an action, once. */
#include "brain/action_db.h"

#include "text/json.h"

/* What the undo of an action is; ERR_CONFLICT says why there is none. */
static bool inverse(struct arena *arena, const struct action *a, struct action_wish *out,
                    struct err *err)
{
    const struct action_kind *kind = action_kind_find(a->type);
    const struct json *before, *after;
    struct str old, new;
    int64_t old_micros = 0, new_micros = 0;

    if (!kind || kind->verb == VERB_READ)
        return err_set(err, ERR_CONFLICT, "this action changed nothing that could be undone");
    if (a->undo_of.n)
        return err_set(err, ERR_CONFLICT, "an undo is not undone: ask for the change itself");
    if (!str_eq(a->state, STR("done")))
        return err_set(err, ERR_CONFLICT,
                       "the action is " STR_FMT ", only a finished one is undone",
                       STR_ARG(a->state));
    if (a->undone_by.n)
        return err_set(err, ERR_CONFLICT, "the action was undone already");
    if (!json_parse(arena, a->before.n ? a->before : STR("{}"), &before, err) ||
        !json_parse(arena, a->after.n ? a->after : STR("{}"), &after, err))
        return false;
    *out =
        (struct action_wish){.undo_of = a->id, .object_id = a->object_id, .expected = a->after};
    if (kind->verb == VERB_LAUNCH) {
        out->kind = action_kind_find(STR("TikTok.PauseAdGroup"));
        out->object_id = json_text(after, "adgroup_id", STR(""));
        if (!out->object_id.n)
            return err_set(err, ERR_CONFLICT,
                           "the launch made no ad group that could be paused");
    } else if (kind->verb == VERB_BUDGET) {
        (void)json_int(before, "budget_micros", &old_micros);
        (void)json_int(after, "budget_micros", &new_micros);
        if (old_micros <= 0 || old_micros == new_micros)
            return err_set(err, ERR_CONFLICT,
                           "this action changed nothing that could be undone");
        out->kind = kind;
        out->budget_micros = old_micros;
    } else {
        old = json_text(before, "status", STR(""));
        new = json_text(after, "status", STR(""));
        if (!old.n || str_eq(old, new))
            return err_set(err, ERR_CONFLICT,
                           "this action changed nothing that could be undone");
        out->kind = action_kind_find(str_fmt(arena, "%s%s",
                                             kind->verb == VERB_PAUSE ? "Resume" : "Pause",
                                             kind->level == LEVEL_CAMPAIGN  ? "Campaign"
                                             : kind->level == LEVEL_ADGROUP ? "AdGroup"
                                                                            : "Ad"));
    }
    return true;
}

static struct str params_of(struct arena *arena, const struct action_wish *wish)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, LIMIT_TEXT);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, wish->kind->id_field, wish->object_id);
    if (wish->kind->verb == VERB_BUDGET)
        json_micros_member(&w, "new_budget", wish->budget_micros);
    json_end(&w);
    return buf_str(&buf);
}

static bool plan_undo(struct db *db, struct arena *arena, const struct action *a,
                      struct action_wish *out, struct err *err)
{
    bool changed = false;

    if (!inverse(arena, a, out, err) || !action_db_changed_later(db, arena, a, &changed, err))
        return false;
    if (changed)
        return err_set(err, ERR_CONFLICT, STR_FMT " was changed again since",
                       STR_ARG(a->object_id));
    out->params = params_of(arena, out);
    out->reason = str_fmt(arena, "undo of " STR_FMT, STR_ARG(a->type));
    return true;
}

static bool start(const struct app *app, struct db *db, struct arena *arena, struct str key,
                  struct str source, struct str actor, const struct action *first,
                  const struct action_wishes *wishes, struct str *batch_id, struct err *err)
{
    struct ad_connection connection;
    bool added = false;

    if (!ad_account_resolve(db, arena, first->ad_account_id, first->platform, &connection, err))
        return false;
    return action_batch_add(
        app, db, arena, &connection,
        &(struct action_batch){
            .idempotency_key = key, .fingerprint = key, .source = source, .actor = actor},
        wishes, batch_id, &added, err);
}

/* A refused undo may be tried again: each try has its own key. */
static struct str undo_key(struct arena *arena, struct str id, size_t tries)
{
    return str_fmt(arena, "undo:" STR_FMT ":%zu", STR_ARG(id), tries);
}

static bool count_tries(struct db *db, struct arena *arena, struct str id, size_t *tries,
                        struct err *err)
{
    struct action_batch_row row;
    bool found = true;

    for (*tries = 0; found; ++*tries) {
        if (!action_db_find_key(db, arena, undo_key(arena, id, *tries), &found, &row, err))
            return false;
        if (!found)
            break;
    }
    return true;
}

bool action_undo(const struct app *app, struct db *db, struct arena *arena,
                 struct str action_id, struct str actor, struct str *batch_id, struct err *err)
{
    struct action a;
    struct action_wishes wishes = {0};
    size_t tries;

    if (!action_get(db, arena, action_id, &a, err) ||
        !plan_undo(db, arena, &a, action_wishes_add(&wishes, arena), err) ||
        !count_tries(db, arena, action_id, &tries, err))
        return false;
    return start(app, db, arena, undo_key(arena, action_id, tries), STR("undo"), actor, &a,
                 &wishes, batch_id, err);
}

/* All of them that can be undone, last first. */
static bool undo_all(const struct app *app, struct db *db, struct arena *arena, struct str id,
                     const struct actions *all, struct str actor, struct str *batch_id,
                     int64_t *undone, int64_t *skipped, struct err *err)
{
    struct action_wishes wishes = {0};
    struct err last = {0};
    size_t tries;

    *undone = *skipped = 0;
    if (!count_tries(db, arena, id, &tries, err))
        return false;
    for (size_t i = all->n; i > 0; i--) {
        const struct action *a = &all->at[i - 1];
        struct action_wish wish;
        struct err why = {0};
        if (plan_undo(db, arena, a, &wish, &why)) {
            *action_wishes_add(&wishes, arena) = wish;
            ++*undone;
        } else if (why.kind == ERR_CONFLICT) {
            last = why;
            ++*skipped;
        } else {
            *err = why;
            return false;
        }
    }
    if (!wishes.n) {
        if (last.kind)
            *err = last;
        else
            (void)err_set(err, ERR_CONFLICT, "nothing was changed that could be undone");
        return false;
    }
    return start(app, db, arena, undo_key(arena, id, tries), STR("undo"), actor, &all->at[0],
                 &wishes, batch_id, err);
}

bool action_undo_execution(const struct app *app, struct db *db, struct arena *arena,
                           struct str execution_id, struct str actor, struct str *batch_id,
                           int64_t *undone, int64_t *skipped, struct err *err)
{
    struct actions all = {0};

    return action_db_list_execution(db, arena, execution_id, &all, err) &&
           undo_all(app, db, arena, execution_id, &all, actor, batch_id, undone, skipped, err);
}

bool action_undo_batch(const struct app *app, struct db *db, struct arena *arena,
                       struct str batch_id, struct str actor, struct str *undo_id,
                       int64_t *undone, int64_t *skipped, struct err *err)
{
    struct action_batch_row batch;
    struct actions all = {0};

    return action_batch_get(db, arena, batch_id, &batch, &all, err) &&
           undo_all(app, db, arena, batch_id, &all, actor, undo_id, undone, skipped, err);
}

/* --- once more ---------------------------------------------------------------------- */

/* The wish of an action, as it was put. */
static bool wish_again(struct arena *arena, const struct action *a, struct action_wish *out,
                       struct err *err)
{
    struct str text = str_fmt(arena, "{\"type\":\"" STR_FMT "\",\"params\":" STR_FMT "}",
                              STR_ARG(a->type), STR_ARG(a->params));
    const struct json *json;

    if (!json_parse(arena, text, &json, err) || !action_parse(arena, json, 0, out, err))
        return false;
    out->reason = a->reason;
    out->undo_of = a->undo_of;
    out->expected = a->undo_of.n ? a->expected : STR("");
    return true;
}

static struct str retry_key(struct arena *arena, struct str batch_id)
{
    return str_fmt(arena, "retry:" STR_FMT, STR_ARG(batch_id));
}

bool action_retry(const struct app *app, struct db *db, struct arena *arena,
                  struct str batch_id, struct str actor, struct str *again_id, struct err *err)
{
    struct action_batch_row batch;
    struct action_wishes wishes = {0};
    struct actions all = {0};

    if (!action_batch_get(db, arena, batch_id, &batch, &all, err))
        return false;
    for (size_t i = 0; i < all.n; i++) {
        struct str state = all.at[i].state;
        if ((str_eq(state, STR("failed")) || str_eq(state, STR("refused"))) &&
            !wish_again(arena, &all.at[i], action_wishes_add(&wishes, arena), err))
            return false;
    }
    if (!wishes.n)
        return err_set(err, ERR_CONFLICT, "nothing of this batch has failed");
    /* A batch is asked again once; what fails then is a batch of its own. */
    return start(app, db, arena, retry_key(arena, batch_id), STR("retry"), actor, &all.at[0],
                 &wishes, again_id, err);
}
