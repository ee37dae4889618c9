/* image.c - file/image/... and chunked uploads (TikTok: images). */

#include "base/arena.h"
#include "sandbox/doc.h"
#include "sandbox/faces.h"
#include "sandbox/files.h"
#include "sandbox/media.h"
#include "sandbox/probe.h"
#include "sandbox/rules.h"
#include "seal/seal.h"

#define SIZE_MOST    (50 * 1024 * 1024)
#define PIXELS_MOST  3686400
#define LINK_LIFE_MS INT64_C(3600000)
#define CHUNK_BYTES  (5 * 1024 * 1024)

static struct str text(const struct json *doc, const char *name)
{
    return json_text(doc, name, STR(""));
}

static const struct json *view(struct call *call, const struct json *image)
{
    struct str id = text(image, "image_id");
    const char *kind = json_bool(image, "_cover", false) ? "cover" : "image";
    struct str link = files_link(call, kind, text(image, "_file").n ? text(image, "_file") : id,
                                 call->now_ms + LINK_LIFE_MS);
    const struct json *json;
    struct err err = {0};
    struct doc doc;

    doc_from(&doc, call->arena, image);
    doc_text(&doc, "image_url", link);
    doc_text(&doc, "url", link);
    must(json_parse(call->arena, doc_print(&doc), &json, &err));
    return json;
}

static bool judge(struct call *call, struct str bytes, struct probe *probe)
{
    if (bytes.n > SIZE_MOST)
        return call_refuse(call, "image_file: the file is larger than 50 MB.");
    if (!probe_image(bytes, probe))
        return call_refuse(call, "image_file: the file is not a JPG or PNG image.");
    if (probe->width * probe->height > PIXELS_MOST)
        return call_refuse(call, "image_file: the image has more than 3686400 pixels.");
    return true;
}

bool image_upload(struct call *call)
{
    struct str bytes = STR(""), name, file;
    struct probe probe;
    struct err err = {0};
    struct doc doc;
    struct str id, now;

    if (!media_bytes(call, "image", &bytes) || !judge(call, bytes, &probe) ||
        !media_name(call, KIND_IMAGE, str(probe.format), &name))
        return false;
    file = store_new_id(call->box->store, call->arena);
    id = str_fmt(call->arena, "ad-site-i18n-sg/%s", file.p);
    now = media_time(call->arena, call->now_ms);
    if (!files_put(call->box, file, bytes, &err))
        return call_fail(call, CODE_INTERNAL, "Internal error: %s", err.text);
    doc_init(&doc, call->arena);
    doc_text(&doc, "advertiser_id", call->advertiser_id);
    doc_text(&doc, "image_id", id);
    doc_text(&doc, "_file", file);
    doc_text(&doc, "material_id", store_new_id(call->box->store, call->arena));
    doc_text(&doc, "file_name", name);
    doc_text(&doc, "signature", seal_md5_hex(call->arena, bytes));
    doc_int(&doc, "size", (int64_t)bytes.n);
    doc_text(&doc, "format", str(probe.format));
    doc_int(&doc, "width", probe.width);
    doc_int(&doc, "height", probe.height);
    doc_bool(&doc, "displayable", true);
    doc_bool(&doc, "is_carousel_usable", true);
    doc_text(&doc, "create_time", now);
    doc_text(&doc, "modify_time", now);
    put_object(call, "image",
               view(call, store_put(call->box->store, KIND_IMAGE, id, doc_print(&doc))));
    return true;
}

bool image_info(struct call *call)
{
    const struct json *ids = json_at(call->args, "image_ids");
    struct json_writer *w = call_data(call);

    json_object(w);
    json_key(w, "list");
    json_list(w);
    for (size_t i = 0; i < json_count(ids); i++) {
        const struct json *image =
            own_find(call, KIND_IMAGE, json_text(json_item(ids, i), "", STR("")));
        if (image)
            put_object(call, "image", view(call, image));
    }
    json_end(w);
    json_end(w);
    return true;
}

static bool same_number(const struct json *f, const struct json *image, const char *name)
{
    return !json_given(f, name) || json_real(f, name, -1) == json_real(image, name, -2);
}

static bool passes(struct call *call, const struct json *image)
{
    const struct json *f = json_at(call->args, "filtering");

    return filter_has(f, "image_ids", text(image, "image_id")) &&
           filter_has(f, "material_ids", text(image, "material_id")) &&
           same_number(f, image, "width") && same_number(f, image, "height") &&
           (!json_given(f, "displayable") || json_bool(f, "displayable", true));
}

