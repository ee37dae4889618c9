#ifndef BRAIN_DECIDE_H
#define BRAIN_DECIDE_H

#include "base/str.h"

/*
 * The decisions of an execution: a pure function of the stored inputs and the
 * policy version.  No clock, no chance, no floating point: the same inputs
 * give the same text, byte for byte, on any machine.
 *
 * In order: gates (a failed one holds everything it speaks for), judgement of
 * each ad group (score, class), what protects money (pauses, cuts, the ad that
 * eats a group), the caps, then what spends it (a new ad group with unused
 * creatives, raises).  Every budget goes through the guardrails; the caps have
 * the last word.  What the limit of changes leaves out is listed as deferred,
 * with the reason: nothing is lost silently.
 *
 * ERR_INVALID: the text is not inputs.  ERR_NOT_FOUND: a policy version that
 * this program does not know.
 */
MUST_CHECK bool decide(struct arena *arena, struct str inputs, struct str policy_version,
                       struct str *decisions, struct err *err);

#endif
