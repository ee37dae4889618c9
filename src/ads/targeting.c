/* targeting.c - the platforms' own lists of what ads are aimed at: asked, kept, searched. */

#include "ads/targeting.h"
#include "ads/account_db.h"

#include "base/limits.h"
#include "base/log.h"
#include "text/words.h"

#define FRESH_MS (INT64_C(7) * 86400000)
/* Older lists refuse nothing: the platform may have added what they lack. */
#define TRUSTED_MS     (INT64_C(30) * 86400000)
#define QUESTION_WORDS 8
#define DEPTH_MOST     5 /* of places inside places */

static const char *const kinds[] = {
    [TARGET_PLACES] = "places",
    [TARGET_INTERESTS] = "interests",
    [TARGET_LANGUAGES] = "languages",
};

/* --- asking --- */

static bool ask(const struct app *app, struct net *net, struct arena *arena,
                const struct ad_connection *connection,
                const struct targeting_question *question, struct str *entries, struct err *err)
{
    const struct platform *platform = platform_find(connection->platform);
    struct platform_targets list = {0};
    struct platform_session session;

    return ad_account_session(app, connection, net, arena, &session, err) &&
           platform->targets(&session, question->kind, question->text, &list, err) &&
           targeting_print(arena, &list, entries, err);
}

/* The platform's own words where it gave some. */
static struct str reason(struct arena *arena, const struct err *why)
{
    return str_dup(arena, str(*why->platform_message ? why->platform_message : why->text));
}

/* Brings *row up to date where that is due; what stands in the way is in out->why. */
static bool renew(const struct app *app, struct db *db, struct net *net, struct arena *arena,
                  const struct ad_connection *connection,
                  const struct targeting_question *question, int64_t now_ms,
                  struct targeting_row *row, struct targeting_answer *out, struct err *err)
{
    struct err why = {0};

    if (row->read_ms && now_ms - row->read_ms < FRESH_MS)
        return true;
    out->stale = true;
    if (!str_eq(connection->state, STR("connected"))) {
        out->why = STR("the ad account is not connected to the platform");
        return true;
    }
    if (!ask(app, net, arena, connection, question, &row->entries, &why)) {
        log_warn("targeting.not_read", LOG_TEXT("platform", connection->platform),
                 LOG_CSTR("kind", row->kind), LOG_CSTR("why", why.text));
        out->why = reason(arena, &why);
        return true;
    }
    row->read_ms = now_ms;
    out->stale = false;
    return targeting_row_put(db, row, err);
}

/* --- answering --- */

static bool holds(const struct strs *ids, struct str id)
{
    for (size_t i = 0; i < ids->n; i++)
        if (str_eq(ids->at[i], id))
            return true;
    return false;
}

static void add(struct arena *arena, const struct platform_target *target,
                struct targeting_answer *out)
{
    for (size_t i = 0; i < out->targets.n; i++)
        if (str_eq(out->targets.at[i].id, target->id))
            return;
    *platform_targets_add(&out->targets, arena) = *target;
}

static void pick(struct arena *arena, struct str entries, const struct strs *ids,
                 struct targeting_answer *out)
{
    for (struct targeting_entry entry; targeting_next(&entries, &entry);)
        if (holds(ids, entry.target.id))
            add(arena, &entry.target, out);
}

static void known_places(const struct platform *platform, struct arena *arena, struct str text,
                         enum platform_target_kind kind, struct platform_targets *out)
{
    if (kind == TARGET_PLACES && platform->known_places)
        platform->known_places(arena, text, out);
}

/* Nothing was ever read: what the program knows. */
static void answer_from_table(const struct platform *platform, struct arena *arena,
                              const struct targeting_question *question,
                              struct targeting_answer *out)
{
    struct platform_targets known = {0};

    out->source = "table";
    known_places(platform, arena, question->ids.n ? STR("") : question->text, question->kind,
                 &known);
    for (size_t i = 0; i < known.n; i++)
        if (!question->ids.n || holds(&question->ids, known.at[i].id))
            add(arena, &known.at[i], out);
}

/* The list is in English; names that the table knows in other languages lead into it. */
static void add_other_names(const struct platform *platform, struct arena *arena,
                            const struct targeting_question *question, struct str entries,
                            struct targeting_answer *out)
{
    struct platform_targets known = {0};
    struct strs ids = {0};

    if (!question->text.n)
        return;
    known_places(platform, arena, question->text, question->kind, &known);
    for (size_t i = 0; i < known.n; i++)
        *strs_add(&ids, arena) = known.at[i].id;
    if (ids.n)
        pick(arena, entries, &ids, out);
}

/* An answer to a question fits it by the platform's own reckoning. */
static void take_all(struct arena *arena, struct str entries, struct targeting_answer *out)
{
    for (struct targeting_entry entry; targeting_next(&entries, &entry);) {
        out->more = out->targets.n == LIMIT_TARGETS;
        if (out->more)
            return;
        add(arena, &entry.target, out);
    }
}

