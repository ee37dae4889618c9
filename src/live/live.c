/* live.c - what changed in the last second, told to who listens. */

#include "live/live.h"

#include "alert/alert.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/strs.h"
#include "db/db.h"
#include "live/live_db.h"
#include "text/json.h"
#include "web/web.h"
#include "work/work.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define ALERTS_EVERY_MS INT64_C(10000)
#define LOOK_EVERY_MS   1000
#define TURN_MS         100 /* so that stopping is quick */
/* How late a transaction may commit after the times it wrote, and how far the clocks of two
 * nodes may be apart. */
#define WINDOW_MS INT64_C(60000)
/* Who has just come may have read a moment before our first look. */
#define FIRST_MS INT64_C(5000)

/* --- one look ------------------------------------------------------------------- */

/* "lead.stage" is about a lead; that somebody looked at one changes nothing. */
static struct str kind_of(struct str word)
{
    struct str rest = word, kind = str_cut(&rest, '.');

    return str_eq(rest, STR("reveal")) || str_eq(rest, STR("read")) ? STR("") : kind;
}

static uint64_t mark_of(struct arena *arena, const struct live_row *row)
{
    return str_hash(str_fmt(arena, STR_FMT "|" STR_FMT "|" STR_FMT, STR_ARG(row->kind),
                            STR_ARG(row->id), STR_ARG(row->stamp)));
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static bool was_seen(const struct live_memory *memory, uint64_t mark)
{
    return memory->n && bsearch(&mark, memory->seen, memory->n, sizeof mark, by_value);
}

/* Once each; from the ceiling on the kind as a whole. */
static void add_change(struct live_changes *out, struct arena *arena, struct str kind,
                       struct str id)
{
    size_t same = 0;

    for (size_t i = 0; i < out->n; i++) {
        if (!str_eq(out->at[i].kind, kind))
            continue;
        if (!out->at[i].id.n || str_eq(out->at[i].id, id))
            return;
        same++;
    }
    *live_changes_add(out, arena) =
        (struct live_change){kind, same < LIMIT_LIVE_CHANGES ? id : STR("")};
}

/* Alerts are computed, so they change without anything being stored: looked at now and then. */
static bool look_at_alerts(struct db *db, struct arena *arena, int64_t now_ms,
                           struct live_memory *memory, struct live_changes *out,
                           struct err *err)
{
    struct alert_filter shown = {0};
    struct alerts list = {0};
    struct str all = STR("");

    if (memory->alerts_ms && now_ms - memory->alerts_ms < ALERTS_EVERY_MS)
        return true;
    if (!alert_list(db, arena, &shown, now_ms, &list, err))
        return false;
    for (size_t i = 0; i < list.n; i++)
        all = str_fmt(arena, STR_FMT "\n" STR_FMT " %lld", STR_ARG(all),
                      STR_ARG(list.at[i].key), (long long)list.at[i].count);
    if (memory->alerts_ms && memory->alerts != str_hash(all))
        add_change(out, arena, STR("alert"), STR(""));
    memory->alerts_ms = now_ms;
    memory->alerts = str_hash(all);
    return true;
}

bool live_look(struct db *db, struct arena *arena, int64_t now_ms, struct live_memory *memory,
               struct live_changes *out, struct err *err)
{
    struct live_memory next = {.arena = arena_new("live")};
    struct live_rows rows = {0};

    if (!live_rows_since(db, arena, now_ms - WINDOW_MS, &rows, err)) {
        arena_free(next.arena);
        return false;
    }
    next.seen = NEW_ARRAY(next.arena, uint64_t, rows.n + 1);
    for (size_t i = 0; i < rows.n; i++) {
        const struct live_row *row = &rows.at[i];
        struct str kind = kind_of(row->kind);
        uint64_t mark = mark_of(arena, row);
        bool fresh = memory->arena ? !was_seen(memory, mark) : row->at_ms >= now_ms - FIRST_MS;
        next.seen[next.n++] = mark;
        if (fresh && kind.n)
            add_change(out, arena, kind, row->id);
    }
    qsort(next.seen, next.n, sizeof *next.seen, by_value);
    arena_free(memory->arena);
    memory->arena = next.arena;
    memory->seen = next.seen;
    memory->n = next.n;
    return look_at_alerts(db, arena, now_ms, memory, out, err);
}

/* --- the thread -------------------------------------------------------------------- */

struct listened { /* an org that somebody listens to */
    struct str org_id;
    bool wanted;
    struct live_memory memory;
};
LIST(listeneds, struct listened);

struct live {
    struct arena *arena; /* of the list */
    struct database *database;
    struct web *web;
    struct db *db;
    struct work_loop *loop;
    struct listeneds orgs;
    int64_t looked_mono_ms;
    bool failing; /* said once in the log */
};

static struct str print_changes(struct arena *arena, const struct live_changes *changes)
{
    struct buf buf;

    buf_init(&buf, arena, LIMIT_LIVE_WAITING);
    for (size_t i = 0; i < changes->n; i++) {
        struct json_writer w;
        buf_add(&buf, STR("data: "));
        json_writer(&w, &buf);
        json_object(&w);
        json_text_member(&w, "kind", changes->at[i].kind);
        json_text_member(&w, "id", changes->at[i].id);
        json_end(&w);
        buf_add(&buf, STR("\n\n"));
    }
    return buf_str(&buf);
}

static bool tell_org(struct live *live, struct listened *org, struct arena *arena,
                     struct err *err)
{
    struct live_changes changes = {0};

    db_scope(live->db, org->org_id);
    if (!live_look(live->db, arena, clock_wall_ms(), &org->memory, &changes, err))
        return false;
    if (changes.n)
        web_tell(live->web, org->org_id, print_changes(arena, &changes));
    return true;
}

/* Those of the list that are still listened to, with what was seen, and the new ones. */
static void renew_list(struct live *live, struct arena *arena)
{
    struct arena *fresh = arena_new("live orgs");
    struct listeneds next = {0};
    struct strs topics = {0};

    web_live_topics(live->web, arena, &topics);
    for (size_t i = 0; i < topics.n; i++) {
        struct listened *org = listeneds_add(&next, fresh);
        org->org_id = str_dup(fresh, topics.at[i]);
        for (size_t k = 0; k < live->orgs.n; k++)
            if (str_eq(live->orgs.at[k].org_id, topics.at[i])) {
                org->memory = live->orgs.at[k].memory;
                live->orgs.at[k].memory.arena = NULL;
            }
    }
    for (size_t k = 0; k < live->orgs.n; k++)
        arena_free(live->orgs.at[k].memory.arena);
    arena_free(live->arena);
    live->arena = fresh;
    live->orgs = next;
}

static void look(struct live *live)
{
    struct arena *arena = arena_new("live look");
    struct err err = {0};

    renew_list(live, arena);
    bool ok = live->orgs.n == 0 || live->db || db_open(live->database, &live->db, &err);
    for (size_t i = 0; ok && i < live->orgs.n; i++)
        ok = tell_org(live, &live->orgs.at[i], arena, &err);
    if (!ok && !live->failing)
        log_err("live.look", &err);
    live->failing = !ok;
    arena_free(arena);
}

static void turn(void *arg)
{
    struct live *live = arg;

    (void)poll(NULL, 0, TURN_MS);
    if (clock_mono_ms() - live->looked_mono_ms < LOOK_EVERY_MS)
        return;
    live->looked_mono_ms = clock_mono_ms();
    look(live);
}

bool live_start(struct arena *arena, struct database *database, struct web *web,
                struct live **out, struct err *err)
{
    struct live *live = NEW(arena, struct live);

    *live = (struct live){.database = database, .web = web};
    if (!work_loop_start("live", turn, NULL, live, &live->loop, err))
        return false;
    *out = live;
    return true;
}

void live_stop(struct live *live)
{
    if (!live)
        return;
    work_loop_stop(live->loop);
    for (size_t i = 0; i < live->orgs.n; i++)
        arena_free(live->orgs.at[i].memory.arena);
    arena_free(live->arena);
    db_close(live->db);
}
