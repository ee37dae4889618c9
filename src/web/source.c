/*
 * source.c - answers that are made piece by piece.
 *
 * A piece is asked for when the client has taken the one before: meanwhile the
 * connection is suspended, and the exchange waits in the workers' queue like any
 * other request, so that a long answer takes turns with short ones.  One piece is
 * in memory, whatever the size of the whole.
 *
 * Chunked, so an answer that breaks off lacks its last chunk and the client knows.
 */

#include "base/arena.h"
#include "base/limits.h"
#include "web/server.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 32 * 1024 }; /* handed to the library at once */

struct source {
    struct exchange *x;
    struct request rq;
    struct web_source from;
    struct arena *kept;  /* of the request, which goes on */
    struct arena *piece; /* of `bytes` */
    struct str bytes;
    size_t sent;
    bool over;   /* `bytes` are the last ones */
    bool failed; /* there will be no more */
};

static void forget(void *arg)
{
    struct source *src = arg;

    arena_free(src->piece);
    arena_free(src->kept);
    free(src);
}

/* --- on the loop thread ------------------------------------------------------ */

static ssize_t take(struct source *src, char *out, size_t most)
{
    size_t left = src->bytes.n - src->sent, n = left < most ? left : most;

    if (src->x->conn->phase == PHASE_HELD) { /* the piece has just been made */
        intake_phase(src->x->conn, PHASE_WRITING);
        src->x->conn->bytes = (int64_t)left;
    }
    memcpy(out, src->bytes.p + src->sent, n);
    src->sent += n;
    return (ssize_t)n;
}

/* The library asks for more: some bytes, the end, the cut, or wait for a worker. */
static ssize_t read_more(void *arg, uint64_t at, char *out, size_t most)
{
    struct source *src = arg;
    struct web *web = src->x->web;

    (void)at;
    if (src->failed)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (src->sent < src->bytes.n)
        return take(src, out, most);
    if (src->over)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (!web->workers || !work_push(web->workers, src->x))
        return MHD_CONTENT_READER_END_WITH_ERROR;
    intake_hold(src->x);
    return 0;
}

/* --- from a worker ------------------------------------------------------------ */

void source_make(struct exchange *x, const struct request *rq, const struct reply *rp)
{
    struct source *src = calloc(1, sizeof *src);

    must(src && !x->stream);
    *src = (struct source){.x = x, .rq = *rq, .from = rp->source, .kept = rq->arena};
    src->piece = arena_new("piece");
    src->bytes = str_dup(src->piece, rp->body);
    x->source = src;
    x->size = (int64_t)rp->body.n;
    x->response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_more,
                                                    src, forget);
    must(x->response);
}

struct request *source_request(struct exchange *x)
{
    return &x->source->rq;
}

bool source_more(struct exchange *x, struct err *err)
{
    struct source *src = x->source;
    struct buf buf;

    arena_reset(src->piece);
    src->bytes = STR("");
    src->sent = 0;
    buf_init(&buf, src->piece, LIMIT_REPLY_PIECE);
    return src->from.more(&src->rq, src->from.arg, &buf, &src->over, err) &&
           buf_done(&buf, "a piece of the answer", &src->bytes, err);
}

void source_fail(struct exchange *x)
{
    x->source->failed = true;
}
