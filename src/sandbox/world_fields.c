/* world_fields.c - the tables of world files, and walking them. */

#include "sandbox/world_fields.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define ONE(S, path, member, low, high)                                                        \
    {                                                                                          \
        path, offsetof(struct S, member), 1, low, high                                         \
    }
#define MANY(S, path, member, n, low, high)                                                    \
    {                                                                                          \
        path, offsetof(struct S, member), n, low, high                                         \
    }

const struct field world_head_fields[] = {
    ONE(parameters, "days", days, 1, 3660),
    ONE(parameters, "burn_in_days", burn_in_days, 0, 366),
    {0},
};
const struct field world_account_fields[] = {
    ONE(account, "min_daily_budget", min_daily_budget, 0, 1e9),
    ONE(account, "daily_cap", daily_cap, 0, 1e12),
    ONE(account, "review_h.median", review_median_h, 0.01, 1000),
    ONE(account, "review_h.p99", review_p99_h, 0.01, 10000),
    ONE(account, "review_reject", review_reject, 0, 1),
    {0},
};
const struct field world_market_fields[] = {
    ONE(market, "cpm_ref", cpm_ref, 1e-3, 1e6),
    ONE(market, "phi", phi, 0, 0.999),
    ONE(market, "sd", sd, 0, 2),
    ONE(market, "hour_sd", hour_sd, 0, 2),
    MANY(market, "hour_w", hour_w, HOURS_A_DAY, 0, 1e6),
    MANY(market, "dow_supply", dow_supply, DAYS_A_WEEK, 0.001, 100),
    MANY(market, "dow_cvr", dow_cvr, DAYS_A_WEEK, 0, 100),
    {0},
};
const struct field world_desk_fields[] = {
    ONE(desk, "open_h", open_h, 0, 23),
    ONE(desk, "close_h", close_h, 1, 24),
    MANY(desk, "works", works, DAYS_A_WEEK, 0, 1),
    {0},
};
const struct field world_people_fields[] = {
    {"KZ", 0 * sizeof(double), 1, 0, 1e6},
    {"RU", 1 * sizeof(double), 1, 0, 1e6},
    {"SA", 2 * sizeof(double), 1, 0, 1e6},
    {"AE", 3 * sizeof(double), 1, 0, 1e6},
    {0},
};
const struct field world_direction_fields[] = {
    ONE(direction, "ctr0", ctr0, 1e-6, 0.5),
    ONE(direction, "cvr0", cvr0, 1e-6, 0.9),
    ONE(direction, "invalid", invalid, 0, 0.99),
    ONE(direction, "repeat", repeat, 0, 0.99),
    ONE(direction, "q0", q0, 1e-6, 0.999),
    ONE(direction, "r0", r0, 1e-6, 0.999),
    ONE(direction, "call_back", call_back, 0, 1),
    ONE(direction, "delay.qualified.median_d", qualified_median_d, 0, 365),
    ONE(direction, "delay.qualified.sd", qualified_sd, 0, 5),
    ONE(direction, "delay.sale.median_d", sale_median_d, 0, 365),
    ONE(direction, "delay.sale.sd", sale_sd, 0, 5),
    ONE(direction, "refund", refund, 0, 1),
    ONE(direction, "crm_mark", crm_mark, 0, 1),
    ONE(direction, "crm_delay_d", crm_delay_d, 0, 60),
    {0},
};
const struct field world_direction_worth_fields[] = {
    ONE(direction, "margin.mean", margin_mean, 0, 1e8),
    ONE(direction, "margin.cv", margin_cv, 0, 3),
    ONE(direction, "margin.share", margin_share, 0.01, 1),
    ONE(direction, "user_target_cpl", user_target_cpl, 0, 1e8),
    ONE(direction, "user_margin", user_margin, 0, 1e8),
    {0},
};
const struct field world_group_fields[] = {
    ONE(audience, "budget", budget, 0, 1e9),
    ONE(audience, "cpm_ref", cpm_ref, 1e-3, 1e6),
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
    {0},
};
/* After the budget, which it equals unless given. */
const struct field world_group_reference_fields[] = {
    ONE(audience, "b_ref", b_ref, 1e-3, 1e9),
    {0},
};
const struct field world_ad_fields[] = {
    ONE(traits, "hook", hook, -5, 5), ONE(traits, "conv", conv, -5, 5),
    ONE(traits, "qual", qual, -9, 9), ONE(traits, "tau", tau, 0, 10000),
    ONE(traits, "eta", eta, 0, 5),    {0},
};
const struct field world_event_fields[] = {
    ONE(event, "day", day, 0, 3660),         ONE(event, "days", days, 0, 3660),
    ONE(event, "cpm", cpm, 0.001, 1000),     ONE(event, "cvr", cvr, 0, 1000),
    ONE(event, "quality", quality, 0, 1000), {0},
};
const struct field world_fault_fields[] = {
    ONE(fault, "webhook_loss", webhook_loss, 0, 1),
    ONE(fault, "credit", credit, 0, 0.5),
    {0},
};

const char *const world_event_kinds[EVENT_KINDS] = {"regime", "fx", "tracking_loss", "freeze",
                                                    "team_off"};

bool world_blame(struct err *err, const char *where, const char *path, const char *wanted)
{
    char field[LONGEST_PATH * 2];
    snprintf(field, sizeof field, "%s%s", where, path);
    (void)err_set(err, ERR_INVALID, "world file: %s must be %s", field, wanted);
    return err_field(err, field);
}

