#ifndef SANDBOX_GRAPH_H
#define SANDBOX_GRAPH_H

#include "base/list.h"
#include "sandbox/call.h"

/*
 * Facebook's Graph API in the sandbox: /v26.0/... on the same port as
 * TikTok's face.  Written from the platform's documents, apart from TikTok's
 * side: parameters come from query, form, multipart or JSON; reads answer only
 * the fields that were asked for; every failure is an envelope
 * {"error":{code, error_subcode, message, fbtrace_id, ...}}.
 *
 *   graph.c          one call: version, parameters, gate, handler, answer
 *   graph_gate.c     tokens, proofs, permissions
 *   graph_usage.c    limits and the headers that tell of them
 *   graph_fields.c   fields=a,b{c}: parsing and projection; lists with cursors
 *   graph_oauth.c    dialog, codes, tokens, permissions
 *   graph_account.c  people, ad accounts, pages, forms
 *   graph_search.c   targeting search
 *   graph_video.c    advideos, videos, thumbnails
 *   graph_image.c    adimages
 *   graph_event.c    conversions (Conversions API)
 *   graph_lead.c     leads: subscriptions, webhooks, reading
 */

/* One name of `fields`, with what stands in its braces. */
struct graph_fields;
struct graph_field {
    struct str name;
    const struct graph_fields *inner; /* NULL = all */
};
LIST(graph_fields, struct graph_field);

struct graph_error {
    int status; /* HTTP; 0 = no error */
    int code, subcode;
    struct str message, title, text; /* the last two are for people */
    struct str data;                 /* error_data: JSON, or "" */
    bool transient;
};

struct graph {
    struct sandbox *box;
    struct request *rq;
    struct reply *rp;
    struct arena *arena;
    int64_t now_ms;
    struct str method;
    struct str version; /* the one that serves: "v26.0" */
    struct str path;    /* after the version: "act_1/advideos" */
    struct str node, edge;
    struct form_fields params; /* of query and body; files have a filename */
    const struct graph_fields *fields;
    struct str token;
    const struct json *grant;  /* NULL for the app's own token */
    const struct json *object; /* what `node` names */
    struct str object_id;      /* without act_ */
    struct fetched fetched;    /* of file_url */

    struct graph_error error;
    struct buf buf;
    struct json_writer w;
    bool wrote;
    bool raw; /* the handler filled the reply itself */
    struct str trace_id;
};
typedef bool graph_handler(struct graph *g);

/* Entry: every method of /v26.0/... */
web_handler graph_call;
/* Is the path one of ours (a version first), known or not? */
bool graph_path(struct str path);
/* Routes of all live versions. */
extern const struct route graph_routes[];

/* --- answers -------------------------------------------------------------- */

struct json_writer *graph_data(struct graph *g);
bool graph_success(struct graph *g); /* {"success":true} */
/* Returns false. */
bool graph_fail(struct graph *g, int status, int code, int subcode, const char *fmt, ...)
    PRINTF(5, 6);
/* 100, the workhorse. */
#define graph_refuse(g, ...) graph_fail((g), 400, 100, 0, __VA_ARGS__)
bool graph_for_people(struct graph *g, struct str title, struct str text); /* false */
/* 100/33: not there, or not yours to see. */
bool graph_no_object(struct graph *g, struct str id);
/* ISO 8601 with +0000. */
struct str graph_time(struct arena *arena, int64_t ms);

/* --- parameters ----------------------------------------------------------- */

struct str graph_param(const struct graph *g, const char *name); /* "" absent */
MUST_CHECK bool graph_int(struct graph *g, const char *name, int64_t low, int64_t high,
                          int64_t otherwise, int64_t *out);
/* The part with a filename, whatever its name where `name` is NULL. */
const struct form_field *graph_file(const struct graph *g, const char *name);
/* A parameter that is JSON (or a JSON body's member). */
MUST_CHECK bool graph_json(struct graph *g, const char *name, const struct json **out);

/* --- fields, lists --------------------------------------------------------- */

/* fields= into g->fields; every name must be among `known` (blank-separated). */
MUST_CHECK bool graph_fields_good(struct graph *g, const char *known);
/* The object: id, then the asked fields that it has, else those of `otherwise`. */
void graph_put(struct graph *g, const struct json *doc, const char *otherwise);
/* {"data":[...],"paging":{...}} of documents, after the cursor of the call. */
typedef const struct json *graph_view(struct graph *g, const struct json *doc);
MUST_CHECK bool graph_list(struct graph *g, const struct docs *docs, graph_view *view,
                           const char *otherwise);

/* --- gate ------------------------------------------------------------------ */

/* The caller's token into g->token and g->grant. */
MUST_CHECK bool graph_token_good(struct graph *g);
/* Is it one of ours, alive?  Sets *why to the error's subcode. */
const struct json *graph_grant_alive(struct graph *g, struct str token, int *subcode);
bool graph_app_token(const struct graph *g, struct str token);
bool graph_has_scope(const struct graph *g, const char *scope);
/* One of "a|b" is granted, else 200. */
MUST_CHECK bool graph_need_scope(struct graph *g, const char *scopes);
/* A page's own token for g->object, else 190. */
MUST_CHECK bool graph_need_page_token(struct graph *g);
bool graph_sees_account(const struct graph *g, struct str account_id);
bool graph_sees_page(const struct graph *g, struct str page_id);
/* "EAA..." */
struct str graph_new_token(struct arena *arena);

/* --- usage ------------------------------------------------------------------ */

struct graph_usage;
struct graph_usage *graph_usage_new(struct arena *arena);
void graph_usage_reset(struct graph_usage *usage);
/* Count the call, set the headers; false after graph_fail when the limit is reached. */
MUST_CHECK bool graph_usage_take(struct graph *g);

/* --- handlers ---------------------------------------------------------------- */

graph_handler graph_dialog, graph_dialog_confirm, graph_access_token, graph_debug_token;
graph_handler graph_me, graph_my_pages, graph_my_accounts, graph_my_permissions,
    graph_my_permissions_end;
graph_handler graph_account, graph_page, graph_page_forms, graph_form, graph_pixels;
graph_handler graph_video_upload, graph_videos, graph_video, graph_video_end, graph_thumbnails;
graph_handler graph_image_upload, graph_images;
graph_handler graph_search;
graph_handler graph_events;
graph_handler graph_subscriptions, graph_page_subscribe, graph_page_subscribed,
    graph_page_unsubscribe;
graph_handler graph_lead, graph_lead_end, graph_form_leads, graph_test_lead;

/* Ask the callback of POST <app>/subscriptions into g->fetched.  Without the lock. */
void graph_challenge(struct graph *g);
/* The signature of a webhook of Facebook's side. */
struct net_headers;
void graph_hook_sign(struct sandbox *box, struct arena *arena, struct str body,
                     struct net_headers *headers);

/* --- the bench: /sandbox/graph/... ----------------------------------------- */
web_handler graph_leads_post; /* make leads and their webhooks */
web_handler graph_events_get; /* the events that were taken */

#endif
