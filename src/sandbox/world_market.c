/*
 * world_market.c - what attention costs.
 *
 * In a period there are K auctions; the price that wins one is lognormal with
 * median m.  Who bids b wins those below b.  So impressions and spend follow
 * from the bid in closed form, and the bid from the spend:
 *
 *     I = K Phi(u),  S = K m e^(sigma^2/2) Phi(u - sigma),  u = ln(b/m)/sigma
 *
 * Concave, saturating; the next impression always costs more than the last.
 */

#include "sandbox/world_inside.h"
#include "sandbox/world_math.h"

static const double ALMOST_ALL = 0.98; /* of the inventory can be bought */
static const double FLOOR_SHARE = 0.03;
static const double QUALITY_DISCOUNT = 0.3;
static const double CVR_FATIGUE = 0.3;
static const double LN2 = 0.693147180559945309417;

bool world_event_on(const struct event *e, int day)
{
    return day >= e->day && (e->days <= 0 || day < e->day + e->days);
}

static bool anything_on(const struct world *w, enum event_kind kind, int day)
{
    for (size_t i = 0; i < w->p.event_count; i++)
        if (w->p.events[i].kind == kind && world_event_on(&w->p.events[i], day))
            return true;
    return false;
}

bool world_account_frozen(const struct world *w, int day)
{
    return anything_on(w, EVENT_FREEZE, day);
}

bool world_tracking_lost(const struct world *w, int64_t ms)
{
    return anything_on(w, EVENT_TRACKING_LOSS, world_day_at(w, ms));
}

double world_fatigue(const struct group *g, const struct ad *ad, int day)
{
    double worn = world_pow(1 + ad->exposure, -ad->traits.eta * g->audience->fatigue_k);
    double tau = ad->traits.tau;
    if (tau <= 0 || g->audience->ageless > 0 || ad->first_day < 0 || day <= ad->first_day)
        return worn;
    double age = (day - ad->first_day) / tau;
    return worn * (0.55 + 0.45 * world_exp(-LN2 * age * world_sqrt(age)));
}

static double limit(double x, double most)
{
    return x < most ? x : most;
}

void world_ad_rates(const struct group *g, const struct ad *ad, int day, double *ctr,
                    double *cvr)
{
    double tired = world_fatigue(g, ad, day);
    double step = 1;
    for (size_t i = 0; i < g->event_count; i++)
        if (world_event_on(&g->events[i], day))
            step *= g->events[i].cvr;
    *ctr = limit(g->direction->ctr0 * world_exp(ad->traits.hook) * g->audience->appeal * tired,
                 0.5);
    *cvr = limit(g->direction->cvr0 * world_exp(ad->traits.conv) * g->audience->cvr * step *
                     world_pow(tired, CVR_FATIGUE),
                 0.9);
}

/*
 * The platform favours what makes leads cheaply, seen through a fog that
 * lifts with impressions and is drawn anew every three days.  It never sees a
 * sale: this is how an ad with bad leads eats a group.
 */
static double favour(const struct world *w, const struct ad *ad, int day, double rate)
{
    struct world_draw d = world_draw_for(w, STREAM_AD_DAY, ad->entity, (uint32_t)(day / 3), 0);
    double fog = 0.5 * world_normal(&d, 1) / world_sqrt(1 + (double)ad->impressions / 8000);
    return rate * world_exp(fog);
}

void world_market_split(const struct world *w, const struct group *g, uint32_t hour,
                        struct arena *arena, struct splits *out)
{
    int day = world_day_of(w, hour);
    double best = 0, sum = 0;

    *out = (struct splits){0};
    for (size_t i = 0; i < g->ads.n; i++) {
        const struct ad *ad = &w->ads.at[g->ads.at[i]];
        if (!world_ad_may_deliver(w, ad, hour))
            continue;
        struct split *s = splits_add(out, arena);
        s->ad = g->ads.at[i];
        world_ad_rates(g, ad, day, &s->ctr, &s->cvr);
        s->share = favour(w, ad, day, s->ctr * s->cvr);
        best = s->share > best ? s->share : best;
    }
    for (size_t i = 0; i < out->n; i++) {
        struct split *s = &out->at[i];
        double relative = best > 0 ? s->share / best : 1;
        s->share = FLOOR_SHARE + relative * relative;
        sum += s->share;
    }
    for (size_t i = 0; i < out->n; i++)
        out->at[i].share /= sum;
}

void world_market_conditions(const struct world *w, const struct group *g, uint32_t hour,
                             double part, double mood, const struct splits *splits,
                             struct conditions *out)
{
    int day = world_day_of(w, hour), weekday = world_weekday_of_day(w, day);
    const struct audience *a = g->audience;
    double rate = 0, dearer = 1;

    for (size_t i = 0; i < splits->n; i++)
        rate += splits->at[i].share * splits->at[i].ctr * splits->at[i].cvr;
    for (size_t i = 0; i < g->event_count; i++)
        if (world_event_on(&g->events[i], day))
            dearer *= g->events[i].cpm;
    double predicted = rate / (g->direction->ctr0 * g->direction->cvr0);
    out->learning = 1 - a->delta * world_exp(-g->learned / a->n0);
    out->weekday_cvr = w->p.market.dow_cvr[weekday];
    out->sigma = a->sigma;
    out->supply = g->supply * part * w->p.market.dow_supply[weekday] * mood;
    out->price = g->price * world_exp(w->log_price) * dearer;
    if (predicted > 0)
        out->price *= world_pow(predicted * out->learning, -QUALITY_DISCOUNT);
    out->most = ALMOST_ALL * out->supply * out->price * world_exp(a->sigma * a->sigma / 2);
    out->score = rate * out->learning / out->price;
}

double world_market_impressions(const struct conditions *c, double spend)
{
    double all = c->supply * c->price * world_exp(c->sigma * c->sigma / 2);
    if (!(spend > 0) || !(all > 0))
        return 0;
    double part = limit(spend / all, ALMOST_ALL);
    return c->supply * world_phi(c->sigma + world_phi_inverse(part));
}
