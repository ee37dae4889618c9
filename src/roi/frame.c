/* frame.c - which days, which zones, which currency. */

#include "base/arena.h"
#include "db/db.h"
#include "roi/roi_parts.h"
#include "text/json.h"
#include "text/money.h"
#include "text/zone.h"

#define DEFAULT_DAYS 30
#define MOST_DAYS    3660

/* --- names --------------------------------------------------------------------------- */

static const char *const bases[] = {"lead", "payment", "click", "impression"};
static const char *const models[] = {"lead", "first", "last"};

static bool by_name(const char *const *names, int n, struct str name, int *out)
{
    *out = 0;
    if (name.n == 0)
        return true;
    for (int i = 0; i < n; i++)
        if (str_eq(name, str(names[i]))) {
            *out = i;
            return true;
        }
    return false;
}

bool roi_basis_by_name(struct str name, enum roi_basis *out)
{
    int i;
    bool known = by_name(bases, countof(bases), name, &i);

    *out = (enum roi_basis)i;
    return known;
}

bool roi_model_by_name(struct str name, enum roi_model *out)
{
    int i;
    bool known = by_name(models, countof(models), name, &i);

    *out = (enum roi_model)i;
    return known;
}

struct str roi_basis_name(enum roi_basis basis)
{
    return str(bases[basis]);
}

struct str roi_model_name(enum roi_model model)
{
    return str(models[model]);
}

/* --- days and currency ------------------------------------------------------------------ */

static bool check_day(struct str day, const char *field, struct err *err)
{
    return day_valid(day) ||
           err_input(err, field, "write it as 2026-11-24", "\"" STR_FMT "\" is not a day",
                     STR_ARG(str_sub(day, 0, 20)));
}

static bool set_days(struct roi_frame *f, const struct roi_question *question, struct err *err)
{
    struct day today = zone_day(f->zone, question->now_ms);
    struct str last =
        question->last_day.n ? question->last_day : str_dup(f->arena, day_str(&today));

    if (!check_day(last, "last_day", err))
        return false;
    struct day back = day_add(last, 1 - (question->days ? question->days : DEFAULT_DAYS));
    struct str first =
        question->first_day.n ? question->first_day : str_dup(f->arena, day_str(&back));
    if (!check_day(first, "first_day", err))
        return false;
    if (day_diff(last, first) < 0 || day_diff(last, first) >= MOST_DAYS)
        return err_input(err, "first_day", "give a first day before the last one",
                         "the range from " STR_FMT " to " STR_FMT " cannot be reported",
                         STR_ARG(first), STR_ARG(last));
    f->filter.first_day = first;
    f->filter.last_day = last;
    return true;
}

static bool set_currency(struct roi_frame *f, struct str asked, struct str of_org,
                         struct err *err)
{
    f->filter.currency = asked.n ? asked : of_org;
    return asked.n == 0 || money_currency_known(asked) ||
           err_input(err, "currency", "give an ISO 4217 code such as KZT",
                     "\"" STR_FMT "\" is not a currency we know",
                     STR_ARG(str_sub(asked, 0, 10)));
}

static void set_age(struct roi_frame *f)
{
    bool any = false;

    for (size_t i = 0; i < f->accounts.n; i++) {
        if (!str_eq(f->accounts.at[i].state, STR("connected")))
            continue;
        if (!any || f->accounts.at[i].last_sync_ms < f->collected_ms)
            f->collected_ms = f->accounts.at[i].last_sync_ms;
        any = true;
    }
}

/* --- zones: a day begins at another instant in each --------------------------------------- */

/* The accounts whose zone it is (`same`), or those that have another one than it. */
static struct str members_of(struct roi_frame *f, struct str zone, bool same)
{
    struct json_writer w;
    struct buf buf;

    buf_init(&buf, f->arena, 100000);
    json_writer(&w, &buf);
    json_list(&w);
    for (size_t i = 0; i < f->accounts.n; i++) {
        const struct roi_account *a = &f->accounts.at[i];
        if (zone_known(a->zone) && str_eq(a->zone, zone) == same)
            json_put_text(&w, str_fmt(f->arena, STR_FMT " " STR_FMT, STR_ARG(a->ad_account_id),
                                      STR_ARG(a->platform)));
    }
    json_end(&w);
    return buf_str(&buf);
}

static void add_part(struct roi_frame *f, struct str zone)
{
    struct day after = day_add(f->filter.last_day, 1);

    *roi_parts_add(&f->parts, f->arena) =
        (struct roi_part){.zone = zone,
                          .from_ms = zone_day_start_ms(zone, f->filter.first_day),
                          .to_ms = zone_day_start_ms(zone, day_str(&after)),
                          .kind = ROI_PART_THESE,
                          .members = STR("[]")};
}

