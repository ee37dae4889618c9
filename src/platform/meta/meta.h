#ifndef PLATFORM_META_META_H
#define PLATFORM_META_META_H

#include "platform/platform.h"
#include "net/net.h"
#include "text/json.h"

/*
 * Facebook's Graph and Marketing API behind struct platform, as "facebook".
 * Inside this folder:
 *
 *   call.c    one HTTP call: token and proof, envelope, retry of reads, paging
 *   error.c   codes and subcodes to our error kinds and hints, as a table
 *   oauth.c   the dialog, tokens, ad accounts
 *   page.c    pages as identities, their forms, asking for their leads
 *   video.c   videos, in one piece or in the windows that Facebook chooses
 *   image.c   images, by hash
 *   event.c   conversions
 *   lead.c    leads of forms
 *   target.c  places, interests, languages by search; what a direction may ask for
 *
 * Campaigns are not made here yet: those members of the struct are NULL.
 */

/* --- call.c: the wire --- */

/* Parameters of a query or of a form. */
struct meta_args {
    struct buf text; /* encoded, without '?' */
};
void meta_args(struct platform_session *s, struct meta_args *args);
void meta_arg(struct platform_session *s, struct meta_args *args, const char *name,
              struct str value);
/* "act_<id>/<edge>" of the session's ad account. */
struct str meta_account_path(struct platform_session *s, const char *edge);

/* A read, repeated once after a passing failure.  *data is the whole answer. */
bool meta_get(struct platform_session *s, struct str path, const struct meta_args *args,
              const struct json **data, struct err *err);
/* Every row of a list, by cursor; `each` may set *stop. */
typedef bool meta_row(void *arg, const struct json *row, bool *stop, struct err *err);
bool meta_get_all(struct platform_session *s, struct str path, const struct meta_args *args,
                  int page_size, meta_row *each, void *arg, struct err *err);
/* A write, sent once. */
bool meta_post(struct platform_session *s, struct str path, const struct meta_args *args,
               const struct json **data, struct err *err);

/* The same with a body that is JSON already. */
bool meta_post_json(struct platform_session *s, struct str path, struct str body,
                    const struct json **data, struct err *err);

/* What a refusal says besides the err. */
struct meta_refusal {
    int64_t code, subcode;
    bool transient;
    const struct json *error; /* of the envelope; NULL when there was none */
};
/* A write as multipart/form-data, sent once; `video` = to the host of video bytes. */
bool meta_upload(struct platform_session *s, struct str path, bool video,
                 struct net_parts parts, int64_t deadline_ms, const struct json **data,
                 struct meta_refusal *refusal, struct err *err);
/* Was a read refused because the object is not there (or not ours to see)? */
bool meta_is_gone(const struct err *err);

/* --- error.c --- */

/* Turn the error of an envelope into an err; false.  `write`: the call may have acted. */
bool meta_refuse(struct str path, bool write, const struct json *error,
                 struct meta_refusal *refusal, struct err *err);
/* May a read that failed so be repeated at once? (Throttles may not: they need time.) */
bool meta_code_passes(int64_t code);

/* --- page.c --- */

/* The session with the page's own token in it. */
bool meta_page_session(struct platform_session *s, struct str page_id,
                       struct platform_session *out, struct err *err);

/* --- the members of platform_meta, by file --- */
struct str meta_authorize_url(const struct conf *conf, struct arena *arena, struct str state,
                              struct str redirect_uri);
bool meta_check_settings(const struct conf *conf, struct err *err);
bool meta_exchange(struct platform_session *s, struct str code, struct str redirect_uri,
                   struct platform_token *token, struct platform_advertisers *advertisers,
                   struct err *err);
bool meta_advertiser(struct platform_session *s, struct platform_advertiser *out,
                     struct err *err);
bool meta_identities(struct platform_session *s, struct platform_identities *out,
                     struct err *err);
const struct platform_identity *meta_best_identity(const struct platform_identities *list);
bool meta_check_identity(const struct platform_identity *identity, struct err *err);
bool meta_subscribe_leads(struct platform_session *s, struct str callback_url, bool *added,
                          struct err *err);
bool meta_pages(struct platform_session *s, struct platform_pages *out, struct err *err);

bool meta_targets(struct platform_session *s, enum platform_target_kind kind,
                  struct str question, struct platform_targets *out, struct err *err);
bool meta_pixels(struct platform_session *s, struct platform_pixels *out, struct err *err);
const struct platform_objective *meta_objectives(size_t *n);
const char *const *meta_calls_to_action(size_t *n);
int64_t meta_minimum_budget(struct str currency);

bool meta_upload_video(struct platform_session *s, const char *path, struct str file_name,
                       struct str md5_hex, int64_t size, struct str *video_id, struct err *err);
bool meta_find_video(struct platform_session *s, struct str file_name, bool *found,
                     struct platform_video *out, struct err *err);
bool meta_video(struct platform_session *s, struct str video_id, bool *found,
                struct platform_video *out, struct err *err);
bool meta_upload_image(struct platform_session *s, struct str bytes, struct str file_name,
                       struct str md5_hex, struct str *image_id, struct err *err);
bool meta_find_image(struct platform_session *s, struct str file_name, bool *found,
                     struct str *image_id, struct err *err);
bool meta_covers(struct platform_session *s, struct str video_id, size_t most,
                 struct strs *urls, struct err *err);
struct str meta_base_url(const struct conf *conf);

struct str meta_event_phone(struct arena *arena, struct str e164);
bool meta_check_event(const struct platform_event_target *target,
                      const struct platform_event *event, int64_t now_ms, struct err *err);
struct str meta_event_body(struct arena *arena, const struct platform_event_target *target,
                           const struct platform_event *const *events, size_t n, bool shown);
bool meta_send_events(struct platform_session *s, const struct platform_event_target *target,
                      struct str body, struct str *answer, struct err *err);
bool meta_pixel_code(struct platform_session *s, struct str pixel_id, struct str *code,
                     struct err *err);

bool meta_lead(struct platform_session *s, struct str page_id, struct str lead_id, bool *found,
               struct platform_lead *out, struct err *err);
bool meta_leads(struct platform_session *s, struct str page_id, struct str form_id,
                int64_t since_ms, struct platform_leads *out, struct err *err);

#endif
