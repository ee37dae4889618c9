#ifndef API_BUILDER_H
#define API_BUILDER_H

#include "web/web.h"

/* Handlers of builder_routes (builder_api.c) that read live from the platform. */
bool get_builder_campaigns(struct request *rq, struct reply *rp, struct err *err);
bool get_builder_report(struct request *rq, struct reply *rp, struct err *err);
bool get_builder_creatives(struct request *rq, struct reply *rp, struct err *err);
bool get_builder_advertiser(struct request *rq, struct reply *rp, struct err *err);
bool get_builder_objectives(struct request *rq, struct reply *rp, struct err *err);

/* Handlers that look at launches. */
bool get_launches(struct request *rq, struct reply *rp, struct err *err);
bool get_launch(struct request *rq, struct reply *rp, struct err *err);
bool post_publish(struct request *rq, struct reply *rp, struct err *err);

#endif
