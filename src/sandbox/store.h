#ifndef SANDBOX_STORE_H
#define SANDBOX_STORE_H

#include "base/str.h"
#include "text/json.h"

/*
 * Everything the remote side remembers: JSON documents by kind and id, in
 * order of creation.  A document is never changed, only replaced; the old one
 * stays readable until store_sweep, so a handler may hold what it looked up.
 */
enum kind {
    KIND_ADVERTISER,
    KIND_AUTH_CODE,
    KIND_GRANT, /* by access token */
    KIND_IDENTITY,
    KIND_POST, /* TikTok posts, for Spark pull */
    KIND_CAMPAIGN,
    KIND_ADGROUP,
    KIND_AD,
    KIND_VIDEO,
    KIND_IMAGE,
    KIND_UPLOAD, /* chunked, until finished */
    KIND_PAGE,
    KIND_PIXEL,
    KIND_CRM_SET,
    KIND_SUBSCRIPTION,
    KIND_DELIVERY, /* webhooks that wait */
    KIND_LEAD_TASK,
    KIND_MOCK_LEAD, /* by page */
    KIND_REPORT_TASK,
    KIND_REQUEST, /* request_id values that were used */
    KIND_AUDIENCE,
    KIND_AUDIENCE_FILE,
    KIND_SAVED_AUDIENCE,
    KIND_EVENT, /* dedupe keys of the Events API */
    KIND_EVENT_COUNT,
    KIND_EVENT_TAKEN,   /* as they came */
    KIND_GRAPH_ACCOUNT, /* Facebook's side: ad accounts by their digits */
    KIND_GRAPH_PAGE,
    KIND_GRAPH_FORM,
    KIND_GRAPH_PIXEL,
    KIND_GRAPH_CODE,  /* of the dialog */
    KIND_GRAPH_TOKEN, /* by token: people's and pages' */
    KIND_GRAPH_VIDEO,
    KIND_GRAPH_UPLOAD, /* sessions, until finished */
    KIND_GRAPH_IMAGE,
    KIND_GRAPH_EVENT,
    KIND_GRAPH_LEAD,
    KIND_GRAPH_SUBSCRIBED, /* apps of pages */
    KIND_GRAPH_CALLBACK,   /* addresses of apps */
    KIND_COUNT
};

struct store;

struct store *store_new(void);
void store_free(struct store *store);

/* Add or replace.  `doc` is the text of a JSON object (ours: a malformed one is a bug). */
const struct json *store_put(struct store *store, enum kind kind, struct str id,
                             struct str doc);
/* The document, or NULL. */
const struct json *store_find(const struct store *store, enum kind kind, struct str id);
void store_remove(struct store *store, enum kind kind, struct str id);

/* By position in order of creation; NULL where one was removed. */
size_t store_count(const struct store *store, enum kind kind);
const struct json *store_at(const struct store *store, enum kind kind, size_t position);
struct str store_id_at(const struct store *store, enum kind kind, size_t position);

/* A new platform id: 19 digits, above 2^53, rising. */
struct str store_new_id(struct store *store, struct arena *arena);

/* Give back what was replaced since the last sweep. */
void store_sweep(struct store *store);

/* One line of JSON per document, {"kind", "id", "doc"}, and back, line by line. */
void store_save(const struct store *store, struct buf *lines);
MUST_CHECK bool store_load(struct store *store, const struct json *line, struct err *err);

/* How many ids were given; kept beside the documents. */
int64_t store_serial(const struct store *store);
void store_set_serial(struct store *store, int64_t serial);

#endif
