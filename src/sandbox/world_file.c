/* world_file.c - world files: what is given there wins over what would be drawn. */

#include "sandbox/world_inside.h"

#include "base/arena.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum {
    MOST_DIRECTIONS = 20,
    MOST_GROUPS = 200,
    MOST_ADS = 50,
    MOST_EVENTS = 200,
    MOST_ROLES = 1000,
    LONGEST_PATH = 200,
};

#define FORMAT "adwright-world/1"

/* --- tables: one line per number of the file ------------------------------------ */

struct field {
    const char *path; /* dotted, within its object */
    size_t offset;
    int count; /* doubles; more than one is a list of exactly so many */
    double low, high;
};

#define ONE(S, path, member, low, high)                                                        \
    {                                                                                          \
        path, offsetof(struct S, member), 1, low, high                                         \
    }
#define MANY(S, path, member, n, low, high)                                                    \
    {                                                                                          \
        path, offsetof(struct S, member), n, low, high                                         \
    }

static const struct field world_fields[] = {
    ONE(parameters, "days", days, 1, 3660),
    ONE(parameters, "burn_in_days", burn_in_days, 0, 366),
};
static const struct field account_fields[] = {
    ONE(account, "min_daily_budget", min_daily_budget, 0, 1e9),
    ONE(account, "daily_cap", daily_cap, 0, 1e12),
    ONE(account, "review_h.median", review_median_h, 0.01, 1000),
    ONE(account, "review_h.p99", review_p99_h, 0.01, 10000),
    ONE(account, "review_reject", review_reject, 0, 1),
};
static const struct field market_fields[] = {
    ONE(market, "cpm_ref", cpm_ref, 1e-6, 1e9),
    ONE(market, "phi", phi, 0, 0.999),
    ONE(market, "sd", sd, 0, 2),
    ONE(market, "hour_sd", hour_sd, 0, 2),
    MANY(market, "hour_w", hour_w, HOURS_A_DAY, 0, 1e6),
    MANY(market, "dow_supply", dow_supply, DAYS_A_WEEK, 0.001, 100),
    MANY(market, "dow_cvr", dow_cvr, DAYS_A_WEEK, 0, 100),
};
static const struct field desk_fields[] = {
    ONE(desk, "open_h", open_h, 0, 23),
    ONE(desk, "close_h", close_h, 1, 24),
    MANY(desk, "works", works, DAYS_A_WEEK, 0, 1),
};
static const struct field people_fields[] = {
    {"KZ", 0 * sizeof(double), 1, 0, 1e6},
    {"RU", 1 * sizeof(double), 1, 0, 1e6},
    {"SA", 2 * sizeof(double), 1, 0, 1e6},
    {"AE", 3 * sizeof(double), 1, 0, 1e6},
};
static const struct field direction_fields[] = {
    ONE(direction, "ctr0", ctr0, 1e-6, 0.5),
    ONE(direction, "cvr0", cvr0, 1e-6, 0.9),
    ONE(direction, "invalid", invalid, 0, 0.99),
    ONE(direction, "repeat", repeat, 0, 0.99),
    ONE(direction, "q0", q0, 1e-6, 0.999),
    ONE(direction, "r0", r0, 1e-6, 0.999),
    ONE(direction, "call_back", call_back, 0, 1),
    ONE(direction, "margin.cv", margin_cv, 0, 5),
    ONE(direction, "margin.share", margin_share, 0.001, 1),
    ONE(direction, "delay.qualified.median_d", qualified_median_d, 0, 365),
    ONE(direction, "delay.qualified.sd", qualified_sd, 0, 5),
    ONE(direction, "delay.sale.median_d", sale_median_d, 0, 365),
    ONE(direction, "delay.sale.sd", sale_sd, 0, 5),
    ONE(direction, "refund", refund, 0, 1),
    ONE(direction, "crm_mark", crm_mark, 0, 1),
    ONE(direction, "crm_delay_d", crm_delay_d, 0, 60),
};
static const struct field direction_worth_fields[] = {
    ONE(direction, "margin.mean", margin_mean, 0, 1e12),
    ONE(direction, "user_target_cpl", user_target_cpl, 0, 1e12),
    ONE(direction, "user_margin", user_margin, 0, 1e12),
};
static const struct field group_fields[] = {
    ONE(audience, "budget", budget, 0, 1e12),
    ONE(audience, "cpm_ref", cpm_ref, 1e-6, 1e9),
    ONE(audience, "f_ref", f_ref, 1e-6, 0.98),
    ONE(audience, "sigma", sigma, 0.05, 4),
    ONE(audience, "freq7", freq7, 0.01, 100),
    ONE(audience, "appeal", appeal, 0.001, 100),
    ONE(audience, "cvr", cvr, 0.001, 100),
    ONE(audience, "fatigue_k", fatigue_k, 0, 10),
    ONE(audience, "ageless", ageless, 0, 1),
    ONE(audience, "learning.delta", delta, 0, 0.95),
    ONE(audience, "learning.n0", n0, 0.1, 1000),
    ONE(audience, "learning.reset", reset, 0, 10),
    ONE(audience, "noise.sd", noise_sd, 0, 2),
    ONE(audience, "noise.phi", noise_phi, 0, 0.95),
};
/* After the budget, which it equals unless given. */
static const struct field group_reference_fields[] = {
    ONE(audience, "b_ref", b_ref, 1e-6, 1e12),
};
static const struct field ad_fields[] = {
    ONE(traits, "hook", hook, -5, 5), ONE(traits, "conv", conv, -5, 5),
    ONE(traits, "qual", qual, -9, 9), ONE(traits, "tau", tau, 0, 10000),
    ONE(traits, "eta", eta, 0, 5),
};
static const struct field event_fields[] = {
    ONE(event, "day", day, 0, 3660),         ONE(event, "days", days, 0, 3660),
    ONE(event, "cpm", cpm, 0.001, 1000),     ONE(event, "cvr", cvr, 0, 1000),
    ONE(event, "quality", quality, 0, 1000),
};
static const struct field fault_fields[] = {
    ONE(fault, "webhook_loss", webhook_loss, 0, 1),
    ONE(fault, "credit", credit, 0, 0.5),
};

