#ifndef LEAD_PULL_DB_H
#define LEAD_PULL_DB_H

#include "base/strs.h"
#include "lead/pull.h"

/* The table lead_pulls, and what pulling asks the others.  Private to lead/. */
MUST_CHECK bool pull_insert(struct db *db, const struct lead_pull *pull, struct err *err);
/* Rows that nobody will ask for any more. */
MUST_CHECK bool pull_forget(struct db *db, int64_t before_ms, struct err *err);

/* Which accounts are connected, over all orgs.  System scope. */
struct pull_account {
    struct str org_id, ad_account_id, platform, zone;
    int64_t connected_ms;
};
LIST(pull_accounts, struct pull_account);
MUST_CHECK bool pull_accounts_connected(struct db *db, struct arena *arena,
                                        struct pull_accounts *out, struct err *err);

/* Is the platform's lead here? */
MUST_CHECK bool pull_known(struct db *db, struct arena *arena, struct str platform,
                           struct str platform_lead_id, bool *known, struct err *err);

/* An ad read from the platform; with the creative whose video it plays. */
MUST_CHECK bool pull_put_ad(struct db *db, const struct ad_connection *connection,
                            const struct platform_object *ad, int64_t now_ms, struct err *err);

#endif
