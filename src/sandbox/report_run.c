/* report_run.c - the rows of a report, from the market. */

#include "base/arena.h"
#include "sandbox/doc.h"
#include "sandbox/market.h"
#include "sandbox/report.h"
#include "sandbox/rules.h"
#include "sandbox/status.h"
#include "text/zone.h"

#include <stdlib.h>

/* --- audience parts ------------------------------------------------------ */

static const struct audience_part ages[] = {
    {STR_INIT("AGE_18_24"), 340}, {STR_INIT("AGE_25_34"), 310}, {STR_INIT("AGE_35_44"), 190},
    {STR_INIT("AGE_45_54"), 100}, {STR_INIT("AGE_55_100"), 60},
};
static const struct audience_part genders[] = {
    {STR_INIT("FEMALE"), 560}, {STR_INIT("MALE"), 420}, {STR_INIT("NONE"), 20}};
static const struct audience_part platforms[] = {{STR_INIT("ANDROID"), 640},
                                                 {STR_INIT("IPHONE"), 360}};
static const struct audience_part languages[] = {
    {STR_INIT("ru"), 610}, {STR_INIT("kk"), 290}, {STR_INIT("en"), 100}};
static const struct audience_part placements[] = {{STR_INIT("TikTok"), 1000}};
static const struct audience_part countries[] = {{STR_INIT(""), 1000}}; /* of the account */

const struct audience_part *report_parts(struct str dimension, size_t *n)
{
    static const struct {
        const char *dimension;
        const struct audience_part *parts;
        size_t n;
    } all[] = {
        {"age", ages, countof(ages)},
        {"gender", genders, countof(genders)},
        {"platform", platforms, countof(platforms)},
        {"language", languages, countof(languages)},
        {"placement", placements, countof(placements)},
        {"country_code", countries, countof(countries)},
    };

    for (size_t i = 0; i < countof(all); i++)
        if (str_eq(dimension, str(all[i].dimension))) {
            *n = all[i].n;
            return all[i].parts;
        }
    return NULL;
}

/* Part [from, to) of 1000, so that the parts of a whole add up to it exactly. */
static int64_t slice(int64_t whole, int from, int to)
{
    return whole * to / 1000 - whole * from / 1000;
}

static struct world_figures slice_figures(const struct world_figures *f, int from, int to)
{
    return (struct world_figures){
        .spend_micros = slice(f->spend_micros, from, to),
        .impressions = slice(f->impressions, from, to),
        .clicks = slice(f->clicks, from, to),
        .reach = slice(f->reach, from, to),
        .conversions = slice(f->conversions, from, to),
        .real_time_conversions = slice(f->real_time_conversions, from, to),
        .video_plays = slice(f->video_plays, from, to),
        .video_2s = slice(f->video_2s, from, to),
        .video_6s = slice(f->video_6s, from, to),
        .video_p25 = slice(f->video_p25, from, to),
        .video_p50 = slice(f->video_p50, from, to),
        .video_p75 = slice(f->video_p75, from, to),
        .video_p100 = slice(f->video_p100, from, to),
        .video_play_ms = slice(f->video_play_ms, from, to),
        .likes = slice(f->likes, from, to),
        .comments = slice(f->comments, from, to),
        .shares = slice(f->shares, from, to),
        .follows = slice(f->follows, from, to),
        .profile_visits = slice(f->profile_visits, from, to),
    };
}

/* --- one row ------------------------------------------------------------- */

struct run {
    struct call *call;
    const struct report *report;
    struct market *market;
    const struct json *advertiser;
    struct str zone;
    struct report_rows *out;
};

static void fill_parents(const struct run *run, const struct world_row *world,
                         struct metric_row *row)
{
    struct sandbox *box = run->call->box;

    row->advertiser = run->advertiser;
    if (run->report->level == WORLD_BY_AD)
        row->ad = market_ad_doc(box, run->market, world->id);
    if (run->report->level == WORLD_BY_GROUP)
        row->group = market_group_doc(box, run->market, world->id);
    if (run->report->level == WORLD_BY_CAMPAIGN)
        row->campaign = market_campaign_doc(box, run->market, world->id);
    if (row->ad)
        row->group =
            store_find(box->store, KIND_ADGROUP, json_text(row->ad, "adgroup_id", STR("")));
    if (row->group)
        row->campaign = store_find(box->store, KIND_CAMPAIGN,
                                   json_text(row->group, "campaign_id", STR("")));
}