static const char *const event_kinds[] = {"regime", "fx", "tracking_loss", "freeze",
                                          "team_off"};

#define TABLE(fields) (fields), countof(fields)

/* --- reading ----------------------------------------------------------------------- */

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

static bool blame(struct err *err, const char *where, const char *path, const char *wanted)
{
    char field[LONGEST_PATH * 2];
    snprintf(field, sizeof field, "%s%s", where, path);
    (void)err_set(err, ERR_INVALID, "world file: %s must be %s", field, wanted);
    return err_field(err, field);
}

static bool read_number(const struct json *v, const char *where, const struct field *f,
                        double *out, struct err *err)
{
    enum json_type type = json_type(v);
    double x = json_real(v, "", 0);
    if ((type != JSON_INT && type != JSON_REAL) || !(x >= f->low && x <= f->high)) {
        char wanted[96];
        snprintf(wanted, sizeof wanted, "a number from %g to %g", f->low, f->high);
        return blame(err, where, f->path, wanted);
    }
    *out = x;
    return true;
}

/* Overwrite what the object gives; the rest stays as drawn. */
static bool read_fields(const struct json *v, const char *where, const struct field *fields,
                        size_t n, void *into, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        const struct field *f = &fields[i];
        const struct json *given = json_at(v, f->path);
        double *out = (double *)(void *)((char *)into + f->offset);
        if (json_type(given) == JSON_MISSING)
            continue;
        if (f->count == 1) {
            if (!read_number(given, where, f, out, err))
                return false;
            continue;
        }
        if (json_type(given) != JSON_LIST || json_count(given) != (size_t)f->count) {
            char wanted[64];
            snprintf(wanted, sizeof wanted, "a list of %d numbers", f->count);
            return blame(err, where, f->path, wanted);
        }
        for (int k = 0; k < f->count; k++)
            if (!read_number(json_item(given, (size_t)k), where, f, &out[k], err))
                return false;
    }
    return true;
}

