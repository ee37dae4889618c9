#ifndef SANDBOX_FAULTS_H
#define SANDBOX_FAULTS_H

#include "text/json.h"

/*
 * Faults on demand.  One is an object:
 *
 *   path        "campaign/create/", or a beginning of a path; required
 *   method      "GET" or "POST"; absent = both
 *   nth         only the nth matching call from now
 *   every       each k-th matching call
 *   times       most firings (default 1; 0 = no end)
 *   delay_ms    answer late
 *   status      this HTTP status instead of 200
 *   code, message   this envelope instead of acting
 *   subcode     with it, on Facebook's side
 *   drop_before_acting        cut the connection, nothing happened
 *   drop_answer_after_acting  act, then cut the connection
 *   cut_after_bytes           act, send so much of the answer, then cut
 */
struct fault {
    struct str path;
    struct str method;
    int64_t nth, every, times;
    int64_t delay_ms, status, code, subcode, cut_after_bytes;
    struct str message;
    bool drop_before_acting, drop_answer_after_acting;
    int64_t seen, fired;
};

struct faults;

struct faults *faults_new(void);
void faults_free(struct faults *faults);
void faults_clear(struct faults *faults);

/* Add one object or a list of them; all or nothing. */
MUST_CHECK bool faults_add_json(struct faults *faults, const struct json *json,
                                struct err *err);

/* The fault that fires for this call (it is counted), or NULL. */
const struct fault *faults_take(struct faults *faults, struct str method, struct str path);

void faults_put(const struct faults *faults, struct json_writer *w);

#endif
