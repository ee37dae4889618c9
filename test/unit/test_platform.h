#ifndef TEST_UNIT_TEST_PLATFORM_H
#define TEST_UNIT_TEST_PLATFORM_H

/*
 * A platform in memory: TikTok's words and checks, with objects that are
 * remembered instead of HTTP.  Writes can be told to fail: the n-th from now,
 * before or after they acted.
 *
 *     fake_begin();                       registers it, forgets everything
 *     fake_fail(3, FAKE_LOST_AFTER, 0);   the third write acts, its answer is lost
 */
#include "base/arena.h"
#include "base/err.h"
#include "platform/platform.h"
#include "test.h"
#include "text/json.h"

#include <stdbool.h>

enum fake_fault {
    FAKE_NONE,
    FAKE_LOST_BEFORE, /* did nothing, nobody knows */
    FAKE_LOST_AFTER,  /* acted, nobody knows */
    FAKE_BUSY,
    FAKE_REFUSED,
    FAKE_DENIED,
};

struct fake_object {
    enum platform_level level;
    char id[24], name[600], parent[24], campaign[24];
    bool enabled, deleted;
};
struct fake_file {
    char name[120], id[24];
    int looks; /* how often it was looked at */
};

static struct {
    struct fake_object objects[4000];
    int objects_n;
    struct fake_file videos[200], images[200];
    int videos_n, images_n;
    int usable_after; /* looks until a video is usable */
    char identity_type[24];
    char pages_status[24];
    int next_id;
    int writes;  /* sent so far, uploads included */
    int fail_at; /* counts down; 0 = none */
    enum fake_fault fault;
    int fault_code;
    int read_busy; /* so many reads fail first */
    char last_path[64];
    char last_body[8000];
    char enabled_order[400]; /* levels in the order in which they were enabled */
} fake;

static struct platform fake_platform;

static inline void fake_fail(int at, enum fake_fault fault, int code)
{
    fake.fail_at = at;
    fake.fault = fault;
    fake.fault_code = code;
}

static inline bool fake_err(enum fake_fault fault, struct err *err)
{
    switch (fault) {
    case FAKE_LOST_BEFORE:
    case FAKE_LOST_AFTER:
        return err_set(err, ERR_UNCERTAIN, "the answer was lost");
    case FAKE_BUSY:
        err_set(err, ERR_BUSY, "slow down");
        err->platform_code = 40100;
        return false;
    case FAKE_DENIED:
        err_set(err, ERR_DENIED, "the token is dead");
        err->platform_code = 40105;
        return false;
    default:
        err_set(err, ERR_REFUSED, "TikTok refused: no");
        err->platform_code = fake.fault_code ? fake.fault_code : 40002;
        snprintf(err->platform_message, sizeof err->platform_message, "no, said the platform");
        snprintf(err->platform_request_id, sizeof err->platform_request_id, "rq-fake");
        return false;
    }
}

/* Is this write the one that fails?  *act: does it act all the same? */
static inline enum fake_fault fake_write_fault(bool *act)
{
    enum fake_fault fault = FAKE_NONE;

    fake.writes++;
    if (fake.fail_at && --fake.fail_at == 0)
        fault = fake.fault;
    *act = fault == FAKE_NONE || fault == FAKE_LOST_AFTER;
    return fault;
}

static inline bool fake_read_ok(struct err *err)
{
    if (fake.read_busy <= 0)
        return true;
    fake.read_busy--;
    return err_set(err, ERR_BUSY, "the platform stumbled");
}

static inline void fake_copy(char *out, size_t n, struct str s)
{
    snprintf(out, n, STR_FMT, STR_ARG(s));
}

static inline struct fake_object *fake_find(enum platform_level level, struct str id)
{
    for (int i = 0; i < fake.objects_n; i++)
        if (fake.objects[i].level == level && str_eq(str(fake.objects[i].id), id))
            return &fake.objects[i];
    return NULL;
}

static inline struct fake_object *fake_add(enum platform_level level, struct str name,
                                           struct str parent, struct str campaign, bool enabled)
{
    struct fake_object *o = &fake.objects[fake.objects_n++];

