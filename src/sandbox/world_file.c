/* world_file.c - world files: what is given there wins over what would be drawn. */

#include "sandbox/world_fields.h"

#include "base/arena.h"

#include <stdio.h>
#include <string.h>

enum {
    MOST_DIRECTIONS = 20,
    MOST_GROUPS = 200,
    MOST_ADS = 50,
    MOST_EVENTS = 200,
    MOST_ROLES = 1000,
};

/* Where we are, for messages: "direction.0." */
struct place {
    char text[LONGEST_PATH];
};

static struct place inside(const char *list, size_t position)
{
    struct place place;
    snprintf(place.text, sizeof place.text, "%s.%zu.", list, position);
    return place;
}

static bool read_direction(const struct parameters *p, const struct json *v, size_t i,
                           struct direction *d, struct err *err)
{
    struct place at = inside("direction", i);
    if (!world_only_known(v, at.text, world_direction_fields, world_direction_worth_fields,
                          OTHERS("id", "margin.currency"), err) ||
        !world_read_key(v, at.text, "id", true, d->id, err))
        return false;
    if (!str_eq(json_text(v, "margin.currency", str(p->account.currency)),
                str(p->account.currency)))
        return world_blame(err, at.text, "margin.currency", "the account's currency");
    world_draw_direction(p, d);
    if (!world_read_fields(v, at.text, world_direction_fields, d, err))
        return false;
    world_draw_direction_worth(p, d);
    return world_read_fields(v, at.text, world_direction_worth_fields, d, err);
}

static bool read_directions(struct arena *arena, const struct json *v, struct parameters *p,
                            struct err *err)
{
    bool given;
    if (!world_want_list(v, "", "direction", MOST_DIRECTIONS, &given, err))
        return false;
    const struct json *list = json_at(v, "direction");
    size_t n = given ? json_count(list) : world_draw_direction_count(p);
    if (n == 0)
        return world_blame(err, "", "direction", "a list with at least one member");
    p->directions = NEW_ARRAY(arena, struct direction, n);
    for (size_t i = 0; i < n; i++) {
        struct direction *d = &p->directions[i];
        if (given) {
            if (!read_direction(p, json_item(list, i), i, d, err))
                return false;
        } else {
            snprintf(d->id, sizeof d->id, "d%zu", i + 1);
            world_draw_direction(p, d);
            world_draw_direction_worth(p, d);
        }
        p->direction_count = i + 1;
    }
    return true;
}

static bool read_ads(struct arena *arena, const struct json *v, const char *where,
                     const struct parameters *p, struct audience *g, struct err *err)
{
    bool given;
    size_t live, bench;
    if (!world_want_list(v, where, "ad", MOST_ADS, &given, err))
        return false;
    const struct json *list = json_at(v, "ad");
    world_draw_ad_counts(p, g, &live, &bench);
    g->ad_count = given ? json_count(list) : live + bench;
    g->ads = NEW_ARRAY(arena, struct traits, g->ad_count + 1);
    for (size_t i = 0; i < g->ad_count; i++) {
        struct traits *t = &g->ads[i];
        t->live = i < live;
        if (i < live)
            snprintf(t->id, sizeof t->id, "%.40sa%zu", g->id, i + 1);
        else
            snprintf(t->id, sizeof t->id, "%.40sb%zu", g->id, i - live + 1);
        if (!given) {
            world_draw_traits(p, t);
            continue;
        }
        const struct json *ad = json_item(list, i);
        struct place at;
        snprintf(at.text, sizeof at.text, "%.100sad.%zu.", where, i);
        if (!world_only_known(ad, at.text, world_ad_fields, NULL, OTHERS("id", "live"), err) ||
            !world_read_key(ad, at.text, "id", true, t->id, err))
            return false;
        t->live = json_bool(ad, "live", true);
        world_draw_traits(p, t);
        if (!world_read_fields(ad, at.text, world_ad_fields, t, err))
            return false;
    }
    return true;
}

static bool find_direction(const struct parameters *p, const struct json *v, const char *where,
                           struct audience *g, struct err *err)
{
    struct str id = json_text(v, "direction", STR(""));
    if (json_type(json_at(v, "direction")) == JSON_MISSING)
        return true;
    for (size_t i = 0; i < p->direction_count; i++)
        if (str_eq(id, str(p->directions[i].id))) {
            g->direction = (int)i;
            return true;
        }
    return world_blame(err, where, "direction", "the id of a direction of this file");
}

