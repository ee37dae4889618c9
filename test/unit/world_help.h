#ifndef TEST_UNIT_WORLD_HELP_H
#define TEST_UNIT_WORLD_HELP_H

/* What the tests of the market model share: worlds made in one line, figures read in one. */

#include "test.h"

#include "base/arena.h"
#include "sandbox/world.h"

#define HOUR   INT64_C(3600000)
#define DAY    (24 * HOUR)
#define UNIT   INT64_C(1000000)
#define START  INT64_C(1767553200000) /* 2026-01-05 00:00 in Almaty: a Monday */
#define ALMATY (5 * 3600)

static inline __attribute__((unused)) struct world *
world_of(uint64_t seed, const char *archetype, const char *file, bool populate)
{
    struct world *w = NULL;
    struct err err = {0};
    struct world_setup setup = {.seed = seed,
                                .archetype = str(archetype),
                                .file = str(file),
                                .start_ms = START,
                                .utc_offset_s = ALMATY,
                                .populate = populate};
    if (!world_new(&setup, &w, &err)) {
        fprintf(stderr, "world_new: %s\n", err.text);
        abort();
    }
    return w;
}

/* A campaign without limits with one group; its handle. */
static inline __attribute__((unused)) int group_of(struct world *w, const char *key,
                                                   int64_t budget_units)
{
    int c = world_campaign_add(w, &(struct world_campaign){.on = true}, world_now_ms(w));
    return world_group_add(w,
                           &(struct world_group){.campaign = c,
                                                 .key = str(key),
                                                 .on = true,
                                                 .mode = WORLD_BUDGET_DAY,
                                                 .budget_micros = budget_units * UNIT},
                           world_now_ms(w));
}

/* The figures of one id over [from, to), as of then (0 = the truth). */
static inline __attribute__((unused)) struct world_figures figures_of(const struct world *w,
                                                                      enum world_level level,
                                                                      int id, int64_t from,
                                                                      int64_t to, int64_t as_of)
{
    struct arena *arena = arena_new("figures");
    struct world_rows rows = {0};
    struct world_figures f = {0};
    struct world_query q = {.level = level,
                            .bucket = WORLD_IN_ALL,
                            .from_ms = from,
                            .to_ms = to,
                            .as_of_ms = as_of,
                            .truth = as_of == 0};
    world_report(w, &q, arena, &rows);
    for (size_t i = 0; i < rows.n; i++)
        if (rows.at[i].id == id)
            f = rows.at[i].figures;
    arena_free(arena);
    return f;
}

#endif