bool world_read_number(const struct json *v, const char *where, const struct field *f,
                       double *out, struct err *err)
{
    enum json_type type = json_type(v);
    double x = json_real(v, "", 0);
    if ((type != JSON_INT && type != JSON_REAL) || !(x >= f->low && x <= f->high)) {
        char wanted[96];
        snprintf(wanted, sizeof wanted, "a number from %g to %g", f->low, f->high);
        return world_blame(err, where, f->path, wanted);
    }
    *out = x;
    return true;
}

/* Overwrite what the object gives; the rest stays as drawn. */
bool world_read_fields(const struct json *v, const char *where, const struct field *table,
                       void *into, struct err *err)
{
    for (const struct field *f = table; f->path; f++) {
        const struct json *given = json_at(v, f->path);
        double *out = (double *)(void *)((char *)into + f->offset);
        if (json_type(given) == JSON_MISSING)
            continue;
        if (f->count == 1) {
            if (!world_read_number(given, where, f, out, err))
                return false;
            continue;
        }
        if (json_type(given) != JSON_LIST || json_count(given) != (size_t)f->count) {
            char wanted[64];
            snprintf(wanted, sizeof wanted, "a list of %d numbers", f->count);
            return world_blame(err, where, f->path, wanted);
        }
        for (int k = 0; k < f->count; k++)
            if (!world_read_number(json_item(given, (size_t)k), where, f, &out[k], err))
                return false;
    }
    return true;
}

bool world_read_key(const struct json *v, const char *where, const char *name, bool needed,
                    char out[WORLD_KEY_SIZE], struct err *err)
{
    const struct json *given = json_at(v, name);
    struct str text = json_text(given, "", STR(""));
    if (json_type(given) == JSON_MISSING && !needed)
        return true;
    if (json_type(given) != JSON_TEXT || text.n == 0 || text.n >= WORLD_KEY_SIZE)
        return world_blame(err, where, name, "a text of 1 to 63 bytes");
    memcpy(out, text.p, text.n);
    out[text.n] = 0;
    return true;
}

bool world_want_list(const struct json *v, const char *where, const char *name, size_t most,
                     bool *given, struct err *err)
{
    const struct json *list = json_at(v, name);
    *given = json_type(list) != JSON_MISSING;
    if (*given && (json_type(list) != JSON_LIST || json_count(list) > most)) {
        char wanted[64];
        snprintf(wanted, sizeof wanted, "a list of at most %zu members", most);
        return world_blame(err, where, name, wanted);
    }
    return true;
}

/* Is `path` a member of the table, or the beginning of one ("margin")? */
static bool known(const char *path, const struct field *table)
{
    size_t length = strlen(path);
    for (const struct field *f = table; f && f->path; f++)
        if (strncmp(f->path, path, length) == 0 &&
            (f->path[length] == 0 || f->path[length] == '.'))
            return true;
    return false;
}

/* `prefix` is where in the object we are: "", or "margin." */
static bool only_below(const struct json *v, const char *where, const char *prefix,
                       const struct field *const tables[2], const char *const *others,
                       struct err *err)
{
    void *cursor = NULL;
    struct str key;
    const struct json *value;

    if (json_type(v) != JSON_OBJECT)
        return world_blame(err, where, prefix, "an object");
    while (json_each(v, &cursor, &key, &value)) {
        char path[LONGEST_PATH], deeper[LONGEST_PATH + 2];
        bool other = false;
        snprintf(path, sizeof path, "%s" STR_FMT, prefix, STR_ARG(key));
        for (size_t i = 0; others[i]; i++)
            other = other || strcmp(others[i], path) == 0;
        if (other)
            continue;
        if (!known(path, tables[0]) && !known(path, tables[1]))
            return world_blame(err, where, path, "left out: no such member");
        snprintf(deeper, sizeof deeper, "%s.", path);
        if (json_type(value) == JSON_OBJECT &&
            !only_below(value, where, deeper, tables, others, err))
            return false;
    }
    return true;
}

bool world_only_known(const struct json *v, const char *where, const struct field *table,
                      const struct field *table2, const char *const *others, struct err *err)
{
    const struct field *const tables[2] = {table, table2};
    return only_below(v, where, "", tables, others, err);
}

bool world_read_part(const struct json *v, const char *name, const struct field *table,
                     const char *const *others, void *into, struct err *err)
{
    const struct json *part = json_at(v, name);
    char where[LONGEST_PATH];
    if (json_type(part) == JSON_MISSING)
        return true;
    snprintf(where, sizeof where, "%s.", name);
    return world_only_known(part, where, table, NULL, others, err) &&
           world_read_fields(part, where, table, into, err);
}

/* How much of the path lies in folders that the last path was in too. */
static size_t common(const char *a, const char *b)
{
    size_t i = 0, dots = 0;
    for (; a[i] && a[i] == b[i]; i++)
        if (a[i] == '.')
            dots = i + 1;
    return dots;
}

static int depth(const char *path)
{
    int n = 0;
    for (; *path; path++)
        n += *path == '.';
    return n;
}

void world_print_fields(struct json_writer *w, const struct field *table, const void *from)
{
    char open[LONGEST_PATH] = "";
    for (const struct field *f = table; f->path; f++) {
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
