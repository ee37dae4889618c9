#ifndef TEST_UNIT_BRAIN_INPUTS_H
#define TEST_UNIT_BRAIN_INPUTS_H

/* Inputs of an execution, made by hand for the tests of brain/. */
#include "base/arena.h"
#include "brain/decide.h"
#include "brain/inputs.h"
#include "text/json.h"
#include "test.h"

#define U    INT64_C(1000000) /* micros of a unit */
#define HOUR INT64_C(3600000)
#define NOW  INT64_C(1795489200000) /* 2026-11-24 08:00 in Almaty, UTC+5 */

static inline struct brain_direction *make_direction(struct arena *arena,
                                                     struct brain_inputs *in, const char *id,
                                                     int64_t budget, int64_t target)
{
    struct brain_direction *d = brain_directions_add(&in->directions, arena);

    d->id = str(id);
    d->name = str(id);
    d->objective = STR("lead_generation");
    d->active = true;
    d->budget_micros = budget * U;
    d->target_micros = target * U;
    return d;
}

/* A fresh, fully read account in KZT with one direction "d1". */
static inline struct brain_inputs make_inputs(struct arena *arena, int64_t budget,
                                              int64_t target)
{
    struct brain_inputs in = {
        .as_of_ms = NOW,
        .today = STR("2026-11-24"),
        .local_minutes = 8 * 60,
        .zone = STR("Asia/Almaty"),
        .platform = STR("tiktok"),
        .currency = STR("KZT"),
        .unit_micros = U,
        .minimum_micros = 2500 * U,
        .deliverable = true,
        .account_status = STR("STATUS_ENABLE"),
        .collected_ms = NOW - 60000,
    };

    for (int i = 1; i <= BRAIN_DAYS_KNOWN; i++)
        in.covered[i] = true;
    make_direction(arena, &in, "d1", budget, target);
    return in;
}

/* A running group of "d1", a month old, with one live ad "<id>a". */
static inline struct brain_group *make_group(struct arena *arena, struct brain_inputs *in,
                                             const char *id, int64_t budget)
{
    struct brain_group *g = brain_groups_add(&in->groups, arena);

    g->id = str(id);
    g->name = str_fmt(arena, "group %s", id);
    g->campaign_id = STR("c1");
    g->campaign_name = STR("campaign");
    g->direction_id = STR("d1");
    g->live = g->daily = g->enabled = g->campaign_enabled = true;
    g->budget_micros = g->day_start_micros = budget * U;
    g->created_ms = NOW - 30 * 24 * HOUR;
    struct brain_ad *ad = brain_ads_add(&g->ads, arena);
    ad->id = str_fmt(arena, "%sa", id);
    ad->name = ad->id;
    ad->live = true;
    return g;
}

/* The same figures on each of the days first..last back; 2 % CTR, CPM of 1000. */
static inline void make_days(struct brain_ad *ad, int first, int last, int64_t spend,
                             int64_t leads)
{
    struct brain_counts one = {
        .spend_micros = spend * U,
        .impressions = spend,
        .clicks = spend / 50,
        .conversions = leads,
        .leads = leads,
    };

    for (int day = first; day <= last && day < BRAIN_DAYS; day++)
        ad->day[day] = one;
    if (last >= BRAIN_DAYS) {
        int days = last - BRAIN_DAYS + 1;
        ad->older = (struct brain_counts){one.spend_micros * days,
                                          one.impressions * days,
                                          one.clicks * days,
                                          one.conversions * days,
                                          0,
                                          one.leads * days,
                                          0};
    }
}

/* Decisions as JSON; the text in *text where it is not NULL. */
static inline const struct json *make_decisions(struct arena *arena,
                                                const struct brain_inputs *in, struct str *text)
{
    const struct json *root = NULL;
    struct str inputs, decisions = {0};
    struct err err = {0};
    bool ok = inputs_print(arena, in, &inputs, &err) &&
              decide(arena, inputs, STR("p1"), &decisions, &err) &&
              json_parse(arena, decisions, &root, &err);

    CHECK(ok, "%s", err.text);
    if (!ok)
        exit(1);
    if (text)
        *text = decisions;
    return root;
}

static inline const struct json *find_by_id(const struct json *list, const char *field,
                                            struct str id)
{
    for (size_t i = 0; i < json_count(list); i++) {
        if (str_eq(json_text(json_item(list, i), field, STR("")), id))
            return json_item(list, i);
    }
    return json_item(list, json_count(list));
}

static inline int64_t json_whole(const struct json *v, const char *path)
{
    int64_t n = -1;

    return json_int(v, path, &n) ? n : -1;
}

#endif
