/*
 * world_report.c - what an observer is shown at an instant: the ledger keeps
 * finals, and the report hides what is too young and adds corrections when
 * their time has come.  A pure function of the ledger and the instant.
 */

#include "sandbox/world_inside.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

enum { REACH_LATE_HOURS = 16 };

/* A query made ready: hours as numbers, cells of (id, bucket). */
struct answer {
    const struct world *w;
    const struct world_query *query;
    uint32_t from, to; /* hours */
    int64_t as_of_ms;
    int ids, buckets, first_day;
    struct world_figures *cells;
    int reach_ids;    /* reach is estimated per ad or per group and then added */
    int64_t *exposed; /* impressions that count for reach, by (reach id, bucket) */
};

static uint32_t hour_from(const struct world *w, int64_t ms)
{
    int64_t hours = ms <= w->start_ms ? 0 : (ms - w->start_ms + MS_AN_HOUR - 1) / MS_AN_HOUR;
    return hours > w->hour ? w->hour : (uint32_t)hours;
}

static void prepare(struct answer *a, const struct world *w, const struct world_query *q,
                    struct arena *arena)
{
    int64_t now = world_now_ms(w);
    *a = (struct answer){.w = w, .query = q, .buckets = 1};
    a->from = hour_from(w, q->from_ms);
    a->to = hour_from(w, q->to_ms);
    a->as_of_ms = q->as_of_ms < now ? q->as_of_ms : now;
    a->ids = q->level == WORLD_BY_AD         ? (int)w->ads.n
             : q->level == WORLD_BY_GROUP    ? (int)w->groups.n
             : q->level == WORLD_BY_CAMPAIGN ? (int)w->campaigns.n
                                             : 1;
    a->reach_ids = q->level == WORLD_BY_AD ? (int)w->ads.n : (int)w->groups.n;
    a->first_day = world_day_of(w, a->from);
    if (a->from >= a->to)
        a->buckets = 0;
    else if (q->bucket == WORLD_PER_HOUR)
        a->buckets = (int)(a->to - a->from);
    else if (q->bucket == WORLD_PER_DAY)
        a->buckets = world_day_of(w, a->to - 1) - a->first_day + 1;
    a->cells = NEW_ARRAY(arena, struct world_figures, (size_t)(a->ids * a->buckets) + 1);
    a->exposed = NEW_ARRAY(arena, int64_t, (size_t)(a->reach_ids * a->buckets) + 1);
}

static int bucket_of(const struct answer *a, uint32_t hour)
{
    switch (a->query->bucket) {
    case WORLD_PER_HOUR:
        return (int)(hour - a->from);
    case WORLD_PER_DAY:
        return world_day_of(a->w, hour) - a->first_day;
    case WORLD_IN_ALL:
        break;
    }
    return 0;
}

static int id_of(const struct answer *a, int ad)
{
    int group = a->w->ads.at[ad].group;
    switch (a->query->level) {
    case WORLD_BY_AD:
        return ad;
    case WORLD_BY_GROUP:
        return group;
    case WORLD_BY_CAMPAIGN:
        return a->w->groups.at[group].campaign;
    case WORLD_BY_ACCOUNT:
        break;
    }
    return 0;
}

static struct world_figures *cell(struct answer *a, int ad, uint32_t hour)
{
    return &a->cells[id_of(a, ad) * a->buckets + bucket_of(a, hour)];
}

