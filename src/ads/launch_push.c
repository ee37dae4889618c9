/* launch_push.c - the job creative.push: a new creative goes to its direction's advertiser. */

#include "ads/launch_parts.h"
#include "ads/launch_steps.h"

#include "creative/process.h"
#include "db/db.h"
#include "text/json.h"

static bool creative_of(struct job *job, struct creative *out, struct err *err)
{
    const struct json *args;

    return json_parse(job->arena, job->args, &args, err) &&
           creative_get(job->db, job->arena, json_text(args, "creative_id", STR("")), out, err);
}

/* A direction that is gone, switched off or not connected: the first launch will see to it. */
static bool not_now(const struct err *why)
{
    return why->kind == ERR_NOT_FOUND || why->kind == ERR_CONFLICT;
}

static bool open_session(struct job *job, const struct creative *creative,
                         const struct platform **platform, struct platform_session *session,
                         struct err *err)
{
    struct ad_connection connection;
    struct direction direction;

    if (!direction_get(job->db, job->arena, creative->direction_id, &direction, err))
        return false;
    *platform = platform_find(direction.platform);
    if (!*platform)
        return err_set(err, ERR_NOT_FOUND, "no platform " STR_FMT, STR_ARG(direction.platform));
    return ad_account_resolve(job->db, job->arena, direction.ad_account_id, direction.platform,
                              &connection, err) &&
           ad_account_session(job->app, &connection, job->net, job->arena, session, err);
}

bool launch_push_creative(struct job *job, struct err *err)
{
    struct creative creative;
    struct platform_session session;
    const struct platform *platform;
    struct err why = {0};

    if (!creative_of(job, &creative, err))
        return err->kind == ERR_NOT_FOUND; /* deleted meanwhile */
    if (open_session(job, &creative, &platform, &session, &why))
        return creative_push(job, platform, &session, &creative, err);
    if (not_now(&why))
        return creative_push_waits(job->db, &creative,
                                   str_fmt(job->arena, "no connected account: %s", why.text),
                                   job->now_ms, err);
    *err = why;
    return false;
}

bool launch_push_dead(struct job *job, const struct err *why, struct err *err)
{
    const struct json *args;

    return json_parse(job->arena, job->args, &args, err) &&
           creative_push_failed(job->db, job->arena, json_text(args, "creative_id", STR("")),
                                why, job->now_ms, err);
}