/* Does the platform see the leads, and are they from a form? */
static void fill_goal(struct metric_row *row)
{
    struct str objective = json_text(row->campaign, "objective_type", STR(""));
    struct str goal = json_text(row->group, "optimization_goal", STR(""));

    row->leads_seen = !row->campaign || word_in("LEAD_GENERATION WEB_CONVERSIONS", objective);
    if (row->group && str_eq(goal, STR("CLICK")) &&
        !str_eq(json_text(row->group, "promotion_target_type", STR("")), STR("INSTANT_PAGE")))
        row->leads_seen = false;
    row->form =
        row->leads_seen && (!row->campaign || str_eq(objective, STR("LEAD_GENERATION"))) &&
        (!row->group ||
         str_eq(json_text(row->group, "promotion_target_type", STR("")), STR("INSTANT_PAGE")));
}

static struct str time_text(const struct run *run, int64_t ms)
{
    struct day day = zone_day(run->zone, ms);
    int hour = run->report->bucket == WORLD_PER_HOUR ? zone_hour(run->zone, ms) : 0;

    return str_fmt(run->call->arena, "%s %02d:00:00", day.text, hour);
}

static struct str dimension_text(const struct run *run, struct str name,
                                 const struct world_row *world, const struct metric_row *row)
{
    if (str_eq(name, STR("advertiser_id")))
        return run->market->advertiser_id;
    if (str_eq(name, STR("campaign_id")))
        return json_text(row->campaign, "campaign_id", STR(""));
    if (str_eq(name, STR("adgroup_id")))
        return json_text(row->group, "adgroup_id", STR(""));
    if (str_eq(name, STR("ad_id")))
        return json_text(row->ad, "ad_id", STR(""));
    if (str_has(name, STR("stat_time")))
        return time_text(run, world->begins_ms);
    if (str_eq(name, STR("country_code")))
        return json_text(run->advertiser, "country", STR(""));
    return STR("");
}

/* --- filters ------------------------------------------------------------- */

static bool compare(struct str type, double have, const struct json *value)
{
    double a = json_real(value, "", json_real(value, "0", 0));
    double b = json_real(value, "1", 0);
    struct str number = json_text(value, "", STR(""));

    if (number.n)
        a = strtod(number.p, NULL);
    if (str_eq(type, STR("GREATER_EQUAL")))
        return have >= a;
    if (str_eq(type, STR("GREATER_THAN")))
        return have > a;
    if (str_eq(type, STR("LOWER_EQUAL")))
        return have <= a;
    if (str_eq(type, STR("LOWER_THAN")))
        return have < a;
    return have >= a && have <= b; /* BETWEEN, RANGE */
}

static bool in_list(const struct report_filter *filter, struct str have)
{
    bool found = json_list_has(filter->value, have);

    return str_eq(filter->type, STR("NOT_IN")) ? !found : found;
}

static bool status_meant(const struct report_filter *filter, struct str secondary)
{
    for (size_t i = 0; i < json_count(filter->value); i++)
        if (status_is_primary(json_text(json_item(filter->value, i), "", STR("")), secondary))
            return true;
    return false;
}

static bool filter_passes(const struct run *run, const struct report_filter *filter,
                          const struct metric_row *row)
{
    struct str field = filter->field;
    struct call *call = run->call;

    if (str_eq(field, STR("campaign_ids")))
        return in_list(filter, json_text(row->campaign, "campaign_id", STR("")));
    if (str_eq(field, STR("adgroup_ids")))
        return in_list(filter, json_text(row->group, "adgroup_id", STR("")));
    if (str_eq(field, STR("ad_ids")))
        return in_list(filter, json_text(row->ad, "ad_id", STR("")));
    if (str_eq(field, STR("campaign_status")))
        return row->campaign && status_meant(filter, status_campaign(call, row->campaign));
    if (str_eq(field, STR("adgroup_status")))
        return row->group && status_meant(filter, status_adgroup(call, row->group));
    if (str_eq(field, STR("ad_status")))
        return row->ad && status_meant(filter, status_ad(call, row->ad));
    if (str_eq(field, STR("objective_type")))
        return in_list(filter, json_text(row->campaign, "objective_type", STR("")));
    if (str_eq(field, STR("country_code")))
        return in_list(filter, json_text(run->advertiser, "country", STR("")));
    if (str_has(field, STR("_name"))) {
        struct str have = metric_text(call->arena, field, row);
        return str_eq(filter->type, STR("MATCH"))
                   ? str_has(have, json_text(filter->value, "", STR("")))
                   : in_list(filter, have);
    }
    return compare(filter->type, metric_number(field, row), filter->value);
}