static bool read_key(const struct json *v, const char *where, const char *name, bool needed,
                     char out[WORLD_KEY_SIZE], struct err *err)
{
    const struct json *given = json_at(v, name);
    struct str text = json_text(given, "", STR(""));
    if (json_type(given) == JSON_MISSING && !needed)
        return true;
    if (json_type(given) != JSON_TEXT || text.n == 0 || text.n >= WORLD_KEY_SIZE)
        return blame(err, where, name, "a text of 1 to 63 bytes");
    memcpy(out, text.p, text.n);
    out[text.n] = 0;
    return true;
}

static bool is_list(const struct json *v, const char *where, const char *name, size_t most,
                    bool *given, struct err *err)
{
    const struct json *list = json_at(v, name);
    *given = json_type(list) != JSON_MISSING;
    if (*given && (json_type(list) != JSON_LIST || json_count(list) > most)) {
        char wanted[64];
        snprintf(wanted, sizeof wanted, "a list of at most %zu members", most);
        return blame(err, where, name, wanted);
    }
    return true;
}

/* Is `path` a member of one of the tables, or the beginning of one ("margin")? */
static bool known(const char *path, const struct field *fields, size_t n)
{
    size_t length = strlen(path);
    for (size_t i = 0; i < n; i++)
        if (strncmp(fields[i].path, path, length) == 0 &&
            (fields[i].path[length] == 0 || fields[i].path[length] == '.'))
            return true;
    return false;
}

/* Refuse what is in no table and not among `others` (names, NULL-ended). */
static bool only_known(const struct json *v, const char *where, const char *prefix,
                       const struct field *fields, size_t n, const char *const *others,
                       struct err *err)
{
    void *cursor = NULL;
    struct str key;
    const struct json *value;

    if (json_type(v) != JSON_OBJECT)
        return blame(err, where, prefix, "an object");
    while (json_each(v, &cursor, &key, &value)) {
        char path[LONGEST_PATH];
        bool other = false;
        snprintf(path, sizeof path, "%s" STR_FMT, prefix, STR_ARG(key));
        for (size_t i = 0; others[i]; i++)
            other = other || strcmp(others[i], path) == 0;
        if (other)
            continue;
        if (!known(path, fields, n))
            return blame(err, where, path, "left out: no such member");
        if (json_type(value) == JSON_OBJECT) {
            char deeper[LONGEST_PATH + 2];
            snprintf(deeper, sizeof deeper, "%s.", path);
            if (!only_known(value, where, deeper, fields, n, others, err))
                return false;
        }
    }
    return true;
}

#define OTHERS(...)                                                                            \
    (const char *const[])                                                                      \
    {                                                                                          \
        __VA_ARGS__ __VA_OPT__(, ) NULL                                                        \
    }

static bool read_part(const struct json *v, const char *name, const struct field *fields,
                      size_t n, const char *const *others, void *into, struct err *err)
{
    const struct json *part = json_at(v, name);
    char where[LONGEST_PATH];
    if (json_type(part) == JSON_MISSING)
        return true;
    snprintf(where, sizeof where, "%s.", name);
    return only_known(part, where, "", fields, n, others, err) &&
           read_fields(part, where, fields, n, into, err);
}

static bool read_direction(const struct parameters *p, const struct json *v, size_t i,
                           struct direction *d, struct err *err)
{
    struct field all[countof(direction_fields) + countof(direction_worth_fields)];
    struct place at = inside("direction", i);
    memcpy(all, direction_fields, sizeof direction_fields);
    memcpy(all + countof(direction_fields), direction_worth_fields,
           sizeof direction_worth_fields);

