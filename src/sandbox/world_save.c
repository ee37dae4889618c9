/*
 * world_save.c - a world is its setup and what was done to it: that is saved,
 * and done again.  Small, and it proves itself by the hash of the ledger.
 */

#include "sandbox/world_inside.h"

#include "base/arena.h"

#include <string.h>

#define FORMAT "adwright-world-state/1"

static void save_setup(struct json_writer *j, const struct world_setup *setup,
                       struct arena *arena)
{
    json_key(j, "setup");
    json_object(j);
    json_text_member(j, "seed", str_fmt(arena, "%016llx", (unsigned long long)setup->seed));
    json_text_member(j, "archetype", setup->archetype);
    json_text_member(j, "file", setup->file);
    json_text_member(j, "currency", setup->currency);
    json_int_member(j, "start_ms", setup->start_ms);
    json_int_member(j, "utc_offset_s", setup->utc_offset_s);
    json_bool_member(j, "populate", setup->populate);
    json_bool_member(j, "review", setup->review);
    json_end(j);
}

struct str world_save(const struct world *w, struct arena *arena)
{
    struct buf buf;
    struct json_writer j;
    buf_init(&buf, arena, LIMIT_JSON_TEXT);
    json_writer(&j, &buf);
    json_object(&j);
    json_text_member(&j, "format", STR(FORMAT));
    save_setup(&j, &w->setup, arena);
    json_int_member(&j, "now_ms", world_now_ms(w));
    json_text_member(&j, "hash", str_fmt(arena, "%016llx", (unsigned long long)world_hash(w)));
    json_key(&j, "deeds");
    json_list(&j);
    for (size_t i = 0; i < w->deeds.n; i++) {
        const struct deed *d = &w->deeds.at[i];
        json_list(&j);
        json_put_text(&j, (struct str){&d->op, 1});
        json_put_int(&j, d->at_ms);
        json_put_int(&j, d->a);
        json_put_int(&j, d->b);
        json_put_int(&j, d->x);
        json_put_int(&j, d->y);
        json_put_text(&j, d->text);
        json_put_text(&j, d->text2);
        json_end(&j);
    }
    json_end(&j);
    json_end(&j);
    return buf.full ? (struct str){0} : buf_str(&buf);
}

/* --- and back -------------------------------------------------------------------------- */

static int64_t number(const struct json *v, const char *path)
{
    int64_t x = 0;
    return json_int(v, path, &x) ? x : 0;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0;
}

static uint64_t hex(const struct json *v, const char *path)
{
    struct str s = json_text(v, path, STR(""));
    uint64_t x = 0;
    for (size_t i = 0; i < s.n; i++)
        x = x << 4 | (uint64_t)hex_digit(s.p[i]);
    return x;
}

static void redo_group(struct world *w, const struct deed *d)
{
    struct world_group g = {.campaign = d->a,
                            .key = d->text,
                            .on = d->b & 1,
                            .website = d->b >> 1 & 1,
                            .fast = d->b >> 2 & 1,
                            .mode = (enum world_budget_mode)(d->b >> 3),
                            .budget_micros = d->x};
    for (size_t i = 0; i < sizeof g.daypart && 2 * i + 1 < d->text2.n; i++)
        g.daypart[i] =
            (uint8_t)(hex_digit(d->text2.p[2 * i]) << 4 | hex_digit(d->text2.p[2 * i + 1]));
    world_group_add(w, &g, d->at_ms);
}

/* Does the handle of the deed exist? (A file may have been damaged.) */
static bool possible(const struct world *w, const struct deed *d)
{
    size_t n = 1;
    switch (d->op) {
    case 'G':
    case 'c':
    case 'B':
        n = w->campaigns.n;
        break;
    case 'A':
    case 'g':
    case 's':
    case 'b':
        n = w->groups.n;
        break;
    case 'a':
    case 'v':
        n = w->ads.n;
        break;
    default:
        return true;
    }
    return d->a >= 0 && (size_t)d->a < n;
}

