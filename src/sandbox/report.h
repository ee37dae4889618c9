#ifndef SANDBOX_REPORT_H
#define SANDBOX_REPORT_H

#include "sandbox/call.h"
#include "sandbox/metrics.h"

/* A report request that was understood (TikTok: integrated report). */
struct report_filter {
    struct str field, type;
    const struct json *value; /* parsed filter_value */
};
LIST(report_filters, struct report_filter);

struct report {
    enum world_level level;
    enum world_bucket bucket;
    struct strs advertisers;
    struct strs dimensions, metrics;
    struct str start, end; /* dates, or "" for a whole life */
    struct report_filters filters;
    struct str order_field;
    bool ascending;
    bool audience;
};

/* From a request; `capped` applies the range limits of the synchronous endpoint. */
MUST_CHECK bool report_read(struct call *call, const struct json *args, bool capped,
                            struct report *out);

struct report_row {
    struct strs dimensions, metrics; /* texts, in the order of the request */
    struct metric_row figures;
    double order;
};
LIST(report_rows, struct report_row);

MUST_CHECK bool report_run(struct call *call, const struct report *report,
                           struct report_rows *out);

/* Split a row of figures over the values of an audience dimension. */
struct audience_part {
    struct str value;
    int share; /* of 1000 */
};
/* Parts of "age", "gender", ...; NULL for a dimension that is none of these. */
const struct audience_part *report_parts(struct str dimension, size_t *n);

#endif
