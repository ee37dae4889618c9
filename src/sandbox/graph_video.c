/* graph_video.c - advideos: in one piece, from a URL, in windows of our choice; reading. */

#include "base/arena.h"
#include "sandbox/doc.h"
#include "sandbox/files.h"
#include "sandbox/graph.h"
#include "sandbox/probe.h"

#define ONE_SHOT_MOST  (INT64_C(100) * 1024 * 1024)
#define VIDEO_MOST     (INT64_C(4) * 1024 * 1024 * 1024)
#define TITLE_MOST     255
#define LINK_LIFE_MS   INT64_C(3600000)
#define WINDOW_PROBLEM 1363037

static const char video_fields[] =
    "id title description created_time updated_time length status picture thumbnails";
static const char thumbnail_fields[] = "id uri is_preferred width height";

static struct str text(const struct json *doc, const char *name)
{
    return json_text(doc, name, STR(""));
}

static int64_t number(const struct json *doc, const char *name)
{
    int64_t n = 0;

    (void)json_int(doc, name, &n);
    return n;
}

/* --- documents ------------------------------------------------------------------- */

static bool title_good(struct graph *g, struct str *title)
{
    *title = graph_param(g, "title").n ? graph_param(g, "title") : graph_param(g, "name");
    return str_length(*title) < TITLE_MOST ||
           graph_refuse(g, "(#100) Param title must be shorter than 255 characters");
}

static void begin_video(struct graph *g, struct doc *doc, struct str id, struct str title)
{
    doc_init(doc, g->arena);
    doc_text(doc, "id", id);
    doc_text(doc, "account_id", g->object_id);
    doc_text(doc, "title", title);
    if (graph_param(g, "description").n)
        doc_text(doc, "description", graph_param(g, "description"));
    doc_text(doc, "created_time", graph_time(g->arena, g->now_ms));
    doc_text(doc, "updated_time", graph_time(g->arena, g->now_ms));
    doc_bool(doc, "_uploaded", false);
}

/* The bytes are all here: processing begins, and ends badly for what is no video. */
static bool complete_video(struct graph *g, struct doc *doc, struct str bytes)
{
    struct probe probe = {{0}, 0, 0, 0};
    bool good = probe_video(bytes, &probe);

    doc_bool(doc, "_uploaded", true);
    doc_bool(doc, "_good", good);
    doc_int(doc, "_ready_ms", g->now_ms + g->box->settings.readiness_ms);
    doc_int(doc, "width", probe.width);
    doc_int(doc, "height", probe.height);
    doc_raw(doc, "length",
            str_fmt(g->arena, "%lld.%03d", (long long)(probe.duration_ms / 1000),
                    (int)(probe.duration_ms % 1000)));
    return good;
}

static bool disk_trouble(struct graph *g, const struct err *err)
{
    return graph_fail(g, 500, 2, 0, "Service temporarily unavailable: %s", err->text);
}

static bool answer_id(struct graph *g, struct str id)
{
    struct json_writer *w = graph_data(g);

    json_object(w);
    json_text_member(w, "id", id);
    json_end(w);
    return true;
}

/* --- in one piece ------------------------------------------------------------------ */

static bool keep_whole(struct graph *g, struct str bytes)
{
    struct str id = store_new_id(g->box->store, g->arena), title;
    struct err err = {0};
    struct doc doc;

    if (!title_good(g, &title))
        return false;
    begin_video(g, &doc, id, title);
    if (!complete_video(g, &doc, bytes))
        return graph_fail(g, 400, 352, 0,
                          "(#352) Sorry, the video file you selected is in a format that we "
                          "don't support.");
    if (!files_put(g->box, id, bytes, &err))
        return disk_trouble(g, &err);
    (void)store_put(g->box->store, KIND_GRAPH_VIDEO, id, doc_print(&doc));
    return answer_id(g, id);
}

