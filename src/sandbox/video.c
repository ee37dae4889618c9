/* video.c - file/video/...: upload, info, search, rename, covers (TikTok: videos). */

#include "base/arena.h"
#include "base/limits.h"
#include "sandbox/doc.h"
#include "sandbox/faces.h"
#include "sandbox/files.h"
#include "sandbox/media.h"
#include "sandbox/probe.h"
#include "sandbox/rules.h"
#include "seal/seal.h"
#include "text/zone.h"

#define COVER_LIFE_MS   INT64_C(21600000) /* 6 h */
#define SUGGEST_LIFE_MS INT64_C(3600000)
#define LENGTH_MOST_MS  INT64_C(600000)
#define BIT_RATE_LEAST  516000

static struct str text(const struct json *doc, const char *name)
{
    return json_text(doc, name, STR(""));
}

/* --- requirements -------------------------------------------------------- */

/* 9:16 from 540x960, 16:9 from 960x540, 1:1 from 640x640. */
static const char *flaw_of(const struct probe *probe)
{
    static const struct {
        int64_t w, h, least;
    } shapes[] = {{9, 16, 540}, {16, 9, 960}, {1, 1, 640}};

    for (size_t i = 0; i < countof(shapes); i++) {
        int64_t skew = probe->width * shapes[i].h - probe->height * shapes[i].w;
        if (skew < 0)
            skew = -skew;
        if (skew * 50 > probe->width * shapes[i].h)
            continue;
        return probe->width >= shapes[i].least ? NULL : "LOW_RESOLUTION";
    }
    return "ILLEGAL_VIDEO_SIZE";
}

static bool usable(const struct probe *probe, int64_t size)
{
    int64_t bits = probe->duration_ms ? size * 8000 / probe->duration_ms : BIT_RATE_LEAST;

    return !flaw_of(probe) && bits >= BIT_RATE_LEAST && probe->duration_ms <= LENGTH_MOST_MS;
}

/* --- upload -------------------------------------------------------------- */

static struct str new_video_id(struct call *call)
{
    return str_fmt(call->arena, "v10033g5%016llx",
                   (unsigned long long)str_hash(store_new_id(call->box->store, call->arena)));
}

static void put_details(struct call *call, struct doc *doc, const struct probe *probe,
                        int64_t size)
{
    bool good = usable(probe, size);

    doc_text(doc, "format", str(probe->format));
    doc_int(doc, "width", probe->width);
    doc_int(doc, "height", probe->height);
    doc_raw(doc, "duration",
            str_fmt(call->arena, "%lld.%03d", (long long)(probe->duration_ms / 1000),
                    (int)(probe->duration_ms % 1000)));
    doc_int(doc, "bit_rate", probe->duration_ms ? size * 8000 / probe->duration_ms : 0);
    doc_raw(doc, "fps", STR("25.0"));
    doc_text(doc, "definition",
             str_fmt(call->arena, "%lldp",
                     (long long)(probe->width < probe->height ? probe->width : probe->height)));
    doc_bool(doc, "displayable", good);
    doc_raw(doc, "allowed_placements",
            good ? STR("[\"PLACEMENT_TIKTOK\",\"PLACEMENT_PANGLE\","
                       "\"PLACEMENT_GLOBAL_APP_BUNDLE\"]")
                 : STR("[]"));
    if (json_bool(call->args, "flaw_detect", false) && flaw_of(probe))
        doc_raw(doc, "flaw_types", str_fmt(call->arena, "[\"%s\"]", flaw_of(probe)));
}

static const struct json *keep(struct call *call, struct str bytes, const struct probe *probe,
                               struct str name)
{
    struct str id = new_video_id(call);
    struct str now = media_time(call->arena, call->now_ms);
    struct err err = {0};
    struct doc doc;

    if (!files_put(call->box, id, bytes, &err)) {
        (void)call_fail(call, CODE_INTERNAL, "Internal error: %s", err.text);
        return NULL;
    }
    doc_init(&doc, call->arena);
    doc_text(&doc, "advertiser_id", call->advertiser_id);
    doc_text(&doc, "video_id", id);
    doc_text(&doc, "material_id", store_new_id(call->box->store, call->arena));
    doc_text(&doc, "file_name", name);
    doc_text(&doc, "signature", seal_md5_hex(call->arena, bytes));
    doc_int(&doc, "size", (int64_t)bytes.n);
    doc_bool(&doc, "allow_download", true);
    put_details(call, &doc, probe, (int64_t)bytes.n);
    doc_text(&doc, "create_time", now);
    doc_text(&doc, "modify_time", now);
    doc_int(&doc, "_ready_ms", call->now_ms + call->box->settings.readiness_ms);
    return store_put(call->box->store, KIND_VIDEO, id, doc_print(&doc));
}