bool image_search(struct call *call)
{
    struct docs found = {0};
    struct json_writer *w = call_data(call);
    struct page page;

    for (size_t i = store_count(call->box->store, KIND_IMAGE); i-- > 0;) {
        const struct json *image = store_at(call->box->store, KIND_IMAGE, i);
        if (image && own(call, image) && passes(call, image))
            *docs_add(&found, call->arena) = image;
    }
    page = page_of(call, found.n, 20);
    json_object(w);
    json_key(w, "list");
    json_list(w);
    for (size_t i = page.first; i < page.end; i++)
        put_object(call, "image", view(call, found.at[i]));
    json_end(w);
    page_info(call, &page);
    json_end(w);
    return true;
}

/* --- chunks: start, transfer, finish; the file_id serves UPLOAD_BY_FILE_ID - */

static void put_offsets(struct call *call, struct str id, int64_t from, int64_t size)
{
    struct json_writer *w = call_data(call);
    int64_t end = from + CHUNK_BYTES < size ? from + CHUNK_BYTES : size;

    json_object(w);
    json_text_member(w, "upload_id", id);
    json_int_member(w, "start_offset", from);
    json_int_member(w, "end_offset", end);
    json_end(w);
}

bool upload_start(struct call *call)
{
    struct str id = store_new_id(call->box->store, call->arena);
    int64_t size = 0;
    struct doc doc;

    (void)json_int(call->args, "size", &size);
    if (size <= 0)
        return call_refuse(call, "size: must be at least 1.");
    doc_from(&doc, call->arena, call->args);
    doc_int(&doc, "received", 0);
    doc_bool(&doc, "finished", false);
    (void)store_put(call->box->store, KIND_UPLOAD, id, doc_print(&doc));
    put_offsets(call, id, 0, size);
    return true;
}

static bool append(struct call *call, struct str id, struct str part, int64_t before)
{
    struct str old = STR("");
    struct err err = {0};
    struct buf buf;

    if (before > 0 && !files_read(call->box, call->arena, id, &old, &err))
        return call_fail(call, CODE_INTERNAL, "Internal error: %s", err.text);
    buf_init(&buf, call->arena, old.n + part.n);
    buf_add(&buf, old);
    buf_add(&buf, part);
    return files_put(call->box, id, buf_str(&buf), &err) ||
           call_fail(call, CODE_INTERNAL, "Internal error: %s", err.text);
}

bool upload_transfer(struct call *call)
{
    struct str id = call_text(call, "upload_id");
    const struct json *upload = own_find(call, KIND_UPLOAD, id);
    const struct form_field *file = form_find(&call->parts, STR("file"));
    int64_t received = 0, size = 0, start = -1;
    struct doc doc;

    if (!upload || json_bool(upload, "finished", false))
        return call_refuse(call, "upload_id: the upload does not exist.");
    (void)json_int(upload, "received", &received);
    (void)json_int(upload, "size", &size);
    (void)json_int(call->args, "start_offset", &start);
    if (start != received)
        return call_refuse(call, "start_offset: must be %lld.", (long long)received);
    if (!file || !file->value.n || received + (int64_t)file->value.n > size)
        return call_refuse(call, "file: the part does not fit.");
    if (!str_eq_nocase(call_text(call, "signature"), seal_md5_hex(call->arena, file->value)))
        return call_refuse(call, "signature: the signature is not the MD5 of the part.");
    if (!append(call, id, file->value, received))
        return false;
    received += (int64_t)file->value.n;
    doc_from(&doc, call->arena, upload);
    doc_int(&doc, "received", received);
    (void)store_put(call->box->store, KIND_UPLOAD, id, doc_print(&doc));
    put_offsets(call, id, received, size);
    return true;
}

bool upload_finish(struct call *call)
{
    struct str id = call_text(call, "upload_id");
    const struct json *upload = own_find(call, KIND_UPLOAD, id);
    int64_t received = 0, size = -1;
    struct json_writer *w;
    struct doc doc;

    if (!upload)
        return call_refuse(call, "upload_id: the upload does not exist.");
    (void)json_int(upload, "received", &received);
    (void)json_int(upload, "size", &size);
    if (received != size)
        return call_refuse(call, "upload_id: %lld of %lld bytes have arrived.",
                           (long long)received, (long long)size);
    doc_from(&doc, call->arena, upload);
    doc_bool(&doc, "finished", true);
    (void)store_put(call->box->store, KIND_UPLOAD, id, doc_print(&doc));
    w = call_data(call);
    json_object(w);
    json_text_member(w, "file_id", id);
    json_key(w, "size");
    json_put_int(w, size);
    json_end(w);
    return true;
}
