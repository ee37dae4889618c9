#ifndef CREATIVE_CREATIVE_CHECK_H
#define CREATIVE_CREATIVE_CHECK_H

#include "base/list.h"
#include "media/media.h"
#include "text/says.h"

/*
 * Is a video or an image fit for ads on a platform?  The limits are data
 * (creative_limits.h).  Errors block, recommendations warn; both say what was
 * measured, what is allowed and how to mend it.
 */
struct creative_finding {
    bool error;
    const char *field;   /* duration, size, container, ... */
    struct str measured; /* "72.0 s" */
    const char *allowed; /* "3 s to 60 s" */
    struct str mend;     /* a sentence for a person */
    struct str
        command; /* the ffmpeg command that mends it, with INPUT and OUTPUT.mp4; "" = none */
    const char *source; /* where the limit comes from, in words */
    bool mendable;      /* creative_mend_plan covers it */
    struct says measured_says, allowed_says, mend_says; /* creative_codes.h */
};
LIST(creative_findings, struct creative_finding);

/* platform: tiktok, facebook; "" = the limits that hold everywhere.
 * placement: feed, stories, reels, ...; "" = the limits of every placement. */
void creative_check(struct arena *arena, const struct media_facts *facts, struct str platform,
                    struct str placement, struct creative_findings *out);
/* The first error as an err; true when there is none. */
MUST_CHECK bool creative_verdict(const struct creative_findings *findings, struct err *err);

/* What media_mend has to do so that these errors (and, on the way, the recommendations) go
 * away. False: there is nothing to mend, or an error that cannot be mended (too long, no
 * picture). */
bool creative_mend_plan(const struct media_facts *facts,
                        const struct creative_findings *findings, struct media_plan *plan);

/* --- creative_probe.c: both as JSON, for the database and the API --- */

/* {"facts":{...},"findings":[{"level","field","measured","allowed","mend","command","source"}]}
 */
struct str creative_probe_print(struct arena *arena, const struct media_facts *facts,
                                const struct creative_findings *findings);
/* The facts back from that text; false when it is not one. */
bool creative_probe_parse(struct arena *arena, struct str text, struct media_facts *facts);

#endif
