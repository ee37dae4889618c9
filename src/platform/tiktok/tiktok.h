#ifndef PLATFORM_TIKTOK_TIKTOK_H
#define PLATFORM_TIKTOK_TIKTOK_H

#include "platform/platform.h"
#include "net/net.h"
#include "text/json.h"

/*
 * TikTok API for Business, v1.3, behind struct platform.  Inside this folder:
 *
 *   call.c        one HTTP call: envelope, retry of reads, paging
 *   error.c       codes and messages to our error kinds and hints, as a table
 *   oauth.c       authorization, advertisers, identities, instant pages
 *   subscription.c  asking for lead webhooks
 *   file.c        video and image uploads and their read-back
 *   object.c      campaigns, ad groups, ads: reading, status, budget
 *   capability.c  what goes together, as data; checks before any call
 *   targeting.c   places, ages, languages to TikTok's ids
 *   target_list.c TikTok's own lists of places, interests and languages; pixels
 *   plan.c        bodies of the creates
 *   report.c      daily figures by ad
 *   lead.c        leads of instant forms, by the export
 *   event.c       conversions sent back (Events API 2.0)
 */

/* --- call.c: the wire --- */

/* Query parameters: scalars plain, lists and objects as JSON text. */
struct tiktok_args {
    struct buf query; /* encoded, without '?' */
};
void tiktok_args(struct platform_session *s, struct tiktok_args *args);
void tiktok_arg(struct platform_session *s, struct tiktok_args *args, const char *name,
                struct str value);
/* ["a","b"] from a NULL-ended list. */
struct str tiktok_json_list(struct platform_session *s, const char *const *items);
struct str tiktok_json_ids(struct platform_session *s, const struct str *ids, size_t n);

/* A read, repeated once after a passing failure.  `path` as "campaign/get/". */
bool tiktok_get(struct platform_session *s, const char *path, const struct tiktok_args *args,
                const struct json **data, struct err *err);
/* Every page of a list: `each` is called with the data of each page, until all is read or the
 * guard is reached (logged).  `list` is the member that holds the rows. */
bool tiktok_get_pages(struct platform_session *s, const char *path,
                      const struct tiktok_args *args, int page_size, const char *list,
                      bool (*each)(void *arg, const struct json *row, struct err *err),
                      void *arg, struct err *err);
/* A write, sent once. */
bool tiktok_post(struct platform_session *s, struct str path, struct str body,
                 const struct json **data, struct err *err);
/* A file; a failure that comes as an envelope in its place is one.  `header` "" value = not
 * sent. */
bool tiktok_download(struct platform_session *s, const char *path, struct tiktok_args *args,
                     struct str header, struct str value, size_t limit, struct str *out,
                     struct err *err);
/* multipart/form-data, sent once. */
bool tiktok_upload(struct platform_session *s, const char *path, struct net_parts parts,
                   int64_t deadline_ms, const struct json **data, struct err *err);

/* --- error.c --- */

/* Turn an answer that is not success into an err.  `write`: the call may have acted. */
bool tiktok_refusal(struct str path, bool write, int64_t code, struct str message,
                    struct str request_id, struct err *err);
/* May a read that was answered so be repeated at once? (Throttles may not: they need time.) */
bool tiktok_code_passes(int64_t code);
bool tiktok_code_succeeds(int64_t code);

/* --- subscription.c --- */
bool tiktok_subscribe_leads(struct platform_session *s, struct str callback_url, bool *added,
                            struct err *err);

/* --- file.c --- */
struct str tiktok_base_url(const struct conf *conf);
bool tiktok_covers(struct platform_session *s, struct str video_id, size_t most,
                   struct strs *urls, struct err *err);

/* --- lead.c --- */
bool tiktok_leads(struct platform_session *s, struct str page_id, struct str form_id,
                  int64_t since_ms, struct platform_leads *out, struct err *err);
/* The file of an export, without what is older.  Pure, for fuzzing. */
bool tiktok_leads_read(struct arena *arena, struct str csv, struct str page_id,
                       int64_t since_ms, struct platform_leads *out, struct err *err);

/* --- object.c --- */
const char *tiktok_level_word(enum platform_level level); /* "campaign", "adgroup", "ad" */

/* --- capability.c --- */

/* A row of the matrix: one way to run one objective. */
struct tiktok_capability {
    const char *objective;      /* ours */
    const char *destination;    /* instant_page, website, website_event, app, none */
    const char *objective_type; /* from here on TikTok's words */
    const char *goal;
    const char *billing;
    const char *promotion_type;        /* "" = not sent */
    const char *promotion_target_type; /* "" = not sent */
    const char *event;                 /* optimization_event when the direction names none */
    const char *call_to_action;
    bool needs_landing, needs_page, needs_pixel, needs_app;
    bool cpv_display; /* bid_display_mode CPV */
    bool frequency;   /* frequency and frequency_schedule */
};
/* The row for a plan; NULL for an objective that is not in the matrix. */
const struct tiktok_capability *tiktok_capability_of(const struct platform_plan *plan);
/* TikTok's word for an event (ours, the Events API's or its own); "" when there is none. */
struct str tiktok_event_word(struct str event);
bool tiktok_has_emoji(struct str s);

