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
