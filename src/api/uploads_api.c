/* uploads_api.c - /files: resumable uploads, TUS 1.0.0 (core, creation, creation-with-upload,
 * creation-defer-length, expiration, checksum, termination, concatenation). */

#include "api/api.h"
#include "api/common.h"
#include "base/arena.h"
#include "base/limits.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "creative/upload.h"
#include "text/day.h"

#include <string.h>

#define EXTENSIONS                                                                             \
    "creation,creation-with-upload,creation-defer-length,expiration,checksum,termination,"     \
    "concatenation"
#define PIECE_TYPE "application/offset+octet-stream"

static const struct conf *conf_of(const struct request *rq)
{
    return ((const struct app *)rq->app)->conf;
}

/* --- what every answer of these paths carries --- */

static bool is_files(struct str target)
{
    return str_starts(target, STR("/files")) &&
           (target.n == 6 || target.p[6] == '/' || target.p[6] == '?');
}

static bool origin_allowed(const struct conf *conf, struct str origin)
{
    struct str rest = conf->upload_origins;

    while (rest.n)
        if (str_eq(str_trim(str_cut(&rest, ',')), origin))
            return true;
    return false;
}

static void put_cors(struct request *rq, struct reply *rp)
{
    struct str origin = request_sent(rq, "Origin");

    if (!conf_of(rq)->upload_origins.n)
        return;
    reply_header(rq, rp, "Vary", STR("Origin"));
    if (!origin.n || !origin_allowed(conf_of(rq), origin))
        return;
    reply_header(rq, rp, "Access-Control-Allow-Origin", str_dup(rq->arena, origin));
    reply_header(rq, rp, "Access-Control-Allow-Credentials", STR("true"));
    reply_header(rq, rp, "Access-Control-Expose-Headers",
                 STR("Upload-Offset, Location, Upload-Length, Tus-Version, Tus-Resumable, "
                     "Tus-Max-Size, Tus-Extension, Upload-Metadata, Upload-Defer-Length, "
                     "Upload-Concat, Upload-Expires, X-Request-ID, Retry-After"));
    if (!str_eq(rq->method, STR("OPTIONS")))
        return;
    reply_header(rq, rp, "Access-Control-Allow-Methods",
                 STR("POST, HEAD, PATCH, OPTIONS, GET, DELETE"));
    reply_header(rq, rp, "Access-Control-Allow-Headers",
                 STR("Authorization, Origin, X-Requested-With, X-Request-ID, X-CSRF-Token, "
                     "X-HTTP-Method-Override, Content-Type, Upload-Length, Upload-Offset, "
                     "Tus-Resumable, Upload-Metadata, Upload-Defer-Length, Upload-Concat, "
                     "Upload-Checksum"));
    reply_header(rq, rp, "Access-Control-Max-Age", STR("86400"));
}

void uploads_dress(struct request *rq, struct reply *rp)
{
    if (!is_files(request_target(rq)))
        return;
    if (!rq->app)
        rq->app = request_app(rq);
    reply_header(rq, rp, "Tus-Resumable", STR("1.0.0"));
    put_cors(rq, rp);
}

/* --- answers --- */

static int status_of(enum upload_why why)
{
    switch (why) {
    case UPLOAD_HELD:
        return 423;
    case UPLOAD_ELSEWHERE:
        return 409;
    case UPLOAD_TOO_LARGE:
        return 413;
    case UPLOAD_TYPE:
        return 415;
    case UPLOAD_CHECKSUM:
        return 460;
    case UPLOAD_FINAL:
        return 403;
    case UPLOAD_OTHER:
        break;
    }
    return 0;
}

/* False, with the status that the err's kind alone does not give. */
static bool refused(struct request *rq, struct reply *rp, enum upload_why why)
{
    rp->status = status_of(why);
    if (why == UPLOAD_HELD)
        reply_header(rq, rp, "Retry-After", STR("2"));
    return false;
}

static void put_number(struct request *rq, struct reply *rp, const char *name, int64_t value)
{
    reply_header(rq, rp, name, str_fmt(rq->arena, "%lld", (long long)value));
}

static void put_expiry(struct request *rq, struct reply *rp, const struct upload *u)
{
    if (str_eq(u->state, STR("open")))
        reply_header(rq, rp, "Upload-Expires", day_http(rq->arena, u->expires_ms));
}

