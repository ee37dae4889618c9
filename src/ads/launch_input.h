#ifndef ADS_LAUNCH_INPUT_H
#define ADS_LAUNCH_INPUT_H

#include "ads/direction.h"
#include "ads/launch.h"
#include "creative/creative.h"

/*
 * What a launch is to do, worked out once and stored with the workflow: a
 * change of the direction while it runs changes nothing.  Private to ads/.
 */
struct launch_input {
    struct str mode; /* as in the wish */
    struct str way;  /* new_campaign, new_adgroup, existing_adgroup */
    struct str platform, ad_account_id, advertiser_id, currency, country;
    struct str direction_id, direction_name;
    struct strs creative_ids;
    struct str objective;
    int64_t daily_budget_micros;
    struct str campaign_id; /* of the direction when the launch began; "" = none */
    struct str identity_id, page_id, pixel_id, optimization_event;
    struct str landing_page_url; /* where no creative has its own */
    struct str settings;         /* of the direction */
    bool start_paused;
    struct str seed; /* a UUID; the same for every repeat */
    struct str campaign_name, adgroup_name;
    struct str fingerprint; /* equal wishes have equal ones */
    struct str asked;       /* launch_asked of the wish */
    struct str actor;
};

/* Resolve and check a wish. `creatives` are those that will be used. */
MUST_CHECK bool launch_input_make(struct db *db, struct arena *arena,
                                  const struct launch_wish *wish, int64_t now_ms,
                                  struct launch_input *out, struct creatives *creatives,
                                  struct err *err);
/* A hash of the wish as it was put, to know one that is repeated under the same request key. */
struct str launch_asked(struct arena *arena, const struct launch_wish *wish);
struct str launch_input_print(struct arena *arena, const struct launch_input *input);
MUST_CHECK bool launch_input_read(struct arena *arena, struct str json,
                                  struct launch_input *out, struct err *err);

/* The plan that the platform's builders and checks take. */
MUST_CHECK bool launch_plan(struct arena *arena, const struct launch_input *input,
                            struct platform_plan *out, struct err *err);
struct platform_names launch_names(const struct launch_input *input);
/* One ad of it: text, button and tagged landing page; ids are filled in by the steps. */
MUST_CHECK bool launch_ad(struct arena *arena, const struct launch_input *input,
                          const struct creative *creative, size_t position,
                          struct platform_ad *out, struct err *err);

#endif