/* The default account's zone is also that of what belongs to no known account. */
static void set_parts(struct roi_frame *f)
{
    add_part(f, f->zone);
    for (size_t i = 0; i < f->accounts.n; i++) {
        bool seen = !zone_known(f->accounts.at[i].zone);
        for (size_t k = 0; k < f->parts.n; k++)
            seen = seen || str_eq(f->parts.at[k].zone, f->accounts.at[i].zone);
        if (!seen)
            add_part(f, f->accounts.at[i].zone);
    }
    f->parts.at[0].kind = f->parts.n == 1 ? ROI_PART_ALL : ROI_PART_OTHERS;
    for (size_t k = 0; f->parts.n > 1 && k < f->parts.n; k++)
        f->parts.at[k].members = members_of(f, f->parts.at[k].zone, k > 0);
}

bool roi_frame(struct db *db, struct arena *arena, const struct roi_question *question,
               struct roi_frame *out, struct err *err)
{
    struct roi_frame *f = out;
    struct str currency;

    *f = (struct roi_frame){.db = db,
                            .arena = arena,
                            .zone = STR("Etc/UTC"),
                            .now_ms = question->now_ms,
                            .filter = {.platform = question->platform,
                                       .ad_account_id = question->ad_account_id,
                                       .direction_id = question->direction_id,
                                       .basis = question->basis,
                                       .model = question->model}};
    if (question->goods_micros < 0 || question->goods_micros > MICROS_PER_UNIT)
        return err_input(err, "goods_percent", "give the cost of goods, 0 to 100",
                         "the cost of goods cannot be that share of the revenue");
    if (!roi_ground(db, arena, &f->filter, &f->accounts, &currency, err))
        return false;
    if (f->accounts.n && zone_known(f->accounts.at[0].zone))
        f->zone = f->accounts.at[0].zone;
    set_age(f);
    if (!set_currency(f, question->currency, currency, err) || !set_days(f, question, err))
        return false;
    set_parts(f);
    return true;
}

/* --- money in one currency --------------------------------------------------------------- */

static void note_missing(struct roi_frame *f, struct str from, struct str day)
{
    for (size_t i = 0; i < f->missing.n; i++) {
        struct roi_missing *known = &f->missing.at[i];
        if (!str_eq(known->from, from))
            continue;
        if (str_cmp(day, known->first_day) < 0)
            known->first_day = day;
        if (str_cmp(day, known->last_day) > 0)
            known->last_day = day;
        return;
    }
    *roi_missings_add(&f->missing, f->arena) =
        (struct roi_missing){from, f->filter.currency, day, day};
}

static void note_use(struct roi_frame *f, const struct currency_rate *rate, struct str from,
                     struct str day)
{
    struct roi_rate_use *use = NULL;

    for (size_t i = 0; !use && i < f->uses.n; i++)
        if (str_eq(f->uses.at[i].from, from))
            use = &f->uses.at[i];
    if (!use) {
        use = roi_rate_uses_add(&f->uses, f->arena);
        *use = (struct roi_rate_use){.from = from,
                                     .to = f->filter.currency,
                                     .first_day = rate->day,
                                     .last_day = rate->day,
                                     .first_source = rate->source,
                                     .last_source = rate->source};
    }
    int age = day_diff(day, rate->day);
    use->amounts++;
    if (age > use->oldest_days)
        use->oldest_days = age;
    if (str_cmp(rate->day, use->first_day) < 0) {
        use->first_day = rate->day;
        use->first_source = rate->source;
    }
    if (str_cmp(rate->day, use->last_day) > 0) {
        use->last_day = rate->day;
        use->last_source = rate->source;
    }
}

bool roi_convert(struct roi_frame *f, int64_t micros, struct str currency, struct str day,
                 struct roi_money *out, const struct currency_rate **rate, struct err *err)
{
    const struct currency_rate *used = NULL;

    *out = (struct roi_money){true, micros};
    if (rate)
        *rate = NULL;
    if (str_eq(currency, f->filter.currency))
        return true;
    if (!f->rates_read &&
        !currency_rate_list(f->db, f->arena, f->filter.currency, STR(""), &f->rates, err))
        return false;
    f->rates_read = true;
    used = currency_rate_find(&f->rates, currency, f->filter.currency, day);
    if (rate)
        *rate = used;
    if (used) {
        note_use(f, used, currency, day);
        out->micros = currency_scale(used, micros, currency);
    } else if (micros != 0) { /* nothing is nothing in any currency */
        *out = (struct roi_money){false, 0};
        note_missing(f, currency, day);
    }
    return true;
}

struct str roi_paid_day(struct roi_frame *f, const struct roi_part *part, int64_t paid_ms)
{
    struct day day = zone_day(part->zone, paid_ms);

    return str_dup(f->arena, day_str(&day));
}
