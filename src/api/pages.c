/* pages.c - the addresses of the plain pages.  PUBLIC here means: a browser that is not signed
 * in gets the door, not a 401; page_open and the handlers check the session themselves. */

#include "api/pages.h"
#include "api/api.h"
#include "api/sign_in_page.h"

const struct route page_routes[] = {
    {"GET", "/", PUBLIC, .handler = get_roi_page},
    {"GET", "/autopilot", PUBLIC, .handler = get_autopilot_page},
    {"GET", "/autopilot/:id", PUBLIC, .handler = get_execution_page},
    {"POST", "/autopilot/undo/:id", PUBLIC, .handler = post_undo_page, .body_limit = 4096},
    {"GET", "/sign-in", PUBLIC, .handler = get_sign_in},
    {"POST", "/sign-in", PUBLIC, .handler = post_sign_in, .body_limit = 4096},
    {"POST", "/sign-out", PUBLIC, .handler = post_sign_out, .body_limit = 4096},
    {"GET", "/style.css", PUBLIC, .handler = get_style},
    {"GET", "/icon.svg", PUBLIC, .handler = get_icon},
    ROUTES_END,
};