/* UPLOAD_BY_VIDEO_ID: a copy of a video that is here already. */
static bool copy_bytes(struct call *call, struct str *bytes)
{
    struct str id = call_text(call, "video_id");
    struct err err = {0};

    if (!own_find(call, KIND_VIDEO, id))
        return call_refuse(call, "video_id: The video does not exist.");
    return files_read(call->box, call->arena, id, bytes, &err) ||
           call_fail(call, CODE_INTERNAL, "Internal error: %s", err.text);
}

/* What is shown of a video: until it is ready little more than its id. */
static const struct json *view(struct call *call, const struct json *video)
{
    struct str id = text(video, "video_id");
    int64_t until_ms = call->now_ms + COVER_LIFE_MS;
    const struct json *json;
    struct err err = {0};
    struct doc doc;

    if (media_ready(call, video)) {
        doc_from(&doc, call->arena, video);
        doc_text(&doc, "video_cover_url", files_link(call, "cover", id, until_ms));
        doc_text(&doc, "preview_url", files_link(call, "video", id, until_ms));
        doc_text(&doc, "preview_url_expire_time", time_platform(call->arena, until_ms));
    } else {
        doc_init(&doc, call->arena);
        doc_text(&doc, "video_id", id);
        doc_text(&doc, "file_name", text(video, "file_name"));
        doc_text(&doc, "material_id", text(video, "material_id"));
    }
    must(json_parse(call->arena, doc_print(&doc), &json, &err));
    return json;
}

bool video_upload(struct call *call)
{
    bool copy = str_eq(call_text(call, "upload_type"), STR("UPLOAD_BY_VIDEO_ID"));
    struct str bytes = STR(""), name;
    struct probe probe;
    const struct json *video;
    struct json_writer *w;

    if (!(copy ? copy_bytes(call, &bytes) : media_bytes(call, "video", &bytes)))
        return false;
    if ((int64_t)bytes.n > LIMIT_VIDEO)
        return call_refuse(call, "video_file: the file is larger than 500 MB.");
    if (!probe_video(bytes, &probe))
        return call_refuse(call, "video_file: the file is not a video of a supported format "
                                 "(mp4, mov, mpeg, avi, 3gp).");
    if (!media_name(call, KIND_VIDEO, str(probe.format), &name))
        return false;
    video = keep(call, bytes, &probe, name);
    if (!video)
        return false;
    w = call_data(call);
    json_list(w);
    put_object(call, "video", view(call, video));
    json_end(w);
    return true;
}

/* --- info, search, rename ------------------------------------------------ */

bool video_info(struct call *call)
{
    const struct json *ids = json_at(call->args, "video_ids");
    struct json_writer *w = call_data(call);

    json_object(w);
    json_key(w, "list");
    json_list(w);
    for (size_t i = 0; i < json_count(ids); i++) {
        const struct json *video =
            own_find(call, KIND_VIDEO, json_text(json_item(ids, i), "", STR("")));
        if (video)
            put_object(call, "video", view(call, video));
    }
    json_end(w);
    json_end(w);
    return true;
}

static bool number_is(const struct json *filtering, const struct json *doc, const char *name)
{
    return !json_given(filtering, name) ||
           json_real(filtering, name, -1) == json_real(doc, name, -2);
}

static bool ratio_in(const struct json *filtering, const struct json *doc)
{
    const struct json *list = json_at(filtering, "ratio");
    double height = json_real(doc, "height", 0);

    for (size_t i = 0; i < json_count(list) && height > 0; i++) {
        double off = json_real(json_item(list, i), "", 0) - json_real(doc, "width", 0) / height;
        if (off > -0.01 && off < 0.01)
            return true;
    }
    return json_count(list) == 0;
}

static bool passes(struct call *call, const struct json *video)
{
    const struct json *f = json_at(call->args, "filtering");

    return filter_has(f, "video_ids", text(video, "video_id")) &&
           filter_has(f, "material_ids", text(video, "material_id")) &&
           str_has(text(video, "file_name"), text(f, "video_name")) &&
           number_is(f, video, "width") && number_is(f, video, "height") &&
           ratio_in(f, video) &&
           (!json_given(f, "displayable") ||
            json_bool(f, "displayable", false) == json_bool(video, "displayable", false));
}

bool video_search(struct call *call)
{
    struct docs found = {0};
    struct json_writer *w = call_data(call);
    struct page page;

    for (size_t i = store_count(call->box->store, KIND_VIDEO); i-- > 0;) {
        const struct json *video = store_at(call->box->store, KIND_VIDEO, i);
        if (video && own(call, video) && passes(call, video))
            *docs_add(&found, call->arena) = video;
    }
    page = page_of(call, found.n, 20);
    json_object(w);
    json_key(w, "list");
    json_list(w);
    for (size_t i = page.first; i < page.end; i++)
        put_object(call, "video", view(call, found.at[i]));
    json_end(w);
    page_info(call, &page);
    json_end(w);
    return true;
}

