/* live_api.c - what changes in the org, as server-sent events. */

#include "api/api.h"

/*
 * GET /api/live - goes on until the client leaves; after some minutes it ends, and the client
 * comes again.  Each event says that a thing changed: {"kind":"lead","id":"..."}, with an empty
 * id where several did; what it is now is asked for.  Whoever was away asks for all of it
 * again, so Last-Event-ID is not needed.
 */
static bool get_live(struct request *rq, struct reply *rp, struct err *err)
{
    (void)err;
    rp->live_topic = rq->caller.org_id;
    reply_header(rq, rp, "X-Accel-Buffering", STR("no")); /* proxies pass each event on */
    return reply_body(rp, 200, "text/event-stream; charset=utf-8",
                      STR("retry: 3000\nevent: hello\ndata: {}\n\n"));
}

const struct route live_routes[] = {
    {"GET", "/api/live", CAN_READ, get_live, NULL, 0},
    ROUTES_END,
};
