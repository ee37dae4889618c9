/* pages.c - the addresses of the plain pages.  PUBLIC here means: a browser that is not signed
 * in gets the door, not a 401; page_open and the handlers check the session themselves. */

#include "api/pages.h"
#include "api/api.h"
#include "api/page.h"
#include "api/sign_in_page.h"

/* Ours broke, or too busy: the server itself logs and answers that.  The rest is for the
 * reader. */
static bool told(bool shown, struct request *rq, struct reply *rp, const struct err *err)
{
    return shown ||
           (err->kind != ERR_BROKEN && err->kind != ERR_BUSY && page_problem(rq, rp, err));
}

static bool roi(struct request *rq, struct reply *rp, struct err *err)
{
    return told(get_roi_page(rq, rp, err), rq, rp, err);
}

static bool autopilot(struct request *rq, struct reply *rp, struct err *err)
{
    return told(get_autopilot_page(rq, rp, err), rq, rp, err);
}

static bool execution(struct request *rq, struct reply *rp, struct err *err)
{
    return told(get_execution_page(rq, rp, err), rq, rp, err);
}

static bool undo(struct request *rq, struct reply *rp, struct err *err)
{
    return told(post_undo_page(rq, rp, err), rq, rp, err);
}

const struct route page_routes[] = {
    {"GET", "/", PUBLIC, .handler = roi},
    {"GET", "/autopilot", PUBLIC, .handler = autopilot},
    {"GET", "/autopilot/:id", PUBLIC, .handler = execution},
    {"POST", "/autopilot/undo/:id", PUBLIC, .handler = undo, .body_limit = 4096},
    {"GET", "/sign-in", PUBLIC, .handler = get_sign_in},
    {"POST", "/sign-in", PUBLIC, .handler = post_sign_in, .body_limit = 4096},
    {"POST", "/sign-out", PUBLIC, .handler = post_sign_out, .body_limit = 4096},
    {"GET", "/style.css", PUBLIC, .handler = get_style},
    {"GET", "/icon.svg", PUBLIC, .handler = get_icon},
    {"GET", "/t.js", PUBLIC, .handler = get_snippet},
    ROUTES_END,
};
