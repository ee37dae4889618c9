#ifndef API_PEOPLE_API_H
#define API_PEOPLE_API_H

#include "auth/auth.h"

/* The answer to whoever has just got a session: the cookie, and {org_id, user_id, csrf}. */
MUST_CHECK bool people_put_session(struct request *rq, struct reply *rp,
                                   const struct session *session, int status, struct err *err);
/* What only a person can ask, not a key: ERR_DENIED. */
MUST_CHECK bool people_need_person(const struct request *rq, struct err *err);

#endif
