#ifndef METRIC_RESULT_H
#define METRIC_RESULT_H

#include "base/str.h"

/*
 * What an objective is judged by.  One definition for collected rows, reports,
 * scores and stored executions: traffic and engagement by clicks, lead forms
 * and chats by leads, sites, apps and shops by the platform's conversions,
 * video views by views; reach by nothing.
 */
enum result_kind { RESULT_NONE, RESULT_LEADS, RESULT_CLICKS, RESULT_CONVERSIONS, RESULT_VIEWS };
enum result_kind result_kind_of(struct str objective);

/* The word that is stored beside the count: leads, clicks, conversions, video_views; "" = none.
 */
struct str result_kind_name(enum result_kind kind);
enum result_kind result_kind_by_name(struct str name);

/* How many results the platform counted.  Leads are the platform's own count of conversions:
 * those of our ledger stand apart. */
int64_t result_of_platform(enum result_kind kind, int64_t clicks, int64_t conversions,
                           int64_t video_views);

#endif
