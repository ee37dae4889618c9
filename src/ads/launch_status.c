/* launch_status.c - pausing, resuming and publishing, as small recorded workflows. */

#include "ads/launch.h"
#include "ads/launch_parts.h"
#include "ads/launch_steps.h"

#include "auth/audit.h"
#include "base/log.h"
#include "db/db.h"
#include "text/json.h"

static const char *const level_words[] = {"campaign", "adgroup", "ad"};

/* What a status workflow is to do: up to two objects, in this order. */
struct wish {
    struct str ad_account_id;
    bool enabled;
    struct {
        enum platform_level level;
        struct str id;
    } objects[2];
    size_t n;
};

static struct str wish_print(struct arena *arena, const struct wish *wish)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, 4096);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "ad_account_id", wish->ad_account_id);
    json_bool_member(&w, "enabled", wish->enabled);
    json_key(&w, "objects");
    json_list(&w);
    for (size_t i = 0; i < wish->n; i++) {
        json_object(&w);
        json_text_member(&w, "level", str(level_words[wish->objects[i].level]));
        json_text_member(&w, "id", wish->objects[i].id);
        json_end(&w);
    }
    json_end(&w);
    json_end(&w);
    return buf_str(&buf);
}

static bool wish_read(struct arena *arena, struct str text, struct wish *out, struct err *err)
{
    const struct json *json, *objects;

    if (!json_parse(arena, text, &json, err))
        return false;
    *out = (struct wish){.ad_account_id = json_text(json, "ad_account_id", STR("")),
                         .enabled = json_bool(json, "enabled", false)};
    objects = json_at(json, "objects");
    for (size_t i = 0; i < json_count(objects) && i < countof(out->objects); i++) {
        struct str level = json_text(json_item(objects, i), "level", STR(""));

        for (size_t k = 0; k < countof(level_words); k++)
            if (str_eq(level, str(level_words[k])))
                out->objects[i].level = (enum platform_level)k;
        out->objects[i].id = json_text(json_item(objects, i), "id", STR(""));
        out->n++;
    }
    return true;
}

static bool ask(struct db *db, struct arena *arena, const struct wish *wish,
                struct str request_key, struct str actor, struct str *workflow_id,
                struct err *err)
{
    struct str input = wish_print(arena, wish);
    struct audit_entry entry = {.actor = actor,
                                .action = wish->enabled ? "launch.resume" : "launch.pause",
                                .object_id = wish->objects[0].id,
                                .after = input};
    bool added;

    return workflow_add(db, arena, "status", request_key, input, "launch.status", workflow_id,
                        &added, err) &&
           (!added || audit_add(db, arena, &entry, err));
}

static bool ask_durably(struct db *db, struct arena *arena, const struct wish *wish,
                        struct str request_key, struct str actor, struct str *workflow_id,
                        struct err *err)
{
    if (db_in_transaction(db))
        return ask(db, arena, wish, request_key, actor, workflow_id, err);
    return db_begin(db, err) &&
           db_end(db, ask(db, arena, wish, request_key, actor, workflow_id, err), err);
}

bool launch_ask_status(struct db *db, struct arena *arena,
                       const struct launch_status_wish *wish, struct str *workflow_id,
                       struct err *err)
{
    struct wish inner = {.ad_account_id = wish->ad_account_id,
                         .enabled = wish->enabled,
                         .objects = {{wish->level, wish->id}},
                         .n = 1};

    return ask_durably(db, arena, &inner, wish->request_key, wish->actor, workflow_id, err);
}

bool launch_publish(struct db *db, struct arena *arena, struct str launch_id, struct str actor,
                    struct str *workflow_id, struct err *err)
{
    struct workflow_view launch = {0};
    struct launch_input input;
    const struct json *output;
    struct wish wish = {.enabled = true};

