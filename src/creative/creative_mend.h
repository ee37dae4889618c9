#ifndef CREATIVE_CREATIVE_MEND_H
#define CREATIVE_CREATIVE_MEND_H

#include "creative/creative_check.h"
#include "creative/creative_limits.h"

/* Fills finding->mend, ->command and ->mendable for a limit that these facts break. */
void creative_mend_words(struct arena *arena, const struct media_facts *facts,
                         const struct creative_limit *limit, struct creative_finding *finding);

#endif