static bool redo(struct world *w, const struct deed *d)
{
    if (!possible(w, d))
        return false;
    switch (d->op) {
    case 'C':
        world_campaign_add(w,
                           &(struct world_campaign){.on = d->a,
                                                    .mode = (enum world_budget_mode)d->x,
                                                    .budget_micros = d->y,
                                                    .budget_shared = d->b},
                           d->at_ms);
        return true;
    case 'G':
        redo_group(w, d);
        return true;
    case 'A':
        world_ad_add(w, d->a, d->text, d->b, d->at_ms);
        return true;
    case 'R':
        return world_creative_role(w, d->text, d->text2, d->at_ms);
    case 'c':
        world_campaign_set_on(w, d->a, d->b, d->at_ms);
        return true;
    case 'g':
        world_group_set_on(w, d->a, d->b, d->at_ms);
        return true;
    case 'a':
        world_ad_set_on(w, d->a, d->b, d->at_ms);
        return true;
    case 's':
        world_group_set_schedule(w, d->a, d->x, d->y, d->at_ms);
        return true;
    case 'v':
        world_ad_set_creative(w, d->a, d->text, d->at_ms);
        return true;
    case 'b':
        return world_group_set_budget(w, d->a, d->x, d->at_ms) == WORLD_DONE;
    case 'B':
        return world_campaign_set_budget(w, d->a, d->x, d->at_ms) == WORLD_DONE;
    case 'm':
        world_set_balance(w, d->x, d->at_ms);
        return true;
    case 'd':
        world_set_daily_cap(w, d->x, d->at_ms);
        return true;
    default:
        return false;
    }
}

static bool redo_all(struct world *w, const struct json *v, int64_t now_ms)
{
    const struct json *deeds = json_at(v, "deeds");
    for (size_t i = 0; i < json_count(deeds); i++) {
        const struct json *row = json_item(deeds, i);
        struct str op = json_text(row, "0", STR("?"));
        struct deed d = {.op = op.n ? op.p[0] : '?',
                         .at_ms = number(row, "1"),
                         .a = (int)number(row, "2"),
                         .b = (int)number(row, "3"),
                         .x = number(row, "4"),
                         .y = number(row, "5"),
                         .text = json_text(row, "6", STR("")),
                         .text2 = json_text(row, "7", STR(""))};
        if (d.at_ms > now_ms + MS_AN_HOUR || !redo(w, &d))
            return false;
    }
    world_step(w, now_ms);
    return true;
}

static bool load(struct arena *arena, struct str saved, struct world **out, struct err *err)
{
    const struct json *v;
    struct world *w;
    if (!json_parse(arena, saved, &v, err))
        return err_while(err, "reading a saved world");
    if (!str_eq(json_text(v, "format", STR("")), STR(FORMAT)))
        return err_set(err, ERR_INVALID, "this is not a saved world of format " FORMAT);
    struct world_setup setup = {
        .seed = hex(v, "setup.seed"),
        .archetype = json_text(v, "setup.archetype", STR("")),
        .file = json_text(v, "setup.file", STR("")),
        .currency = json_text(v, "setup.currency", STR("")),
        .start_ms = number(v, "setup.start_ms"),
        .utc_offset_s = (int)number(v, "setup.utc_offset_s"),
        .populate = json_bool(json_at(v, "setup"), "populate", false),
        .review = json_bool(json_at(v, "setup"), "review", false),
    };
    int64_t now_ms = number(v, "now_ms");
    int64_t longest = setup.start_ms + 3660 * MS_A_DAY;
    if (now_ms < 0 || now_ms > longest)
        return err_set(err, ERR_INVALID, "the saved world is older than ten years");
    if (!world_new(&setup, &w, err))
        return false;
    if (!redo_all(w, v, now_ms) || world_hash(w) != hex(v, "hash")) {
        world_free(w);
        (void)err_set(err, ERR_CONFLICT, "the saved world does not replay to the same ledger");
        return err_hint(err, "it was saved by another version of the model: begin a new world");
    }
    *out = w;
    return true;
}

bool world_load(struct str saved, struct world **out, struct err *err)
{
    struct arena *arena = arena_new("saved world");
    bool ok = load(arena, saved, out, err);
    arena_free(arena);
    return ok;
}
