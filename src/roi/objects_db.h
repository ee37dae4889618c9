#ifndef ROI_OBJECTS_DB_H
#define ROI_OBJECTS_DB_H

#include "roi/objects.h"

/* Rows behind objects.c.  Private to roi/. */

struct object_account { /* an ad account on one platform */
    struct str ad_account_id, name, platform, state, currency, zone;
    int64_t collected_ms; /* end of the last good collection; 0 = never */
};
LIST(object_accounts, struct object_account);
/* Those that the question is about. */
MUST_CHECK bool objects_db_accounts(struct db *db, struct arena *arena,
                                    const struct object_question *question,
                                    struct object_accounts *out, struct err *err);

/* Every object of a level of one account, deleted ones too. */
MUST_CHECK bool objects_db_list(struct db *db, struct arena *arena,
                                const struct object_account *account, enum platform_level level,
                                struct object_rows *out, struct err *err);

/* Persons of one ad ("" = of none that is known); an ad may have several of these. */
struct object_leads {
    struct str ad_id;
    int64_t leads, qualified;
};
LIST(object_leads_list, struct object_leads);
MUST_CHECK bool objects_db_leads(struct db *db, struct arena *arena,
                                 const struct object_account *account, int64_t from_ms,
                                 int64_t to_ms, struct object_leads_list *out, struct err *err);

/* Fill in the names of directions and the titles of creatives. */
MUST_CHECK bool objects_db_names(struct db *db, struct arena *arena, struct object_rows *rows,
                                 struct err *err);

#endif