static bool upload_one_shot(struct graph *g)
{
    const struct form_field *file = graph_file(g, "source");

    if (graph_param(g, "file_url").n) {
        if (!g->fetched.ok)
            return graph_fail(g, 400, 389, 0,
                              "(#389) Unable to fetch video file from URL: " STR_FMT,
                              STR_ARG(g->fetched.why));
        return keep_whole(g, g->fetched.bytes);
    }
    if (!file || !file->value.n)
        return graph_refuse(g, "(#100) One of source, file_url, upload_phase is required");
    if ((int64_t)file->value.n > ONE_SHOT_MOST) {
        g->raw = true; /* the edge, not the API: an empty body */
        (void)reply_body(g->rp, 413, "text/html", STR(""));
        return false;
    }
    return keep_whole(g, file->value);
}

/* --- in windows ----------------------------------------------------------------------- */

/* Windows are chosen here, and not all of one size. */
static int64_t window_end(int64_t start, int64_t size, int64_t n)
{
    static const int64_t sizes[] = {1048576, 4194304, 2097152, 3145728};
    int64_t end = start + sizes[n % (int64_t)countof(sizes)];

    return end < size ? end : size;
}

static void put_offset(struct json_writer *w, struct arena *arena, const char *name, int64_t n)
{
    json_text_member(w, name, str_fmt(arena, "%lld", (long long)n));
}

static void put_window(struct graph *g, struct json_writer *w, const struct json *upload)
{
    put_offset(w, g->arena, "start_offset", number(upload, "received"));
    put_offset(w, g->arena, "end_offset", number(upload, "window_end"));
}

static bool upload_start(struct graph *g)
{
    struct str id = store_new_id(g->box->store, g->arena);
    struct str video_id = store_new_id(g->box->store, g->arena);
    struct err err = {0};
    struct json_writer *w;
    const struct json *upload;
    struct doc doc;
    int64_t size;

    if (!graph_int(g, "file_size", 1, VIDEO_MOST, 0, &size))
        return false;
    if (!size)
        return graph_refuse(g, "(#100) The parameter file_size is required");
    if (!files_put(g->box, video_id, STR(""), &err))
        return disk_trouble(g, &err);
    begin_video(g, &doc, video_id, STR(""));
    (void)store_put(g->box->store, KIND_GRAPH_VIDEO, video_id, doc_print(&doc));
    doc_init(&doc, g->arena);
    doc_text(&doc, "account_id", g->object_id);
    doc_text(&doc, "video_id", video_id);
    doc_int(&doc, "size", size);
    doc_int(&doc, "received", 0);
    doc_int(&doc, "windows", 0);
    doc_int(&doc, "window_end", window_end(0, size, 0));
    upload = store_put(g->box->store, KIND_GRAPH_UPLOAD, id, doc_print(&doc));
    w = graph_data(g);
    json_object(w);
    json_text_member(w, "upload_session_id", id);
    json_text_member(w, "video_id", video_id);
    put_window(g, w, upload);
    json_end(w);
    return true;
}

static const struct json *session(struct graph *g)
{
    const struct json *upload =
        store_find(g->box->store, KIND_GRAPH_UPLOAD, graph_param(g, "upload_session_id"));

    if (upload && str_eq(text(upload, "account_id"), g->object_id))
        return upload;
    (void)graph_fail(g, 400, 6001, 0,
                     "(#6001) The upload session does not exist, has expired or is finished");
    return NULL;
}

/* Not where we are: the answer says where to go on. */
static bool wrong_window(struct graph *g, const struct json *upload)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, g->arena, 4096);
    json_writer(&w, &buf);
    json_object(&w);
    put_window(g, &w, upload);
    json_end(&w);
    (void)graph_fail(g, 400, 6000, WINDOW_PROBLEM,
                     "There was a problem uploading your video. Please try again.");
    /* The platform sends it now as an object, now as the text of one. */
    g->error.data = buf_str(&buf);
    if (g->box->settings.graph_error_data_text) {
        struct buf quoted;
        struct json_writer q;
        buf_init(&quoted, g->arena, 8192);
        json_writer(&q, &quoted);
        json_put_text(&q, buf_str(&buf));
        g->error.data = buf_str(&quoted);
    }
    return graph_for_people(g, STR("Video Upload Error"),
                            STR("There was a problem uploading your video file. Please try "
                                "again with another file."));
}

