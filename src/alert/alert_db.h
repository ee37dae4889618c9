#ifndef ALERT_ALERT_DB_H
#define ALERT_ALERT_DB_H

#include "base/list.h"
#include "base/str.h"

struct db;

/* Questions of alert.c that no other module has an answer to; the handle's org. */

struct alert_lead_gap { /* of one account and platform: the newest leads of the platform's forms
                         */
    struct str ad_account_id, platform;
    int64_t count, newest_ms, oldest_ms;
};
LIST(alert_lead_gaps, struct alert_lead_gap);
/* At most `most` leads are looked at. */
MUST_CHECK bool alert_lead_gap(struct db *db, struct arena *arena, struct str ad_account_id,
                               struct str platform, int64_t since_ms, int64_t most,
                               struct alert_lead_gap *out, struct err *err);

struct alert_delivery {         /* running budgets that stood for a while, and what was spent */
    int64_t budget_micros;      /* a day */
    int64_t days, spend_micros; /* measured days of the range, and their spend */
    struct str currency;
};
MUST_CHECK bool alert_delivery(struct db *db, struct arena *arena, struct str ad_account_id,
                               struct str platform, struct str first_day, struct str last_day,
                               int64_t before_ms, struct alert_delivery *out, struct err *err);

struct alert_creative {
    struct str creative_id, title, text;
    int64_t updated_ms;
};
LIST(alert_creatives, struct alert_creative);
MUST_CHECK bool alert_failed_creatives(struct db *db, struct arena *arena, int64_t limit,
                                       struct alert_creatives *out, struct err *err);

struct alert_rejected {
    struct str ad_account_id, platform, name;
    int64_t ads, since_ms;
};
LIST(alert_rejecteds, struct alert_rejected);
MUST_CHECK bool alert_rejected_ads(struct db *db, struct arena *arena,
                                   struct alert_rejecteds *out, struct err *err);

struct alert_dismissal {
    struct str key;
    int64_t until_ms;
};
LIST(alert_dismissals, struct alert_dismissal);
MUST_CHECK bool alert_dismissal_list(struct db *db, struct arena *arena, int64_t now_ms,
                                     struct alert_dismissals *out, struct err *err);

#endif