    *o = (struct fake_object){.level = level, .enabled = enabled};
    snprintf(o->id, sizeof o->id, "17%017d", ++fake.next_id);
    fake_copy(o->name, sizeof o->name, name);
    fake_copy(o->parent, sizeof o->parent, parent);
    fake_copy(o->campaign, sizeof o->campaign, campaign);
    return o;
}

static inline int fake_count(enum platform_level level)
{
    int n = 0;

    for (int i = 0; i < fake.objects_n; i++)
        n += fake.objects[i].level == level;
    return n;
}

static inline int fake_count_enabled(enum platform_level level)
{
    int n = 0;

    for (int i = 0; i < fake.objects_n; i++)
        n += fake.objects[i].level == level && fake.objects[i].enabled;
    return n;
}

/* Objects of one level that share a name: doubles. */
static inline int fake_doubles(void)
{
    int n = 0;

    for (int i = 0; i < fake.objects_n; i++)
        for (int k = 0; k < i; k++)
            n += fake.objects[i].level == fake.objects[k].level &&
                 strcmp(fake.objects[i].name, fake.objects[k].name) == 0;
    for (int i = 0; i < fake.videos_n; i++)
        for (int k = 0; k < i; k++)
            n += strcmp(fake.videos[i].name, fake.videos[k].name) == 0;
    return n;
}

static inline struct str fake_act(struct platform_session *s, struct str path,
                                  const struct json *body)
{
    static const char *const words[] = {"campaign", "adgroup", "ad"};
    struct fake_object *made;

    for (int level = LEVEL_CAMPAIGN; level <= LEVEL_AD; level++) {
        if (!str_eq(path, str_fmt(s->arena, "%s/status/update/", words[level])))
            continue;
        const char *ids = level == LEVEL_CAMPAIGN  ? "campaign_ids.0"
                          : level == LEVEL_ADGROUP ? "adgroup_ids.0"
                                                   : "ad_ids.0";
        struct fake_object *o =
            fake_find((enum platform_level)level, json_text(body, ids, STR("")));
        bool enable = str_eq(json_text(body, "operation_status", STR("")), STR("ENABLE"));

        if (o)
            o->enabled = enable;
        if (o && enable)
            snprintf(fake.enabled_order + strlen(fake.enabled_order),
                     sizeof fake.enabled_order - strlen(fake.enabled_order), "%s ",
                     words[level]);
        return STR("{}");
    }
    if (str_eq(path, STR("campaign/create/"))) {
        made = fake_add(LEVEL_CAMPAIGN, json_text(body, "campaign_name", STR("")), STR(""),
                        STR(""),
                        str_eq(json_text(body, "operation_status", STR("")), STR("ENABLE")));
        fake_copy(made->campaign, sizeof made->campaign, str(made->id));
        return str_fmt(s->arena, "{\"campaign_id\":\"%s\"}", made->id);
    }
    if (str_eq(path, STR("adgroup/create/"))) {
        struct str campaign = json_text(body, "campaign_id", STR(""));

        made = fake_add(LEVEL_ADGROUP, json_text(body, "adgroup_name", STR("")), campaign,
                        campaign,
                        str_eq(json_text(body, "operation_status", STR("")), STR("ENABLE")));
        return str_fmt(s->arena, "{\"adgroup_id\":\"%s\"}", made->id);
    }
    if (str_eq(path, STR("ad/create/"))) {
        struct str parent = json_text(body, "adgroup_id", STR(""));
        struct fake_object *group = fake_find(LEVEL_ADGROUP, parent);

        made = fake_add(LEVEL_AD, json_text(body, "creatives.0.ad_name", STR("")), parent,
                        group ? str(group->campaign) : STR(""), true);
        return str_fmt(s->arena, "{\"ad_ids\":[\"%s\"]}", made->id);
    }
    return STR("{}");
}

