#ifndef ADS_LAUNCH_DB_H
#define ADS_LAUNCH_DB_H

#include "ads/launch.h"

/* Rows of campaigns, adgroups and ads, and a few looks at workflows.  Private to ads/. */

/* An object as a launch made or found it. */
struct launch_object {
    struct str id, campaign_id, adgroup_id;
    struct str ad_account_id, direction_id, creative_id;
    struct str name, objective, status;
    int64_t budget_micros, ads_count;
    struct str workflow_id; /* that made it; "" = it was there */
};
/* Inserted, or brought up to date; the mapping (direction, creative, workflow) is only ever
 * filled in, never emptied, and ads_count never lowered. */
MUST_CHECK bool launch_store_campaign(struct db *db, struct str platform,
                                      const struct launch_object *object, int64_t now_ms,
                                      struct err *err);
MUST_CHECK bool launch_store_adgroup(struct db *db, struct str platform,
                                     const struct launch_object *object, int64_t now_ms,
                                     struct err *err);
MUST_CHECK bool launch_store_ad(struct db *db, struct str platform,
                                const struct launch_object *object, int64_t now_ms,
                                struct err *err);
MUST_CHECK bool launch_store_status(struct db *db, struct str platform,
                                    enum platform_level level, struct str id, struct str status,
                                    struct str platform_status, int64_t now_ms,
                                    struct err *err);

/*
 * Take a prepared ad group of the direction: disabled, with room for `ads` more
 * below `most`, fewest ads first.  Its count is raised in the same statement.
 * Taken again by the same workflow it is the same one, raised once.
 */
struct launch_claim {
    struct str platform, direction_id, workflow_id;
    int64_t ads, most, now_ms;
};
MUST_CHECK bool launch_claim_adgroup(struct db *db, struct arena *arena,
                                     const struct launch_claim *claim, bool *found,
                                     struct str *adgroup_id, struct str *campaign_id,
                                     struct err *err);
/* Fewer ads were made than claimed for. */
MUST_CHECK bool launch_lower_count(struct db *db, struct str platform, struct str adgroup_id,
                                   int64_t by, struct err *err);

/* The launch with this key of the caller and what it was asked for (launch_asked); "" = none.
 */
MUST_CHECK bool launch_by_key(struct db *db, struct arena *arena, struct str request_key,
                              struct str *id, struct str *asked, struct err *err);
/* A launch of the same wish that runs, or began after `since_ms`; "" = none. */
MUST_CHECK bool launch_by_fingerprint(struct db *db, struct arena *arena,
                                      struct str fingerprint, int64_t since_ms, struct str *id,
                                      struct err *err);
/* Given up: whatever state it was left in becomes failed, with why. */
MUST_CHECK bool launch_mark_failed(struct db *db, struct str id, struct str error_json,
                                   int64_t now_ms, struct err *err);
/* What the direction may spend a day already, by its ad groups that are enabled in enabled
 * campaigns; and how its campaign stands ("" = not known). */
struct launch_standing {
    int64_t running_micros;
    struct str campaign_status;
};
MUST_CHECK bool launch_stands(struct db *db, struct arena *arena, struct str platform,
                              struct str direction_id, struct str campaign_id,
                              struct launch_standing *out, struct err *err);
/* Hold the direction's row until the transaction ends. */
MUST_CHECK bool direction_lock(struct db *db, struct str id, struct err *err);

#endif
