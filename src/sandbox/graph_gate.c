/* graph_gate.c - tokens, proofs, permissions. */

#include "sandbox/graph.h"

#include "base/arena.h"
#include "sandbox/doc.h"
#include "seal/seal.h"
#include "text/hex.h"

#define PROOF_LIFE_S 300

struct str graph_new_token(struct arena *arena)
{
    return seal_token(arena, STR("EAA"));
}

bool graph_app_token(const struct graph *g, struct str token)
{
    return seal_equal(token,
                      str_fmt(g->arena, STR_FMT "|" STR_FMT, STR_ARG(g->box->graph_app_id),
                              STR_ARG(g->box->graph_app_secret)));
}

/* A page's token lives and dies with its owner's, but does not expire. */
const struct json *graph_grant_alive(struct graph *g, struct str token, int *subcode)
{
    const struct json *grant = store_find(g->box->store, KIND_GRAPH_TOKEN, token);
    struct str parent = grant ? json_text(grant, "parent", STR("")) : STR("");
    int64_t expires_ms = 0, dead = 0;

    *subcode = 0;
    if (!grant)
        return NULL;
    if (json_int(grant, "dead", &dead) && dead) {
        *subcode = (int)dead;
        return NULL;
    }
    if (json_int(grant, "expires_ms", &expires_ms) && expires_ms && expires_ms <= g->now_ms) {
        *subcode = 463;
        return NULL;
    }
    if (parent.n) {
        const struct json *owner = store_find(g->box->store, KIND_GRAPH_TOKEN, parent);
        if (!owner || (json_int(owner, "dead", &dead) && dead)) {
            *subcode = (int)dead;
            return NULL;
        }
    }
    return grant;
}

static bool dead_token(struct graph *g, int subcode)
{
    static const struct {
        int subcode;
        const char *message;
    } words[] = {
        {458, "Error validating access token: The user has not authorized the application."},
        {459, "Error validating access token: You cannot access the app till you log in to "
              "www.facebook.com and follow the instructions given."},
        {460, "Error validating access token: The session has been invalidated because the "
              "user changed their password or Facebook has changed the session for security "
              "reasons."},
        {463, "Error validating access token: Session has expired."},
        {464, "Error validating access token: Sessions for the user are not allowed because "
              "the user is not a confirmed user."},
        {467, "Error validating access token: The session was invalidated explicitly using an "
              "API call."},
        {492, "Error validating access token: The user does not have the appropriate role on "
              "the Page."},
    };

    for (size_t i = 0; i < countof(words); i++)
        if (words[i].subcode == subcode)
            return graph_fail(g, 400, 190, subcode, "%s", words[i].message);
    return graph_fail(g, 400, 190, subcode,
                      "Invalid OAuth access token - Cannot parse access token");
}

/* HMAC-SHA256 of the token (with "|time" where appsecret_time comes along). */
static bool proof_good(struct graph *g)
{
    struct str proof = graph_param(g, "appsecret_proof");
    struct str time = graph_param(g, "appsecret_time");
    struct str message = g->token;
    int64_t at_s = 0;

    if (!proof.n)
        return !g->box->settings.graph_require_proof ||
               graph_refuse(g, "API calls from the server require an appsecret_proof argument");
    if (time.n) {
        if (!str_int(time, &at_s) || at_s < g->now_ms / 1000 - PROOF_LIFE_S ||
            at_s > g->now_ms / 1000 + PROOF_LIFE_S)
            return graph_fail(g, 400, 104, 0,
                              "Expired appsecret_proof provided in the API "
                              "argument");
        message = str_fmt(g->arena, STR_FMT "|" STR_FMT, STR_ARG(message), STR_ARG(time));
    }
    return seal_equal(proof,
                      hex_encode(g->arena, seal_hmac_sha256(g->arena, g->box->graph_app_secret,
                                                            message))) ||
           graph_fail(g, 400, 104, 0, "Invalid appsecret_proof provided in the API argument");
}

bool graph_token_good(struct graph *g)
{
    struct str header = request_header(g->rq, "authorization");
    int subcode;

    g->token = graph_param(g, "access_token");
    if (!g->token.n && str_starts(header, STR("Bearer ")))
        g->token = str_trim(str_sub(header, 7, header.n));
    if (!g->token.n)
        return graph_fail(g, 400, 104, 0,
                          "An access token is required to request this resource.");
    if (graph_app_token(g, g->token))
        return true;
    g->grant = graph_grant_alive(g, g->token, &subcode);
    if (!g->grant)
        return dead_token(g, subcode);
    return proof_good(g);
}

bool graph_has_scope(const struct graph *g, const char *scope)
{
    return g->grant && json_list_has(json_at(g->grant, "scopes"), str(scope));
}

bool graph_need_scope(struct graph *g, const char *scopes)
{
    struct str rest = str(scopes);

    while (rest.n)
        if (graph_has_scope(g, str_c(g->arena, str_cut(&rest, '|'))))
            return true;
    if (!g->grant)
        return graph_fail(g, 400, 10, 0,
                          "(#10) Application does not have permission for this action");
    return graph_fail(g, 403, 200, 0, "(#200) Requires %s permission to manage the object",
                      scopes);
}

bool graph_need_page_token(struct graph *g)
{
    if (g->grant && str_eq(json_text(g->grant, "page_id", STR("")), g->object_id))
        return true;
    return graph_fail(g, 400, 190, 0,
                      "(#190) This method must be called with a Page Access Token");
}

bool graph_sees_account(const struct graph *g, struct str account_id)
{
    return g->grant && json_list_has(json_at(g->grant, "account_ids"), account_id);
}

bool graph_sees_page(const struct graph *g, struct str page_id)
{
    return g->grant && json_list_has(json_at(g->grant, "page_ids"), page_id);
}