static bool answer_created(struct request *rq, struct reply *rp, const struct upload *u)
{
    /* Relative: right behind any proxy, whatever our name is out there. */
    reply_header(rq, rp, "Location", str_fmt(rq->arena, "/files/" STR_FMT, STR_ARG(u->id)));
    put_number(rq, rp, "Upload-Offset", u->offset);
    put_expiry(rq, rp, u);
    return reply_body(rp, 201, "text/plain; charset=utf-8", STR(""));
}

static bool answer_patched(struct request *rq, struct reply *rp, const struct upload *u)
{
    put_number(rq, rp, "Upload-Offset", u->offset);
    put_expiry(rq, rp, u);
    return reply_body(rp, 204, "text/plain; charset=utf-8", STR(""));
}

/* --- what a request says --- */

static bool check_version(struct request *rq, struct reply *rp, struct err *err)
{
    if (str_eq(request_header(rq, "tus-resumable"), STR("1.0.0")))
        return true;
    rp->status = 412;
    reply_header(rq, rp, "Tus-Version", STR("1.0.0"));
    return err_input(err, "Tus-Resumable", "send Tus-Resumable: 1.0.0",
                     "this server speaks TUS 1.0.0");
}

/* Which of two would count?  Nobody knows, neither we nor what stands before us. */
static bool check_once(struct request *rq, struct err *err)
{
    static const char *const single[] = {
        "tus-resumable",       "upload-length",   "upload-offset", "upload-metadata",
        "upload-defer-length", "upload-checksum", "upload-concat", "x-http-method-override"};

    for (size_t i = 0; i < countof(single); i++) {
        int times = 0;
        for (size_t k = 0; k < rq->headers.n; k++)
            times += str_eq(rq->headers.at[k].name, str(single[i]));
        if (times > 1)
            return err_input(err, single[i], "send it once", "the header %s is there %d times",
                             single[i], times);
    }
    return true;
}

/* A number header; -1 where it is absent. */
static bool read_number(struct request *rq, const char *header, const char *field,
                        int64_t *value, struct err *err)
{
    struct str text = request_header(rq, header);

    *value = -1;
    return !text.n || tus_number(text, value) ||
           err_input(err, field, "decimal digits", "%s is no number of bytes", field);
}

static bool has_body(const struct request *rq)
{
    int64_t length;

    return request_header(rq, "transfer-encoding").n ||
           (str_int(request_header(rq, "content-length"), &length) && length > 0);
}

static bool is_piece(const struct request *rq)
{
    struct str type = request_header(rq, "content-type");

    return str_eq_nocase(str_trim(str_cut(&type, ';')), STR(PIECE_TYPE));
}

static bool need_piece_type(struct request *rq, struct reply *rp, struct err *err)
{
    if (is_piece(rq))
        return true;
    rp->status = 415;
    return err_input(err, "Content-Type", "send Content-Type: " PIECE_TYPE,
                     "the body is not said to be a piece of an upload");
}

static bool read_piece(struct request *rq, struct upload_piece *piece, struct err *err)
{
    struct str checksum = request_header(rq, "upload-checksum");

    *piece = (struct upload_piece){.length = -1, .checked = checksum.n > 0};
    if (request_header(rq, "transfer-encoding").n)
        piece->size = -1;
    else if (!str_int(request_header(rq, "content-length"), &piece->size))
        piece->size = 0;
    return !piece->checked || tus_checksum(rq->arena, checksum, &piece->hash, &piece->sum, err);
}

static void cut(void *arg, struct str key)
{
    web_cut_streams(arg, key);
}

static struct upload_evict evict_of(struct request *rq)
{
    return (struct upload_evict){.cut = cut, .arg = request_web(rq)};
}

static bool may_edit(struct request *rq, struct err *err)
{
    return (rq->caller.rights & CAN_EDIT) ||
           err_set(err, ERR_DENIED, "your role does not allow this") ||
           err_hint(err, "ask an owner of the organisation");
}

/* --- receiving --- */

struct receiving {
    struct upload_stream *stream;
    bool creation;
};

static bool write_piece(void *arg, struct str bytes)
{
    struct receiving *r = arg;

    return upload_write(r->stream, bytes);
}

static bool drain_piece(void *arg, int pipe, size_t n)
{
    struct receiving *r = arg;

    return upload_drain(r->stream, pipe, n);
}

static void hash_piece(void *arg)
{
    struct receiving *r = arg;

    upload_hash_on(r->stream);
}

static bool close_piece(struct request *rq, struct reply *rp, void *arg, bool whole,
                        struct err *err)
{
    struct receiving *r = arg;
    struct upload u;
    enum upload_why why;