static inline bool fake_send(struct platform_session *s, const struct platform_write *write,
                             const struct json **data, struct err *err)
{
    const struct json *body;
    bool act;
    enum fake_fault fault = fake_write_fault(&act);

    fake_copy(fake.last_path, sizeof fake.last_path, write->path);
    fake_copy(fake.last_body, sizeof fake.last_body, write->body);
    if (!json_parse(s->arena, write->body, &body, err))
        return false;

    struct str answer = act ? fake_act(s, write->path, body) : STR("{}");

    if (fault != FAKE_NONE)
        return fake_err(fault, err);
    return json_parse(s->arena, answer, data, err);
}

static inline struct platform_object fake_show(const struct fake_object *o)
{
    return (struct platform_object){.id = str(o->id),
                                    .name = str(o->name),
                                    .parent_id = str(o->parent),
                                    .campaign_id = str(o->campaign),
                                    .status = o->deleted   ? STR("deleted")
                                              : o->enabled ? STR("enabled")
                                                           : STR("disabled"),
                                    .secondary_status = STR("SHOWN")};
}

static inline bool fake_objects(struct platform_session *s, enum platform_level level,
                                const struct strs *campaign_ids, struct str name,
                                struct platform_objects *out, struct err *err)
{
    if (!fake_read_ok(err))
        return false;
    for (int i = 0; i < fake.objects_n; i++) {
        const struct fake_object *o = &fake.objects[i];
        bool inside = !campaign_ids || !campaign_ids->n;

        for (size_t k = 0; campaign_ids && k < campaign_ids->n; k++)
            inside = inside || str_eq(campaign_ids->at[k], str(o->campaign));
        if (o->level == level && inside && !o->deleted &&
            (!name.n || str_eq(name, str(o->name))))
            *platform_objects_add(out, s->arena) = fake_show(o);
    }
    return true;
}

static inline bool fake_object(struct platform_session *s, enum platform_level level,
                               struct str id, bool *found, struct platform_object *out,
                               struct err *err)
{
    const struct fake_object *o = fake_find(level, id);

    (void)s;
    if (!fake_read_ok(err))
        return false;
    *found = o != NULL;
    if (o)
        *out = fake_show(o);
    return true;
}

static inline bool fake_identities(struct platform_session *s, struct platform_identities *out,
                                   struct err *err)
{
    if (!fake_read_ok(err))
        return false;
    *platform_identities_add(out, s->arena) =
        (struct platform_identity){.id = STR("identity-1"),
                                   .type = str(fake.identity_type),
                                   .display_name = STR("Our account"),
                                   .available = true,
                                   .can_push_video = true};
    return true;
}

static inline bool fake_pages(struct platform_session *s, struct platform_pages *out,
                              struct err *err)
{
    if (!fake_read_ok(err))
        return false;
    *platform_pages_add(out, s->arena) =
        (struct platform_page){.id = STR("7123456789012345678"),
                               .name = STR("Form"),
                               .type = STR("LEAD_GEN"),
                               .status = str(fake.pages_status)};
    return true;
}

static inline bool fake_upload(struct fake_file *files, int *n, struct str name, struct str *id,
                               struct err *err)
{
    bool act;
    enum fake_fault fault = fake_write_fault(&act);

    for (int i = 0; act && i < *n; i++)
        if (str_eq(str(files[i].name), name))
            return fake_err(FAKE_REFUSED, err); /* the name is taken */
    if (act) {
        struct fake_file *file = &files[(*n)++];

        *file = (struct fake_file){0};
        snprintf(file->id, sizeof file->id, "file-%d", ++fake.next_id);
        fake_copy(file->name, sizeof file->name, name);
        *id = str(file->id);
    }
    return fault == FAKE_NONE || fake_err(fault, err);
}

static inline bool fake_upload_video(struct platform_session *s, const char *path,
                                     struct str file_name, struct str md5_hex, int64_t size,
                                     struct str *video_id, struct err *err)
{
    (void)s, (void)path, (void)md5_hex, (void)size;
    return fake_upload(fake.videos, &fake.videos_n, file_name, video_id, err);
}

static inline bool fake_upload_image(struct platform_session *s, struct str bytes,
                                     struct str file_name, struct str md5_hex,
                                     struct str *image_id, struct err *err)
{
    (void)s, (void)bytes, (void)md5_hex;
    return fake_upload(fake.images, &fake.images_n, file_name, image_id, err);
}

