/* graph_image.c - adimages: upload as files or Base64; reading by hash and name. */

#include "base/arena.h"
#include "sandbox/doc.h"
#include "sandbox/files.h"
#include "sandbox/graph.h"
#include "sandbox/probe.h"
#include "seal/seal.h"
#include "text/hex.h"

#define IMAGE_MOST   (30 * 1024 * 1024)
#define LINK_LIFE_MS INT64_C(3600000)
#define IMAGES_MOST  50 /* in one call */

static const char image_fields[] =
    "id hash name url width height created_time status account_id";

static struct str text(const struct json *doc, const char *name)
{
    return json_text(doc, name, STR(""));
}

static const struct json *view(struct graph *g, const struct json *image)
{
    const struct json *json;
    struct err err = {0};
    struct doc doc;

    doc_from(&doc, g->arena, image);
    doc_text(&doc, "url",
             files_link_at(g->box, g->arena, request_header(g->rq, "host"), "image",
                           text(image, "_file"), g->now_ms + LINK_LIFE_MS));
    must(json_parse(g->arena, doc_print(&doc), &json, &err));
    return json;
}

/* A picture has one hash per ad account: the same bytes twice are one image. */
static bool keep(struct graph *g, struct str name, struct str bytes, const struct json **out)
{
    struct str hash = seal_md5_hex(g->arena, bytes);
    struct str id =
        str_fmt(g->arena, STR_FMT ":" STR_FMT, STR_ARG(g->object_id), STR_ARG(hash));
    struct probe probe;
    struct err err = {0};
    struct doc doc;

    if (bytes.n > IMAGE_MOST)
        return graph_refuse(g, "(#100) The image is larger than 30 MB");
    if (!probe_image(bytes, &probe)) {
        (void)graph_fail(g, 400, 100, 1487411, "Invalid parameter");
        return graph_for_people(g, STR("Image Not Supported"),
                                STR("The file is neither a JPEG nor a PNG image."));
    }
    *out = store_find(g->box->store, KIND_GRAPH_IMAGE, id);
    if (*out)
        return true;
    doc_init(&doc, g->arena);
    doc_text(&doc, "id", id);
    doc_text(&doc, "account_id", g->object_id);
    doc_text(&doc, "hash", hash);
    doc_text(&doc, "name", name);
    doc_text(&doc, "_file", store_new_id(g->box->store, g->arena));
    doc_int(&doc, "width", probe.width);
    doc_int(&doc, "height", probe.height);
    doc_text(&doc, "status", STR("ACTIVE"));
    doc_text(&doc, "created_time", graph_time(g->arena, g->now_ms));
    *out = store_put(g->box->store, KIND_GRAPH_IMAGE, id, doc_print(&doc));
    return files_put(g->box, text(*out, "_file"), bytes, &err) ||
           graph_fail(g, 500, 2, 0, "Service temporarily unavailable: %s", err.text);
}

struct kept {
    struct str name;
    const struct json *image;
};
LIST(kept_list, struct kept);

static bool keep_files(struct graph *g, struct kept_list *list)
{
    for (size_t i = 0; i < g->params.n; i++) {
        const struct form_field *file = &g->params.at[i];
        struct kept *kept;
        if (!file->filename.n)
            continue;
        if (list->n == IMAGES_MOST)
            return graph_refuse(g, "(#100) Too many images in one call");
        kept = kept_list_add(list, g->arena);
        kept->name = file->filename;
        if (!keep(g, file->filename, file->value, &kept->image))
            return false;
    }
    return true;
}

static bool keep_bytes(struct graph *g, struct kept_list *list)
{
    struct str name = graph_param(g, "name").n ? graph_param(g, "name") : STR("bytes");
    struct str bytes;
    struct kept *kept;

    if (!base64_decode(g->arena, graph_param(g, "bytes"), &bytes))
        return graph_refuse(g, "(#100) Param bytes must be Base64");
    kept = kept_list_add(list, g->arena);
    kept->name = name;
    return keep(g, name, bytes, &kept->image);
}

bool graph_image_upload(struct graph *g)
{
    struct kept_list list = {0};
    struct json_writer *w;

    if (!(graph_param(g, "bytes").n ? keep_bytes(g, &list) : keep_files(g, &list)))
        return false;
    if (!list.n)
        return graph_refuse(g, "(#100) An image file or bytes is required");
    w = graph_data(g);
    json_object(w);
    json_key(w, "images");
    json_object(w);
    for (size_t i = 0; i < list.n; i++) {
        const struct json *image = view(g, list.at[i].image);
        int64_t width = 0, height = 0;
        (void)json_int(image, "width", &width);
        (void)json_int(image, "height", &height);
        json_key_str(w, list.at[i].name);
        json_object(w);
        json_text_member(w, "hash", text(image, "hash"));
        json_text_member(w, "url", text(image, "url"));
        json_int_member(w, "width", width);
        json_int_member(w, "height", height);
        json_end(w);
    }
    json_end(w);
    json_end(w);
    return true;
}

bool graph_images(struct graph *g)
{
    struct str name = graph_param(g, "name");
    const struct json *hashes = NULL;
    struct docs docs = {0};

    if (!graph_fields_good(g, image_fields) ||
        (graph_param(g, "hashes").n && !graph_json(g, "hashes", &hashes)))
        return false;
    if (hashes && json_type(hashes) != JSON_LIST)
        return graph_refuse(g, "(#100) Param hashes must be an array");
    for (size_t i = store_count(g->box->store, KIND_GRAPH_IMAGE); i-- > 0;) {
        const struct json *image = store_at(g->box->store, KIND_GRAPH_IMAGE, i);
        if (image && str_eq(text(image, "account_id"), g->object_id) &&
            (!name.n || str_eq(text(image, "name"), name)) &&
            (!hashes || json_list_has(hashes, text(image, "hash"))))
            *docs_add(&docs, g->arena) = image;
    }
    return graph_list(g, &docs, view, "");
}