    if (!upload_end(rq->app, rq->db, rq->arena, r->stream, whole, rq->now_ms, &u, &why, err))
        return refused(rq, rp, why);
    return r->creation ? answer_created(rq, rp, &u) : answer_patched(rq, rp, &u);
}

/* The body will come to the upload; or there is nothing left to come. */
static bool receive(struct request *rq, struct reply *rp, struct str id,
                    const struct upload_piece *piece, bool creation, struct err *err)
{
    struct receiving *r = NEW(rq->arena, struct receiving);
    struct upload_evict evict = evict_of(rq);
    struct upload u;
    enum upload_why why;

    r->creation = creation;
    if (!upload_begin(rq->app, rq->db, rq->arena, id, piece, &evict, rq->now_ms, &r->stream, &u,
                      &why, err))
        return refused(rq, rp, why);
    if (!r->stream)
        return answer_patched(rq, rp, &u);
    rq->sink = (struct web_sink){.write = write_piece,
                                 .drain = drain_piece,
                                 .follow = upload_is_hashed(r->stream) ? hash_piece : NULL,
                                 .close = close_piece,
                                 .arg = r,
                                 .key = upload_key(rq->db, rq->arena, id)};
    return true;
}

/* --- POST /files --- */

static bool read_wish(struct request *rq, struct upload_wish *wish, struct err *err)
{
    struct str defer = request_header(rq, "upload-defer-length");

    *wish = (struct upload_wish){.metadata = request_header(rq, "upload-metadata"),
                                 .concat = request_header(rq, "upload-concat"),
                                 .actor = rq->caller.actor};
    if (!read_number(rq, "upload-length", "Upload-Length", &wish->length, err))
        return false;
    bool final = str_starts(wish->concat, STR("final"));
    if (final ? wish->length >= 0 || defer.n : (wish->length < 0) == !defer.n)
        return err_input(err, "Upload-Length",
                         final ? "leave it away: the parts have it"
                               : "Upload-Length, or Upload-Defer-Length: 1",
                         "the upload's length is not said, or said twice");
    return !defer.n || str_eq(defer, STR("1")) ||
           err_input(err, "Upload-Defer-Length", "1", "Upload-Defer-Length is not 1");
}

static bool create(struct request *rq, struct reply *rp, struct err *err)
{
    bool with_upload = has_body(rq);
    struct upload_piece piece;
    struct upload_wish wish;
    struct upload u;
    enum upload_why why;

    if (!check_version(rq, rp, err) || !check_once(rq, err) || !read_wish(rq, &wish, err) ||
        !read_piece(rq, &piece, err) || (with_upload && !need_piece_type(rq, rp, err)))
        return false;
    if (wish.length >= 0 && piece.size > wish.length) {
        rp->status = 413;
        return err_input(err, "body", "send no more than Upload-Length",
                         "the body is longer than the upload");
    }
    if (!upload_add(rq->app, rq->db, rq->arena, &wish, rq->now_ms, &u, &why, err))
        return refused(rq, rp, why);
    if (!with_upload || str_eq(u.kind, STR("final")))
        return answer_created(rq, rp, &u);
    return receive(rq, rp, u.id, &piece, true, err);
}

/* --- /files/:id --- */

static bool patch(struct request *rq, struct reply *rp, struct err *err)
{
    struct upload_piece piece;
    int64_t offset;

    if (!check_version(rq, rp, err) || !check_once(rq, err) || !need_piece_type(rq, rp, err) ||
        !read_piece(rq, &piece, err) ||
        !read_number(rq, "upload-offset", "Upload-Offset", &offset, err) ||
        !read_number(rq, "upload-length", "Upload-Length", &piece.length, err))
        return false;
    if (offset < 0)
        return err_input(err, "Upload-Offset", "where the piece begins",
                         "the piece does not say where it begins");
    piece.offset = offset;
    return receive(rq, rp, request_arg(rq, "id"), &piece, false, err);
}