    if (!launch_get(db, arena, launch_id, &launch, err))
        return false;
    if (!str_eq(launch.kind, STR("launch")) || !str_eq(launch.state, STR("done")))
        return err_set(err, ERR_CONFLICT,
                       "only a finished launch can be published; this one is " STR_FMT,
                       STR_ARG(launch.state));
    if (!launch_input_read(arena, launch.input, &input, err) ||
        !json_parse(arena, launch.output, &output, err))
        return false;
    wish.ad_account_id = input.ad_account_id;
    wish.objects[wish.n].level = LEVEL_ADGROUP;
    wish.objects[wish.n++].id = json_text(output, "adgroup_id", STR(""));
    if (str_eq(json_text(output, "mode", STR("")), STR("create_new"))) {
        wish.objects[wish.n].level = LEVEL_CAMPAIGN;
        wish.objects[wish.n++].id = json_text(output, "campaign_id", STR(""));
    }
    return ask_durably(db, arena, &wish, STR(""), actor, workflow_id, err);
}

/* --- carrying out --- */

static bool switch_all(struct job *job, struct workflow *wf, const struct wish *wish,
                       const struct ad_connection *connection, struct err *err)
{
    struct platform_session session;
    struct launch_switch s = {.wf = wf,
                              .platform = platform_find(connection->platform),
                              .session = &session,
                              .enabled = wish->enabled};

    if (!platform_can(s.platform, connection->platform, PLATFORM_CHANGES, err) ||
        !ad_account_session(job->app, connection, job->net, job->arena, &session, err))
        return false;
    for (size_t i = 0; i < wish->n; i++) {
        s.level = wish->objects[i].level;
        s.id = wish->objects[i].id;
        if (!launch_switch(&s, level_words[s.level], job->now_ms, err))
            return err_while(err, "%s %s " STR_FMT, wish->enabled ? "resuming" : "pausing",
                             level_words[s.level], STR_ARG(s.id));
    }
    return true;
}

static struct str outcome_print(struct arena *arena, const struct wish *wish)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, 4096);
    json_writer(&w, &buf);
    json_object(&w);
    json_bool_member(&w, "success", true);
    for (size_t i = 0; i < wish->n; i++)
        json_text_member(&w,
                         wish->objects[i].level == LEVEL_CAMPAIGN  ? "campaign_id"
                         : wish->objects[i].level == LEVEL_ADGROUP ? "adgroup_id"
                                                                   : "ad_id",
                         wish->objects[i].id);
    json_text_member(&w, "status", wish->enabled ? STR("enabled") : STR("disabled"));
    json_end(&w);
    return buf_str(&buf);
}

static bool for_good(const struct err *why)
{
    return launch_last_word(why) || why->kind == ERR_DENIED;
}

bool launch_run_status(struct job *job, struct err *err)
{
    struct ad_connection connection = {0};
    struct workflow wf;
    struct wish wish;
    const struct json *args;
    struct err why = {0}, unsaved = {0};

    if (!json_parse(job->arena, job->args, &args, err) ||
        !workflow_load(job, json_text(args, "workflow_id", STR("")), &wf, err) ||
        !wish_read(job->arena, wf.input, &wish, err))
        return false;
    if (!str_eq(wf.state, STR("running")))
        return true;

    bool ok = ad_account_resolve(job->db, job->arena, wish.ad_account_id, STR("tiktok"),
                                 &connection, &why);

    if (!ok && why.kind == ERR_CONFLICT)
        why.kind = ERR_DENIED; /* disconnected */
    ok = ok && switch_all(job, &wf, &wish, &connection, &why);
    if (ok)
        return workflow_set_state(&wf, "done", outcome_print(job->arena, &wish), NULL, err);
    if (for_good(&why)) {
        if (why.kind == ERR_DENIED && why.platform_code &&
            !ad_account_mark_revoked(job->db, job->arena, &connection, why.text, &unsaved))
            log_err("launch.not_written", &unsaved);
        return workflow_set_state(&wf, "failed", STR(""), &why, err);
    }
    if (why.kind == ERR_UNCERTAIN && job->attempt <= 4)
        job->retry_after_ms = 500;
    *err = why;
    return false;
}
