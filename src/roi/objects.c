/* objects.c - lists of campaigns, ad groups and ads: selected, added up, sorted, cut to a page.
 */

#include "roi/objects_db.h"

#include "db/db.h"
#include "metric/key_index.h"
#include "metric/metric.h"
#include "text/words.h"
#include "text/zone.h"

#include <stdlib.h>

#define QUESTION_WORDS 8

/* One ad account on one platform, with everything of it. */
struct account {
    const struct object_account *of;
    struct object_rows levels[LEVEL_AD + 1];
    struct key_index indexes[LEVEL_AD + 1];
};

static bool is(struct str status, const char *word)
{
    return str_eq(status, str(word));
}

static struct object_row *find(struct account *a, enum platform_level level, struct str id)
{
    size_t at = id.n ? key_index_find(&a->indexes[level], id) : KEY_NONE;

    return at == KEY_NONE ? NULL : &a->levels[level].at[at];
}

static bool load(struct db *db, struct arena *arena, struct account *a, struct err *err)
{
    for (enum platform_level level = LEVEL_CAMPAIGN; level <= LEVEL_AD; level++) {
        struct object_rows *rows = &a->levels[level];
        if (!objects_db_list(db, arena, a->of, level, rows, err))
            return false;
        key_index_init(&a->indexes[level], arena, rows->n);
        for (size_t i = 0; i < rows->n; i++)
            key_index_put(&a->indexes[level], rows->at[i].id, i);
    }
    return true;
}

/* --- what stands above and below ------------------------------------------------------ */

static void link_up(struct account *a)
{
    struct object_rows *groups = &a->levels[LEVEL_ADGROUP], *ads = &a->levels[LEVEL_AD];

    for (size_t i = 0; i < groups->n; i++) {
        struct object_row *g = &groups->at[i], *c = find(a, LEVEL_CAMPAIGN, g->campaign_id);
        if (!c)
            continue;
        g->campaign_name = c->name;
        g->objective = c->objective;
        c->adgroups += !is(g->status, "deleted");
        if (is(g->status, "enabled")) {
            c->adgroups_budget_micros += g->budget_micros;
            c->switched_on++;
        }
    }
    for (size_t i = 0; i < ads->n; i++) {
        struct object_row *ad = &ads->at[i], *g = find(a, LEVEL_ADGROUP, ad->adgroup_id),
                          *c = find(a, LEVEL_CAMPAIGN, ad->campaign_id);
        int64_t there = !is(ad->status, "deleted");
        if (g) {
            ad->adgroup_name = g->name;
            g->ads += there;
            g->switched_on += is(ad->status, "enabled");
        }
        if (c) {
            ad->campaign_name = c->name;
            ad->objective = c->objective;
            c->ads += there;
        }
    }
}

/* Its own switch first, then those above it, then what the platform says. */
static const char *delivery_of(const struct account *a, const struct object_row *row,
                               const struct object_row *campaign,
                               const struct object_row *adgroup)
{
    const struct platform *platform = platform_find(row->platform);
    const char *word = platform && platform->delivery && row->platform_status.n
                           ? platform->delivery(row->platform_status)
                           : "";
    struct str said = str(word);

    if (is(row->status, "deleted"))
        return "deleted";
    if (!is(row->status, "enabled"))
        return "off";
    if (campaign && !is(campaign->status, "enabled"))
        return "campaign_off";
    if (adgroup && !is(adgroup->status, "enabled"))
        return "adgroup_off";
    if (!is(a->of->state, "connected"))
        return "disconnected";
    /* The switches were changed after the platform was read. */
    if (!said.n || is(said, "off") || is(said, "above_off") || is(said, "deleted"))
        return "unknown";
    if (is(said, "delivering") && row->level != LEVEL_AD && !row->switched_on)
        return "nothing_on";
    return word;
}

static void judge(struct account *a)
{
    for (enum platform_level level = LEVEL_CAMPAIGN; level <= LEVEL_AD; level++)
        for (size_t i = 0; i < a->levels[level].n; i++) {
            struct object_row *row = &a->levels[level].at[i];
            row->delivery = delivery_of(a, row, find(a, LEVEL_CAMPAIGN, row->campaign_id),
                                        find(a, LEVEL_ADGROUP, row->adgroup_id));
        }
}

/* --- figures ------------------------------------------------------------------------------ */