static bool head(struct request *rq, struct reply *rp, struct err *err)
{
    struct upload_evict evict = evict_of(rq);
    struct upload u;
    enum upload_why why;

    evict.wait_ms = 3000; /* other requests need the worker too */
    if (!may_edit(rq, err) || !check_version(rq, rp, err))
        return false;
    if (!upload_settle(rq->app, rq->db, rq->arena, request_arg(rq, "id"), &evict, rq->now_ms,
                       &u, &why, err))
        return refused(rq, rp, why);
    put_number(rq, rp, "Upload-Offset", u.offset);
    if (u.length >= 0)
        put_number(rq, rp, "Upload-Length", u.length);
    else
        put_number(rq, rp, "Upload-Defer-Length", 1);
    if (u.metadata.n)
        reply_header(rq, rp, "Upload-Metadata", u.metadata);
    if (u.concat.n)
        reply_header(rq, rp, "Upload-Concat", u.concat);
    put_expiry(rq, rp, &u);
    return reply_body(rp, 200, "text/plain; charset=utf-8", STR(""));
}

/* GET: how far it is, for people and programs; disturbs nobody. */
static bool progress(struct request *rq, struct reply *rp, struct err *err)
{
    struct upload u;
    struct reply_json json;

    if (!upload_get(rq->db, rq->arena, request_arg(rq, "id"), rq->now_ms, &u, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "id", u.id);
    json_text_member(&json.w, "state", u.state);
    json_int_member(&json.w, "offset", upload_size(conf_of(rq), rq->db, rq->arena, &u));
    if (u.length >= 0)
        json_int_member(&json.w, "length", u.length);
    else
        json_text_or_null_member(&json.w, "length", STR(""));
    json_text_or_null_member(&json.w, "creative_id", u.creative_id);
    api_time_member(&json.w, rq->arena, "created_at", u.created_ms);
    api_time_member(&json.w, rq->arena, "expires_at", u.expires_ms);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

static bool get_file(struct request *rq, struct reply *rp, struct err *err)
{
    return str_eq(rq->method, STR("HEAD")) ? head(rq, rp, err) : progress(rq, rp, err);
}

static bool delete_file(struct request *rq, struct reply *rp, struct err *err)
{
    struct upload_evict evict = evict_of(rq);
    enum upload_why why;

    if (!check_version(rq, rp, err))
        return false;
    if (!upload_remove(rq->app, rq->db, rq->arena, request_arg(rq, "id"), &evict, rq->now_ms,
                       &why, err))
        return refused(rq, rp, why);
    return reply_body(rp, 204, "text/plain; charset=utf-8", STR(""));
}

/* --- POST, and what it stands for where clients can send nothing else --- */

static bool no_such_method(struct reply *rp, struct err *err, struct str method)
{
    rp->status = 405;
    return err_input(err, "X-HTTP-Method-Override", "a method of this path",
                     "this path does not take the method " STR_FMT,
                     STR_ARG(str_sub(method, 0, 32)));
}

static bool post_files(struct request *rq, struct reply *rp, struct err *err)
{
    struct str instead = request_header(rq, "x-http-method-override");

    if (!instead.n || str_eq(instead, STR("POST")))
        return create(rq, rp, err);
    return no_such_method(rp, err, instead);
}

static bool post_file(struct request *rq, struct reply *rp, struct err *err)
{
    struct str instead = request_header(rq, "x-http-method-override");

    if (str_eq(instead, STR("PATCH")))
        return patch(rq, rp, err);
    if (str_eq(instead, STR("DELETE")))
        return delete_file(rq, rp, err);
    if (str_eq(instead, STR("HEAD")))
        return head(rq, rp, err);
    return no_such_method(rp, err, instead.n ? instead : rq->method);
}

static bool options(struct request *rq, struct reply *rp, struct err *err)
{
    (void)err;
    reply_header(rq, rp, "Tus-Version", STR("1.0.0"));
    reply_header(rq, rp, "Tus-Extension", STR(EXTENSIONS));
    reply_header(rq, rp, "Tus-Checksum-Algorithm", STR(TUS_CHECKSUMS));
    put_number(rq, rp, "Tus-Max-Size", upload_ceiling(conf_of(rq)));
    return reply_body(rp, 204, "text/plain; charset=utf-8", STR(""));
}

const struct route uploads_routes[] = {
    {"OPTIONS", "/files", PUBLIC, .handler = options},
    {"OPTIONS", "/files/:id", PUBLIC, .handler = options},
    {"POST", "/files", CAN_EDIT, .handler = post_files, .body_limit = WEB_STREAM},
    {"POST", "/files/:id", CAN_EDIT, .handler = post_file, .body_limit = WEB_STREAM},
    {"PATCH", "/files/:id", CAN_EDIT, .handler = patch, .body_limit = WEB_STREAM},
    {"GET", "/files/:id", CAN_READ, .handler = get_file},
    {"DELETE", "/files/:id", CAN_EDIT, .handler = delete_file},
    ROUTES_END,
};
