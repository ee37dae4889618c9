/* demo_http.c - the demo as a client: everything goes over real HTTP. */

#include "cmd/demo.h"

#include <inttypes.h>

bool demo_fetch(struct demo *demo, const char *method, struct str url, struct str type,
                struct str body, struct net_answer *answer, struct err *err)
{
    struct net_request request = {.method = str(method),
                                  .url = url,
                                  .body = body,
                                  .deadline_ms = 60000,
                                  .allow_private = true};

    if (type.n)
        *net_headers_add(&request.headers, demo->arena) =
            (struct net_header){STR("Content-Type"), type};
    if (demo->key.n && str_starts(url, demo->base))
        *net_headers_add(&request.headers, demo->arena) = (struct net_header){
            STR("Authorization"), str_fmt(demo->arena, "Bearer " STR_FMT, STR_ARG(demo->key))};
    return net_call(demo->net, demo->arena, &request, answer, err);
}

/* The answer's own words, from a problem body or an envelope. */
static bool refused(const struct json *body, int status, struct str path, struct err *err)
{
    struct str text = json_text(body, "detail", json_text(body, "title", STR("")));
    struct str hint = json_text(body, "hint", STR(""));

    (void)err_set(err, ERR_BROKEN, STR_FMT " answered %d: " STR_FMT,
                  STR_ARG(str_sub(path, 0, 80)), status, STR_ARG(str_sub(text, 0, 300)));
    return err_hint(err, STR_FMT, STR_ARG(str_sub(hint, 0, 200)));
}

static bool call(struct demo *demo, const char *method, struct str base, struct str path,
                 struct str body, const struct json **answer, struct err *err)
{
    const struct json *parsed = NULL;
    struct net_answer raw;
    struct str url = str_fmt(demo->arena, STR_FMT STR_FMT, STR_ARG(base), STR_ARG(path));

    if (!demo_fetch(demo, method, url, body.n ? STR("application/json") : STR(""), body, &raw,
                    err))
        return err_while(err, "%s " STR_FMT, method, STR_ARG(str_sub(path, 0, 80)));
    if (raw.body.n && !json_parse(demo->arena, raw.body, &parsed, err))
        return err_while(err, "reading the answer of " STR_FMT, STR_ARG(str_sub(path, 0, 80)));
    if (!parsed && !json_parse(demo->arena, STR("{}"), &parsed, err))
        return false;
    if (raw.status < 200 || raw.status > 299)
        return refused(parsed, raw.status, path, err);
    if (answer)
        *answer = parsed;
    return true;
}

bool demo_call(struct demo *demo, const char *method, struct str path, struct str body,
               const struct json **answer, struct err *err)
{
    return call(demo, method, demo->base, path, body, answer, err);
}

bool demo_sandbox_call(struct demo *demo, const char *method, struct str path, struct str body,
                       const struct json **answer, struct err *err)
{
    return call(demo, method, demo->sandbox_base, path, body, answer, err);
}

/* --- resumable upload (TUS) --- */

static void header(struct demo *demo, struct net_request *request, const char *name,
                   struct str value)
{
    *net_headers_add(&request->headers, demo->arena) = (struct net_header){str(name), value};
}

static bool tus_call(struct demo *demo, struct net_request *request, struct net_answer *answer,
                     int wanted, struct err *err)
{
    header(demo, request, "Tus-Resumable", STR("1.0.0"));
    header(demo, request, "Authorization",
           str_fmt(demo->arena, "Bearer " STR_FMT, STR_ARG(demo->key)));
    request->deadline_ms = 60000;
    request->allow_private = true;
    if (!net_call(demo->net, demo->arena, request, answer, err))
        return false;
    return answer->status == wanted ||
           err_set(err, ERR_BROKEN, STR_FMT " of an upload answered %d: " STR_FMT,
                   STR_ARG(request->method), answer->status,
                   STR_ARG(str_sub(answer->body, 0, 300)));
}

static bool tus_begin(struct demo *demo, struct str metadata, size_t length, struct str *url,
                      struct err *err)
{
    struct net_request request = {
        .method = STR("POST"),
        .url = str_fmt(demo->arena, STR_FMT "/files", STR_ARG(demo->base))};
    struct net_answer answer;

    header(demo, &request, "Upload-Length", str_fmt(demo->arena, "%zu", length));
    header(demo, &request, "Upload-Metadata", metadata);
    if (!tus_call(demo, &request, &answer, 201, err))
        return false;
    *url = str_fmt(demo->arena, STR_FMT STR_FMT, STR_ARG(demo->base), STR_ARG(answer.location));
    return true;
}

static bool tus_send(struct demo *demo, struct str url, struct str bytes, int64_t offset,
                     struct err *err)
{
    struct net_request request = {.method = STR("PATCH"), .url = url, .body = bytes};
    struct net_answer answer;

    header(demo, &request, "Content-Type", STR("application/offset+octet-stream"));
    header(demo, &request, "Upload-Offset", str_fmt(demo->arena, "%" PRId64, offset));
    return tus_call(demo, &request, &answer, 204, err);
}

static bool tus_state(struct demo *demo, struct str url, int64_t *offset,
                      struct str *creative_id, struct err *err)
{
    struct net_request request = {.method = STR("GET"), .url = url};
    struct net_answer answer;
    const struct json *json;

    if (!tus_call(demo, &request, &answer, 200, err) ||
        !json_parse(demo->arena, answer.body, &json, err))
        return false;
    *creative_id = json_text(json, "creative_id", STR(""));
    return json_int(json, "offset", offset) ||
           err_set(err, ERR_BROKEN, "the upload's state names no offset");
}

bool demo_upload(struct demo *demo, struct str metadata, struct str bytes,
                 struct str *creative_id, struct err *err)
{
    int64_t offset = 0;
    struct str url;

    if (!tus_begin(demo, metadata, bytes.n, &url, err))
        return false;
    *creative_id = STR("");
    /* Half of it at a time, as over a connection that breaks: the server says where to go on.
     */
    while (!creative_id->n) {
        size_t piece = bytes.n / 2 + 1 < DEMO_PIECE ? bytes.n / 2 + 1 : DEMO_PIECE;

        if ((uint64_t)offset >= bytes.n)
            return err_set(err, ERR_BROKEN, "the finished upload became no creative");
        if (!tus_send(demo, url, str_sub(bytes, (size_t)offset, piece), offset, err) ||
            !tus_state(demo, url, &offset, creative_id, err))
            return false;
    }
    return true;
}