static bool take_window(struct graph *g, const struct json *upload, struct str bytes)
{
    int64_t received = number(upload, "received"), size = number(upload, "size");
    struct err err = {0};
    struct doc doc;

    if (!files_append(g->box, text(upload, "video_id"), bytes, received, &err))
        return disk_trouble(g, &err);
    received += (int64_t)bytes.n;
    doc_from(&doc, g->arena, upload);
    doc_int(&doc, "received", received);
    doc_int(&doc, "windows", number(upload, "windows") + 1);
    doc_int(&doc, "window_end", window_end(received, size, number(upload, "windows") + 1));
    (void)store_put(g->box->store, KIND_GRAPH_UPLOAD, graph_param(g, "upload_session_id"),
                    doc_print(&doc));
    return true;
}

static bool upload_transfer(struct graph *g)
{
    const struct json *upload = session(g);
    const struct form_field *chunk = graph_file(g, "video_file_chunk");
    struct json_writer *w;
    int64_t start, received;

    if (!upload || !graph_int(g, "start_offset", 0, VIDEO_MOST, -1, &start))
        return false;
    if (start < 0)
        return graph_refuse(g, "(#100) The parameter start_offset is required");
    if (!chunk || !chunk->value.n)
        return graph_refuse(g, "(#100) The parameter video_file_chunk is required");
    received = number(upload, "received");
    /* What was taken already is taken again without harm; all else must be the window. */
    if (start == received &&
        (int64_t)chunk->value.n == number(upload, "window_end") - received) {
        if (!take_window(g, upload, chunk->value))
            return false;
        upload = session(g);
    } else if (start + (int64_t)chunk->value.n > received) {
        return wrong_window(g, upload);
    }
    w = graph_data(g);
    json_object(w);
    put_window(g, w, upload);
    json_end(w);
    return true;
}

static bool upload_finish(struct graph *g)
{
    const struct json *upload = session(g), *video;
    struct str bytes = STR(""), title;
    struct err err = {0};
    struct doc doc;

    if (!upload || !title_good(g, &title))
        return false;
    if (number(upload, "received") != number(upload, "size"))
        return wrong_window(g, upload);
    video = store_find(g->box->store, KIND_GRAPH_VIDEO, text(upload, "video_id"));
    if (!video || !files_read(g->box, g->arena, text(upload, "video_id"), &bytes, &err))
        return disk_trouble(g, &err);
    doc_from(&doc, g->arena, video);
    doc_text(&doc, "title", title);
    (void)complete_video(g, &doc, bytes);
    (void)store_put(g->box->store, KIND_GRAPH_VIDEO, text(upload, "video_id"), doc_print(&doc));
    store_remove(g->box->store, KIND_GRAPH_UPLOAD, graph_param(g, "upload_session_id"));
    return graph_success(g);
}

static bool upload_cancel(struct graph *g)
{
    const struct json *upload = session(g);

    if (!upload)
        return false;
    store_remove(g->box->store, KIND_GRAPH_VIDEO, text(upload, "video_id"));
    store_remove(g->box->store, KIND_GRAPH_UPLOAD, graph_param(g, "upload_session_id"));
    return graph_success(g);
}

bool graph_video_upload(struct graph *g)
{
    static const struct {
        const char *phase;
        graph_handler *handler;
    } phases[] = {
        {"", upload_one_shot},     {"start", upload_start},   {"transfer", upload_transfer},
        {"finish", upload_finish}, {"cancel", upload_cancel},
    };

    for (size_t i = 0; i < countof(phases); i++)
        if (str_eq(graph_param(g, "upload_phase"), str(phases[i].phase)))
            return phases[i].handler(g);
    return graph_refuse(g, "(#100) Param upload_phase must be one of {start, transfer, finish, "
                           "cancel}");
}

/* --- reading ------------------------------------------------------------------------------ */

static bool is_ready(const struct graph *g, const struct json *video)
{
    return json_bool(video, "_uploaded", false) && json_bool(video, "_good", false) &&
           number(video, "_ready_ms") <= g->now_ms;
}

static struct str status_of(struct graph *g, const struct json *video)
{
    bool uploaded = json_bool(video, "_uploaded", false);
    bool over = uploaded && number(video, "_ready_ms") <= g->now_ms;
    bool bad = over && !json_bool(video, "_good", false);