static inline struct platform_video fake_show_video(struct fake_file *file)
{
    file->looks++;
    return (struct platform_video){.id = str(file->id),
                                   .name = str(file->name),
                                   .usable = file->looks > fake.usable_after};
}

static inline bool fake_find_video(struct platform_session *s, struct str file_name,
                                   bool *found, struct platform_video *out, struct err *err)
{
    (void)s;
    *found = false;
    if (!fake_read_ok(err))
        return false;
    for (int i = 0; i < fake.videos_n; i++)
        if (str_eq(str(fake.videos[i].name), file_name)) {
            *out = fake_show_video(&fake.videos[i]);
            *found = true;
        }
    return true;
}

static inline bool fake_video(struct platform_session *s, struct str video_id, bool *found,
                              struct platform_video *out, struct err *err)
{
    (void)s;
    *found = false;
    if (!fake_read_ok(err))
        return false;
    for (int i = 0; i < fake.videos_n; i++)
        if (str_eq(str(fake.videos[i].id), video_id)) {
            *out = fake_show_video(&fake.videos[i]);
            *found = true;
        }
    return true;
}

static inline bool fake_find_image(struct platform_session *s, struct str file_name,
                                   bool *found, struct str *image_id, struct err *err)
{
    (void)s;
    *found = false;
    if (!fake_read_ok(err))
        return false;
    for (int i = 0; i < fake.images_n; i++)
        if (str_eq(str(fake.images[i].name), file_name)) {
            *image_id = str(fake.images[i].id);
            *found = true;
        }
    return true;
}

static inline bool fake_covers(struct platform_session *s, struct str video_id, size_t most,
                               struct strs *urls, struct err *err)
{
    (void)s, (void)video_id, (void)most, (void)urls;
    return fake_read_ok(err);
}

/* "code-2" reaches two advertisers, "code-0" none, "code-x" is refused. */
static inline bool fake_exchange(struct platform_session *s, struct str code,
                                 struct str redirect_uri, struct platform_token *token,
                                 struct platform_advertisers *advertisers, struct err *err)
{
    int n = code.n && str_starts(code, STR("code-")) ? code.p[5] - '0' : -1;

    if (n < 0 || n > 9) {
        err_set(err, ERR_REFUSED, "TikTok refused oauth2/access_token/: wrong code");
        err->platform_code = 40110;
        return false;
    }
    for (int i = 0; i < n; i++)
        *platform_advertisers_add(advertisers, s->arena) = (struct platform_advertiser){
            .id = str_fmt(s->arena, "9%03d", i),
            .name = str_fmt(s->arena, "Advertiser %d", i),
            .currency = i % 2 ? STR("USD") : STR("KZT"),
            .zone = STR("Asia/Almaty"),
            .country = STR("KZ"),
            .status = i == 0 && n > 1 ? STR("STATUS_LIMIT") : STR("STATUS_ENABLE"),
            .deliverable = !(i == 0 && n > 1)};
    (void)redirect_uri;
    *token = (struct platform_token){.secret = {STR("tt-secret-token")}};
    return true;
}

static inline void fake_begin(void)
{
    memset(&fake, 0, sizeof fake);
    snprintf(fake.identity_type, sizeof fake.identity_type, "TT_USER");
    snprintf(fake.pages_status, sizeof fake.pages_status, "PUBLISHED");
    fake_platform = platform_tiktok;
    fake_platform.exchange = fake_exchange;
    fake_platform.identities = fake_identities;
    fake_platform.pages = fake_pages;
    fake_platform.upload_video = fake_upload_video;
    fake_platform.covers = fake_covers;
    fake_platform.upload_image = fake_upload_image;
    fake_platform.find_video = fake_find_video;
    fake_platform.find_image = fake_find_image;
    fake_platform.video = fake_video;
    fake_platform.send = fake_send;
    fake_platform.objects = fake_objects;
    fake_platform.object = fake_object;
    platform_register_for_tests(&fake_platform);
}

#endif
