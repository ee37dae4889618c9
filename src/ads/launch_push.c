/* launch_push.c - the job creative.push: a new creative goes to its direction's advertiser. */

#include "ads/launch_parts.h"
#include "ads/launch_steps.h"

#include "db/db.h"
#include "text/json.h"

#define PROCESSING_LOOK_MS  1000 /* how often to ask whether the video is usable: at first, */
#define PROCESSING_LATER_MS 5000 /* and when it takes its time */

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
    struct creative_copy copy;
    struct err why = {0};

    if (!creative_of(job, &creative, &why) ||
        !open_session(job, &creative, &platform, &session, &why)) {
        if (not_now(&why))
            return true;
        *err = why;
        return false;
    }
    if (creative_ensure_on_platform(job->db, job->arena, platform, &session, &creative,
                                    job->now_ms, &copy, err))
        return true;
    if (err->kind == ERR_BUSY && !err->platform_code) {
        job->snooze = true;
        job->retry_after_ms = job->attempt < 20 ? PROCESSING_LOOK_MS : PROCESSING_LATER_MS;
    }
    return false;
}

/* The refusal is shown on the creative, where it can be retried. */
bool launch_push_dead(struct job *job, const struct err *why, struct err *err)
{
    struct creative creative;
    struct err gone = {0};

    if (why->kind != ERR_REFUSED && why->kind != ERR_INVALID)
        return true;
    if (!creative_of(job, &creative, &gone))
        return gone.kind == ERR_NOT_FOUND || (*err = gone, false);
    return creative_mark_failed(job->db, job->arena, &creative, why, job->now_ms, err);
}