    return str_fmt(
        g->arena,
        "{\"video_status\":\"%s\",\"processing_progress\":%d,"
        "\"uploading_phase\":{\"status\":\"%s\"},\"processing_phase\":{\"status\":\"%s\"%s},"
        "\"publishing_phase\":{\"status\":\"%s\"}}",
        bad    ? "error"
        : over ? "ready"
               : "processing",
        over       ? 100
        : uploaded ? 50
                   : 0,
        uploaded ? "complete" : "in_progress",
        bad        ? "error"
        : over     ? "complete"
        : uploaded ? "in_progress"
                   : "not_started",
        bad ? ",\"errors\":[{\"code\":352,\"message\":\"Sorry, the video file you selected is "
              "in a format that we don't support.\"}]"
            : "",
        over && !bad ? "complete" : "not_started");
}

static struct str link_of(struct graph *g, const struct json *video, int n)
{
    struct str name =
        n ? str_fmt(g->arena, STR_FMT "_%d", STR_ARG(text(video, "id")), n) : text(video, "id");

    return files_link_at(g->box, g->arena, request_header(g->rq, "host"), "cover", name,
                         g->now_ms + LINK_LIFE_MS);
}

static void put_thumbnails(struct graph *g, struct json_writer *w, const struct json *video)
{
    json_list(w);
    for (int n = 1; is_ready(g, video) && n <= 3; n++) {
        json_object(w);
        json_text_member(w, "id",
                         str_fmt(g->arena, STR_FMT "0%d", STR_ARG(text(video, "id")), n));
        json_text_member(w, "uri", link_of(g, video, n));
        json_bool_member(w, "is_preferred", n == 2);
        json_int_member(w, "width", number(video, "width"));
        json_int_member(w, "height", number(video, "height"));
        json_end(w);
    }
    json_end(w);
}

static struct str thumbnails_of(struct graph *g, const struct json *video)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, g->arena, 65536);
    json_writer(&w, &buf);
    put_thumbnails(g, &w, video);
    return buf_str(&buf);
}

static const struct json *parsed(struct graph *g, struct str json_text_of)
{
    const struct json *json;
    struct err err = {0};

    must(json_parse(g->arena, json_text_of, &json, &err));
    return json;
}

static const struct json *view(struct graph *g, const struct json *video)
{
    struct doc doc;

    doc_from(&doc, g->arena, video);
    doc_raw(&doc, "status", status_of(g, video));
    if (is_ready(g, video)) {
        doc_text(&doc, "picture", link_of(g, video, 0));
        doc_raw(&doc, "thumbnails",
                str_fmt(g->arena, "{\"data\":" STR_FMT "}", STR_ARG(thumbnails_of(g, video))));
    } else {
        doc_remove(&doc, "length");
    }
    return parsed(g, doc_print(&doc));
}

bool graph_video(struct graph *g)
{
    if (!graph_fields_good(g, video_fields))
        return false;
    graph_put(g, view(g, g->object), "updated_time");
    return true;
}

bool graph_video_end(struct graph *g)
{
    store_remove(g->box->store, KIND_GRAPH_VIDEO, g->object_id);
    return graph_success(g);
}

/* Newest first; what is still being uploaded is not in the library. */
bool graph_videos(struct graph *g)
{
    struct docs docs = {0};

    if (!graph_fields_good(g, video_fields))
        return false;
    for (size_t i = store_count(g->box->store, KIND_GRAPH_VIDEO); i-- > 0;) {
        const struct json *video = store_at(g->box->store, KIND_GRAPH_VIDEO, i);
        if (video && str_eq(text(video, "account_id"), g->object_id) &&
            json_bool(video, "_uploaded", false))
            *docs_add(&docs, g->arena) = video;
    }
    return graph_list(g, &docs, view, "updated_time");
}

bool graph_thumbnails(struct graph *g)
{
    struct docs docs = {0};
    const struct json *list;

    if (!graph_fields_good(g, thumbnail_fields))
        return false;
    list = parsed(g, thumbnails_of(g, g->object));
    for (size_t i = 0; i < json_count(list); i++)
        *docs_add(&docs, g->arena) = json_item(list, i);
    return graph_list(g, &docs, NULL, "uri is_preferred");
}
