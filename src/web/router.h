#ifndef WEB_ROUTER_H
#define WEB_ROUTER_H

#include "web/web.h"

/*
 * From method and path to a route.  The most specific route wins, whatever the
 * order of the tables: a word before ":name", ":name" before "*name", segment
 * by segment.  Fixed words are compared as sent; ":name" takes one non-empty
 * segment, "*name" all that is left (also nothing).  A trailing slash counts.
 */
enum { ROUTER_ARGS = 8, ROUTER_SEGMENTS = 16 };

struct router;

/* Bad tables (two routes alike, too many segments) are bugs: the process stops. */
struct router *router_new(const struct route *const *tables);
void router_free(struct router *router);

struct router_match {
    const struct route *route; /* NULL: see path_known */
    bool path_known;           /* some other method has this path */
    size_t n;
    struct {
        struct str name;
        struct str raw; /* still percent-encoded; points into the path */
    } args[ROUTER_ARGS];
};
/* HEAD finds the GET route. */
void router_find(const struct router *router, struct str method, struct str raw_path,
                 struct router_match *out);

/* "GET, HEAD, POST": the methods of a path. */
struct str router_allow(const struct router *router, struct arena *arena, struct str raw_path);

#endif