/* First row of an hour, or of a later one. */
static size_t row_from(const struct world *w, uint32_t hour)
{
    size_t low = 0, high = w->ledger.n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (w->ledger.at[mid].hour < hour)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static void add_row(struct answer *a, const struct ledger_row *row)
{
    bool truth = a->query->truth;
    if (!truth && a->as_of_ms < row->shown_ms)
        return;
    bool credited = truth || (row->credit_ms && a->as_of_ms >= row->credit_ms);
    struct world_figures *f = cell(a, row->ad, row->hour);
    f->spend_micros += row->spend - (credited ? row->credit : 0);
    f->clicks += row->clicks - (credited ? row->credit_clicks : 0);
    f->impressions += row->impressions;
    f->video_plays += row->plays;
    f->video_2s += row->v2;
    f->video_6s += row->v6;
    f->video_p25 += row->p25;
    f->video_p50 += row->p50;
    f->video_p75 += row->p75;
    f->video_p100 += row->p100;
    f->video_play_ms += row->play_ms;
    f->likes += row->likes;
    f->comments += row->comments;
    f->shares += row->shares;
    f->follows += row->follows;
    f->profile_visits += row->visits;

    int64_t counted_ms =
        world_hour_ms(a->w, row->hour + 1) + REACH_LATE_HOURS * (int64_t)MS_AN_HOUR;
    if (truth || a->as_of_ms >= counted_ms) {
        int unit = a->query->level == WORLD_BY_AD ? row->ad : a->w->ads.at[row->ad].group;
        a->exposed[unit * a->buckets + bucket_of(a, row->hour)] += row->impressions;
    }
}

/* A conversion shows with the usual lag after it happened, and not before its click does. */
static bool conversion_shown(const struct answer *a, size_t position, uint32_t happened)
{
    const struct world_lead *lead = &a->w->leads.at[position];
    const struct ledger_row *row = &a->w->ledger.at[a->w->lead_rows.at[position]];
    struct world_draw lag = world_draw_for(a->w, STREAM_REPORT, 0, happened, 2);
    if (a->query->truth)
        return lead->at_ms < world_now_ms(a->w);
    int64_t shown = world_hour_ms(a->w, happened + 1) +
                    (int64_t)(world_between(&lag, 1, 0.5, 2) * MS_AN_HOUR);
    return !lead->unseen && a->as_of_ms >= shown && a->as_of_ms >= row->shown_ms;
}

static void add_lead(struct answer *a, size_t position)
{
    const struct world *w = a->w;
    const struct world_lead *lead = &w->leads.at[position];
    uint32_t clicked = w->ledger.at[w->lead_rows.at[position]].hour;
    uint32_t happened = (uint32_t)((lead->at_ms - w->start_ms) / MS_AN_HOUR);
    bool click_in = clicked >= a->from && clicked < a->to;
    bool event_in = happened >= a->from && happened < a->to;
    if ((!click_in && !event_in) || !conversion_shown(a, position, happened))
        return;
    if (click_in)
        cell(a, lead->ad, clicked)->conversions++;
    if (event_in)
        cell(a, lead->ad, happened)->real_time_conversions++;
}

/* People behind impressions: seven times the reference day reach everybody freq7 times. */
static int64_t reach(const struct group *g, int64_t impressions)
{
    double again = g->audience->freq7 - 1;
    double week = g->core * g->audience->freq7;
    again = again > 0.05 ? again : 0.05;
    return (int64_t)((double)impressions / (1 + (double)impressions / week * again));
}

static void add_reach(struct answer *a)
{
    for (int unit = 0; unit < a->reach_ids; unit++)
        for (int b = 0; b < a->buckets; b++) {
            bool ads = a->query->level == WORLD_BY_AD;
            const struct group *g = &a->w->groups.at[ads ? a->w->ads.at[unit].group : unit];
            int id = ads                                    ? unit
                     : a->query->level == WORLD_BY_GROUP    ? unit
                     : a->query->level == WORLD_BY_CAMPAIGN ? g->campaign
                                                            : 0;
            a->cells[id * a->buckets + b].reach += reach(g, a->exposed[unit * a->buckets + b]);
        }
}

static int64_t bucket_begins(const struct answer *a, int bucket)
{
    switch (a->query->bucket) {
    case WORLD_PER_HOUR:
        return world_hour_ms(a->w, a->from + (uint32_t)bucket);
    case WORLD_PER_DAY:
        return world_day_begins_ms(a->w, a->first_day + bucket);
    case WORLD_IN_ALL:
        break;
    }
    return a->query->from_ms;
}

void world_report(const struct world *w, const struct world_query *query, struct arena *arena,
                  struct world_rows *out)
{
    struct answer a;
    prepare(&a, w, query, arena);
    if (a.buckets == 0)
        return;
    for (size_t i = row_from(w, a.from); i < w->ledger.n && w->ledger.at[i].hour < a.to; i++)
        add_row(&a, &w->ledger.at[i]);
    for (size_t i = 0; i < w->leads.n; i++)
        add_lead(&a, i);
    add_reach(&a);
    for (int id = 0; id < a.ids; id++)
        for (int b = 0; b < a.buckets; b++) {
            const struct world_figures *f = &a.cells[id * a.buckets + b];
            if (!f->impressions && !f->spend_micros && !f->clicks && !f->conversions &&
                !f->real_time_conversions)
                continue;
            *world_rows_add(out, arena) =
                (struct world_row){.id = id, .begins_ms = bucket_begins(&a, b), .figures = *f};
        }
}

/* --- leads ------------------------------------------------------------------------------ */

size_t world_lead_count(const struct world *w)
{
    return w->leads.n;
}

const struct world_lead *world_lead(const struct world *w, size_t position)
{
    must(position < w->leads.n);
    return &w->leads.at[position];
}

static int by_time(const void *a, const void *b)
{
    const struct world_lead *x = *(const struct world_lead *const *)a;
    const struct world_lead *y = *(const struct world_lead *const *)b;
    return x->at_ms != y->at_ms ? (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms)
                                : strcmp(x->id, y->id);
}

void world_leads_between(const struct world *w, int64_t from_ms, int64_t to_ms,
                         struct arena *arena, struct world_leads *out)
{
    int64_t now = world_now_ms(w);
    size_t before = out->n;
    to_ms = to_ms < now ? to_ms : now;
    for (size_t i = 0; i < w->leads.n; i++)
        if (w->leads.at[i].at_ms >= from_ms && w->leads.at[i].at_ms < to_ms)
            *world_leads_add(out, arena) = &w->leads.at[i];
    if (out->n > before)
        qsort(out->at + before, out->n - before, sizeof *out->at, by_time);
}

static int by_desk_time(const void *a, const void *b)
{
    const struct world_desk_event *x = a, *y = b;
    if (x->at_ms != y->at_ms)
        return (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
    int order = strcmp(x->lead->id, y->lead->id);
    return order ? order : (int)x->kind - (int)y->kind;
}

void world_desk_between(const struct world *w, int64_t from_ms, int64_t to_ms,
                        struct arena *arena, struct world_desk_events *out)
{
    int64_t now = world_now_ms(w);
    size_t before = out->n;
    to_ms = to_ms < now ? to_ms : now;
    for (size_t i = 0; i < w->leads.n; i++) {
        const struct world_lead *lead = &w->leads.at[i];
        const struct world_desk_event all[] = {
            {WORLD_QUALIFIED, lead->qualified_marked_ms, lead},
            {WORLD_SOLD, lead->sold_marked_ms, lead},
            {WORLD_REFUNDED, lead->sold_marked_ms ? lead->refunded_ms : 0, lead},
        };
        for (size_t k = 0; k < countof(all); k++)
            if (all[k].at_ms > 0 && all[k].at_ms >= from_ms && all[k].at_ms < to_ms)
                *world_desk_events_add(out, arena) = all[k];
    }
    if (out->n > before)
        qsort(out->at + before, out->n - before, sizeof *out->at, by_desk_time);
}
