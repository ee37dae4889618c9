#ifndef SANDBOX_TABLE_H
#define SANDBOX_TABLE_H

#include "base/list.h"
#include "base/strs.h"

/*
 * What the documents say about each endpoint, as data: data/endpoints.json.
 *
 * A parameter is a name, `*` when required, and a shape:
 *
 *     "text", "text 1..100"       characters
 *     "integer 1..1000", "number" JSON numbers with bounds
 *     "numeric_id"                an id that this one field wants as a number
 *     "boolean", "file", "any"
 *     "text_or_list"              one text or a list of texts
 *     "enum NAME"                 one of a named list of words
 *     "list text 1..20"           members, and how many
 *     {...}                       an object of such parameters
 *     {"list": SHAPE, "items": "1..20"}
 */
enum shape_kind {
    SHAPE_TEXT,
    SHAPE_INTEGER,
    SHAPE_NUMBER,
    SHAPE_NUMERIC_ID,
    SHAPE_BOOLEAN,
    SHAPE_FILE,
    SHAPE_ANY,
    SHAPE_TEXT_OR_LIST,
    SHAPE_LIST,
    SHAPE_OBJECT,
};

struct shape;

struct param {
    struct str name;
    bool required;
    struct shape *shape;
};
LIST(params, struct param);

struct shape {
    enum shape_kind kind;
    bool low_set, high_set;
    double low, high;            /* characters, value, or members of a list */
    const struct strs *accepted; /* of an enum, else NULL */
    struct shape *item;          /* of a list */
    struct params members;       /* of an object */
};

enum endpoint_auth {
    AUTH_TOKEN, /* Access-Token header */
    AUTH_APP,   /* app id and secret, and the header */
    AUTH_NONE,  /* app id and secret among the parameters, no header */
};

struct endpoint {
    struct str method;
    struct str path; /* after /open_api/v1.3/ */
    enum endpoint_auth auth;
    bool multipart; /* accepted besides JSON */
    struct shape *params;
    int bucket; /* position in the table, for the rate limits */
};
LIST(endpoints, struct endpoint);

struct table {
    struct endpoints endpoints;
};

/* From the embedded file; a malformed one is a bug. */
const struct table *table_load(struct arena *arena);

const struct endpoint *table_find(const struct table *table, struct str method,
                                  struct str path);

/* Names of the top-level members of an answer's objects ("campaign", "adgroup", ...). */
const struct strs *table_object(const struct table *table, const char *name);

/* One parameter of an endpoint; NULL when it has none of that name. */
const struct param *shape_member(const struct shape *object, struct str name);

#endif
