/*
 * fuzz_router - any method and path finds a route or none; what it says of the
 * path lies within the path, and the methods allowed are those that are found.
 *
 * Input: the method, a blank, the path.
 */
#include "base/arena.h"
#include "web/router.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static bool nothing(struct request *rq, struct reply *rp, struct err *err)
{
    (void)rq, (void)rp, (void)err;
    return true;
}

static const struct route routes[] = {
    {"GET", "/", PUBLIC, nothing, NULL, 0},
    {"GET", "/a", PUBLIC, nothing, NULL, 0},
    {"POST", "/a", PUBLIC, nothing, NULL, 0},
    {"GET", "/a/:x", PUBLIC, nothing, NULL, 0},
    {"PUT", "/a/:x/b", PUBLIC, nothing, NULL, 0},
    {"GET", "/a/:x/:y", PUBLIC, nothing, NULL, 0},
    {"DELETE", "/a/b/:y/", PUBLIC, nothing, NULL, 0},
    {"GET", "/a/b/*rest", PUBLIC, nothing, NULL, 0},
    {"GET", "/c/*rest", PUBLIC, nothing, NULL, 0},
    ROUTES_END,
};
static const struct route *const tables[] = {routes, NULL};

static void check_args(const struct router_match *match, struct str path)
{
    must(match->n <= ROUTER_ARGS);
    for (size_t i = 0; i < match->n; i++) {
        struct str raw = match->args[i].raw;
        must(!raw.n || (raw.p >= path.p && raw.p + raw.n <= path.p + path.n));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct router *router;
    struct str path = {(const char *)bytes, n};
    struct str method = str_cut(&path, ' ');
    struct router_match match;

    if (!router)
        router = router_new(tables);
    if (!path.n || path.p[0] != '/')
        return 0;
    struct arena *arena = arena_new("fuzz");
    router_find(router, method, path, &match);
    struct str allow = router_allow(router, arena, path);
    must(match.path_known == (allow.n > 0));
    if (match.route) {
        check_args(&match, path);
        must(str_has(allow, str(match.route->method)));
    } else {
        must(!allow.n || !str_eq(allow, method));
    }
    arena_free(arena);
    return 0;
}
