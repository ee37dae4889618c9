#ifndef ROI_ROI_PARTS_H
#define ROI_ROI_PARTS_H

#include "metric/metric.h"
#include "roi/roi_db.h"

struct json_writer;

/* Inside roi/ only: what every answer begins with. */

struct roi_frame {
    struct db *db;
    struct arena *arena;
    struct roi_filter filter;
    struct roi_accounts accounts;
    struct roi_parts parts; /* one a time zone */
    struct str zone;        /* of the default ad account */
    int64_t collected_ms;   /* the least fresh account's; 0 = one was never read */
    int64_t now_ms;
    struct currency_rates rates; /* to and from the report's currency; read when first needed */
    bool rates_read;
    struct roi_missings missing;
    struct roi_rate_uses uses;
};

/* Days, currency, zones and filter of the question; ERR_INVALID and ERR_NOT_FOUND name the
 * field. */
MUST_CHECK bool roi_frame(struct db *db, struct arena *arena,
                          const struct roi_question *question, struct roi_frame *out,
                          struct err *err);

/* Into the report's currency by the rate of that day; a missing rate is noted.  *rate (may be
 * NULL) = the rate used; NULL where none was needed or none is known. */
MUST_CHECK bool roi_convert(struct roi_frame *frame, int64_t micros, struct str currency,
                            struct str day, struct roi_money *out,
                            const struct currency_rate **rate, struct err *err);
/* The day of a payment in the part's zone. */
struct str roi_paid_day(struct roi_frame *frame, const struct roi_part *part, int64_t paid_ms);

/* The parts of the JSON answers that are alike (roi_json.c). */
void roi_put_missing(struct json_writer *w, const struct roi_missings *missing);
void roi_put_rates(struct json_writer *w, const struct roi_rate_uses *rates);
void roi_put_window(struct json_writer *w, const struct roi_filter *filter, struct str zone);
void roi_put_age(struct json_writer *w, struct arena *arena, int64_t made_ms,
                 int64_t collected_ms);
void roi_put_known(struct json_writer *w, const char *key, bool known, int64_t value);

#endif
