/* console.c - the console's files, sign-in links, the icon. */

#include "api/console.h"
#include "api/api.h"
#include "auth/auth.h"
#include "base/embedded.h"
#include "conf/app.h"
#include "job/job.h"
#include "seal/seal.h"

#include <string.h>

#define INDEX "index.html"

static const struct embedded *find(const struct embedded *files, struct str name)
{
    for (const struct embedded *file = files; file->name; file++)
        if (str_eq(str(file->name), name))
            return file;
    return NULL;
}

struct str page_file(const char *name)
{
    const struct embedded *file = find(embedded_pages, str(name));

    must(file);
    return (struct str){file->bytes, file->n};
}

static const char *type_of(struct str name)
{
    static const struct {
        const char *ending;
        const char *type;
    } types[] = {
        {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".html", "text/html; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".woff2", "font/woff2"},
        {".png", "image/png"},
    };

    for (size_t i = 0; i < countof(types); i++)
        if (str_ends(name, str(types[i].ending)))
            return types[i].type;
    return "application/octet-stream";
}

/* "br" in "gzip, deflate, br"; "br;q=0" refuses it. */
static bool takes(struct str accepted, struct str coding)
{
    while (accepted.n) {
        struct str one = str_trim(str_cut(&accepted, ','));
        struct str name = str_trim(str_cut(&one, ';'));
        if (str_eq_nocase(name, coding))
            return !str_eq(str_trim(one), STR("q=0"));
    }
    return false;
}

/* The smallest form that the browser takes, and the words for it. */
static const struct embedded *packed(struct request *rq, struct str name, const char **coding)
{
    static const struct {
        const char *coding;
        const char *ending;
    } forms[] = {{"br", ".br"}, {"gzip", ".gz"}};
    struct str accepted = request_header(rq, "accept-encoding");

    for (size_t i = 0; i < countof(forms); i++) {
        if (!takes(accepted, str(forms[i].coding)))
            continue;
        *coding = forms[i].coding;
        return find(embedded_console,
                    str_fmt(rq->arena, STR_FMT "%s", STR_ARG(name), forms[i].ending));
    }
    *coding = NULL;
    return find(embedded_console, name);
}

static bool send_file(struct request *rq, struct reply *rp, struct str name,
                      const char *caching)
{
    const char *coding;
    const struct embedded *file = packed(rq, name, &coding);

    must(file);
    struct str bytes = {file->bytes, file->n};
    struct str tag = str_fmt(rq->arena, "\"" STR_FMT "\"",
                             STR_ARG(str_sub(seal_sha256_hex(rq->arena, bytes), 0, 20)));
    reply_header(rq, rp, "Cache-Control", str(caching));
    reply_header(rq, rp, "ETag", tag);
    reply_header(rq, rp, "Vary", STR("Accept-Encoding"));
    if (str_has(request_header(rq, "if-none-match"), tag)) {
        rp->status = 304;
        return true;
    }
    if (coding)
        reply_header(rq, rp, "Content-Encoding", str(coding));
    return reply_body(rp, 200, type_of(name), bytes);
}

static bool send_index(struct request *rq, struct reply *rp)
{
    /* The page may load and ask its own server only.  blob: is for pictures of files that the
     * reader has just chosen. */
    reply_header(rq, rp, "Content-Security-Policy",
                 STR("default-src 'none'; script-src 'self'; style-src 'self'; "
                     "img-src 'self' blob:; media-src 'self' blob:; font-src 'self'; "
                     "connect-src 'self'; manifest-src 'self'; form-action 'self'; "
                     "base-uri 'none'; frame-ancestors 'none'"));
    return send_file(rq, rp, STR(INDEX), "no-cache");
}

static bool of_the_api(struct str path)
{
    static const char *const programs[] = {"api",      "files", "assets",  "tiktok", "t",
                                           "facebook", "oauth", "metrics", "mcp"};
    (void)str_cut(&path, '/');
    struct str first = str_cut(&path, '/');

    for (size_t i = 0; i < countof(programs); i++)
        if (str_eq(first, str(programs[i])))
            return true;
    return false;
}

bool console_page(struct request *rq, struct reply *rp, struct err *err)
{
    bool reads_html = str_has(request_header(rq, "accept"), STR("text/html"));

    if (str_eq(rq->method, STR("GET")) && reads_html && !of_the_api(rq->path))
        return send_index(rq, rp);
    return err_set(err, ERR_NOT_FOUND, "there is nothing at this path");
}

static bool get_index(struct request *rq, struct reply *rp, struct err *err)
{
    (void)err;
    return send_index(rq, rp);
}

/* GET /assets/:name */
static bool get_asset(struct request *rq, struct reply *rp, struct err *err)
{
    struct str name = request_arg(rq, "name");

    if (str_eq(name, STR(INDEX)) || !find(embedded_console, name))
        return err_set(err, ERR_NOT_FOUND, "there is nothing at this path") ||
               err_hint(err, "the program may have been replaced: load the page again");
    return send_file(rq, rp, name, "public, max-age=31536000, immutable");
}

/* A link made by the program itself: org|user|nonce, signed, expiring, good once. */
static bool use_link(struct request *rq, struct reply *rp, struct str link, struct err *err)
{
    const struct app *app = rq->app;
    struct visitor visitor = visitor_of(rq);
    struct session session;
    struct str payload;
    bool mine;

    if (!ring_verify(app->ring, rq->arena, "sign-in-link", link, rq->now_ms, &payload, err))
        return false;
    struct str org_id = str_cut(&payload, '|');
    struct str user_id = str_cut(&payload, '|');
    if (!schedule_claim(rq->db, STR("sign-in-link"), payload, &mine, err))
        return false;
    if (!mine)
        return err_set(err, ERR_DENIED, "this link has been used; sign in with the password");
    if (!session_for_user(rq->db, rq->arena, org_id, user_id, &visitor, &session, err))
        return false;
    auth_set_cookie(rq, rp, session.token);
    return reply_redirect(rq, rp, STR("/"));
}

/* GET /sign-in?link= - a link that is no longer good leads to the form, which says so. */
static bool get_sign_in(struct request *rq, struct reply *rp, struct err *err)
{
    struct str link = request_query(rq, "link");

    if (!link.n)
        return send_index(rq, rp);
    if (use_link(rq, rp, link, err))
        return true;
    if (err->kind != ERR_DENIED && err->kind != ERR_INVALID)
        return false;
    return reply_redirect(rq, rp, STR("/sign-in?problem=link"));
}

static bool get_icon(struct request *rq, struct reply *rp, struct err *err)
{
    (void)err;
    reply_header(rq, rp, "Cache-Control", STR("public, max-age=86400"));
    return reply_body(rp, 200, "image/svg+xml", page_file("icon.svg"));
}

const struct route page_routes[] = {
    {"GET", "/", PUBLIC, .handler = get_index},
    {"GET", "/assets/:name", PUBLIC, .handler = get_asset},
    {"GET", "/sign-in", PUBLIC, .handler = get_sign_in},
    {"GET", "/icon.svg", PUBLIC, .handler = get_icon},
    {"GET", "/t.js", PUBLIC, .handler = get_snippet},
    ROUTES_END,
};
