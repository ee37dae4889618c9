/* image.c - images of the ad account: a picture is known by its hash. */

#include "platform/meta/meta.h"

#define IMAGES_PAGE       100
#define IMAGE_DEADLINE_MS 120000

bool meta_upload_image(struct platform_session *s, struct str bytes, struct str file_name,
                       struct str md5_hex, struct str *image_id, struct err *err)
{
    struct net_parts parts = {0};
    const struct json *data, *image = NULL;
    void *cursor = NULL;
    struct str name;

    (void)md5_hex;
    *net_parts_add(&parts, s->arena) = (struct net_part){
        .name = STR("filename"),
        .filename = file_name,
        .type = str_ends(file_name, STR(".png")) ? STR("image/png") : STR("image/jpeg"),
        .value = bytes};
    if (!meta_upload(s, meta_account_path(s, "adimages"), false, parts, IMAGE_DEADLINE_MS,
                     &data, NULL, err))
        return false;
    /* {"images":{"<name>":{"hash":...}}}: one image was sent, one comes back. */
    if (json_each(json_at(data, "images"), &cursor, &name, &image))
        *image_id = json_text(image, "hash", STR(""));
    else
        *image_id = STR("");
    return image_id->n ||
           err_set(err, ERR_UNCERTAIN, "Facebook's answer to the upload names no image");
}

struct image_search {
    struct str name;
    struct str hash;
};

static bool match_image(void *arg, const struct json *row, bool *stop, struct err *err)
{
    struct image_search *search = arg;

    (void)err;
    if (str_eq(json_text(row, "name", STR("")), search->name)) {
        search->hash = json_text(row, "hash", STR(""));
        *stop = search->hash.n > 0;
    }
    return true;
}

bool meta_find_image(struct platform_session *s, struct str file_name, bool *found,
                     struct str *image_id, struct err *err)
{
    struct image_search search = {.name = file_name};
    struct meta_args args;

    meta_args(s, &args);
    meta_arg(s, &args, "fields", STR("hash,name"));
    meta_arg(s, &args, "name", file_name);
    if (!meta_get_all(s, meta_account_path(s, "adimages"), &args, IMAGES_PAGE, match_image,
                      &search, err))
        return false;
    *found = search.hash.n > 0;
    *image_id = search.hash;
    return true;
}
