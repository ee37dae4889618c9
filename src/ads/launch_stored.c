/* launch_stored.c - how requests, results and errors of steps are stored. */

#include "ads/launch_steps.h"

#include "base/limits.h"
#include "text/json.h"

#include <stdio.h>

/* --- errors as stored --- */

struct str launch_error_print(struct arena *arena, const struct err *err)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, 16 * 1024);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "kind", str(err_kind_name(err->kind)));
    json_text_member(&w, "text", str(err->text));
    json_text_or_null_member(&w, "hint", str(err->hint));
    json_text_or_null_member(&w, "field", str(err->field));
    if (err->says[0]) {
        json_key(&w, "says");
        json_put_raw(&w, str(err->says));
    }
    if (err->platform_code) {
        json_int_member(&w, "platform_code", err->platform_code);
        json_text_member(&w, "platform_message", str(err->platform_message));
        json_text_member(&w, "platform_request_id", str(err->platform_request_id));
    }
    json_end(&w);
    return buf_str(&buf);
}

bool launch_error_read(struct arena *arena, struct str text, struct err *err)
{
    const struct json *json;
    struct err unread = {0};

    if (!json_parse(arena, text, &json, &unread))
        return err_set(err, ERR_BROKEN, "a stored error cannot be read");

    struct str kind = json_text(json, "kind", STR(""));

    err_set(err, ERR_BROKEN, STR_FMT,
            STR_ARG(json_text(json, "text", STR("")))); /* and its kind: */
    for (int i = ERR_INVALID; i <= ERR_BROKEN; i++)
        if (str_eq(kind, str(err_kind_name((enum err_kind)i))))
            err->kind = (enum err_kind)i;
    err_hint(err, STR_FMT, STR_ARG(json_text(json, "hint", STR(""))));
    err_field(err, str_c(arena, json_text(json, "field", STR(""))));
    if (json_type(json_at(json, "says")) == JSON_OBJECT)
        (void)snprintf(err->says, sizeof err->says, STR_FMT,
                       STR_ARG(json_print(arena, json_at(json, "says"))));
    if (json_int(json, "platform_code", &err->platform_code)) {
        (void)snprintf(err->platform_message, sizeof err->platform_message, STR_FMT,
                       STR_ARG(json_text(json, "platform_message", STR(""))));
        (void)snprintf(err->platform_request_id, sizeof err->platform_request_id, STR_FMT,
                       STR_ARG(json_text(json, "platform_request_id", STR(""))));
    }
    return false;
}

/* --- requests as stored --- */

struct str launch_write_print(struct arena *arena, const struct platform_write *write)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, LIMIT_REQUEST_BODY);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "path", write->path);
    json_text_member(&w, "body", write->body); /* as text: byte for byte what is sent */
    json_end(&w);
    return buf_str(&buf);
}

bool launch_write_read(struct arena *arena, struct str request, struct platform_write *out,
                       struct err *err)
{
    const struct json *json;

    if (!json_parse(arena, request, &json, err))
        return err_while(err, "reading a stored request");
    *out = (struct platform_write){json_text(json, "path", STR("")),
                                   json_text(json, "body", STR(""))};
    return true;
}

struct str launch_id_print(struct arena *arena, struct str id)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, 1024);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "id", id);
    json_end(&w);
    return buf_str(&buf);
}

bool launch_member(struct arena *arena, struct str result, const char *name, struct str *out,
                   struct err *err)
{
    const struct json *json;

    if (!json_parse(arena, result, &json, err))
        return err_while(err, "reading the result of a step");
    *out = json_text(json, name, STR(""));
    return true;
}

const char *launch_step_name(struct arena *arena, const char *what, struct str id)
{
    return str_fmt(arena, "%s:" STR_FMT, what, STR_ARG(id)).p;
}

bool launch_last_word(const struct err *err)
{
    return err->kind == ERR_REFUSED || err->kind == ERR_INVALID || err->kind == ERR_NOT_FOUND;
}

struct str launch_shown_print(struct arena *arena, const struct platform_object *object)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, 1024);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "status", object->status);
    json_text_member(&w, "platform_status", object->secondary_status);
    json_end(&w);
    return buf_str(&buf);
}

struct str launch_refused_print(struct arena *arena, const struct err *err)
{
    return str_fmt(arena, "{\"refused\":" STR_FMT "}", STR_ARG(launch_error_print(arena, err)));
}
