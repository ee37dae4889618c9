/* fetch.c - files that the platform fetches from a client's URL. */

#include "sandbox/fetch.h"

#include "base/arena.h"
#include "net/net.h"
#include "seal/seal.h"
#include "text/hex.h"

static const char agent[] = "TikTokUploadFetcher/1.0 (sandbox)";

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

static bool fail(struct call *call, struct str why)
{
    call->fetched.why = why;
    return false;
}

/* Content-MD5 is verified where the site sends it. */
static bool digest_right(struct call *call, const struct net_answer *answer)
{
    struct str digest = STR("");

    if (!answer->content_md5.n)
        return true;
    return hex_decode(call->arena, seal_md5_hex(call->arena, answer->body), &digest) &&
           str_eq(str_trim(answer->content_md5), base64_encode(call->arena, digest));
}

static bool judge(struct call *call, const struct net_answer *answer)
{
    if (answer->status != 200)
        return fail(call, str_fmt(call->arena, "HTTP status %d", answer->status));
    if (str_starts(str_lower(call->arena, answer->type), STR("text/")))
        return fail(call, STR("Content-Type text is not a media file"));
    if (!answer->body.n)
        return fail(call, STR("the file is empty"));
    if (!digest_right(call, answer))
        return fail(call, STR("Content-MD5 is not the MD5 of the file"));
    return true;
}

void fetch_url(struct call *call)
{
    struct net_request request = {
        .method = STR("GET"),
        .url = wanted_url(call),
        .deadline_ms = 10000,
        .connect_ms = 5000,
        .allow_private = true, /* the sandbox serves local tests */
    };
    struct net_answer answer = {0};
    struct err err = {0};

    *net_headers_add(&request.headers, call->arena) =
        (struct net_header){STR("User-Agent"), str(agent)};
    call->fetched.tried = true;
    if (!net_call(call->rq->net, call->arena, &request, &answer, &err)) {
        call->fetched.why = str_fmt(call->arena, "%s", err.text);
        return;
    }
    call->fetched.ok = judge(call, &answer);
    call->fetched.bytes = answer.body;
}

bool fetch_ours(const struct request *rq)
{
    return str_eq(request_header(rq, "user-agent"), str(agent));
}