    if (!only_known(v, at.text, "", TABLE(all), OTHERS("id", "margin.currency"), err) ||
        !read_key(v, at.text, "id", true, d->id, err))
        return false;
    if (!str_eq(json_text(v, "margin.currency", str(p->account.currency)),
                str(p->account.currency)))
        return blame(err, at.text, "margin.currency", "the account's currency");
    draw_direction(p, d);
    if (!read_fields(v, at.text, TABLE(direction_fields), d, err))
        return false;
    draw_direction_worth(p, d);
    return read_fields(v, at.text, TABLE(direction_worth_fields), d, err);
}

static bool read_directions(struct arena *arena, const struct json *v, struct parameters *p,
                            struct err *err)
{
    bool given;
    if (!is_list(v, "", "direction", MOST_DIRECTIONS, &given, err))
        return false;
    const struct json *list = json_at(v, "direction");
    size_t n = given ? json_count(list) : draw_direction_count(p);
    if (n == 0)
        return blame(err, "", "direction", "a list with at least one member");
    p->directions = NEW_ARRAY(arena, struct direction, n);
    for (size_t i = 0; i < n; i++) {
        struct direction *d = &p->directions[i];
        if (given) {
            if (!read_direction(p, json_item(list, i), i, d, err))
                return false;
        } else {
            snprintf(d->id, sizeof d->id, "d%zu", i + 1);
            draw_direction(p, d);
            draw_direction_worth(p, d);
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
    if (!is_list(v, where, "ad", MOST_ADS, &given, err))
        return false;
    const struct json *list = json_at(v, "ad");
    draw_ad_counts(p, g, &live, &bench);
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
            draw_traits(p, t);
            continue;
        }
        const struct json *ad = json_item(list, i);
        struct place at;
        snprintf(at.text, sizeof at.text, "%.100sad.%zu.", where, i);
        if (!only_known(ad, at.text, "", TABLE(ad_fields), OTHERS("id", "live"), err) ||
            !read_key(ad, at.text, "id", true, t->id, err))
            return false;
        t->live = json_bool(ad, "live", true);
        draw_traits(p, t);
        if (!read_fields(ad, at.text, TABLE(ad_fields), t, err))
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
    return blame(err, where, "direction", "the id of a direction of this file");
}

static bool read_group(struct arena *arena, const struct json *v, bool given, size_t i,
                       const struct parameters *p, struct audience *g, struct err *err)
{
    struct place at = inside("group", i);
    struct field all[countof(group_fields) + 1];
    memcpy(all, group_fields, sizeof group_fields);
    all[countof(group_fields)] = group_reference_fields[0];

    snprintf(g->id, sizeof g->id, "g%zu", i + 1);
    g->direction = (int)(i % p->direction_count);
    if (given &&
        (!only_known(v, at.text, "", TABLE(all), OTHERS("id", "direction", "ad"), err) ||
         !read_key(v, at.text, "id", true, g->id, err) ||
         !find_direction(p, v, at.text, g, err)))
        return false;
    draw_group(p, g);
    if (!read_fields(v, at.text, TABLE(group_fields), g, err))
        return false;
    g->b_ref = g->budget;
    return read_fields(v, at.text, TABLE(group_reference_fields), g, err) &&
           read_ads(arena, v, at.text, p, g, err);
}

static bool read_groups(struct arena *arena, const struct json *v, struct parameters *p,
                        struct err *err)
{
    bool given;
    if (!is_list(v, "", "group", MOST_GROUPS, &given, err))
        return false;
    const struct json *list = json_at(v, "group");
    p->group_count = given ? json_count(list) : draw_group_count(p);
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

