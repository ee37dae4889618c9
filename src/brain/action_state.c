/* action_state.c - what an action wants, and states, requests and errors as JSON. */
#include "brain/action_state.h"

#include "text/json.h"

struct str action_state_json(struct arena *arena, enum platform_level level,
                             const struct platform_object *o)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, LIMIT_TEXT * 4);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "status", o->status);
    if (level == LEVEL_ADGROUP)
        json_int_member(&w, "budget_micros", o->budget_micros);
    json_text_member(&w, "platform_status", o->secondary_status);
    json_end(&w);
    return buf_str(&buf);
}

struct str action_error_json(struct arena *arena, const char *kind, const struct err *err)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, LIMIT_TEXT * 4);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "kind", str(kind));
    json_text_member(&w, "text", str(err->text));
    if (err->hint[0])
        json_text_member(&w, "hint", str(err->hint));
    if (err->says[0]) {
        json_key(&w, "says");
        json_put_raw(&w, str(err->says));
    }
    if (err->kind == ERR_REFUSED) {
        json_int_member(&w, "platform_code", err->platform_code);
        json_text_member(&w, "platform_message", str(err->platform_message));
        json_text_member(&w, "platform_request_id", str(err->platform_request_id));
    }
    json_end(&w);
    return buf_str(&buf);
}

struct str action_said(struct arena *arena, const char *kind, struct str words,
                       const struct says *says, struct str currency)
{
    struct err err = {0};

    (void)err_set(&err, ERR_CONFLICT, STR_FMT, STR_ARG(words));
    (void)says_error(&err, arena, says, currency);
    return action_error_json(arena, kind, &err);
}

struct str action_write_json(struct arena *arena, const struct platform_write *write)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, LIMIT_JSON_TEXT);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "path", write->path);
    json_key(&w, "body");
    json_put_raw(&w, write->body);
    json_end(&w);
    return buf_str(&buf);
}

int64_t action_wanted_budget(struct arena *arena, const struct action *a)
{
    const struct json *params;
    struct err ignored = {0};
    int64_t micros = 0;

    if (json_parse(arena, a->params, &params, &ignored))
        (void)(json_want_micros(params, "new_budget", 0, &micros, &ignored) &&
               (micros || json_want_micros(params, "daily_budget", 0, &micros, &ignored)));
    return micros;
}

bool action_is_as_wanted(struct arena *arena, const struct action *a,
                         const struct action_kind *kind, const struct platform_object *o)
{
    if (kind->verb == VERB_BUDGET)
        return o->budget_micros == action_wanted_budget(arena, a);
    return str_eq(o->status, kind->verb == VERB_RESUME ? STR("enabled") : STR("disabled"));
}

/* Does the object still look like what was expected when the change was planned? */
bool action_is_as_expected(struct arena *arena, const struct action *a,
                           const struct platform_object *o)
{
    const struct json *expected;
    struct err ignored = {0};
    struct str status;
    int64_t micros;

    if (!a->expected.n || !json_parse(arena, a->expected, &expected, &ignored))
        return true;
    status = json_text(expected, "status", STR(""));
    if (status.n && !str_eq(status, o->status))
        return false;
    return !json_int(expected, "budget_micros", &micros) || micros == o->budget_micros;
}

bool action_launch_wish(struct arena *arena, const struct action *a, struct launch_wish *wish,
                        struct err *err)
{
    const struct json *params;
    struct action_wish parsed;
    struct json_writer w;
    struct buf buf;

    buf_init(&buf, arena, LIMIT_JSON_TEXT);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "type", a->type);
    json_key(&w, "params");
    json_put_raw(&w, a->params);
    json_end(&w);
    if (!json_parse(arena, buf_str(&buf), &params, err) ||
        !action_parse(arena, params, 0, &parsed, err))
        return false;
    *wish = (struct launch_wish){
        .mode = "adgroup",
        .direction_id = parsed.object_id,
        .creative_ids = parsed.creative_ids,
        .daily_budget_micros = parsed.budget_micros,
        .adgroup_name = parsed.adgroup_name,
        .start_paused = parsed.start_paused,
        .request_key = str_fmt(arena, "action:" STR_FMT, STR_ARG(a->id)),
        .actor = a->actor,
    };
    return true;
}