static void add(struct object_figures *sum, const struct object_figures *more)
{
    sum->days += more->days;
    sum->spend_micros += more->spend_micros;
    sum->impressions += more->impressions;
    sum->clicks += more->clicks;
    sum->platform_leads += more->platform_leads;
    sum->leads += more->leads;
    sum->qualified += more->qualified;
}

static bool count_platform(struct db *db, struct arena *arena, struct account *a,
                           const struct object_question *q, struct err *err)
{
    struct object_rows *ads = &a->levels[LEVEL_AD];
    struct metric_ad_sum *sums = NEW_ARRAY(arena, struct metric_ad_sum, ads->n + 1);

    if (!metric_ad_sums(db, a->of->ad_account_id, a->of->platform, q->first_day, q->last_day,
                        &a->indexes[LEVEL_AD], sums, NULL, err))
        return false;
    for (size_t i = 0; i < ads->n; i++)
        add(&ads->at[i].figures,
            &(struct object_figures){.days = sums[i].days,
                                     .spend_micros = sums[i].spend_micros,
                                     .impressions = sums[i].impressions,
                                     .clicks = sums[i].clicks,
                                     .platform_leads = sums[i].platform_leads});
    return true;
}

static bool count_leads(struct db *db, struct arena *arena, struct account *a,
                        const struct object_question *q, int64_t *elsewhere, struct err *err)
{
    struct day after = day_add(q->last_day, 1);
    struct object_leads_list leads = {0};

    if (!objects_db_leads(db, arena, a->of, zone_day_start_ms(a->of->zone, q->first_day),
                          zone_day_start_ms(a->of->zone, day_str(&after)), &leads, err))
        return false;
    for (size_t i = 0; i < leads.n; i++) {
        struct object_row *ad = find(a, LEVEL_AD, leads.at[i].ad_id);
        if (ad)
            add(&ad->figures, &(struct object_figures){.leads = leads.at[i].leads,
                                                       .qualified = leads.at[i].qualified});
        else
            *elsewhere += leads.at[i].leads;
    }
    return true;
}

static void carry_up(struct account *a)
{
    struct object_rows *ads = &a->levels[LEVEL_AD];

    for (size_t i = 0; i < ads->n; i++) {
        struct object_row *g = find(a, LEVEL_ADGROUP, ads->at[i].adgroup_id),
                          *c = find(a, LEVEL_CAMPAIGN, ads->at[i].campaign_id);
        if (g)
            add(&g->figures, &ads->at[i].figures);
        if (c)
            add(&c->figures, &ads->at[i].figures);
    }
    for (enum platform_level level = LEVEL_CAMPAIGN; level <= LEVEL_AD; level++)
        for (size_t i = 0; i < a->levels[level].n; i++) {
            struct object_figures *f = &a->levels[level].at[i].figures;
            f->missing = !a->of->collected_ms ? OBJECT_NEVER_COLLECTED
                         : !f->days           ? OBJECT_NO_DAYS
                                              : OBJECT_KNOWN;
        }
}

/* --- selecting ---------------------------------------------------------------------------- */

struct wanted {
    const struct object_question *q;
    struct words words;
    struct arena *scratch;
};

static bool among(const struct strs *list, struct str id)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->at[i], id))
            return true;
    return !list->n;
}

static bool named(const struct wanted *w, const struct object_row *row)
{
    struct arena_mark mark = arena_mark(w->scratch);
    struct str line;
    bool all = true;

    if (!w->q->text.n || str_eq(row->id, w->q->text))
        return true;
    line = words_line(w->scratch, row->name, LIMIT_LABEL);
    for (size_t i = 0; i < w->words.n; i++)
        all = all && str_has(line, w->words.at[i].text);
    arena_rewind(w->scratch, mark);
    return all && w->words.n > 0;
}

static bool is_wanted(const struct wanted *w, const struct object_row *row)
{
    const struct object_question *q = w->q;
    struct str campaign_id = q->level == LEVEL_CAMPAIGN ? row->id : row->campaign_id,
               adgroup_id = q->level == LEVEL_ADGROUP ? row->id : row->adgroup_id;

    return (q->status.n ? str_eq(row->status, q->status) : !is(row->status, "deleted")) &&
           (!q->delivery.n || is(q->delivery, row->delivery)) &&
           (!q->direction_id.n || str_eq(row->direction_id, q->direction_id)) &&
           (!q->creative_id.n || str_eq(row->creative_id, q->creative_id)) &&
           among(&q->campaign_ids, campaign_id) && among(&q->ids, row->id) &&
           (q->level == LEVEL_CAMPAIGN || among(&q->adgroup_ids, adgroup_id)) && named(w, row);
}

