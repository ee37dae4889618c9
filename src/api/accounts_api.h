#ifndef API_ACCOUNTS_API_H
#define API_ACCOUNTS_API_H

#include "platform/platform.h"
#include "web/web.h"

/* What the cards of ad accounts and the pages that connect them share. */

/* A list of [{id, name, currency, time_zone, country, status, deliverable}]. */
void api_put_advertisers(struct json_writer *w, const struct platform_advertisers *list);

/* The platform that a request asks about in its query; TikTok where it does not say.
 * ERR_INVALID for one that is not offered here. */
MUST_CHECK bool api_asked_platform(struct request *rq, struct str *platform, struct err *err);

#endif