    while (k < countof(event_kinds) && !str_eq(kind, str(event_kinds[k])))
        k++;
    if (!only_known(v, at.text, "", TABLE(event_fields), OTHERS("kind", "group"), err))
        return false;
    if (k == countof(event_kinds))
        return blame(err, at.text, "kind",
                     "one of regime, fx, tracking_loss, freeze, team_off");
    *e = (struct event){.kind = (enum event_kind)k, .cpm = 1, .cvr = 1, .quality = 1};
    e->days = k >= EVENT_TRACKING_LOSS;
    return read_key(v, at.text, "group", false, e->group, err) &&
           read_fields(v, at.text, TABLE(event_fields), e, err);
}

static bool read_events(struct arena *arena, const struct json *v, struct parameters *p,
                        struct err *err)
{
    bool given;
    if (!is_list(v, "", "event", MOST_EVENTS, &given, err))
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
    p->event_count = draw_world_events(p, p->events);
    for (size_t i = 0; i < p->group_count; i++)
        p->event_count +=
            draw_group_events(p, str(p->groups[i].id), p->events + p->event_count);
    return true;
}

static bool read_roles(struct arena *arena, const struct json *v, struct parameters *p,
                       struct err *err)
{
    bool given;
    if (!is_list(v, "", "creative", MOST_ROLES, &given, err))
        return false;
    const struct json *list = json_at(v, "creative");
    p->role_count = given ? json_count(list) : 0;
    p->roles = NEW_ARRAY(arena, struct role, p->role_count + 1);
    for (size_t i = 0; i < p->role_count; i++) {
        struct place at = inside("creative", i);
        const struct json *item = json_item(list, i);
        struct role *r = &p->roles[i];
        struct traits t = {0};
        if (!only_known(item, at.text, "", NULL, 0, OTHERS("id", "role"), err) ||
            !read_key(item, at.text, "id", true, r->creative, err) ||
            !read_key(item, at.text, "role", true, r->role, err))
            return false;
        if (!draw_role(p, str(r->role), &t))
            return blame(err, at.text, "role", "one of winner, average, bad-leads, weak");
    }
    return true;
}

static bool read_fault(const struct json *v, struct fault *fault, struct err *err)
{
    bool given;
    size_t most = countof(fault->report_gap_days);
    if (!read_part(v, "fault", TABLE(fault_fields), OTHERS("report_gap_days"), fault, err) ||
        !is_list(v, "", "fault.report_gap_days", most, &given, err))
        return false;
    const struct json *list = json_at(v, "fault.report_gap_days");
    const struct field day = {"report_gap_days", 0, 1, 0, 3660};
    for (size_t i = 0; given && i < json_count(list); i++)
        if (!read_number(json_item(list, i), "fault.", &day, &fault->report_gap_days[i], err))
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
        return blame(err, "", "seed", "\"0x\" and up to 16 hexadecimal digits, or a number");
    *seed = x;
    return true;
}

static bool read_head(struct arena *arena, const struct world_setup *setup,
                      const struct json *v, struct parameters *p, struct err *err)
{
    struct str archetype = json_text(v, "archetype", setup->archetype);
    struct str currency = json_text(v, "account.currency", setup->currency);
    if (setup->file.n && !str_eq(json_text(v, "format", STR("")), STR(FORMAT)))
        return blame(err, "", "format", "\"" FORMAT "\"");
    if (!only_known(v, "", "", TABLE(world_fields),
                    OTHERS("format", "name", "archetype", "seed", "account", "market", "desk",
                           "people", "direction", "group", "event", "creative", "fault"),
                    err))
        return false;
    if (archetype.n == 0)
        archetype = STR("mixed");
    if (currency.n == 0)
        currency = STR("KZT");
    p->archetype = archetype_find(archetype);
    if (!p->archetype) {
        (void)blame(err, "", "archetype", "the name of an archetype");
        return err_hint(err, "one of mixed, one-winner, all-bad, late-bloomer, fast-fatigue, "
                             "cheap-click-bad-lead, weekend-heavy, lagging-sales, tiny-budget, "
                             "regime-flip, many-small, currency-shock, broken-tracking, demo");
    }
    if (currency.n != 3)
        return blame(err, "account.", "currency", "three capital letters");
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
    return read_key(v, "", "name", false, p->name, err) &&
           read_key(json_at(v, "account"), "account.", "tz", false, p->account.tz, err) &&
           read_fields(v, "", TABLE(world_fields), p, err);
}

bool parameters_read(struct arena *arena, const struct world_setup *setup, struct parameters *p,
                     struct err *err)
{
    const struct json *v;
    if (!json_parse(arena, setup->file.n ? setup->file : STR("{}"), &v, err))
        return err_while(err, "reading the world file");
    if (!read_head(arena, setup, v, p, err))
        return false;
    draw_account(p, &p->account);
    draw_market(p, &p->market);
    draw_desk(p, &p->desk);
    draw_people(p, p->people);
    draw_fault(p, &p->fault);
    if (!read_part(v, "market", TABLE(market_fields), OTHERS(), &p->market, err) ||
        !read_part(v, "desk", TABLE(desk_fields), OTHERS(), &p->desk, err) ||
        !read_part(v, "people", TABLE(people_fields), OTHERS(), p->people, err) ||
        !read_fault(v, &p->fault, err) || !read_directions(arena, v, p, err))
        return false;

