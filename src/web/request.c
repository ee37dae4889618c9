/* request.c - a complete request, as handlers see it. */

#include "base/clock.h"
#include "base/limits.h"
#include "text/url.h"
#include "web/server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>

static enum MHD_Result add_header(void *arg, enum MHD_ValueKind kind, const char *name,
                                  size_t name_n, const char *value, size_t value_n)
{
    struct request *rq = arg;
    struct web_header *h = web_headers_add(&rq->headers, rq->arena);

    (void)kind;
    h->name = str_lower(rq->arena, (struct str){name, name_n});
    h->value = str_trim((struct str){value, value_n});
    return MHD_YES;
}

static struct str client_address(struct exchange *x, struct arena *arena)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    char text[INET6_ADDRSTRLEN] = "";

    if (!info || !info->client_addr)
        return STR("");
    if (info->client_addr->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, info->client_addr, sizeof v4);
        (void)inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    } else if (info->client_addr->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, info->client_addr, sizeof v6);
        (void)inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    }
    struct str address = str(text);
    if (str_starts(address, STR("::ffff:"))) /* IPv4 on a socket for both */
        address = str_sub(address, 7, address.n);
    return str_dup(arena, address);
}

static bool id_acceptable(struct str id)
{
    if (id.n == 0 || id.n > 128)
        return false;
    for (size_t i = 0; i < id.n; i++) {
        char c = id.p[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
        if (!ok)
            return false;
    }
    return true;
}

static void put_hex(char *out, uint64_t value, int digits)
{
    for (int i = digits; i--; value >>= 4)
        out[i] = "0123456789abcdef"[value & 15];
}

struct str request_id(struct exchange *x, struct arena *arena)
{
    struct str sent =
        str(MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, "X-Request-ID"));

    if (id_acceptable(sent))
        return str_dup(arena, sent);
    /* Unique without a system call: random for the process, then counted. */
    uint64_t serial = atomic_fetch_add(&x->web->request_serial, 1);
    char *text = arena_alloc(arena, 25);
    put_hex(text, x->web->request_prefix, 16);
    put_hex(text + 16, serial, 8);
    return (struct str){text, 24};
}

static bool read_args(struct request *rq, const struct router_match *match, struct err *err)
{
    for (size_t i = 0; i < match->n; i++) {
        struct form_field *f = form_fields_add(&rq->path_args, rq->arena);
        f->name = match->args[i].name;
        if (!url_decode(rq->arena, match->args[i].raw, false, &f->value))
            return err_input(err, "path", "write % as %25",
                             "a bad percent-encoding in the path");
    }
    return true;
}

/* Names like ".." mean a folder above in whatever a path may reach. */
static bool climbs(struct str path)
{
    while (path.n) {
        struct str segment = str_cut(&path, '/');
        if (str_eq(segment, STR("..")) || str_eq(segment, STR(".")))
            return true;
    }
    return false;
}

static bool read_target(struct request *rq, struct exchange *x, struct err *err)
{
    struct str query = {x->target, x->target_n};
    struct str path = str_cut(&query, '?');

    rq->raw_query = query;
    if (!url_decode(rq->arena, path, false, &rq->path))
        return err_input(err, "path", "write % as %25", "a bad percent-encoding in the path");
    if (climbs(rq->path))
        return err_input(err, "path", "ask for the path without \".\" and \"..\"",
                         "the path has a segment of dots");
    struct str decoded;
    if (!url_decode(rq->arena, query, true, &decoded))
        return err_input(err, "query", "write % as %25", "a bad percent-encoding in the query");
    if (!form_parse(rq->arena, query, &rq->query, err))
        return false;
    if (rq->query.n > LIMIT_QUERY_COUNT)
        return err_set(err, ERR_INVALID, "the query has more than %d parameters",
                       LIMIT_QUERY_COUNT);
    return true;
}

bool request_open(struct request *rq, struct exchange *x, struct arena *arena, struct err *err)
{
    *rq = (struct request){.arena = arena,
                           .method = str(x->method),
                           .now_ms = clock_wall_ms(),
                           .deadline_mono_ms = x->deadline_ms,
                           .app = x->web->settings.app,
                           .route = x->match.route,
                           .impl = x};
    rq->id = request_id(x, arena);
    (void)MHD_get_connection_values_n(x->connection, MHD_HEADER_KIND, add_header, rq);
    rq->address = client_address(x, arena);
    if (x->body_err.kind) {
        *err = x->body_err;
        return false;
    }
    return read_target(rq, x, err) && read_args(rq, &x->match, err) &&
           body_whole(&x->body, &rq->body, err);
}

struct str request_header(const struct request *rq, const char *lower_case_name)
{
    struct str name = str(lower_case_name);

    for (size_t i = 0; i < rq->headers.n; i++)
        if (str_eq(rq->headers.at[i].name, name))
            return rq->headers.at[i].value;
    return STR("");
}

struct str request_target(const struct request *rq)
{
    const struct exchange *x = rq->impl;

    return (struct str){x->target, x->target_n};
}

void *request_app(const struct request *rq)
{
    const struct exchange *x = rq->impl;

    return x->web->settings.app;
}

struct str request_sent(const struct request *rq, const char *name)
{
    const struct exchange *x = rq->impl;

    return x->connection
               ? str(MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, name))
               : STR("");
}

struct str request_query(const struct request *rq, const char *name)
{
    return form_value(&rq->query, str(name));
}

struct str request_arg(const struct request *rq, const char *name)
{
    const struct form_field *f = form_find(&rq->path_args, str(name));

    must(f);
    return f->value;
}

struct str request_cookie(const struct request *rq, const char *name)
{
    struct str wanted = str(name);

    for (size_t i = 0; i < rq->headers.n; i++) {
        struct str rest = rq->headers.at[i].value;
        if (!str_eq(rq->headers.at[i].name, STR("cookie")))
            continue;
        while (rest.n) {
            struct str value = str_trim(str_cut(&rest, ';'));
            if (str_eq(str_cut(&value, '='), wanted))
                return value;
        }
    }
    return STR("");
}

static bool is_json(struct str type)
{
    struct str kind = str_trim(str_cut(&type, ';'));

    return str_eq_nocase(kind, STR("application/json")) ||
           (kind.n > 5 && str_eq_nocase(str_sub(kind, kind.n - 5, 5), STR("+json")));
}

bool request_json(struct request *rq, const struct json **out, struct err *err)
{
    struct exchange *x = rq->impl;

    if (!is_json(request_header(rq, "content-type"))) {
        if (x)
            x->status_hint = 415;
        return err_input(err, "content-type", "send Content-Type: application/json",
                         "the body is not said to be JSON");
    }
    if (!json_parse(rq->arena, rq->body, out, err))
        return false;
    if (json_type(*out) != JSON_OBJECT)
        return err_input(err, "body", "send {...}", "the body is not a JSON object");
    return true;
}

struct web *request_web(const struct request *rq)
{
    const struct exchange *x = rq->impl;

    must(x);
    return x->web;
}