/* --- totals ----------------------------------------------------------------------------------
 */

static void total(struct object_list *out, const struct object_rows *rows)
{
    bool several = false, known = false;
    enum object_missing why = OBJECT_NO_DAYS;

    for (size_t i = 0; i < rows->n; i++) {
        const struct object_row *row = &rows->at[i];
        add(&out->total, &row->figures);
        known = known || row->figures.missing == OBJECT_KNOWN;
        if (row->figures.missing == OBJECT_NEVER_COLLECTED)
            why = OBJECT_NEVER_COLLECTED;
        several = several || (out->currency.n && !str_eq(out->currency, row->currency));
        out->currency = row->currency;
        if (is(row->status, "enabled"))
            out->budget_micros +=
                row->budget_micros ? row->budget_micros : row->adgroups_budget_micros;
    }
    out->count = (int64_t)rows->n;
    out->total.missing = several ? OBJECT_CURRENCIES : known ? OBJECT_KNOWN : why;
    if (several) {
        out->currency = STR("");
        out->budget_micros = 0;
    }
}

/* --- order
 * ------------------------------------------------------------------------------------ */

/* Unknown last, whichever way; ties by id, so that pages follow each other. */
struct place {
    bool known;
    double number;
    struct str text, id;
    int sign;
    size_t index;
};

static int compare(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    int order;

    if (a->known != b->known)
        return a->known ? -1 : 1;
    order = a->number < b->number ? -1 : a->number > b->number ? 1 : str_cmp(a->text, b->text);
    return order ? a->sign * order : str_cmp(a->id, b->id);
}

static bool by_micros(bool known, int64_t micros, double *out)
{
    *out = (double)micros;
    return known;
}

static bool cost_of(const struct object_figures *f,
                    bool (*cost)(const struct object_figures *, int64_t *), double *out)
{
    int64_t micros = 0;
    bool known = cost(f, &micros);

    return by_micros(known, micros, out);
}

static bool number_of(const struct object_row *row, struct str sort, double *out)
{
    const struct object_figures *f = &row->figures;
    bool seen = f->missing == OBJECT_KNOWN;

    if (is(sort, "budget")) {
        int64_t micros = row->budget_micros ? row->budget_micros : row->adgroups_budget_micros;
        return by_micros(micros > 0, micros, out);
    }
    if (is(sort, "created"))
        return by_micros(true, row->created_ms, out);
    if (is(sort, "impressions"))
        return by_micros(seen, f->impressions, out);
    if (is(sort, "clicks"))
        return by_micros(seen, f->clicks, out);
    if (is(sort, "leads"))
        return by_micros(true, f->leads, out);
    if (is(sort, "qualified"))
        return by_micros(true, f->qualified, out);
    if (is(sort, "ctr"))
        return object_ctr(f, out);
    if (is(sort, "cpc"))
        return cost_of(f, object_cpc, out);
    if (is(sort, "cpl"))
        return cost_of(f, object_cpl, out);
    if (is(sort, "cpql"))
        return cost_of(f, object_cpql, out);
    return by_micros(seen, f->spend_micros, out); /* spend */
}

bool object_sort_known(struct str sort)
{
    static const char *const sorts[] = {
        "name",   "status", "delivery", "budget", "created", "spend",     "impressions",
        "clicks", "ctr",    "cpc",      "leads",  "cpl",     "qualified", "cpql"};

    for (size_t i = 0; i < countof(sorts); i++)
        if (is(sort, sorts[i]))
            return true;
    return !sort.n;
}

static struct place place_of(struct arena *arena, const struct object_row *row, size_t index,
                             const struct object_question *q)
{
    struct place place = {
        .known = true, .id = row->id, .index = index, .sign = q->ascending ? 1 : -1};

    if (is(q->sort, "name"))
        place.text = words_line(arena, row->name, LIMIT_LABEL);
    else if (is(q->sort, "status"))
        place.text = row->status;
    else if (is(q->sort, "delivery"))
        place.text = str(row->delivery);
    else
        place.known = number_of(row, q->sort, &place.number);
    return place;
}