bool video_rename(struct call *call)
{
    struct str id = call_text(call, "video_id"), name = call_text(call, "file_name");
    const struct json *video = own_find(call, KIND_VIDEO, id);
    struct doc doc;

    if (!video)
        return call_refuse(call, "video_id: The video does not exist.");
    if (!str_eq(text(video, "file_name"), name) && media_name_taken(call, KIND_VIDEO, name))
        return call_refuse(call, "file_name: Duplicated material name.");
    doc_from(&doc, call->arena, video);
    doc_text(&doc, "file_name", name);
    doc_text(&doc, "modify_time", media_time(call->arena, call->now_ms));
    (void)store_put(call->box->store, KIND_VIDEO, id, doc_print(&doc));
    return true;
}

bool file_name_check(struct call *call)
{
    const struct json *files = json_at(call->args, "files");
    struct json_writer *w;

    if (!call_given(call, "files") &&
        (!call_given(call, "file_name") || !call_given(call, "file_type")))
        return call_refuse(call, "file_name: Missing data for required field.");
    w = call_data(call);
    json_object(w);
    if (!call_given(call, "files")) {
        bool video = str_eq(call_text(call, "file_type"), STR("VIDEO"));
        json_bool_member(w, "duplicate",
                         media_name_taken(call, video ? KIND_VIDEO : KIND_IMAGE,
                                          call_text(call, "file_name")));
        json_text_member(w, "file_name", call_text(call, "file_name"));
    }
    json_key(w, "batch_results");
    json_list(w);
    for (size_t i = 0; i < json_count(files); i++) {
        const struct json *file = json_item(files, i);
        bool video = str_eq(text(file, "file_type"), STR("VIDEO"));
        json_object(w);
        json_text_member(w, "file_name", text(file, "file_name"));
        json_bool_member(
            w, "duplicate",
            media_name_taken(call, video ? KIND_VIDEO : KIND_IMAGE, text(file, "file_name")));
        json_end(w);
    }
    json_end(w);
    json_end(w);
    return true;
}

/* --- covers -------------------------------------------------------------- */

/* A suggested cover is an image of the account at once. */
static void keep_cover(struct call *call, const struct json *video, struct str id)
{
    struct doc doc;

    if (own_find(call, KIND_IMAGE, id))
        return;
    doc_init(&doc, call->arena);
    doc_text(&doc, "advertiser_id", call->advertiser_id);
    doc_text(&doc, "image_id", id);
    doc_text(&doc, "material_id", store_new_id(call->box->store, call->arena));
    doc_raw(&doc, "width", json_print(call->arena, json_at(video, "width")));
    doc_raw(&doc, "height", json_print(call->arena, json_at(video, "height")));
    doc_text(&doc, "format", STR("png"));
    doc_text(&doc, "file_name", str_fmt(call->arena, STR_FMT ".png", STR_ARG(id)));
    doc_bool(&doc, "displayable", true);
    doc_bool(&doc, "is_carousel_usable", true);
    doc_bool(&doc, "_cover", true);
    doc_text(&doc, "create_time", media_time(call->arena, call->now_ms));
    doc_text(&doc, "modify_time", media_time(call->arena, call->now_ms));
    (void)store_put(call->box->store, KIND_IMAGE, id, doc_print(&doc));
}

bool video_covers(struct call *call)
{
    struct str id = call_text(call, "video_id");
    const struct json *video = own_find(call, KIND_VIDEO, id);
    int64_t n = 10;
    struct json_writer *w;

    if (!video)
        return call_refuse(call, "video_id: The video does not exist.");
    if (!media_ready(call, video))
        return call_refuse(call, "video_id: The video is still being processed.");
    (void)json_int(call->args, "poster_number", &n);
    w = call_data(call);
    json_object(w);
    json_key(w, "list");
    json_list(w);
    for (int64_t i = 1; i <= n; i++) {
        struct str cover = str_fmt(call->arena, STR_FMT "_%lld", STR_ARG(id), (long long)i);
        keep_cover(call, video, cover);
        json_object(w);
        json_text_member(w, "id", cover);
        json_key(w, "width");
        json_put_raw(w, json_print(call->arena, json_at(video, "width")));
        json_key(w, "height");
        json_put_raw(w, json_print(call->arena, json_at(video, "height")));
        json_text_member(w, "url",
                         files_link(call, "cover", cover, call->now_ms + SUGGEST_LIFE_MS));
        json_end(w);
    }
    json_end(w);
    json_end(w);
    return true;
}
