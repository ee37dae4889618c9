/* file.c - videos and images: uploads and their read-back by file name. */

#include "platform/tiktok/tiktok.h"

#include "conf/conf.h"

#define SEARCH_PAGE 100

/* TikTok: upload time.  Ten seconds a megabyte, at least five minutes. */
static int64_t upload_deadline_ms(int64_t size)
{
    int64_t by_size = (size / (1024 * 1024) + 1) * 10000;

    return by_size > 300000 ? by_size : 300000;
}

static void plain_part(struct platform_session *s, struct net_parts *parts, const char *name,
                       struct str value)
{
    *net_parts_add(parts, s->arena) = (struct net_part){.name = str(name), .value = value};
}

/* Video answers are a list of one object, image answers the object itself. */
static const struct json *first_object(const struct json *data)
{
    return json_type(data) == JSON_LIST ? json_item(data, 0) : data;
}

bool tiktok_upload_video(struct platform_session *s, const char *path, struct str file_name,
                         struct str md5_hex, int64_t size, struct str *video_id,
                         struct err *err)
{
    struct net_parts parts = {0};
    const struct json *data;
    struct seal_run md5;
    struct net_part video = {.name = STR("video_file"),
                             .filename = file_name,
                             .type = STR("video/mp4"),
                             .path = path,
                             .run = md5_hex.n ? NULL : &md5};

    plain_part(s, &parts, "advertiser_id", s->advertiser_id);
    plain_part(s, &parts, "upload_type", STR("UPLOAD_BY_FILE"));
    plain_part(s, &parts, "file_name", file_name);
    /* A signature that is not known yet follows the file that it is made of. */
    if (md5_hex.n)
        plain_part(s, &parts, "video_signature", md5_hex);
    *net_parts_add(&parts, s->arena) = video;
    if (!md5_hex.n)
        *net_parts_add(&parts, s->arena) =
            (struct net_part){.name = STR("video_signature"), .run = &md5};
    if (!tiktok_upload(s, "file/video/ad/upload/", parts, upload_deadline_ms(size), &data, err))
        return false;
    *video_id = json_id(first_object(data), "video_id", s->arena);
    return video_id->n ||
           err_set(err, ERR_UNCERTAIN, "TikTok's answer to the upload names no video");
}

static struct platform_video read_video(struct platform_session *s, const struct json *row)
{
    struct platform_video video = {
        .id = json_id(row, "video_id", s->arena),
        .name = json_text(row, "file_name", STR("")),
        .cover_url = json_text(row, "video_cover_url", STR("")),
        .signature = json_text(row, "signature", STR("")),
        .duration_s = json_real(row, "duration", 0),
    };

    if (!json_int(row, "width", &video.width))
        video.width = 0;
    if (!json_int(row, "height", &video.height))
        video.height = 0;
    if (!json_int(row, "size", &video.size))
        video.size = 0;
    if (!json_int(row, "bit_rate", &video.bit_rate))
        video.bit_rate = 0;
    /* Metadata and cover come 30 s to 5 min after the upload. */
    video.usable = video.width > 0 && video.cover_url.n > 0;
    return video;
}

struct video_search {
    struct platform_session *s;
    struct str name;
    bool found;
    struct platform_video video;
};

static bool match_video(void *arg, const struct json *row, struct err *err)
{
    struct video_search *search = arg;

    (void)err;
    if (!search->found && str_eq(json_text(row, "file_name", STR("")), search->name)) {
        search->found = true;
        search->video = read_video(search->s, row);
    }
    return true;
}

bool tiktok_find_video(struct platform_session *s, struct str file_name, bool *found,
                       struct platform_video *out, struct err *err)
{
    struct video_search search = {.s = s, .name = file_name};
    struct tiktok_args args;
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, s->arena, 1024);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "video_name", file_name);
    json_end(&w);
    tiktok_args(s, &args);
    tiktok_arg(s, &args, "filtering", buf_str(&buf));
    if (!tiktok_get_pages(s, "file/video/ad/search/", &args, SEARCH_PAGE, "list", match_video,
                          &search, err))
        return false;
    *found = search.found;
    *out = search.video;
    return true;
}

bool tiktok_video(struct platform_session *s, struct str video_id, bool *found,
                  struct platform_video *out, struct err *err)
{
    struct tiktok_args args;
    const struct json *data;

    tiktok_args(s, &args);
    tiktok_arg(s, &args, "video_ids", tiktok_json_ids(s, &video_id, 1));
    if (!tiktok_get(s, "file/video/ad/info/", &args, &data, err))
        return false;

    /* Unknown and foreign ids are left out without a word. */
    const struct json *rows = json_at(data, "list");

    *found = json_count(rows) == 1;
    if (*found)
        *out = read_video(s, json_item(rows, 0));
    return true;
}

bool tiktok_covers(struct platform_session *s, struct str video_id, size_t most,
                   struct strs *urls, struct err *err)
{
    struct tiktok_args args;
    const struct json *data;

    tiktok_args(s, &args);
    tiktok_arg(s, &args, "video_id", video_id);
    tiktok_arg(s, &args, "poster_number", str_fmt(s->arena, "%zu", most));
    if (!tiktok_get(s, "file/video/suggestcover/", &args, &data, err))
        return false;

    const struct json *rows = json_at(data, "list");

    for (size_t i = 0; i < json_count(rows) && i < most; i++) {
        struct str url = json_text(json_item(rows, i), "url", STR(""));

        if (url.n)
            *strs_add(urls, s->arena) = str_dup(s->arena, url);
    }
    return true;
}

struct str tiktok_base_url(const struct conf *conf)
{
    return conf->tiktok_base_url;
}

bool tiktok_upload_image(struct platform_session *s, struct str bytes, struct str file_name,
                         struct str md5_hex, struct str *image_id, struct err *err)
{
    struct net_parts parts = {0};
    const struct json *data;

    plain_part(s, &parts, "advertiser_id", s->advertiser_id);
    plain_part(s, &parts, "upload_type", STR("UPLOAD_BY_FILE"));
    plain_part(s, &parts, "file_name", file_name);
    plain_part(s, &parts, "image_signature", md5_hex);
    *net_parts_add(&parts, s->arena) = (struct net_part){
        .name = STR("image_file"),
        .filename = file_name,
        .type = str_ends(file_name, STR(".png")) ? STR("image/png") : STR("image/jpeg"),
        .value = bytes};
    if (!tiktok_upload(s, "file/image/ad/upload/", parts, upload_deadline_ms(0), &data, err))
        return false;
    *image_id = json_id(first_object(data), "image_id", s->arena);
    return image_id->n ||
           err_set(err, ERR_UNCERTAIN, "TikTok's answer to the upload names no image");
}

struct image_search {
    struct arena *arena;
    struct str name;
    struct str id;
};

static bool match_image(void *arg, const struct json *row, struct err *err)
{
    struct image_search *search = arg;

    (void)err;
    if (!search->id.n && str_eq(json_text(row, "file_name", STR("")), search->name))
        search->id = json_id(row, "image_id", search->arena);
    return true;
}

/* file/image/ad/search/ has no filter by name: every page is looked through. */
bool tiktok_find_image(struct platform_session *s, struct str file_name, bool *found,
                       struct str *image_id, struct err *err)
{
    struct image_search search = {.arena = s->arena, .name = file_name};
    struct tiktok_args args;

    tiktok_args(s, &args);
    if (!tiktok_get_pages(s, "file/image/ad/search/", &args, SEARCH_PAGE, "list", match_image,
                          &search, err))
        return false;
    *found = search.id.n > 0;
    *image_id = search.id;
    return true;
}
