#ifndef BRAIN_REPORT_H
#define BRAIN_REPORT_H

#include "brain/action.h"
#include "brain/execution.h"

/*
 * The report of an execution, from stored facts only: its inputs, its
 * decisions and what became of its actions.  Seven sections in plain language
 * under the day the figures are of; where there is nothing, a dash.
 * `data` is JSON {text, day, ...}.
 */
MUST_CHECK bool report_make(struct arena *arena, const struct execution *e,
                            const struct actions *actions, int64_t now_ms,
                            struct brain_report *out, struct err *err);

#endif
