/* live/: what was stored is told once, to the org that it belongs to. */
#include "live/live.h"
#include "lead/lead.h"
#include "test_ground.h"

struct watched {
    struct ground g;
    struct live_memory memory;
};

/* One look at the org in scope: "kind:id kind:id ". */
static struct str look(struct watched *w, struct live_memory *memory)
{
    struct live_changes changes = {0};
    struct str out = STR("");

    CHECK_OK(live_look(w->g.db, w->g.arena, clock_wall_ms(), memory, &changes, &w->g.err),
             w->g.err);
    for (size_t i = 0; i < changes.n; i++)
        out = str_fmt(w->g.arena, STR_FMT STR_FMT ":" STR_FMT " ", STR_ARG(out),
                      STR_ARG(changes.at[i].kind), STR_ARG(changes.at[i].id));
    return out;
}

static struct str put_lead(struct ground *g, struct str id)
{
    CHECK_OK(db_run(g->db, NULL, &g->err,
                    "INSERT INTO leads (org_id, lead_id, platform, source, platform_lead_id,"
                    " state, created_ms, received_ms, updated_ms)"
                    " VALUES ($1, $2, 'tiktok', 'site', CAST($2 AS TEXT), 'linked', 0, 0, $3)",
                    TEXT(db_scope_org(g->db)), TEXT(id), INT(clock_wall_ms())),
             g->err);
    return id;
}

static void put_stage(struct ground *g, struct str lead_id, const char *stage, int64_t sequence,
                      int64_t at_ms)
{
    CHECK_OK(db_run(g->db, NULL, &g->err,
                    "INSERT INTO lead_transitions (org_id, lead_id, sequence, at_ms, actor,"
                    " kind, from_value, to_value, cause)"
                    " VALUES ($1, $2, $3, $4, 'test', 'stage', '', $5, '')",
                    TEXT(db_scope_org(g->db)), TEXT(lead_id), INT(sequence), INT(at_ms),
                    TEXT(str(stage))),
             g->err);
}

static struct watched begin(struct database *database, struct db *db)
{
    struct watched w = {0};

    ground_begin(&w.g, database, db);
    return w;
}

static void end(struct watched *w)
{
    arena_free(w->memory.arena);
    ground_end(&w->g);
}

static void a_change_is_told_once(struct database *database, struct db *db)
{
    struct watched w = begin(database, db);
    struct str lead, again;

    (void)look(&w, &w.memory); /* the org itself is new */
    CHECK(look(&w, &w.memory).n == 0, "nothing happened");
    lead = put_lead(&w.g, id_new(w.g.arena));
    again = look(&w, &w.memory);
    CHECK(str_eq(again, str_fmt(w.g.arena, "lead:" STR_FMT " ", STR_ARG(lead))), STR_FMT,
          STR_ARG(again));
    CHECK(look(&w, &w.memory).n == 0, "told already");
    put_stage(&w.g, lead, "qualified", 7, clock_wall_ms());
    CHECK(look(&w, &w.memory).n > 0, "its stage changed");
    clock_set_wall(GROUND_NOW + 2 * MINUTE_MS);
    CHECK(look(&w, &w.memory).n == 0, "what is over is not new");
    end(&w);
}

static void a_late_commit_is_told_too(struct database *database, struct db *db)
{
    struct watched w = begin(database, db);
    struct str early, late, told;

    clock_set_wall(GROUND_NOW + HOUR_MS);
    early = id_new(w.g.arena); /* its transaction takes half a minute */
    clock_set_wall(GROUND_NOW + HOUR_MS + 30000);
    (void)look(&w, &w.memory);
    late = put_lead(&w.g, id_new(w.g.arena));
    (void)look(&w, &w.memory);
    put_lead(&w.g, early);
    told = look(&w, &w.memory);
    CHECK(str_has(told, early) && !str_has(told, late), STR_FMT, STR_ARG(told));
    end(&w);
}

static void who_has_just_come_hears_the_last_seconds(struct database *database, struct db *db)
{
    struct watched w = begin(database, db);
    struct str before, since, told;

    before = put_lead(&w.g, id_new(w.g.arena));
    clock_set_wall(GROUND_NOW + 20000);
    since = put_lead(&w.g, id_new(w.g.arena));
    told = look(&w, &w.memory);
    CHECK(str_has(told, since) && !str_has(told, before), STR_FMT, STR_ARG(told));
    end(&w);
}

static void another_org_hears_nothing(struct database *database, struct db *db)
{
    struct watched w = begin(database, db);
    struct live_memory others = {0};
    struct str mine;

    db_scope(db, w.g.other);
    (void)look(&w, &others);
    db_scope(db, w.g.org);
    (void)look(&w, &w.memory);
    put_lead(&w.g, id_new(w.g.arena));
    (void)ground_account(&w.g, "700", "KZT", "Asia/Almaty", "KZ");
    mine = look(&w, &w.memory);
    CHECK(str_has(mine, STR("lead:")) && str_has(mine, STR("ad_account:")), STR_FMT,
          STR_ARG(mine));
    db_scope(db, w.g.other);
    CHECK(look(&w, &others).n == 0, "not its own");
    arena_free(others.arena);
    end(&w);
}

static void a_flood_is_told_as_one(struct database *database, struct db *db)
{
    struct watched w = begin(database, db);
    struct live_changes changes = {0};

    (void)look(&w, &w.memory);
    CHECK_OK(db_begin(db, &w.g.err), w.g.err);
    for (int i = 0; i < 200; i++)
        put_lead(&w.g, id_new(w.g.arena));
    CHECK_OK(db_end(db, true, &w.g.err), w.g.err);
    CHECK_OK(live_look(db, w.g.arena, clock_wall_ms(), &w.memory, &changes, &w.g.err), w.g.err);
    CHECK(changes.n == 51 && !changes.at[50].id.n, "%zu", changes.n);
    end(&w);
}

int main(void)
{
    RUN_ON_DATABASES(a_change_is_told_once);
    RUN_ON_DATABASES(a_late_commit_is_told_too);
    RUN_ON_DATABASES(who_has_just_come_hears_the_last_seconds);
    RUN_ON_DATABASES(another_org_hears_nothing);
    RUN_ON_DATABASES(a_flood_is_told_as_one);
    return test_report();
}
