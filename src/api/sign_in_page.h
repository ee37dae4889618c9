#ifndef API_SIGN_IN_PAGE_H
#define API_SIGN_IN_PAGE_H

#include "web/web.h"

bool get_sign_in(struct request *rq, struct reply *rp, struct err *err);
bool post_sign_in(struct request *rq, struct reply *rp, struct err *err);
bool post_sign_out(struct request *rq, struct reply *rp, struct err *err);
bool get_style(struct request *rq, struct reply *rp, struct err *err);
bool get_icon(struct request *rq, struct reply *rp, struct err *err);

#endif
