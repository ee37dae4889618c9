/* upload_wish.c - what an upload's metadata says about the creative it will be. */

#include "creative/upload_parts.h"

#include "base/arena.h"
#include "base/limits.h"

/* What the check of the finished file can be asked about; it decides by the bytes. */
static const struct {
    const char *type;
    const char *endings; /* of file names */
} kinds[] = {
    {"video/mp4", "mp4 m4v"},    {"video/quicktime", "mov qt"}, {"video/webm", "webm"},
    {"video/mpeg", "mpeg mpg"},  {"video/3gpp", "3gp"},         {"video/x-msvideo", "avi"},
    {"video/x-matroska", "mkv"}, {"image/jpeg", "jpg jpeg"},    {"image/png", "png"},
};

static const char *type_of_name(struct arena *arena, struct str name)
{
    size_t dot = name.n;

    while (dot && name.p[dot - 1] != '.')
        dot--;
    if (!dot)
        return NULL;
    struct str ending = str_lower(arena, str_sub(name, dot, name.n));
    for (size_t i = 0; i < countof(kinds); i++) {
        struct str rest = str(kinds[i].endings);
        while (rest.n)
            if (str_eq(str_cut(&rest, ' '), ending))
                return kinds[i].type;
    }
    return NULL;
}

/* The type as told, else by the name's ending; a file that says nothing is let in. */
static bool read_type(struct arena *arena, struct str told, struct str name, struct str *type,
                      enum upload_why *why, struct err *err)
{
    struct str bare = str_lower(arena, str_trim(str_cut(&told, ';')));
    const char *by_name = type_of_name(arena, name);

    *type = STR("");
    for (size_t i = 0; i < countof(kinds); i++)
        if (str_eq(bare, str(kinds[i].type)))
            *type = bare;
    if (!type->n && by_name && (!bare.n || str_eq(bare, STR("application/octet-stream"))))
        *type = str(by_name);
    if (type->n || (!bare.n && !name.n))
        return true;
    *why = UPLOAD_TYPE;
    return err_input(
        err, "filetype", "upload an MP4, MOV or WebM video, or a JPEG or PNG image",
        "a file of the type \"" STR_FMT "\" named \"" STR_FMT "\" cannot become a creative",
        STR_ARG(str_sub(bare, 0, 60)), STR_ARG(str_sub(name, 0, 80)));
}

/* "Summer, sale": a tag of its own between the commas. */
static bool read_tags(struct arena *arena, struct str list, struct strs *out, struct err *err)
{
    if (!str_utf8(list) || str_length(list) > LIMIT_TAGS_PER_CREATIVE * (LIMIT_TAG + 2))
        return err_input(err, "tags", "shorter text in UTF-8",
                         "the metadata's tags are not UTF-8 or too long");
    while (list.n) {
        struct str tag = str_trim(str_cut(&list, ','));
        if (tag.n)
            *strs_add(out, arena) = tag;
    }
    return true;
}

/* Uppy says name and type, others filename and filetype. */
static struct str either(const struct tus_pairs *pairs, const char *key, const char *other)
{
    struct str value = tus_value(pairs, key);

    return value.n ? value : tus_value(pairs, other);
}

bool upload_read_wish(struct arena *arena, const struct upload *upload,
                      struct creative_wish *wish, struct creative_source *file,
                      enum upload_why *why, struct err *err)
{
    struct tus_pairs pairs = {0};
    const struct {
        const char *key;
        size_t limit; /* characters */
        struct str *value;
    } ours[] = {
        {"title", LIMIT_TITLE, &wish->title},
        {"direction_id", LIMIT_NAME, &wish->direction_id},
        {"creative_group_id", LIMIT_NAME, &wish->group_id},
        {"ad_text", LIMIT_TEXT, &wish->ad_text},
        {"call_to_action", 60, &wish->call_to_action},
        {"landing_page_url", LIMIT_URL_TEXT, &wish->landing_page_url},
        {"platform", 20, &wish->platform},
    };

    *wish = (struct creative_wish){.actor = upload->actor};
    *file = (struct creative_source){0};
    if (!tus_metadata(arena, upload->metadata, &pairs, err))
        return false;
    for (size_t i = 0; i < countof(ours); i++) {
        struct str value = tus_value(&pairs, ours[i].key);
        if (!str_utf8(value) || str_length(value) > ours[i].limit)
            return err_input(err, ours[i].key, "shorter text in UTF-8",
                             "the metadata's %s is not UTF-8 or longer than %zu characters",
                             ours[i].key, ours[i].limit);
        *ours[i].value = value;
    }
    if (!read_tags(arena, tus_value(&pairs, "tags"), &wish->tags, err))
        return false;
    struct str name = either(&pairs, "filename", "name");
    if (!str_utf8(name) || str_length(name) > LIMIT_LABEL)
        return err_input(err, "filename", "a shorter name in UTF-8",
                         "the metadata's filename is not UTF-8 or longer than %d characters",
                         LIMIT_LABEL);
    file->file_name = name;
    return read_type(arena, either(&pairs, "filetype", "type"), name, &file->file_type, why,
                     err);
}
