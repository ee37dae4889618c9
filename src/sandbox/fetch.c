/* fetch.c - files that the platform fetches from a client's URL. */

#include "sandbox/fetch.h"

#include "base/arena.h"
#include "net/net.h"
#include "seal/seal.h"
#include "text/hex.h"

static const char agent[] = "UploadFetcher/1.0 (sandbox)";

static struct str wanted_url(const struct call *call)
{
    if (str_eq(call->endpoint->path, STR("file/video/ad/upload/")))
        return call_text(call, "video_url");
    if (str_eq(call->endpoint->path, STR("file/image/ad/upload/")))
        return call_text(call, "image_url");
    return STR("");
}

bool fetch_wanted(const struct call *call)
{
    return !call->fetched.tried &&
           str_eq(call_text(call, "upload_type"), STR("UPLOAD_BY_URL")) &&
           wanted_url(call).n > 0;
}

static bool fail(struct fetched *out, struct str why)
{
    out->why = why;
    return false;
}

/* Content-MD5 is verified where the site sends it. */
static bool digest_right(struct arena *arena, const struct net_answer *answer)
{
    struct str digest = STR("");

    if (!answer->content_md5.n)
        return true;
    return hex_decode(arena, seal_md5_hex(arena, answer->body), &digest) &&
           str_eq(str_trim(answer->content_md5), base64_encode(arena, digest));
}

static bool judge(struct arena *arena, const struct net_answer *answer, struct fetched *out)
{
    if (answer->status != 200)
        return fail(out, str_fmt(arena, "HTTP status %d", answer->status));
    if (str_starts(str_lower(arena, answer->type), STR("text/")))
        return fail(out, STR("Content-Type text is not a media file"));
    if (!answer->body.n)
        return fail(out, STR("the file is empty"));
    if (!digest_right(arena, answer))
        return fail(out, STR("Content-MD5 is not the MD5 of the file"));
    return true;
}

void fetch_bytes(struct net *net, struct arena *arena, struct str url, struct fetched *out)
{
    struct net_request request = {
        .method = STR("GET"),
        .url = url,
        .deadline_ms = 10000,
        .connect_ms = 5000,
        .allow_private = true, /* the sandbox serves local tests */
    };
    struct net_answer answer = {0};
    struct err err = {0};

    *net_headers_add(&request.headers, arena) =
        (struct net_header){STR("User-Agent"), str(agent)};
    out->tried = true;
    if (!net_call(net, arena, &request, &answer, &err)) {
        out->why = str_fmt(arena, "%s", err.text);
        return;
    }
    out->ok = judge(arena, &answer, out);
    out->bytes = answer.body;
}

void fetch_url(struct call *call)
{
    fetch_bytes(call->rq->net, call->arena, wanted_url(call), &call->fetched);
}

bool fetch_ours(const struct request *rq)
{
    return str_eq(request_header(rq, "user-agent"), str(agent));
}
