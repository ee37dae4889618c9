#ifndef CREATIVE_CREATIVE_CHECK_H
#define CREATIVE_CREATIVE_CHECK_H

#include "base/list.h"
#include "media/media.h"

/*
 * Is a video fit for ads?  Errors block, recommendations warn; both say what
 * was measured and what is allowed.
 */
struct creative_finding {
    bool error;
    const char *field;   /* duration, size, container, ... */
    struct str measured; /* "72 s" */
    const char *allowed; /* "at most 10 min" */
};
LIST(creative_findings, struct creative_finding);

void creative_check(struct arena *arena, const struct media_facts *facts,
                    struct creative_findings *out);
/* The first error as an err; true when there is none. */
MUST_CHECK bool creative_verdict(const struct creative_findings *findings, struct err *err);
/* {"facts":{...},"findings":[{"level","field","measured","allowed"}]} */
struct str creative_probe_print(struct arena *arena, const struct media_facts *facts,
                                const struct creative_findings *findings);

#endif
