/* router.c - routes sorted by how specific they are; the first that fits is the best. */

#include "web/router.h"

#include <stdio.h>
#include <stdlib.h>

enum kind { WORD, ARG, REST };

struct segment {
    enum kind kind;
    struct str text; /* the word, or the name of the argument */
};

struct entry {
    const struct route *route;
    size_t n;
    struct segment segments[ROUTER_SEGMENTS];
};

struct router {
    size_t n;
    struct entry *entries;
};

static struct segment segment_of(struct str text)
{
    if (text.n && text.p[0] == ':')
        return (struct segment){ARG, str_sub(text, 1, text.n)};
    if (text.n && text.p[0] == '*')
        return (struct segment){REST, str_sub(text, 1, text.n)};
    return (struct segment){WORD, text};
}

static struct entry entry_of(const struct route *route)
{
    struct entry e = {.route = route};
    struct str path = str(route->path);
    size_t args = 0;

    must(path.n && path.p[0] == '/');
    must(!route->handler != !route->batch); /* one of them */
    must(!route->batch || (route->right == PUBLIC && route->body_limit != WEB_STREAM));
    path = str_sub(path, 1, path.n);
    for (bool more = true; more;) {
        more = str_find(path, '/') < path.n;
        must(e.n < ROUTER_SEGMENTS);
        struct segment s = segment_of(str_cut(&path, '/'));
        args += s.kind != WORD;
        must(s.kind != REST || !more);
        e.segments[e.n++] = s;
    }
    must(args <= ROUTER_ARGS);
    return e;
}

static int compare_paths(const struct entry *a, const struct entry *b)
{
    for (size_t i = 0; i < a->n && i < b->n; i++) {
        const struct segment *x = &a->segments[i], *y = &b->segments[i];
        if (x->kind != y->kind)
            return x->kind < y->kind ? -1 : 1;
        if (x->kind == WORD && !str_eq(x->text, y->text))
            return str_cmp(x->text, y->text);
    }
    return (a->n > b->n) - (a->n < b->n);
}

static int compare(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int paths = compare_paths(x, y);

    return paths ? paths : strcmp(x->route->method, y->route->method);
}

struct router *router_new(const struct route *const *tables)
{
    struct router *router = calloc(1, sizeof *router);
    size_t n = 0;

    must(router);
    for (const struct route *const *t = tables; *t; t++)
        for (const struct route *r = *t; r->method; r++)
            n++;
    router->entries = calloc(n + 1, sizeof *router->entries);
    must(router->entries);
    for (const struct route *const *t = tables; *t; t++)
        for (const struct route *r = *t; r->method; r++)
            router->entries[router->n++] = entry_of(r);
    qsort(router->entries, n, sizeof *router->entries, compare);
    for (size_t i = 1; i < n; i++)
        if (!compare(&router->entries[i - 1], &router->entries[i]))
            err_bug(router->entries[i].route->path, 0, "two routes have this method and path");
    return router;
}

void router_free(struct router *router)
{
    if (!router)
        return;
    free(router->entries);
    free(router);
}

/* Does the path (without its first slash) have the shape of the entry? */
static bool fits(const struct entry *e, struct str path, struct router_match *out)
{
    bool more = true;

    out->n = 0;
    for (size_t i = 0; i < e->n; i++) {
        const struct segment *s = &e->segments[i];
        if (!more)
            return false;
        if (s->kind == REST) {
            out->args[out->n].name = s->text;
            out->args[out->n++].raw = path;
            return true;
        }
        more = str_find(path, '/') < path.n;
        struct str text = str_cut(&path, '/');
        if (s->kind == WORD && !str_eq(s->text, text))
            return false;
        if (s->kind == ARG) {
            if (!text.n)
                return false;
            out->args[out->n].name = s->text;
            out->args[out->n++].raw = text;
        }
    }
    return !more;
}

void router_find(const struct router *router, struct str method, struct str raw_path,
                 struct router_match *out)
{
    struct str path = str_sub(raw_path, 1, raw_path.n);
    bool known = false;

    if (str_eq(method, STR("HEAD")))
        method = STR("GET");
    for (size_t i = 0; i < router->n; i++) {
        const struct entry *e = &router->entries[i];
        if (!fits(e, path, out))
            continue;
        known = true;
        if (str_eq(method, str(e->route->method))) {
            out->route = e->route;
            out->path_known = true;
            return;
        }
    }
    *out = (struct router_match){.path_known = known};
}

struct str router_allow(const struct router *router, struct arena *arena, struct str raw_path)
{
    struct str path = str_sub(raw_path, 1, raw_path.n);
    struct router_match match;
    struct str allow = STR("");

    for (size_t i = 0; i < router->n; i++) {
        const char *method = router->entries[i].route->method;
        if (!fits(&router->entries[i], path, &match) || str_has(allow, str(method)))
            continue;
        allow = str_fmt(arena, STR_FMT "%s%s%s", STR_ARG(allow), allow.n ? ", " : "", method,
                        strcmp(method, "GET") ? "" : ", HEAD");
    }
    return allow;
}