static void answer_from_row(const struct platform *platform, struct arena *arena,
                            const struct targeting_question *question,
                            const struct targeting_row *row, struct targeting_answer *out)
{
    out->source = "platform";
    out->read_ms = row->read_ms;
    if (question->ids.n) {
        pick(arena, row->entries, &question->ids, out);
        return;
    }
    if (platform->targets_whole) {
        targeting_search(arena, row->entries, question->text, LIMIT_TARGETS, &out->targets,
                         &out->more);
        add_other_names(platform, arena, question, row->entries, out);
    } else {
        take_all(arena, row->entries, out);
    }
}

bool targeting_find(const struct app *app, struct db *db, struct net *net, struct arena *arena,
                    const struct targeting_question *question, int64_t now_ms,
                    struct targeting_answer *out, struct err *err)
{
    const struct platform *platform = platform_find(question->platform);
    struct targeting_row row = {.platform = question->platform, .kind = kinds[question->kind]};
    struct ad_connection connection = {0};
    struct ad_account account;
    bool account_found, connection_found;

    *out = (struct targeting_answer){0};
    if (!ad_account_get(db, arena, question->ad_account_id, &account, err) ||
        !ad_connection_find(db, arena, account.id, question->platform, &account_found,
                            &connection_found, &connection, err))
        return false;
    row.advertiser_id = connection.advertiser_id;
    if (!platform->targets_whole)
        row.question = words_line(arena, question->text, QUESTION_WORDS);
    if ((connection_found && !targeting_row_get(db, arena, &row, err)) ||
        !renew(app, db, net, arena, &connection, question, now_ms, &row, out, err))
        return false;
    if (row.read_ms)
        answer_from_row(platform, arena, question, &row, out);
    else
        answer_from_table(platform, arena, question, out);
    return true;
}

/* --- checking what was chosen --- */

static bool is_id(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

struct chosen {
    const struct strs *ids;
    struct str *names; /* as the list has them; "" = not in it */
    struct str *above; /* where the way up has come to; "" = the top */
};

static struct chosen chosen_of(struct arena *arena, const struct strs *ids)
{
    return (struct chosen){.ids = ids,
                           .names = arena_alloc_array(arena, ids->n, sizeof(struct str)),
                           .above = arena_alloc_array(arena, ids->n, sizeof(struct str))};
}

static void look_up(struct chosen *chosen, struct str entries)
{
    for (struct targeting_entry entry; targeting_next(&entries, &entry);)
        for (size_t i = 0; i < chosen->ids->n; i++)
            if (str_eq(chosen->ids->at[i], entry.target.id)) {
                chosen->names[i] = entry.target.name;
                chosen->above[i] = entry.target.parent_id;
            }
}

static void climb(struct chosen *chosen, struct str entries)
{
    for (struct targeting_entry entry; targeting_next(&entries, &entry);)
        for (size_t i = 0; i < chosen->ids->n; i++)
            if (chosen->above[i].n && str_eq(chosen->above[i], entry.target.id))
                chosen->above[i] = entry.target.parent_id;
}

static bool check_known(const struct chosen *chosen, const char *field, struct err *err)
{
    for (size_t i = 0; i < chosen->ids->n; i++)
        if (!chosen->names[i].n && is_id(chosen->ids->at[i]))
            return err_input(err, field, "choose from the platform's list",
                             "the platform's list has no entry " STR_FMT,
                             STR_ARG(str_sub(chosen->ids->at[i], 0, 40)));
    return true;
}

static bool check_nesting(struct chosen *chosen, struct str entries, struct err *err)
{
    for (int depth = 0; depth < DEPTH_MOST; depth++) {
        for (size_t i = 0; i < chosen->ids->n; i++)
            if (chosen->above[i].n && holds(chosen->ids, chosen->above[i]))
                return err_input(err, "locations", "name the larger place or those inside it",
                                 STR_FMT " lies inside another place of the list",
                                 STR_ARG(chosen->names[i]));
        climb(chosen, entries);
    }
    return true;
}

static bool check_one(struct db *db, struct arena *arena,
                      const struct ad_connection *connection, enum platform_target_kind kind,
                      const struct strs *ids, const char *field, int64_t now_ms,
                      struct err *err)
{
    struct targeting_row row = {.platform = connection->platform,
                                .advertiser_id = connection->advertiser_id,
                                .kind = kinds[kind]};
    struct chosen chosen;

    if (!ids->n)
        return true;
    if (!targeting_row_get(db, arena, &row, err))
        return false;
    if (!row.read_ms || now_ms - row.read_ms > TRUSTED_MS)
        return true;
    chosen = chosen_of(arena, ids);
    look_up(&chosen, row.entries);
    return check_known(&chosen, field, err) &&
           (kind != TARGET_PLACES || check_nesting(&chosen, row.entries, err));
}

bool targeting_check(struct db *db, struct arena *arena, const struct ad_connection *connection,
                     const struct platform_audience *audience, int64_t now_ms, struct err *err)
{
    const struct platform *platform = platform_find(connection->platform);

    if (!platform || !platform->targets_whole)
        return true;
    return check_one(db, arena, connection, TARGET_PLACES, &audience->places, "locations",
                     now_ms, err) &&
           check_one(db, arena, connection, TARGET_INTERESTS, &audience->interests, "interests",
                     now_ms, err);
}
