/* link.c - which direction and which creative a lead belongs to. */

#include "lead/link.h"
#include "base/arena.h"

#include <inttypes.h>

static struct str no_direction(struct arena *arena, const struct link_facts *facts)
{
    if (facts->directions_campaign_n > 1)
        return str_fmt(arena, "no direction: %" PRId64 " directions have campaign " STR_FMT,
                       facts->directions_campaign_n, STR_ARG(facts->campaign_id));
    if (facts->page_n > 1)
        return str_fmt(arena, "no direction: %" PRId64 " directions have page " STR_FMT,
                       facts->page_n, STR_ARG(facts->page_id));
    return str_fmt(arena,
                   "no direction: none has campaign \"" STR_FMT "\" or page \"" STR_FMT
                   "\", and the ad account has %" PRId64,
                   STR_ARG(facts->campaign_id), STR_ARG(facts->page_id), facts->account_n);
}

static void decide_direction(struct arena *arena, const struct link_facts *facts,
                             struct link *link)
{
    const struct {
        struct str direction;
        bool counts;
        const char *cause;
        struct str id;
    } ways[] = {
        {facts->campaign_direction, true, "campaign", facts->campaign_id},
        {facts->directions_campaign, facts->directions_campaign_n == 1, "campaign",
         facts->campaign_id},
        {facts->ad_direction, true, "ad", facts->ad_id},
        {facts->creative_direction, true, "creative of ad", facts->ad_id},
        {facts->page_direction, facts->page_n == 1, "page", facts->page_id},
        {facts->account_direction, facts->account_n == 1, "the ad account's only direction",
         STR("")},
    };

    for (size_t i = 0; i < countof(ways); i++) {
        if (!ways[i].counts || ways[i].direction.n == 0)
            continue;
        link->direction_id = ways[i].direction;
        link->weak = i == countof(ways) - 1;
        link->cause = str_fmt(arena, "direction by %s" STR_FMT STR_FMT, ways[i].cause,
                              STR_ARG(ways[i].id.n ? STR(" ") : STR("")), STR_ARG(ways[i].id));
        return;
    }
    link->cause = no_direction(arena, facts);
}

static struct str creative_cause(struct arena *arena, const struct link_facts *facts)
{
    if (facts->ad_creative.n)
        return str_fmt(arena, "creative by ad " STR_FMT, STR_ARG(facts->ad_id));
    if (facts->ad_id.n == 0)
        return STR("no creative: the lead names no ad");
    return str_fmt(arena, "no creative: ad " STR_FMT " is not %s", STR_ARG(facts->ad_id),
                   facts->ad_known ? "mapped to one" : "known yet");
}

struct link lead_link_decide(struct arena *arena, const struct link_facts *facts)
{
    struct link link = {.creative_id = facts->ad_creative};

    decide_direction(arena, facts, &link);
    link.cause = str_fmt(arena, STR_FMT "; " STR_FMT, STR_ARG(link.cause),
                         STR_ARG(creative_cause(arena, facts)));
    return link;
}

struct str lead_link_state(const struct link *link)
{
    return link->direction_id.n || link->creative_id.n ? STR("linked") : STR("unlinked");
}
