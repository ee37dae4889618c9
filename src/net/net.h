#ifndef NET_NET_H
#define NET_NET_H

#include "base/list.h"
#include "base/str.h"
#include "seal/seal.h"

/*
 * Outgoing HTTP: one blocking call with a deadline.  The only module with
 * libcurl.  Never called inside a database transaction (asserted).
 *
 * The outcome is one of three, and the err kind says which:
 *   success            an HTTP answer arrived whole, whatever its status;
 *   ERR_BUSY           it surely did not reach the server (name, connect, TLS):
 *                      safe to repeat;
 *   ERR_UNCERTAIN      the request was sent and the answer was lost, cut or
 *                      late: a write may have happened, read back;
 *   ERR_INVALID        we refused to send (address, scheme, size).
 *
 * Redirects are not followed.  TLS is always verified.  Addresses are judged
 * after resolution: private, loopback and link-local ones are refused unless
 * `allow_private` is set (platform base URLs from the settings set it; URLs
 * that came from users never do, except under the setting
 * `allow_private_urls`).
 */
struct net; /* one worker's handle: connections are reused; one thread at a time */

MUST_CHECK bool net_open(struct net **out, struct err *err);
void net_close(struct net *net);

struct net_part { /* of multipart/form-data */
    struct str name;
    struct str value;
    struct str filename; /* "" = plain field */
    struct str type;
    const char *path; /* stream this file instead of value; NULL = none */
    /* With a path: what of it was sent so far, when the call begins and as it goes on. Without:
     * the value is the hex hash of what was sent of the part before this one that has the same
     * run; MD5 only. */
    struct seal_run *run;
};
LIST(net_parts, struct net_part);

struct net_header {
    struct str name;
    struct str value;
};
LIST(net_headers, struct net_header);

struct net_request {
    struct str method; /* GET, POST */
    struct str url;
    struct net_headers headers;
    struct str body;        /* with Content-Type among the headers */
    struct net_parts parts; /* multipart instead of body */
    int64_t deadline_ms;    /* total, from now; 0 = 30,000 */
    int64_t connect_ms;     /* 0 = 10,000 */
    size_t answer_limit;    /* 0 = LIMIT_ANSWER_BODY */
    bool allow_private;
    const char *save_path;                     /* stream the answer's body to this file */
    void (*on_sent)(void *arg, int64_t bytes); /* told several times a second; NULL = nobody */
    void *on_sent_arg;
};

struct net_answer {
    int status;
    struct str body;
    struct str type; /* Content-Type */
    struct str retry_after;
    struct str location;    /* of a redirect: never followed by us */
    struct str content_md5; /* Content-MD5, Base64, as it came */
    bool too_long;          /* of a call that failed: the answer went over answer_limit */
    int64_t took_ms;
};

MUST_CHECK bool net_call(struct net *net, struct arena *arena,
                         const struct net_request *request, struct net_answer *answer,
                         struct err *err);

#endif
