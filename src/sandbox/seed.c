/* seed.c - the content of a new sandbox, from data/seed.json, and its markets. */

#include "sandbox/box.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/embedded.h"
#include "conf/conf.h"
#include "sandbox/doc.h"
#include "sandbox/files.h"
#include "sandbox/graph.h"
#include "sandbox/rates.h"
#include "text/zone.h"

#include <stdio.h>
#include <stdlib.h>

static const struct embedded *seed_file(void)
{
    const struct embedded *file = embedded_sandbox;

    while (file->name && !str_eq(str(file->name), STR("seed.json")))
        file++;
    must(file->name != NULL);
    return file;
}

/* What POST /sandbox/reset may say; absent members keep the settings of the process. */
struct wish {
    struct str world;
    uint64_t seed;
    struct str currency, timezone; /* of the first advertiser */
    bool review;
};

static bool read_seed(struct str text, uint64_t *seed)
{
    char *end;
    char copy[32];

    if (!text.n || text.n >= sizeof copy)
        return false;
    snprintf(copy, sizeof copy, STR_FMT, STR_ARG(text));
    *seed = strtoull(copy, &end, 0);
    return *end == 0;
}

static bool read_wish(struct sandbox *box, struct arena *arena, const struct json *json,
                      struct wish *out, struct err *err)
{
    struct str seed = json_given(json, "seed") ? json_number_text(json, "seed", arena)
                                               : box->conf->sandbox_seed;

    if (!read_seed(seed, &out->seed))
        return err_input(err, "sandbox_seed", "give a whole number, decimal or 0x...",
                         "the seed is not a number");
    return json_want_text(json, "world", 1000000, box->conf->sandbox_world, &out->world, err) &&
           json_want_text(json, "currency", 3, STR(""), &out->currency, err) &&
           json_want_text(json, "timezone", 64, STR(""), &out->timezone, err) &&
           json_want_bool(json, "review", true, &out->review, err);
}

static bool archetype_known(struct str name)
{
    for (size_t i = 0; world_archetypes[i]; i++)
        if (str_eq(str(world_archetypes[i]), name))
            return true;
    return false;
}

static bool read_file(struct arena *arena, struct str path, struct str *out, struct err *err)
{
    FILE *f = fopen(str_c(arena, path), "rb");
    struct buf buf;
    char chunk[8192];
    size_t n;

    if (!f)
        return err_input(err, "sandbox_world",
                         "name an archetype (adwright sandbox --help lists them) or a file",
                         "no world is called '" STR_FMT "' and no such file can be read",
                         STR_ARG(path));
    buf_init(&buf, arena, LIMIT_JSON_TEXT);
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        buf_add(&buf, (struct str){chunk, n});
    fclose(f);
    return buf_done(&buf, "the world file", out, err);
}

/* A world by archetype, by the text of a world file, or by its path. */
static bool world_source(struct arena *arena, struct str world, struct world_setup *setup,
                         struct err *err)
{
    if (archetype_known(world)) {
        setup->archetype = world;
        return true;
    }
    if (str_starts(str_trim(world), STR("{"))) {
        setup->file = world;
        return true;
    }
    return read_file(arena, world, &setup->file, err);
}

static bool add_market(struct sandbox *box, struct arena *arena, const struct wish *wish,
                       size_t position, const struct json *advertiser, struct err *err)
{
    struct str zone = json_text(advertiser, "timezone", STR("UTC"));
    int64_t now_ms = clock_wall_ms();
    struct world_setup setup = {
        .seed = wish->seed + position,
        .start_ms = now_ms,
        .utc_offset_s = zone_offset_s(zone, now_ms),
        .currency = json_text(advertiser, "currency", STR("KZT")),
        .review = wish->review,
    };
    struct market *market;
    struct world *world;
    int64_t balance;

    if (!world_source(arena, wish->world, &setup, err) || !world_new(&setup, &world, err))
        return false;
    if (json_micros(advertiser, "balance", &balance))
        world_set_balance(world, balance, world_now_ms(world));
    market = markets_add(&box->markets, box->market_arena);
    *market = (struct market){
        .advertiser_id =
            str_dup(box->market_arena, json_text(advertiser, "advertiser_id", STR(""))),
        .world = world,
        .hooked_ms = world_now_ms(world),
    };
    return true;
}

static bool zone_right(struct str zone, struct err *err)
{
    return !zone.n || zone_known(zone) ||
           err_input(err, "timezone", "use an IANA name such as Asia/Almaty",
                     "no such time zone");
}

static void change_first(struct sandbox *box, struct arena *arena, const struct wish *wish)
{
    struct str id = store_id_at(box->store, KIND_ADVERTISER, 0);
    struct doc doc;

    doc_from(&doc, arena, store_at(box->store, KIND_ADVERTISER, 0));
    if (wish->currency.n)
        doc_text(&doc, "currency", wish->currency);
    if (wish->timezone.n) {
        doc_text(&doc, "timezone", wish->timezone);
        doc_text(&doc, "display_timezone", wish->timezone);
    }
    (void)store_put(box->store, KIND_ADVERTISER, id, doc_print(&doc));
}

static bool seed(struct sandbox *box, struct arena *arena, const struct json *json,
                 struct err *err)
{
    const struct embedded *file = seed_file();
    const struct json *content;
    struct wish wish = {0};

    if (!read_wish(box, arena, json, &wish, err) || !zone_right(wish.timezone, err))
        return false;
    must(json_parse(arena, (struct str){file->bytes, file->n}, &content, err));
    for (size_t i = 0; i < json_count(content); i++)
        must(store_load(box->store, json_item(content, i), err));
    box->seed = wish.seed;
    change_first(box, arena, &wish);
    for (size_t i = 0; i < store_count(box->store, KIND_ADVERTISER); i++)
        if (!add_market(box, arena, &wish, i, store_at(box->store, KIND_ADVERTISER, i), err))
            return false;
    return true;
}

void box_clear(struct sandbox *box)
{
    for (size_t i = 0; i < box->markets.n; i++)
        world_free(box->markets.at[i].world);
    box->markets = (struct markets){0};
    arena_reset(box->market_arena);
    store_free(box->store);
    box->store = store_new();
    rates_reset(box->rates);
    graph_usage_reset(box->graph_usage);
    box->scheduled_ms = 0;
}

bool box_seed(struct sandbox *box, const struct json *wish, struct err *err)
{
    struct arena *arena = arena_new("sandbox seed");
    bool ok = seed(box, arena, wish, err);

    store_sweep(box->store);
    arena_free(arena);
    return ok;
}
