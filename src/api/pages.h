#ifndef API_PAGES_H
#define API_PAGES_H

#include "web/web.h"

/* The plain pages; page_routes (pages.c) gives each its address. */
bool get_roi_page(struct request *rq, struct reply *rp, struct err *err);
bool get_autopilot_page(struct request *rq, struct reply *rp, struct err *err);
bool get_execution_page(struct request *rq, struct reply *rp, struct err *err);
bool post_undo_page(struct request *rq, struct reply *rp, struct err *err);
bool get_snippet(struct request *rq, struct reply *rp, struct err *err); /* t.js */

#endif
