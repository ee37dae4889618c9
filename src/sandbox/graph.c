/* graph.c - one call to the Graph API: version, parameters, gate, handler, answer. */

#include "sandbox/graph.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/limits.h"
#include "net/net.h"
#include "sandbox/doc.h"
#include "sandbox/faults.h"
#include "sandbox/fetch.h"
#include "sandbox/journal.h"
#include "sandbox/market.h"
#include "text/zone.h"

#include <stdarg.h>
#include <stdio.h>

/* --- versions ------------------------------------------------------------- */

/* Those of the last years; calls to dead ones are served by the oldest live one. */
#define VERSIONS(V) V(18), V(19), V(20), V(21), V(22), V(23), V(24), V(25), V(26)
enum { OLDEST_LIVE = 21 };

#define VERSION_ROUTES(n)                                                                      \
    {"GET", "/v" #n ".0/*rest", PUBLIC, graph_call, NULL, 0},                                  \
        {"POST", "/v" #n ".0/*rest", PUBLIC, graph_call, NULL, LIMIT_SANDBOX_BODY},            \
    {                                                                                          \
        "DELETE", "/v" #n ".0/*rest", PUBLIC, graph_call, NULL, 0                              \
    }
const struct route graph_routes[] = {VERSIONS(VERSION_ROUTES), ROUTES_END};

#define VERSION_NAME(n) "v" #n ".0"
static const char *const versions[] = {VERSIONS(VERSION_NAME)};

static bool version_like(struct str word)
{
    return word.n >= 4 && word.p[0] == 'v' && word.p[1] >= '0' && word.p[1] <= '9' &&
           str_ends(word, STR(".0"));
}

bool graph_path(struct str path)
{
    struct str rest = str_sub(path, 1, path.n);

    return version_like(str_cut(&rest, '/'));
}

/* Which version answers a call to this one: "" for one that does not exist. */
static struct str served_by(struct arena *arena, struct str word)
{
    for (size_t i = 0; i < countof(versions); i++)
        if (str_eq(str(versions[i]), word)) {
            int64_t number = 0;
            (void)str_int(str_sub(word, 1, 2), &number);
            return number < OLDEST_LIVE ? str_fmt(arena, "v%d.0", OLDEST_LIVE) : word;
        }
    return STR("");
}

/* --- answers --------------------------------------------------------------- */

struct json_writer *graph_data(struct graph *g)
{
    if (!g->wrote) {
        buf_init(&g->buf, g->arena, LIMIT_REPLY_BODY);
        json_writer(&g->w, &g->buf);
        g->wrote = true;
    }
    return &g->w;
}

bool graph_success(struct graph *g)
{
    struct json_writer *w = graph_data(g);

    json_object(w);
    json_bool_member(w, "success", true);
    json_end(w);
    return true;
}

bool graph_fail(struct graph *g, int status, int code, int subcode, const char *fmt, ...)
{
    char text[1024];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    g->error = (struct graph_error){.status = status,
                                    .code = code,
                                    .subcode = subcode,
                                    .message = str_dup(g->arena, str(text)),
                                    .transient = code == 1 || code == 2};
    return false;
}

bool graph_for_people(struct graph *g, struct str title, struct str text)
{
    g->error.title = title;
    g->error.text = text;
    return false;
}

bool graph_no_object(struct graph *g, struct str id)
{
    return graph_fail(g, 400, 100, 33,
                      "Unsupported %s request. Object with ID '" STR_FMT
                      "' does not exist, cannot be loaded due to missing permissions, or does "
                      "not support this operation",
                      str_eq(g->method, STR("GET")) ? "get" : "post",
                      STR_ARG(str_sub(id, 0, 60)));
}

struct str graph_time(struct arena *arena, int64_t ms)
{
    struct str text = time_rfc3339(arena, ms);

    return str_fmt(arena, STR_FMT "+0000", STR_ARG(str_sub(text, 0, text.n - 1)));
}

static void put_error(struct graph *g, struct json_writer *w)
{
    const struct graph_error *e = &g->error;

    json_object(w);
    json_key(w, "error");
    json_object(w);
    json_text_member(w, "message", e->message);
    json_text_member(w, "type",
                     e->code == 100 && e->subcode == 33 ? STR("GraphMethodException")
                                                        : STR("OAuthException"));
    json_int_member(w, "code", e->code);
    if (e->subcode)
        json_int_member(w, "error_subcode", e->subcode);
    json_bool_member(w, "is_transient", e->transient);
    if (e->data.n) {
        json_key(w, "error_data");
        json_put_raw(w, e->data);
    }
    if (e->title.n)
        json_text_member(w, "error_user_title", e->title);
    if (e->text.n)
        json_text_member(w, "error_user_msg", e->text);
    json_text_member(w, "fbtrace_id", g->trace_id);
    json_end(w);
    json_end(w);
}

static void put_headers(struct graph *g)
{
    reply_header(g->rq, g->rp, "facebook-api-version", g->version);
    reply_header(g->rq, g->rp, "x-fb-trace-id", g->trace_id);
    reply_header(g->rq, g->rp, "x-fb-request-id", g->trace_id);
    reply_header(g->rq, g->rp, "x-fb-rev", STR("1000000001"));
}

static void finish(struct graph *g)
{
    struct buf buf;
    struct json_writer w;

    if (g->raw)
        return;
    put_headers(g);
    if (!g->error.status && g->buf.full)
        (void)graph_fail(g, 500, 1, 0,
                         "Please reduce the amount of data you're asking for, then retry your "
                         "request");
    if (!g->error.status) {
        (void)reply_body(g->rp, 200, "application/json; charset=UTF-8", buf_str(&g->buf));
        return;
    }
    buf_init(&buf, g->arena, 64 * 1024);
    json_writer(&w, &buf);
    put_error(g, &w);
    (void)reply_body(g->rp, g->error.status, "application/json; charset=UTF-8", buf_str(&buf));
}

/* --- parameters -------------------------------------------------------------- */

static void add_param(struct graph *g, struct str name, struct str value)
{
    *form_fields_add(&g->params, g->arena) = (struct form_field){.name = name, .value = value};
}

static bool read_json_body(struct graph *g)
{
    const struct json *body, *value;
    struct err err = {0};
    void *cursor = NULL;
    struct str key;

    if (!json_parse(g->arena, g->rq->body, &body, &err) || json_type(body) != JSON_OBJECT)
        return graph_refuse(g, "(#100) The request body is not a JSON object: %s", err.text);
    while (json_each(body, &cursor, &key, &value)) {
        bool text = json_type(value) == JSON_TEXT;
        add_param(g, key, text ? json_text(value, "", STR("")) : json_print(g->arena, value));
    }
    return true;
}

static bool read_params(struct graph *g)
{
    struct str type = request_header(g->rq, "content-type");
    struct form_fields body = {0};
    struct err err = {0};

    for (size_t i = 0; i < g->rq->query.n; i++)
        *form_fields_add(&g->params, g->arena) = g->rq->query.at[i];
    if (!g->rq->body.n)
        return true;
    if (str_starts(type, STR("application/json")))
        return read_json_body(g);
    if (str_starts(type, STR("multipart/form-data"))
            ? !form_parse_multipart(g->arena, type, g->rq->body, &body, &err)
            : !form_parse(g->arena, g->rq->body, &body, &err))
        return graph_refuse(g, "(#100) Malformed request body: %s", err.text);
    for (size_t i = 0; i < body.n; i++)
        *form_fields_add(&g->params, g->arena) = body.at[i];
    return true;
}

struct str graph_param(const struct graph *g, const char *name)
{
    for (size_t i = 0; i < g->params.n; i++)
        if (!g->params.at[i].filename.n && str_eq(g->params.at[i].name, str(name)))
            return g->params.at[i].value;
    return STR("");
}

bool graph_int(struct graph *g, const char *name, int64_t low, int64_t high, int64_t otherwise,
               int64_t *out)
{
    struct str text = graph_param(g, name);

    *out = otherwise;
    if (!text.n)
        return true;
    return (str_int(text, out) && *out >= low && *out <= high) ||
           graph_refuse(g, "(#100) Param %s must be an integer between %lld and %lld", name,
                        (long long)low, (long long)high);
}

const struct form_field *graph_file(const struct graph *g, const char *name)
{
    for (size_t i = 0; i < g->params.n; i++)
        if (g->params.at[i].filename.n && (!name || str_eq(g->params.at[i].name, str(name))))
            return &g->params.at[i];
    return NULL;
}

bool graph_json(struct graph *g, const char *name, const struct json **out)
{
    struct err err = {0};

    return json_parse(g->arena, graph_param(g, name), out, &err) ||
           graph_refuse(g, "(#100) Param %s is not valid JSON: %s", name, err.text);
}

/* --- what the path names -------------------------------------------------------- */

enum node {
    NODE_WORD, /* me, debug_token, ... */
    NODE_ACCOUNT,
    NODE_PAGE,
    NODE_FORM,
    NODE_PIXEL,
    NODE_VIDEO,
    NODE_LEAD,
    NODE_APP,
    NODE_NONE,
};

static const struct {
    enum node node;
    enum kind kind;
} numbered[] = {
    {NODE_PAGE, KIND_GRAPH_PAGE},   {NODE_FORM, KIND_GRAPH_FORM},
    {NODE_PIXEL, KIND_GRAPH_PIXEL}, {NODE_VIDEO, KIND_GRAPH_VIDEO},
    {NODE_LEAD, KIND_GRAPH_LEAD},
};

static bool all_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

static enum node find_node(struct graph *g)
{
    if (str_starts(g->node, STR("act_"))) {
        g->object_id = str_sub(g->node, 4, g->node.n);
        g->object = store_find(g->box->store, KIND_GRAPH_ACCOUNT, g->object_id);
        return g->object ? NODE_ACCOUNT : NODE_NONE;
    }
    if (!all_digits(g->node))
        return NODE_WORD;
    g->object_id = g->node;
    if (str_eq(g->node, g->box->graph_app_id))
        return NODE_APP;
    for (size_t i = 0; i < countof(numbered); i++) {
        g->object = store_find(g->box->store, numbered[i].kind, g->node);
        if (g->object)
            return numbered[i].node;
    }
    return NODE_NONE;
}

/* --- handlers --------------------------------------------------------------------- */

static const struct face {
    enum node node;
    const char *word; /* of NODE_WORD: the path's beginning */
    const char *edge;
    const char *method;
    const char *scopes; /* "" = none, else one of "a|b" */
    bool anybody;       /* without a token */
    graph_handler *handler;
} faces[] = {
    {NODE_WORD, "dialog", "oauth", "GET", "", true, graph_dialog},
    {NODE_WORD, "dialog", "oauth/confirm", "GET", "", true, graph_dialog_confirm},
    {NODE_WORD, "oauth", "access_token", "GET", "", true, graph_access_token},
    {NODE_WORD, "oauth", "access_token", "POST", "", true, graph_access_token},
    {NODE_WORD, "debug_token", "", "GET", "", false, graph_debug_token},
    {NODE_WORD, "me", "", "GET", "", false, graph_me},
    {NODE_WORD, "me", "accounts", "GET", "", false, graph_my_pages},
    {NODE_WORD, "me", "adaccounts", "GET", "ads_read|ads_management", false, graph_my_accounts},
    {NODE_WORD, "me", "permissions", "GET", "", false, graph_my_permissions},
    {NODE_WORD, "me", "permissions", "DELETE", "", false, graph_my_permissions_end},
    {NODE_WORD, "search", "", "GET", "ads_read|ads_management", false, graph_search},
    {NODE_ACCOUNT, "", "", "GET", "ads_read|ads_management", false, graph_account},
    {NODE_ACCOUNT, "", "adspixels", "GET", "ads_read|ads_management", false, graph_pixels},
    {NODE_ACCOUNT, "", "advideos", "GET", "ads_read|ads_management", false, graph_videos},
    {NODE_ACCOUNT, "", "advideos", "POST", "ads_management", false, graph_video_upload},
    {NODE_ACCOUNT, "", "adimages", "GET", "ads_read|ads_management", false, graph_images},
    {NODE_ACCOUNT, "", "adimages", "POST", "ads_management", false, graph_image_upload},
    {NODE_PAGE, "", "", "GET", "pages_read_engagement|pages_show_list", false, graph_page},
    {NODE_PAGE, "", "leadgen_forms", "GET", "pages_manage_ads|leads_retrieval", false,
     graph_page_forms},
    {NODE_FORM, "", "", "GET", "pages_manage_ads|leads_retrieval", false, graph_form},
    {NODE_VIDEO, "", "", "GET", "ads_read|ads_management", false, graph_video},
    {NODE_VIDEO, "", "", "DELETE", "ads_management", false, graph_video_end},
    {NODE_VIDEO, "", "thumbnails", "GET", "ads_read|ads_management", false, graph_thumbnails},
    {NODE_PIXEL, "", "events", "POST", "ads_management|ads_read", false, graph_events},
    {NODE_APP, "", "subscriptions", "POST", "", false, graph_subscriptions},
    {NODE_PAGE, "", "subscribed_apps", "GET", "pages_manage_metadata", false,
     graph_page_subscribed},
    {NODE_PAGE, "", "subscribed_apps", "POST", "pages_manage_metadata", false,
     graph_page_subscribe},
    {NODE_PAGE, "", "subscribed_apps", "DELETE", "pages_manage_metadata", false,
     graph_page_unsubscribe},
    {NODE_FORM, "", "leads", "GET", "leads_retrieval", false, graph_form_leads},
    {NODE_FORM, "", "test_leads", "POST", "leads_retrieval", false, graph_test_lead},
    {NODE_LEAD, "", "", "GET", "leads_retrieval", false, graph_lead},
    {NODE_LEAD, "", "", "DELETE", "leads_retrieval", false, graph_lead_end},
};

static const struct face *find_face(const struct graph *g, enum node node)
{
    for (size_t i = 0; i < countof(faces); i++)
        if (faces[i].node == node && str_eq(str(faces[i].edge), g->edge) &&
            str_eq(str(faces[i].method), g->method) &&
            (node != NODE_WORD || str_eq(str(faces[i].word), g->node)))
            return &faces[i];
    return NULL;
}

static bool unknown_path(struct graph *g, enum node node)
{
    if (node == NODE_WORD)
        return graph_fail(g, 400, 2500, 0, "Unknown path components: /" STR_FMT,
                          STR_ARG(str_sub(g->path, 0, 200)));
    if (node == NODE_NONE)
        return graph_no_object(g, g->node);
    return graph_refuse(g, "(#100) Tried accessing nonexisting field (" STR_FMT ") on node",
                        STR_ARG(str_sub(g->edge, 0, 60)));
}

static struct str page_of_lead(const struct graph *g)
{
    const struct json *form =
        store_find(g->box->store, KIND_GRAPH_FORM, json_text(g->object, "form_id", STR("")));

    return form ? json_text(form, "page_id", STR("")) : STR("");
}

/* An object that the token does not reach is not there. */
static bool object_seen(struct graph *g, enum node node)
{
    struct str account = g->object ? json_text(g->object, "account_id", STR("")) : STR("");

    switch (node) {
    case NODE_ACCOUNT:
        return graph_sees_account(g, g->object_id) || graph_no_object(g, g->node);
    case NODE_VIDEO:
    case NODE_PIXEL:
        return graph_sees_account(g, account) || graph_no_object(g, g->node);
    case NODE_PAGE:
        return graph_sees_page(g, g->object_id) || graph_no_object(g, g->node);
    case NODE_FORM:
        return graph_sees_page(g, json_text(g->object, "page_id", STR(""))) ||
               graph_no_object(g, g->node);
    case NODE_LEAD:
        return graph_sees_page(g, page_of_lead(g)) || graph_no_object(g, g->node);
    default:
        return true;
    }
}

/* file_url and callbacks: the platform asks there itself.  Never under the lock. */
static void fetch_outside(struct graph *g)
{
    struct str url = graph_param(g, "file_url");
    bool file = str_eq(g->edge, STR("advideos")) && url.n;
    bool callback = str_eq(g->edge, STR("subscriptions"));

    if (!str_eq(g->method, STR("POST")) || (!file && !callback))
        return;
    box_unlock(g->box);
    if (file)
        fetch_bytes(g->rq->net, g->arena, url, &g->fetched);
    else
        graph_challenge(g);
    box_lock(g->box);
}

static bool act(struct graph *g)
{
    enum node node;
    const struct face *face;

    if (!g->version.n) {
        g->version = str(versions[countof(versions) - 1]);
        return graph_fail(g, 400, 2500, 0, "Unknown path components: " STR_FMT,
                          STR_ARG(str_sub(g->rq->path, 0, 200)));
    }
    if (!read_params(g))
        return false;
    if (graph_param(g, "method").n) /* ?method=delete */
        g->method = str_upper(g->arena, graph_param(g, "method"));
    fetch_outside(g);
    node = find_node(g);
    face = find_face(g, node);
    if (face && face->anybody)
        return face->handler(g);
    if (!graph_token_good(g))
        return false;
    if (!face)
        return unknown_path(g, node);
    return object_seen(g, node) && graph_usage_take(g) &&
           (!face->scopes[0] || graph_need_scope(g, face->scopes)) && face->handler(g);
}

/* --- the call --------------------------------------------------------------------- */

static bool fault_answers(struct graph *g, const struct fault *fault)
{
    if (fault->drop_before_acting) {
        g->rp->drop_connection = true;
        return true;
    }
    if (fault->code) {
        (void)graph_fail(g, fault->status ? (int)fault->status : 400, (int)fault->code,
                         (int)fault->subcode, STR_FMT,
                         STR_ARG(fault->message.n ? fault->message : STR("Injected fault.")));
        finish(g);
        return true;
    }
    if (fault->status && fault->status != 200) { /* the edge's page, not an envelope */
        (void)reply_body(g->rp, (int)fault->status, "text/html",
                         fault->message.n ? fault->message
                                          : STR("<html><body>Sorry, something went wrong."
                                                "</body></html>"));
        return true;
    }
    return false;
}

static void record(struct graph *g, struct str name, bool acted)
{
    struct journal_entry entry = {
        .at_ms = g->now_ms,
        .method = g->rq->method,
        .path = name,
        .request_id = g->trace_id,
        .advertiser_id = g->object_id,
        .status = g->rp->drop_connection ? 0 : g->rp->status,
        .code = g->error.code,
        .message = g->error.message,
        .acted = acted,
    };
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, g->arena, 1024 * 1024);
    json_writer(&w, &buf);
    json_object(&w);
    for (size_t i = 0; i < g->params.n; i++) {
        const struct form_field *field = &g->params.at[i];
        json_key_str(&w, field->name);
        if (field->filename.n)
            json_put_text(&w,
                          str_fmt(g->arena, "file " STR_FMT ", %zu bytes",
                                  STR_ARG(str_sub(field->filename, 0, 200)), field->value.n));
        else
            json_put_text(&w, str_sub(field->value, 0, 16 * 1024));
    }
    json_end(&w);
    entry.args = buf_str(&buf);
    journal_add(g->box->journal, &entry);
}

static void answer(struct graph *g)
{
    struct str name = str_fmt(g->arena, "graph/" STR_FMT, STR_ARG(g->path));
    const struct fault *found = faults_take(g->box->faults, g->rq->method, name);
    struct fault fault = found ? *found : (struct fault){.cut_after_bytes = -1};
    bool acted = false;

    fault.message = str_dup(g->arena, fault.message);
    g->rp->delay_ms = fault.delay_ms;
    if (!fault_answers(g, &fault)) {
        acted = act(g);
        finish(g);
        g->rp->drop_connection = fault.drop_answer_after_acting;
        if (fault.cut_after_bytes >= 0) {
            g->rp->cut_body = true;
            g->rp->cut_after_bytes = (size_t)fault.cut_after_bytes;
        }
    }
    record(g, name, acted);
}

bool graph_call(struct request *rq, struct reply *rp, struct err *err)
{
    struct sandbox *box = rq->app;
    struct str rest = str_sub(rq->path, 1, rq->path.n);
    struct graph g = {.box = box, .rq = rq, .rp = rp, .arena = rq->arena, .method = rq->method};

    (void)err;
    g.version = served_by(rq->arena, str_cut(&rest, '/'));
    while (str_ends(rest, STR("/")))
        rest.n--;
    g.path = rest;
    g.node = str_cut(&rest, '/');
    g.edge = rest;
    box_lock(box);
    g.now_ms = clock_wall_ms();
    g.trace_id =
        str_fmt(rq->arena, "A%08llx%013llx", (unsigned long long)(box->seed & 0xffffffff),
                (unsigned long long)++box->requests);
    market_tick(box, g.now_ms);
    answer(&g);
    store_sweep(box->store);
    box_unlock(box);
    return true;
}