/* The page of the sorted selection. */
static void cut_page(struct arena *arena, const struct object_question *q,
                     const struct object_rows *all, struct object_list *out)
{
    struct place *places = NEW_ARRAY(arena, struct place, all->n + 1);
    size_t start = q->after < (int64_t)all->n ? (size_t)q->after : all->n, end;

    for (size_t i = 0; i < all->n; i++)
        places[i] = place_of(arena, &all->at[i], i, q);
    qsort(places, all->n, sizeof(*places), compare);
    for (size_t i = 0; q->after_id.n && i < all->n; i++)
        if (str_eq(places[i].id, q->after_id))
            start = i + 1;
    end = start + (size_t)q->limit < all->n ? start + (size_t)q->limit : all->n;
    for (size_t i = start; i < end; i++)
        *object_rows_add(&out->rows, arena) = all->at[places[i].index];
    out->next = end < all->n ? (int64_t)end : 0;
}

/* --- all together
 * ------------------------------------------------------------------------------ */

static bool add_account(struct db *db, struct arena *arena, const struct object_account *of,
                        const struct wanted *wanted, struct object_rows *all,
                        struct object_list *out, struct err *err)
{
    const struct object_question *q = wanted->q;
    struct account a = {.of = of};

    if (!load(db, arena, &a, err) || !count_platform(db, arena, &a, q, err) ||
        !count_leads(db, arena, &a, q, &out->leads_elsewhere, err))
        return false;
    link_up(&a);
    judge(&a);
    carry_up(&a);
    for (size_t i = 0; i < a.levels[q->level].n; i++)
        if (is_wanted(wanted, &a.levels[q->level].at[i]))
            *object_rows_add(all, arena) = a.levels[q->level].at[i];
    return true;
}

bool object_list_get(struct db *db, struct arena *arena, const struct object_question *q,
                     struct object_list *out, struct err *err)
{
    struct object_accounts accounts = {0};
    struct object_rows all = {0};
    struct wanted wanted = {.q = q, .scratch = arena_new("names of objects")};
    bool ok;

    *out = (struct object_list){0};
    words_of(arena, q->text, QUESTION_WORDS, &wanted.words);
    ok = objects_db_accounts(db, arena, q, &accounts, err);
    for (size_t i = 0; ok && i < accounts.n; i++) {
        const struct object_account *of = &accounts.at[i];
        ok = add_account(db, arena, of, &wanted, &all, out, err);
        if (i == 0 || of->collected_ms < out->collected_ms)
            out->collected_ms = of->collected_ms;
    }
    arena_free(wanted.scratch);
    if (!ok)
        return false;
    total(out, &all);
    cut_page(arena, q, &all, out);
    return objects_db_names(db, arena, &out->rows, err);
}

/* --- ratios
 * ------------------------------------------------------------------------------------- */

static int64_t divide(int64_t micros, int64_t by)
{
    return (micros + by / 2) / by;
}

bool object_ctr(const struct object_figures *f, double *out)
{
    bool known = f->missing == OBJECT_KNOWN || f->missing == OBJECT_CURRENCIES;

    if (!known || f->impressions <= 0)
        return false;
    *out = (double)f->clicks / (double)f->impressions;
    return true;
}

static bool cost(const struct object_figures *f, int64_t of, int64_t *micros)
{
    if (f->missing != OBJECT_KNOWN || of <= 0)
        return false;
    *micros = divide(f->spend_micros, of);
    return true;
}

bool object_cpc(const struct object_figures *f, int64_t *micros)
{
    return cost(f, f->clicks, micros);
}

bool object_cpm(const struct object_figures *f, int64_t *micros)
{
    if (f->missing != OBJECT_KNOWN || f->impressions <= 0)
        return false;
    *micros = divide(f->spend_micros * 1000, f->impressions);
    return true;
}

bool object_cpl(const struct object_figures *f, int64_t *micros)
{
    return cost(f, f->leads, micros);
}

bool object_cpql(const struct object_figures *f, int64_t *micros)
{
    return cost(f, f->qualified, micros);
}

const char *object_missing_name(enum object_missing missing)
{
    static const char *const names[] = {
        [OBJECT_KNOWN] = "",
        [OBJECT_NEVER_COLLECTED] = "never_collected",
        [OBJECT_NO_DAYS] = "no_days",
        [OBJECT_CURRENCIES] = "several_currencies",
    };

    return names[missing];
}
