#ifndef API_CREATIVES_JSON_H
#define API_CREATIVES_JSON_H

#include "creative/creative_library.h"
#include "web/web.h"

/* How creatives are written in answers, and what several faces read of requests. */

/* A line of the list. */
void creatives_put_row(struct request *rq, struct json_writer *w,
                       const struct creative_row *row);
/* One with everything: findings, transcript, copies, steps, where it is used. */
MUST_CHECK bool creatives_put_whole(struct request *rq, struct json_writer *w,
                                    const struct creative_row *row, struct err *err);
void creatives_put_usage(struct request *rq, struct json_writer *w,
                         const struct creative_usage *usage);
/* The answer that shows one creative; its ETag is its version, for If-Match. */
MUST_CHECK bool creatives_reply(struct request *rq, struct reply *rp, struct str id, int status,
                                struct err *err);

/* "tags" of a body, a list of texts; none where it is absent. */
MUST_CHECK bool creatives_read_tags(struct request *rq, const struct json *body,
                                    struct strs *out, struct err *err);

#endif
