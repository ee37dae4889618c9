/* snippet.c - /t.js, what sites carry (docs/snippet.md). */

#include "api/console.h"
#include "base/arena.h"
#include "seal/seal.h"

bool get_snippet(struct request *rq, struct reply *rp, struct err *err)
{
    struct str text = page_file("t.js");
    struct str tag = str_fmt(rq->arena, "\"" STR_FMT "\"",
                             STR_ARG(str_sub(seal_sha256_hex(rq->arena, text), 0, 16)));

    (void)err;
    /* Its address never changes: a site gets a newer one within the hour. */
    reply_header(rq, rp, "Cache-Control", STR("public, max-age=3600"));
    reply_header(rq, rp, "ETag", tag);
    reply_header(rq, rp, "Access-Control-Allow-Origin", STR("*"));
    reply_header(rq, rp, "Cross-Origin-Resource-Policy", STR("cross-origin"));
    if (str_has(request_header(rq, "if-none-match"), tag)) {
        rp->status = 304;
        return true;
    }
    return reply_body(rp, 200, "text/javascript; charset=utf-8", text);
}
