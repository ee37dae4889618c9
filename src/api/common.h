#ifndef API_COMMON_H
#define API_COMMON_H

#include "web/web.h"

/* What the handlers of api/ have in common: founding clients' org ids, times, pages of lists.
 */

/*
 * Founding clients send their org as userAccountId or user_account_id, in the
 * query or in the body (`body` may be NULL).  It must be the caller's own, else
 * ERR_NOT_FOUND; it never selects the tenant.
 */
MUST_CHECK bool api_check_org(struct request *rq, const struct json *body, struct err *err);

/* The ad account: accountId, account_id or ad_account_id, of the body (may be NULL) or the
 * query;
 * "" where it is absent. */
MUST_CHECK bool api_account_id(struct request *rq, const struct json *body, struct str *out,
                               struct err *err);

/* `platform` of the query: tiktok, facebook, or "" for both. */
MUST_CHECK bool api_platform(struct request *rq, struct str *out, struct err *err);
/* A platform may be hidden as a whole (feature_tiktok, feature_facebook). */
bool api_platform_shown(const struct request *rq, struct str platform);
/* Changes and live questions of a hidden platform are ERR_NOT_FOUND. */
MUST_CHECK bool api_need_platform(struct request *rq, struct str platform, struct err *err);

/* An RFC 3339 time of the query or of the body; *ms stays where it is absent. */
MUST_CHECK bool api_query_time(struct request *rq, const char *name, int64_t *ms,
                               struct err *err);
MUST_CHECK bool api_body_time(const struct json *body, const char *field, int64_t *ms,
                              struct err *err);
/* `limit` of the query: 1 to LIMIT_LIST_ROWS, 50 where it is absent. */
MUST_CHECK bool api_limit(struct request *rq, int64_t *limit, struct err *err);
/* `cursor` of the query, as api_put_cursor wrote it: the place of the last row of the page
 * before; 0 and "" where it is absent. */
MUST_CHECK bool api_cursor(struct request *rq, int64_t *ms, struct str *id, struct err *err);

/* "key": RFC 3339, or null for 0. */
void api_time_member(struct json_writer *w, struct arena *arena, const char *key, int64_t ms);
/* "next_cursor": of the last row, or null where `more` is false. */
void api_put_cursor(struct json_writer *w, struct arena *arena, bool more, int64_t ms,
                    struct str id);

/* The answer of a list: begin, write the rows' objects to json->w, end with the last row's
 * place (see api_put_cursor). */
void api_list_begin(struct request *rq, struct reply_json *json);
MUST_CHECK bool api_list_end(struct request *rq, struct reply *rp, struct reply_json *json,
                             bool more, int64_t ms, struct str id, struct err *err);

#endif