static bool read_group(struct arena *arena, const struct json *v, bool given, size_t i,
                       const struct parameters *p, struct audience *g, struct err *err)
{
    struct place at = inside("group", i);

    snprintf(g->id, sizeof g->id, "g%zu", i + 1);
    g->direction = (int)(i % p->direction_count);
    if (given &&
        (!world_only_known(v, at.text, world_group_fields, world_group_reference_fields,
                           OTHERS("id", "direction", "ad"), err) ||
         !world_read_key(v, at.text, "id", true, g->id, err) ||
         !find_direction(p, v, at.text, g, err)))
        return false;
    world_draw_group(p, g);
    if (!world_read_fields(v, at.text, world_group_fields, g, err))
        return false;
    g->b_ref = g->budget;
    return world_read_fields(v, at.text, world_group_reference_fields, g, err) &&
           read_ads(arena, v, at.text, p, g, err);
}

static bool read_groups(struct arena *arena, const struct json *v, struct parameters *p,
                        struct err *err)
{
    bool given;
    if (!world_want_list(v, "", "group", MOST_GROUPS, &given, err))
        return false;
    const struct json *list = json_at(v, "group");
    p->group_count = given ? json_count(list) : world_draw_group_count(p);
    p->groups = NEW_ARRAY(arena, struct audience, p->group_count + 1);
    for (size_t i = 0; i < p->group_count; i++)
        if (!read_group(arena, json_item(list, i), given, i, p, &p->groups[i], err))
            return false;
    return true;
}

static bool read_event(const struct json *v, size_t i, struct event *e, struct err *err)
{
    struct place at = inside("event", i);
    struct str kind = json_text(v, "kind", STR(""));
    size_t k = 0;

    while (k < countof(world_event_kinds) && !str_eq(kind, str(world_event_kinds[k])))
        k++;
    if (!world_only_known(v, at.text, world_event_fields, NULL, OTHERS("kind", "group"), err))
        return false;
    if (k == countof(world_event_kinds))
        return world_blame(err, at.text, "kind",
                           "one of regime, fx, tracking_loss, freeze, team_off");
    *e = (struct event){.kind = (enum event_kind)k, .cpm = 1, .cvr = 1, .quality = 1};
    e->days = k >= EVENT_TRACKING_LOSS;
    return world_read_key(v, at.text, "group", false, e->group, err) &&
           world_read_fields(v, at.text, world_event_fields, e, err);
}

static bool read_events(struct arena *arena, const struct json *v, struct parameters *p,
                        struct err *err)
{
    bool given;
    if (!world_want_list(v, "", "event", MOST_EVENTS, &given, err))
        return false;
    const struct json *list = json_at(v, "event");
    if (given) {
        p->event_count = json_count(list);
        p->events = NEW_ARRAY(arena, struct event, p->event_count + 1);
        for (size_t i = 0; i < p->event_count; i++)
            if (!read_event(json_item(list, i), i, &p->events[i], err))
                return false;
        return true;
    }
    p->events = NEW_ARRAY(arena, struct event, 4 + 4 * p->group_count);
    p->event_count = world_draw_world_events(p, p->events);
    for (size_t i = 0; i < p->group_count; i++)
        p->event_count +=
            world_draw_group_events(p, str(p->groups[i].id), p->events + p->event_count);
    return true;
}

static bool read_roles(struct arena *arena, const struct json *v, struct parameters *p,
                       struct err *err)
{
    bool given;
    if (!world_want_list(v, "", "creative", MOST_ROLES, &given, err))
        return false;
    const struct json *list = json_at(v, "creative");
    p->role_count = given ? json_count(list) : 0;
    p->roles = NEW_ARRAY(arena, struct role, p->role_count + 1);
    for (size_t i = 0; i < p->role_count; i++) {
        struct place at = inside("creative", i);
        const struct json *item = json_item(list, i);
        struct role *r = &p->roles[i];
        struct traits t = {0};
        if (!world_only_known(item, at.text, NULL, NULL, OTHERS("id", "role"), err) ||
            !world_read_key(item, at.text, "id", true, r->creative, err) ||
            !world_read_key(item, at.text, "role", true, r->role, err))
            return false;
        if (!world_draw_role(p, str(r->role), &t))
            return world_blame(err, at.text, "role", "one of winner, average, bad-leads, weak");
    }
    return true;
}

static bool read_fault(const struct json *v, struct fault *fault, struct err *err)
{
    bool given;
    size_t most = countof(fault->report_gap_days);
    if (!world_read_part(v, "fault", world_fault_fields, OTHERS("report_gap_days"), fault,
                         err) ||
        !world_want_list(v, "", "fault.report_gap_days", most, &given, err))
        return false;
    const struct json *list = json_at(v, "fault.report_gap_days");
    const struct field day = {"report_gap_days", 0, 1, 0, 3660};
    for (size_t i = 0; given && i < json_count(list); i++)
        if (!world_read_number(json_item(list, i), "fault.", &day, &fault->report_gap_days[i],
                               err))
            return false;
    return true;
}

