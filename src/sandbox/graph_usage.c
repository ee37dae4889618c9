/* graph_usage.c - limits per app and ad account, and the headers that tell of them. */

#include "sandbox/graph.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/list.h"

#define DECAY_S 300

/* Score per ad account: a read costs 1, a write 3. */
static const struct {
    const char *level; /* of the setting rate_level; others have the full tier */
    const char *tier;
    double most;
    int64_t block_s;
} tiers[] = {
    {"sandbox", "development_access", 60, 300},
    {"", "standard_access", 9000, 60},
};

struct score {
    struct str id;
    double score;
    int64_t at_ms, blocked_until_ms;
};
LIST(scores, struct score);

struct graph_usage {
    struct arena *arena;
    struct scores scores;
};

struct graph_usage *graph_usage_new(struct arena *arena)
{
    struct graph_usage *usage = NEW(arena, struct graph_usage);

    usage->arena = arena;
    return usage;
}

void graph_usage_reset(struct graph_usage *usage)
{
    usage->scores.n = 0;
}

static struct score *score_of(struct graph_usage *usage, struct str id)
{
    for (size_t i = 0; i < usage->scores.n; i++)
        if (str_eq(usage->scores.at[i].id, id))
            return &usage->scores.at[i];
    struct score *score = scores_add(&usage->scores, usage->arena);
    *score = (struct score){.id = str_dup(usage->arena, id), .at_ms = clock_mono_ms()};
    return score;
}

static size_t tier_of(const struct sandbox *box)
{
    return setting_is(box->settings.rate_level, tiers[0].level) ? 0 : 1;
}

static void put_headers(struct graph *g, struct str id, size_t tier, int64_t percent,
                        int64_t wait_minutes, bool account)
{
    long long pct = (long long)percent, wait = (long long)wait_minutes;

    reply_header(g->rq, g->rp, "X-App-Usage",
                 str_fmt(g->arena,
                         "{\"call_count\":%lld,\"total_time\":%lld,\"total_cputime\":%lld}",
                         pct / 2, pct / 2, pct / 4));
    if (!id.n)
        return;
    reply_header(g->rq, g->rp, "X-Business-Use-Case-Usage",
                 str_fmt(g->arena,
                         "{\"" STR_FMT
                         "\":[{\"type\":\"%s\",\"call_count\":%lld,\"total_cputime\":%lld,"
                         "\"total_time\":%lld,\"estimated_time_to_regain_access\":%lld,"
                         "\"ads_api_access_tier\":\"%s\"}]}",
                         STR_ARG(id), account ? "ads_management" : "pages", pct, pct / 2,
                         pct / 2, wait, tiers[tier].tier));
    if (account)
        reply_header(g->rq, g->rp, "X-Ad-Account-Usage",
                     str_fmt(g->arena,
                             "{\"acc_id_util_pct\":%lld,\"reset_time_duration\":%lld,"
                             "\"ads_api_access_tier\":\"%s\"}",
                             pct, wait * 60, tiers[tier].tier));
}

static bool throttled(struct graph *g)
{
    (void)graph_fail(g, 400, 17, 2446079, "(#17) User request limit reached");
    return graph_for_people(g, STR("Ad Account Has Too Many API Calls"),
                            STR("There have been too many calls from this ad-account. Please "
                                "wait a bit and try again."));
}

bool graph_usage_take(struct graph *g)
{
    bool account = str_starts(g->node, STR("act_"));
    size_t tier = tier_of(g->box);
    int64_t now_ms = clock_mono_ms(), percent = g->box->settings.graph_usage, wait = 0;
    struct score *score = score_of(g->box->graph_usage, account ? g->object_id : STR("app"));
    bool off = setting_is(g->box->settings.rate_level, "off"), blocked;

    score->score -= (double)(now_ms - score->at_ms) / 1000.0 * tiers[tier].most / DECAY_S;
    if (score->score < 0)
        score->score = 0;
    score->at_ms = now_ms;
    score->score += str_eq(g->method, STR("GET")) ? 1 : 3;
    if (score->score > tiers[tier].most && now_ms >= score->blocked_until_ms)
        score->blocked_until_ms = now_ms + tiers[tier].block_s * 1000;
    blocked = account && !off && now_ms < score->blocked_until_ms;
    if ((int64_t)(score->score * 100 / tiers[tier].most) > percent && !off)
        percent = (int64_t)(score->score * 100 / tiers[tier].most);
    if (blocked || percent > 100)
        percent = 100;
    blocked = blocked || (account && g->box->settings.graph_usage >= 100);
    if (blocked)
        wait =
            1 +
            (score->blocked_until_ms > now_ms ? (score->blocked_until_ms - now_ms) / 60000 : 0);
    put_headers(g, account ? g->object_id : STR(""), tier, percent, wait, account);
    return !blocked || throttled(g);
}
