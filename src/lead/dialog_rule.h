#ifndef LEAD_DIALOG_RULE_H
#define LEAD_DIALOG_RULE_H

#include "base/list.h"
#include "base/str.h"

/*
 * What in a dialog means which stage.  A rule is an object:
 *
 *     {"stage":"qualified", "any":["сколько стоит","price"], "all":[...], "none":[...],
 *      "sender":"person", "messages":3, "answer":{"field":"Budget","any":["100000"]}}
 *
 * It fits when every part that it has does: one of `any` and each of `all` was
 * said by the sender (person where it is not given; us, anyone), nothing of
 * `none`, the person wrote `messages` times, and the form's answer to `field`
 * holds one of its words.  Phrases are compared as searches compare them
 * (text/words.h), as whole words.  Pure.
 */
#define DIALOG_RULES_MOST   50
#define DIALOG_PHRASES_MOST 50

struct dialog_line {
    bool ours;
    struct str text;
};
LIST(dialog_lines, struct dialog_line);

/* ERR_INVALID says what is wrong with it. */
MUST_CHECK bool dialog_rule_check(struct arena *arena, struct str rule, struct err *err);
/* *stage and *why (for people) of a rule that fits; false when it does not. */
bool dialog_rule_fits(struct arena *arena, struct str rule, const struct dialog_lines *lines,
                      struct str answers, struct str *stage, struct str *why);

#endif