static bool read_seed(struct arena *arena, const struct json *v, uint64_t *seed,
                      struct err *err)
{
    struct str text = json_id(v, "seed", arena), digits = text;
    uint64_t x = 0;
    if (json_type(json_at(v, "seed")) == JSON_MISSING)
        return true;
    bool hex = str_starts(text, STR("0x"));
    if (hex)
        digits = str_sub(text, 2, text.n);
    bool ok = digits.n > 0 && digits.n <= (hex ? 16 : 18);
    for (size_t i = 0; ok && i < digits.n; i++) {
        char c = digits.p[i];
        unsigned d = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                     : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                     : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
                                            : 99;
        ok = d < (hex ? 16 : 10);
        x = x * (hex ? 16 : 10) + d;
    }
    if (!ok)
        return world_blame(err, "", "seed",
                           "\"0x\" and up to 16 hexadecimal digits, or a number");
    *seed = x;
    return true;
}

static bool read_head(struct arena *arena, const struct world_setup *setup,
                      const struct json *v, struct parameters *p, struct err *err)
{
    struct str archetype = json_text(v, "archetype", setup->archetype);
    struct str currency = json_text(v, "account.currency", setup->currency);
    if (setup->file.n && !str_eq(json_text(v, "format", STR("")), STR(WORLD_FILE_FORMAT)))
        return world_blame(err, "", "format", "\"" WORLD_FILE_FORMAT "\"");
    if (!world_only_known(v, "", world_head_fields, NULL,
                          OTHERS("format", "name", "archetype", "seed", "account", "market",
                                 "desk", "people", "direction", "group", "event", "creative",
                                 "fault"),
                          err))
        return false;
    if (archetype.n == 0)
        archetype = STR("mixed");
    if (currency.n == 0)
        currency = STR("KZT");
    p->archetype = world_archetype_find(archetype);
    if (!p->archetype) {
        (void)world_blame(err, "", "archetype", "the name of an archetype");
        return err_hint(err, "one of mixed, one-winner, all-bad, late-bloomer, fast-fatigue, "
                             "cheap-click-bad-lead, weekend-heavy, lagging-sales, tiny-budget, "
                             "regime-flip, many-small, currency-shock, broken-tracking, demo");
    }
    if (currency.n != 3)
        return world_blame(err, "account.", "currency", "three capital letters");
    memcpy(p->account.currency, currency.p, 3);
    p->seed = setup->seed;
    p->days = p->archetype->twist == TWIST_DEMO ? 14 : 56;
    p->burn_in_days = p->archetype->twist == TWIST_DEMO ? 0 : 7;
    if (!read_seed(arena, v, &p->seed, err))
        return false;
    struct str name =
        str_fmt(arena, "%s-%llu", p->archetype->name, (unsigned long long)p->seed);
    memcpy(p->name, name.p, name.n);
    snprintf(p->account.tz, sizeof p->account.tz, "Asia/Almaty");
    return world_read_key(v, "", "name", false, p->name, err) &&
           world_read_key(json_at(v, "account"), "account.", "tz", false, p->account.tz, err) &&
           world_read_fields(v, "", world_head_fields, p, err);
}

bool world_parameters_read(struct arena *arena, const struct world_setup *setup,
                           struct parameters *p, struct err *err)
{
    const struct json *v;
    if (!json_parse(arena, setup->file.n ? setup->file : STR("{}"), &v, err))
        return err_while(err, "reading the world file");
    if (!read_head(arena, setup, v, p, err))
        return false;
    world_draw_account(p, &p->account);
    world_draw_market(p, &p->market);
    world_draw_desk(p, &p->desk);
    world_draw_people(p, p->people);
    world_draw_fault(p, &p->fault);
    if (!world_read_part(v, "market", world_market_fields, OTHERS(), &p->market, err) ||
        !world_read_part(v, "desk", world_desk_fields, OTHERS(), &p->desk, err) ||
        !world_read_part(v, "people", world_people_fields, OTHERS(), p->people, err) ||
        !read_fault(v, &p->fault, err) || !read_directions(arena, v, p, err))
        return false;

    /* The account's minimum counts for the groups' budgets, its cap follows from them. */
    if (!world_read_part(v, "account", world_account_fields, OTHERS("currency", "tz"),
                         &p->account, err) ||
        !read_groups(arena, v, p, err))
        return false;
    for (size_t i = 0; i < p->group_count; i++)
        p->account.daily_cap += 1.2 * p->groups[i].budget;
    return world_read_part(v, "account", world_account_fields, OTHERS("currency", "tz"),
                           &p->account, err) &&
           read_events(arena, v, p, err) && read_roles(arena, v, p, err);
}
