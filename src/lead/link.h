#ifndef LEAD_LINK_H
#define LEAD_LINK_H

#include "base/str.h"

/*
 * To which direction and creative does a lead belong?  lead_db.c reads the
 * facts in one query, lead_link_decide judges them: pure, so a table tests it.
 *
 * Direction: by campaign id, then the ad, the ad's creative, the page id, and
 * at last the advertiser, where each must name exactly one.  Creative: by the
 * ad-creative mapping alone.
 */
struct link_facts {
    struct str campaign_id, ad_id, page_id; /* as the lead has them */
    struct str campaign_direction;          /* of the campaign's own row */
    struct str directions_campaign;         /* direction that names the campaign ... */
    int64_t directions_campaign_n;          /* ... and how many do */
    bool ad_known;
    struct str ad_direction, ad_creative, creative_direction;
    struct str page_direction;
    int64_t page_n;
    struct str account_direction;
    int64_t account_n;
};

struct link {
    struct str direction_id, creative_id; /* "" = not found */
    struct str cause;                     /* in words, both halves */
    bool weak; /* the direction is the account's only one, and nothing better is known */
};
struct link lead_link_decide(struct arena *arena, const struct link_facts *facts);

/* linked when either was found. */
struct str lead_link_state(const struct link *link);

#endif
