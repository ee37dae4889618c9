#ifndef SANDBOX_CALL_H
#define SANDBOX_CALL_H

#include "base/list.h"
#include "sandbox/box.h"
#include "sandbox/table.h"
#include "text/form.h"
#include "web/web.h"

/* Bytes that the sandbox fetched from a client's URL, or why it could not. */
struct fetched {
    bool tried, ok;
    struct str bytes;
    struct str why;
};

/*
 * One API call on its way through the sandbox.  A handler finds its judged
 * parameters in `args`, writes `data` through call_data and returns true; or
 * returns call_fail.  It runs under the sandbox's lock.
 */
struct call {
    struct sandbox *box;
    struct request *rq;
    struct reply *rp;
    struct arena *arena;
    const struct endpoint *endpoint;
    int64_t now_ms;

    const struct json *args;  /* judged by validate.c */
    struct form_fields parts; /* of multipart/form-data */
    struct fetched fetched;   /* of UPLOAD_BY_URL: done before the lock was taken */
    bool rated;               /* counted against the rate limit */
    bool same_start;          /* adgroup/update repeats the stored start time */
    struct str app_id;        /* whose token it is */
    struct str token;
    const struct json *grant;
    struct str advertiser_id; /* args.advertiser_id; covered by the grant */
    const struct json *advertiser;

    int code;
    struct str message;
    struct buf buf;
    struct json_writer w;
    bool wrote; /* w was used */
    bool raw;   /* the handler filled the reply itself (CSV) */
    struct str request_id;
};

typedef bool call_handler(struct call *call);

/* Codes of the platform (TikTok: codes). */
enum {
    CODE_OK = 0,
    CODE_PARTIAL = 20001,
    CODE_FAILED = 40000,
    CODE_PERMISSION = 40001,
    CODE_PARAMETER = 40002,
    CODE_NOT_FOUND = 40007,
    CODE_THROTTLED = 40100,
    CODE_APP_SECRET = 40101,
    CODE_NO_TOKEN = 40104,
    CODE_BAD_TOKEN = 40105,
    CODE_BAD_CODE = 40110,
    CODE_NO_APP = 40113,
    CODE_ALLOWLIST = 40118,
    CODE_ADVERTISER = 40300,
    CODE_INTERNAL = 50000,
};

/* Returns false. */
bool call_fail(struct call *call, int code, const char *fmt, ...) PRINTF(3, 4);
/* 40002, the workhorse. */
#define call_refuse(call, ...) call_fail((call), CODE_PARAMETER, __VA_ARGS__)

/* The writer of `data`: exactly one value. */
struct json_writer *call_data(struct call *call);

/* args.<name> as text or ""; is it there and not null? */
struct str call_text(const struct call *call, const char *name);
bool call_given(const struct call *call, const char *name);

/* The answer of a call as HTTP: the envelope, or what the handler made itself. */
void envelope(struct call *call);
/* Platform-like request id: 14 digits of time and 20 of hex. */
struct str envelope_request_id(struct sandbox *box, struct arena *arena, int64_t now_ms);

/* --- lists --------------------------------------------------------------- */

LIST(docs, const struct json *);

/* A page of `list`; the caller writes list members from `first` to `end`. */
struct page {
    int64_t page, size, total;
    size_t first, end;
};
struct page page_of(const struct call *call, size_t total, int64_t default_size);
void page_info(struct call *call, const struct page *page);

/*
 * The members of `object` (a name of the endpoint table) in their documented
 * order.  `fields` and `exclude_field_types_in_response` of the call apply;
 * members that `doc` lacks are explicit nulls, as on the platform.
 */
void put_object(struct call *call, const char *object, const struct json *doc);
/* Every entry of args.fields must be a member of the object. */
MUST_CHECK bool fields_known(struct call *call, const char *object);

/* --- shared lookups ------------------------------------------------------ */

/* A document of the call's advertiser; NULL when absent, deleted ones included. */
const struct json *own_find(const struct call *call, enum kind kind, struct str id);
/* Does the document belong to the call's advertiser? */
bool own(const struct call *call, const struct json *doc);

#endif
