/* world_truth.c - the means behind the noise, for judges: no policy may look here. */

#include "sandbox/world_inside.h"

#include "base/arena.h"

void world_ad_truth(const struct world *w, int handle, struct world_ad_truth *out)
{
    must(handle >= 0 && (size_t)handle < w->ads.n);
    const struct ad *ad = &w->ads.at[handle];
    const struct group *g = &w->groups.at[ad->group];
    int day = world_day_of(w, w->hour);
    struct arena_mark mark = arena_mark(w->scratch);
    struct splits splits;
    struct conditions market;
    double ctr, cvr;

    world_ad_rates(g, ad, day, &ctr, &cvr);
    world_market_split(w, g, w->hour, w->scratch, &splits);
    world_market_conditions(w, g, w->hour, 1, 1, &splits, &market);
    *out = (struct world_ad_truth){
        .ctr = ctr,
        .cvr = cvr * market.learning * market.weekday_cvr,
        .valid = world_lead_valid(g->direction),
        .qualified = world_lead_qualified(g, ad, day),
        .sold = world_lead_sold(g, ad),
        .margin_micros = g->direction->margin_mean * (1 - g->direction->refund) * 1e6,
        .worth_micros = world_lead_worth(g, ad, day) * 1e6,
    };
    for (size_t i = 0; i < splits.n; i++)
        if (splits.at[i].ad == handle)
            out->share = splits.at[i].share;
    arena_rewind(w->scratch, mark);
}

void world_group_expect(const struct world *w, int group, int64_t budget_micros,
                        struct world_day *out)
{
    must(group >= 0 && (size_t)group < w->groups.n);
    const struct group *g = &w->groups.at[group];
    int day = world_day_of(w, w->hour);
    struct arena_mark mark = arena_mark(w->scratch);
    struct splits splits;
    struct conditions market;

    *out = (struct world_day){0};
    world_market_split(w, g, w->hour, w->scratch, &splits);
    if (splits.n > 0) {
        world_market_conditions(w, g, w->hour, 1, 1, &splits, &market);
        double spend = (double)budget_micros / 1e6;
        spend = spend < market.most ? spend : market.most;
        out->spend_micros = spend * 1e6;
        out->impressions = world_market_impressions(&market, spend);
    }
    for (size_t i = 0; i < splits.n; i++) {
        const struct split *s = &splits.at[i];
        double clicks = out->impressions * s->share * s->ctr;
        double leads = clicks * s->cvr * market.learning * market.weekday_cvr;
        out->clicks += clicks;
        out->leads += leads;
        out->margin_micros += leads * world_lead_worth(g, &w->ads.at[s->ad], day) * 1e6;
    }
    arena_rewind(w->scratch, mark);
}

void world_score(const struct world *w, int64_t from_ms, int64_t to_ms, double *margin_micros,
                 int64_t *spend_micros)
{
    __int128 margin = 0; /* of whole micros, so that the order of rows does not matter */
    int64_t spend = 0;
    for (size_t i = 0; i < w->ledger.n; i++) {
        const struct ledger_row *row = &w->ledger.at[i];
        int64_t at = world_hour_ms(w, row->hour);
        if (at >= from_ms && at < to_ms) {
            margin += row->worth;
            spend += row->spend - row->credit;
        }
    }
    *margin_micros = (double)margin;
    *spend_micros = spend;
}
