/* media.c - what videos and images have in common. */

#include "sandbox/media.h"

#include "base/arena.h"
#include "sandbox/doc.h"
#include "sandbox/files.h"
#include "seal/seal.h"
#include "text/zone.h"

bool media_ready(const struct call *call, const struct json *file)
{
    int64_t ready_ms = 0;

    (void)json_int(file, "_ready_ms", &ready_ms);
    return call->now_ms >= ready_ms;
}

struct str media_time(struct arena *arena, int64_t ms)
{
    return time_rfc3339(arena, ms - ms % 1000);
}

bool media_name_taken(const struct call *call, enum kind kind, struct str name)
{
    for (size_t i = 0; i < store_count(call->box->store, kind); i++) {
        const struct json *file = store_at(call->box->store, kind, i);
        if (file && own(call, file) && str_eq(json_text(file, "file_name", STR("")), name))
            return true;
    }
    return false;
}

bool media_name(struct call *call, enum kind kind, struct str suffix, struct str *name)
{
    *name = call_text(call, "file_name");
    if (!name->n) {
        *name = str_fmt(call->arena, "upload_" STR_FMT "." STR_FMT,
                        STR_ARG(store_new_id(call->box->store, call->arena)), STR_ARG(suffix));
        return true;
    }
    if (media_name_taken(call, kind, *name))
        return call_refuse(call, "file_name: Duplicated material name.");
    return true;
}

/* --- bytes --------------------------------------------------------------- */

static bool from_form(struct call *call, const char *what, struct str *bytes)
{
    const char *field = str_fmt(call->arena, "%s_file", what).p;
    const char *signature = str_fmt(call->arena, "%s_signature", what).p;
    const struct form_field *file = form_find(&call->parts, str(field));
    struct str given = call_text(call, signature);

    if (!file || !file->filename.n)
        return call_refuse(call, "%s: must be sent as a file of multipart/form-data.", field);
    if (!given.n)
        return call_refuse(call, "%s: Missing data for required field.", signature);
    if (!file->value.n)
        return call_refuse(call, "%s: the file is empty.", field);
    if (!str_eq_nocase(given, seal_md5_hex(call->arena, file->value)))
        return call_refuse(call, "%s: the signature is not the MD5 of the file.", signature);
    *bytes = file->value;
    return true;
}

static bool from_url(struct call *call, const char *what, struct str *bytes)
{
    const char *field = str_fmt(call->arena, "%s_url", what).p;

    if (!call_text(call, field).n)
        return call_refuse(call, "%s: Missing data for required field.", field);
    if (!call->fetched.ok)
        return call_refuse(call, "%s: Failed to download the file: " STR_FMT ".", field,
                           STR_ARG(call->fetched.why));
    *bytes = call->fetched.bytes;
    return true;
}

static bool from_upload(struct call *call, struct str *bytes)
{
    struct str id = call_text(call, "file_id");
    const struct json *upload = own_find(call, KIND_UPLOAD, id);
    struct err err = {0};

    if (!call_given(call, "file_id"))
        return call_refuse(call, "file_id: Missing data for required field.");
    if (!upload || !json_bool(upload, "finished", false))
        return call_refuse(call, "file_id: the uploaded file does not exist.");
    return files_read(call->box, call->arena, id, bytes, &err) ||
           call_fail(call, CODE_INTERNAL, "Internal error: %s", err.text);
}

bool media_bytes(struct call *call, const char *what, struct str *bytes)
{
    struct str type = call_text(call, "upload_type");

    if (!type.n || str_eq(type, STR("UPLOAD_BY_FILE")))
        return from_form(call, what, bytes);
    if (str_eq(type, STR("UPLOAD_BY_URL")))
        return from_url(call, what, bytes);
    return from_upload(call, bytes);
}
