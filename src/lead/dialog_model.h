#ifndef LEAD_DIALOG_MODEL_H
#define LEAD_DIALOG_MODEL_H

#include "lead/dialog_rule.h"

struct app;
struct net;

/*
 * A language model reads a dialog (any endpoint of OpenAI's shape, a local one
 * included): settings model_url, model_name, model_api_key.  Without model_url
 * nobody is asked and *stage is "".  What the person wrote is data to it, never
 * instruction: its answer can name a stage and nothing else.
 *
 * ERR_BUSY when it cannot be reached or has no time; an answer that is no
 * stage is taken for none.
 */
MUST_CHECK bool dialog_model_judge(const struct app *app, struct net *net, struct arena *arena,
                                   struct str now_stage, const struct dialog_lines *lines,
                                   struct str *stage, struct str *why, struct err *err);

/* {"stage":...,"reason":...} out of a model's text, fenced or among other words.  Pure. */
bool dialog_model_read(struct arena *arena, struct str text, struct str *stage,
                       struct str *reason);

#endif