bool tiktok_objective(struct str word, struct str *ours, struct err *err);
bool tiktok_check_budget(struct str currency, int64_t daily_micros, struct err *err);
int64_t tiktok_minimum_budget(struct str currency);
bool tiktok_check_plan(struct arena *arena, const struct platform_plan *plan, struct err *err);
bool tiktok_check_ad(struct str text, struct str call_to_action, struct str landing_page_url,
                     struct err *err);
const struct platform_objective *tiktok_objectives(size_t *n);
const char *const *tiktok_calls_to_action(size_t *n);
const char *const *tiktok_event_names(size_t *n);
#define TIKTOK_AD_TEXT_MOST 100 /* characters */
struct str tiktok_clean_name(struct arena *arena, struct str name);

/* --- target_list.c --- */
bool tiktok_targets(struct platform_session *s, enum platform_target_kind kind,
                    struct str question, struct platform_targets *out, struct err *err);
bool tiktok_pixels(struct platform_session *s, struct platform_pixels *out, struct err *err);

/* --- targeting.c --- */
void tiktok_known_places(struct arena *arena, struct str question,
                         struct platform_targets *out);

/* An audience in TikTok's words. */
struct tiktok_targeting {
    struct strs location_ids;
    struct strs age_groups;
    const char *gender;
    struct strs languages;
    struct strs interest_ids;
};
bool tiktok_targeting(struct arena *arena, const struct platform_audience *audience,
                      struct tiktok_targeting *out, struct err *err);
bool tiktok_check_audience(struct arena *arena, const struct platform_audience *audience,
                           struct err *err);

/* --- the members of platform_tiktok, by file --- */
struct str tiktok_authorize_url(const struct conf *conf, struct arena *arena, struct str state,
                                struct str redirect_uri);
bool tiktok_check_settings(const struct conf *conf, struct err *err);
bool tiktok_exchange(struct platform_session *s, struct str code, struct str redirect_uri,
                     struct platform_token *token, struct platform_advertisers *advertisers,
                     struct err *err);
bool tiktok_advertiser(struct platform_session *s, struct platform_advertiser *out,
                       struct err *err);
bool tiktok_identities(struct platform_session *s, struct platform_identities *out,
                       struct err *err);
const struct platform_identity *tiktok_best_identity(const struct platform_identities *list);
bool tiktok_check_identity(const struct platform_identity *identity, struct err *err);
bool tiktok_pages(struct platform_session *s, struct platform_pages *out, struct err *err);

bool tiktok_upload_video(struct platform_session *s, const char *path, struct str file_name,
                         struct str md5_hex, int64_t size, struct str *video_id,
                         struct err *err);
bool tiktok_find_video(struct platform_session *s, struct str file_name, bool *found,
                       struct platform_video *out, struct err *err);
bool tiktok_video(struct platform_session *s, struct str video_id, bool *found,
                  struct platform_video *out, struct err *err);
bool tiktok_upload_image(struct platform_session *s, struct str bytes, struct str file_name,
                         struct str md5_hex, struct str *image_id, struct err *err);
bool tiktok_find_image(struct platform_session *s, struct str file_name, bool *found,
                       struct str *image_id, struct err *err);

bool tiktok_send(struct platform_session *s, const struct platform_write *write,
                 const struct json **data, struct err *err);
const char *tiktok_delivery(struct str word);
bool tiktok_objects(struct platform_session *s, enum platform_level level,
                    const struct strs *campaign_ids, struct str name,
                    struct platform_objects *out, struct err *err);
bool tiktok_object(struct platform_session *s, enum platform_level level, struct str id,
                   bool *found, struct platform_object *out, struct err *err);
struct platform_write tiktok_write_status(struct platform_session *s, enum platform_level level,
                                          struct str id, bool enabled);
struct platform_write tiktok_write_adgroup_budget(struct platform_session *s, struct str id,
                                                  int64_t daily_micros);
bool tiktok_made_id(struct platform_session *s, enum platform_level level,
                    const struct json *data, struct str *id, struct err *err);

struct platform_write tiktok_write_campaign(struct platform_session *s,
                                            const struct platform_plan *plan,
                                            const struct platform_names *names);
struct platform_write tiktok_write_adgroup(struct platform_session *s,
                                           const struct platform_plan *plan,
                                           const struct platform_names *names,
                                           struct str campaign_id, int64_t now_ms);
struct platform_write tiktok_write_ad(struct platform_session *s,
                                      const struct platform_plan *plan, struct str adgroup_id,
                                      const struct platform_ad *ad);

#define TIKTOK_EVENTS_MOST 1000 /* of one request; one more refuses them all */
struct str tiktok_event_phone(struct arena *arena, struct str e164);
bool tiktok_check_event(const struct platform_event_target *target,
                        const struct platform_event *event, int64_t now_ms, struct err *err);
struct str tiktok_event_body(struct arena *arena, const struct platform_event_target *target,
                             const struct platform_event *const *events, size_t n, bool shown);
bool tiktok_send_events(struct platform_session *s, const struct platform_event_target *target,
                        struct str body, struct str *answer, struct err *err);
bool tiktok_pixel_code(struct platform_session *s, struct str pixel_id, struct str *code,
                       struct err *err);

bool tiktok_metrics(struct platform_session *s, struct str first_day, struct str last_day,
                    struct platform_metric_rows *out, struct err *err);

#endif