/* Deleted objects are left out unless a status filter of their level asks for them. */
static bool not_deleted(const struct run *run, const struct metric_row *row)
{
    struct str secondary;

    for (size_t i = 0; i < run->report->filters.n; i++)
        if (str_ends(run->report->filters.at[i].field, STR("_status")))
            return true;
    if (row->ad)
        secondary = status_ad(run->call, row->ad);
    else if (row->group)
        secondary = status_adgroup(run->call, row->group);
    else if (row->campaign)
        secondary = status_campaign(run->call, row->campaign);
    else
        return true;
    return !str_ends(secondary, STR("_DELETE"));
}

static bool passes(const struct run *run, const struct metric_row *row)
{
    for (size_t i = 0; i < run->report->filters.n; i++)
        if (!filter_passes(run, &run->report->filters.at[i], row))
            return false;
    return not_deleted(run, row);
}

/* --- rows ---------------------------------------------------------------- */

static void add_row(const struct run *run, const struct strs *dimensions,
                    const struct metric_row *figures)
{
    const struct report *report = run->report;
    struct arena *arena = run->call->arena;
    struct report_row *row = report_rows_add(run->out, arena);

    row->dimensions = *dimensions;
    row->figures = *figures;
    for (size_t i = 0; i < report->metrics.n; i++)
        *strs_add(&row->metrics, arena) = metric_text(arena, report->metrics.at[i], figures);
    if (report->order_field.n)
        row->order = metric_number(report->order_field, figures);
}

/* Split over the audience dimensions from position `at` on. */
static void split(const struct run *run, struct strs *dimensions, size_t at,
                  const struct metric_row *row)
{
    const struct audience_part *parts = NULL;
    size_t n = 0;
    int from = 0;

    while (at < dimensions->n && !(parts = report_parts(run->report->dimensions.at[at], &n)))
        at++;
    if (at == dimensions->n) {
        struct strs copy = {0};
        if (!row->figures.impressions && !row->figures.conversions)
            return;
        for (size_t i = 0; i < dimensions->n; i++)
            *strs_add(&copy, run->call->arena) = dimensions->at[i];
        add_row(run, &copy, row);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct metric_row part = *row;
        part.figures = slice_figures(&row->figures, from, from + parts[i].share);
        from += parts[i].share;
        if (parts[i].value.n)
            dimensions->at[at] = parts[i].value;
        split(run, dimensions, at + 1, &part);
    }
}

static void take(const struct run *run, const struct world_row *world)
{
    struct metric_row row = {.figures = world->figures};
    struct strs dimensions = {0};

    fill_parents(run, world, &row);
    if (run->report->level != WORLD_BY_ACCOUNT && !row.campaign)
        return; /* an object of the world's own file */
    fill_goal(&row);
    if (!passes(run, &row))
        return;
    for (size_t i = 0; i < run->report->dimensions.n; i++)
        *strs_add(&dimensions, run->call->arena) =
            dimension_text(run, run->report->dimensions.at[i], world, &row);
    split(run, &dimensions, 0, &row);
}

static void run_one(struct run *run)
{
    const struct report *report = run->report;
    struct world_query query = {
        .level = report->level,
        .bucket = report->bucket,
        .from_ms = 0,
        .to_ms = run->call->now_ms,
        .as_of_ms = run->call->now_ms,
    };
    struct world_rows rows = {0};

    if (report->start.n) {
        struct day next = day_add(report->end, 1);
        query.from_ms = zone_day_start_ms(run->zone, report->start);
        query.to_ms = zone_day_start_ms(run->zone, day_str(&next));
    }
    world_report(run->market->world, &query, run->call->arena, &rows);
    for (size_t i = 0; i < rows.n; i++)
        take(run, &rows.at[i]);
}

static int by_order(const void *a, const void *b)
{
    const struct report_row *x = a, *y = b;

    return x->order < y->order ? 1 : x->order > y->order ? -1 : 0;
}

static void reverse(struct report_rows *rows)
{
    for (size_t i = 0; i + 1 < rows->n - i; i++) {
        struct report_row row = rows->at[i];
        rows->at[i] = rows->at[rows->n - 1 - i];
        rows->at[rows->n - 1 - i] = row;
    }
}

bool report_run(struct call *call, const struct report *report, struct report_rows *out)
{
    for (size_t i = 0; i < report->advertisers.n; i++) {
        struct str id = report->advertisers.at[i];
        struct run run = {.call = call, .report = report, .out = out};
        run.market = market_find(call->box, id);
        run.advertiser = store_find(call->box->store, KIND_ADVERTISER, id);
        if (!run.market || !run.advertiser)
            continue;
        run.zone = json_text(run.advertiser, "timezone", STR("UTC"));
        run_one(&run);
    }
    if (report->order_field.n && out->n) {
        qsort(out->at, out->n, sizeof *out->at, by_order);
        if (report->ascending)
            reverse(out);
    }
    return true;
}
