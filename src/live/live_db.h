#ifndef LIVE_LIVE_DB_H
#define LIVE_LIVE_DB_H

#include "base/list.h"
#include "base/str.h"

struct db;

/* Something that was stored lately; `stamp` is another one after each change of it. */
struct live_row {
    struct str kind, id, stamp;
    int64_t at_ms;
};
LIST(live_rows, struct live_row);

/* At most LIMIT_LIVE_ROWS of each table, the newest. */
MUST_CHECK bool live_rows_since(struct db *db, struct arena *arena, int64_t since_ms,
                                struct live_rows *out, struct err *err);

#endif