    /* The account's minimum counts for the groups' budgets, its cap follows from them. */
    if (!read_part(v, "account", TABLE(account_fields), OTHERS("currency", "tz"), &p->account,
                   err) ||
        !read_groups(arena, v, p, err))
        return false;
    for (size_t i = 0; i < p->group_count; i++)
        p->account.daily_cap += 1.2 * p->groups[i].budget;
    return read_part(v, "account", TABLE(account_fields), OTHERS("currency", "tz"), &p->account,
                     err) &&
           read_events(arena, v, p, err) && read_roles(arena, v, p, err);
}

/* --- printing ------------------------------------------------------------------------ */

static size_t common(const char *a, const char *b)
{
    size_t i = 0, dots = 0;
    for (; a[i] && a[i] == b[i]; i++)
        if (a[i] == '.')
            dots = i + 1;
    return dots; /* length of the common folders */
}

static int depth(const char *path)
{
    int n = 0;
    for (; *path; path++)
        n += *path == '.';
    return n;
}

/* Members of the open object; neighbours of one folder become one nested object. */
static void print_fields(struct json_writer *w, const struct field *fields, size_t n,
                         const void *from)
{
    char open[LONGEST_PATH] = "";
    for (size_t i = 0; i < n; i++) {
        const struct field *f = &fields[i];
        const double *x = (const double *)(const void *)((const char *)from + f->offset);
        size_t same = common(open, f->path);
        for (int k = depth(open + same); k > 0; k--)
            json_end(w);
        const char *rest = f->path + same;
        for (const char *dot; (dot = strchr(rest, '.')); rest = dot + 1) {
            json_key_str(w, (struct str){rest, (size_t)(dot - rest)});
            json_object(w);
        }
        json_key(w, rest);
        if (f->count > 1)
            json_list(w);
        for (int k = 0; k < f->count; k++)
            json_put_real(w, x[k]);
        if (f->count > 1)
            json_end(w);
        snprintf(open, sizeof open, "%.*s", (int)(rest - f->path), f->path);
    }
    for (int k = depth(open); k > 0; k--)
        json_end(w);
}

static void print_part(struct json_writer *w, const char *name, const struct field *fields,
                       size_t n, const void *from)
{
    json_key(w, name);
    json_object(w);
    print_fields(w, fields, n, from);
    json_end(w);
}

static void print_direction(struct json_writer *w, const struct direction *d)
{
    struct field all[countof(direction_fields) + countof(direction_worth_fields)];
    size_t n = 0;
    for (size_t i = 0; i < countof(direction_fields); i++) {
        if (strcmp(direction_fields[i].path, "margin.cv") == 0)
            all[n++] = direction_worth_fields[0]; /* beside the other margin members */
        all[n++] = direction_fields[i];
    }
    for (size_t i = 1; i < countof(direction_worth_fields); i++)
        all[n++] = direction_worth_fields[i];
    json_object(w);
    json_text_member(w, "id", str(d->id));
    print_fields(w, all, n, d);
    json_end(w);
}

static void print_group(struct json_writer *w, const struct parameters *p,
                        const struct audience *g)
{
    json_object(w);
    json_text_member(w, "id", str(g->id));
    json_text_member(w, "direction", str(p->directions[g->direction].id));
    print_fields(w, TABLE(group_fields), g);
    print_fields(w, TABLE(group_reference_fields), g);
    json_key(w, "ad");
    json_list(w);
    for (size_t i = 0; i < g->ad_count; i++) {
        json_object(w);
        json_text_member(w, "id", str(g->ads[i].id));
        json_bool_member(w, "live", g->ads[i].live);
        print_fields(w, TABLE(ad_fields), &g->ads[i]);
        json_end(w);
    }
    json_end(w);
    json_end(w);
}

static void print_event(struct json_writer *w, const struct event *e)
{
    json_object(w);
    json_text_member(w, "kind", str(event_kinds[e->kind]));
    if (e->group[0])
        json_text_member(w, "group", str(e->group));
    print_fields(w, TABLE(event_fields), e);
    json_end(w);
}

static void print_account(struct json_writer *w, const struct account *account)
{
    json_key(w, "account");
    json_object(w);
    json_text_member(w, "currency", str(account->currency));
    json_text_member(w, "tz", str(account->tz));
    print_fields(w, TABLE(account_fields), account);
    json_end(w);
}

static void print_fault(struct json_writer *w, const struct fault *fault)
{
    json_key(w, "fault");
    json_object(w);
    print_fields(w, TABLE(fault_fields), fault);
    json_key(w, "report_gap_days");
    json_list(w);
    for (size_t i = 0; i < countof(fault->report_gap_days); i++)
        if (fault->report_gap_days[i] >= 0)
            json_put_real(w, fault->report_gap_days[i]);
    json_end(w);
    json_end(w);
}

struct str parameters_print(const struct parameters *p, struct arena *arena)
{
    struct buf buf;
    struct json_writer w;
    buf_init(&buf, arena, LIMIT_JSON_TEXT);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "format", STR(FORMAT));
    json_text_member(&w, "name", str(p->name));
    json_text_member(&w, "archetype", str(p->archetype->name));
    json_text_member(&w, "seed", str_fmt(arena, "0x%016llx", (unsigned long long)p->seed));
    print_fields(&w, TABLE(world_fields), p);
    print_account(&w, &p->account);
    print_part(&w, "market", TABLE(market_fields), &p->market);
    print_part(&w, "desk", TABLE(desk_fields), &p->desk);
    print_part(&w, "people", TABLE(people_fields), p->people);
    json_key(&w, "direction");
    json_list(&w);
    for (size_t i = 0; i < p->direction_count; i++)
        print_direction(&w, &p->directions[i]);
    json_end(&w);
    json_key(&w, "group");
    json_list(&w);
    for (size_t i = 0; i < p->group_count; i++)
        print_group(&w, p, &p->groups[i]);
    json_end(&w);
    json_key(&w, "event");
    json_list(&w);
    for (size_t i = 0; i < p->event_count; i++)
        print_event(&w, &p->events[i]);
    json_end(&w);
    json_key(&w, "creative");
    json_list(&w);
    for (size_t i = 0; i < p->role_count; i++) {
        json_object(&w);
        json_text_member(&w, "id", str(p->roles[i].creative));
        json_text_member(&w, "role", str(p->roles[i].role));
        json_end(&w);
    }
    json_end(&w);
    print_fault(&w, &p->fault);
    json_end(&w);
    return buf_str(&buf);
}
