#ifndef SANDBOX_METRICS_H
#define SANDBOX_METRICS_H

#include "sandbox/world.h"
#include "text/json.h"

/*
 * Report metrics by name (TikTok: metric names).  All values are texts, as the
 * platform sends them: money "12.34", counts "12", rates in percent "1.23".
 */
struct metric_row {
    struct world_figures figures;
    bool leads_seen; /* conversions are reported for this objective */
    bool form;       /* they come from an instant form */
    const struct json *advertiser, *campaign, *group, *ad; /* NULL above the row's level */
};

enum metric_level { METRIC_ANY, METRIC_CAMPAIGN, METRIC_GROUP, METRIC_AD };

/* Known to the platform?  `level` is the highest level of detail that it makes sense at. */
bool metric_known(struct str name, enum metric_level *level);

struct str metric_text(struct arena *arena, struct str name, const struct metric_row *row);
/* For order_field and numeric filters; 0 for attributes. */
double metric_number(struct str name, const struct metric_row *row);

#endif
