#ifndef CREATIVE_CREATIVE_H
#define CREATIVE_CREATIVE_H

#include "base/list.h"
#include "base/strs.h"
#include "job/job.h"
#include "platform/platform.h"

struct app;
struct conf;
struct db;
struct net;

/*
 * Creatives: a video with its texts, its file below the data folder, and its
 * copies on the platforms.
 *
 * States: processing (the file is not here or not looked at yet) -> ready |
 * failed (error_text says why; creative_retry goes back to processing).  Every
 * change raises `version`; a change made on an older version is refused.
 */
struct creative {
    struct str id, direction_id, group_id;
    struct str title;
    struct str media_type; /* video */
    struct str status, error_text;
    struct str media_path; /* below the data folder; "" = not here yet */
    struct str media_url;  /* where it is fetched from; "" = it was uploaded */
    struct str sha256, md5;
    int64_t size_bytes, duration_ms, width, height;
    struct str probe_json; /* facts and findings, as creative_probe_print writes them */
    struct str ad_text, call_to_action, landing_page_url;
    int64_t version, created_ms, updated_ms;
};
LIST(creatives, struct creative);

struct creative_wish {
    struct str direction_id; /* "" = none yet */
    struct str group_id;     /* "" = its own */
    struct str title;
    struct str media_type; /* "" = video */
    struct str media_url;
    struct str ad_text, call_to_action, landing_page_url;
    struct str
        platform; /* "both": also for the direction of the same name on the other platform */
    struct str actor;
};

/* Would a creative be made of this wish?  ERR_INVALID by field, ERR_NOT_FOUND for a direction
 * that is not there.  The title may be missing where a file brings its name (`named`). */
MUST_CHECK bool creative_wish_check(struct db *db, struct arena *arena,
                                    const struct creative_wish *wish, bool named,
                                    struct err *err);

/* Found by media_url: the row and the job that fetches and looks at it, in one transaction. */
MUST_CHECK bool creative_add(struct db *db, struct arena *arena,
                             const struct creative_wish *wish, int64_t now_ms, struct str *id,
                             struct err *err);
/* From bytes or a file that are here: looked at first, so a bad video is refused at once and
 * nothing is kept.  The file is copied.  *out is ready. */
MUST_CHECK bool creative_add_from_bytes(const struct app *app, struct db *db,
                                        struct arena *arena, const struct creative_wish *wish,
                                        struct str bytes, int64_t now_ms, struct creative *out,
                                        struct err *err);
MUST_CHECK bool creative_add_from_file(const struct app *app, struct db *db,
                                       struct arena *arena, const struct creative_wish *wish,
                                       const char *path, int64_t now_ms, struct creative *out,
                                       struct err *err);

/*
 * From a finished upload, inside the transaction that marks it finished: the
 * row(s) with status processing and their job; the bytes are looked at later.
 * The file is linked to its place at once, so the upload's own name for it may
 * go when the transaction is committed.  A `both` wish makes two creatives of
 * one group, each with a link of its own; *creative_id is the first.
 *
 * Seen twice (by the last part of file->path, which never comes again) it is
 * the same creative.  A direction that has gone meanwhile is left out: bytes
 * that arrived are kept.  The caller wakes the job runner after the commit.
 */
struct creative_source {
    struct str path;   /* below the data folder; last part: letters, digits, '-' and '_' */
    struct str sha256; /* hex, from the receiving */
    struct str md5;    /* hex, from the receiving; "" = it is made while sending */
    int64_t size_bytes;
    struct str file_name, file_type; /* as the client named them; "" = unknown */
};
MUST_CHECK bool creative_add_from_upload(const struct app *app, struct db *db,
                                         struct arena *arena, const struct creative_wish *wish,
                                         const struct creative_source *file, int64_t now_ms,
                                         struct str *creative_id, struct err *err);

/* Deleted ones are not found. */
MUST_CHECK bool creative_get(struct db *db, struct arena *arena, struct str id,
                             struct creative *out, struct err *err);
struct creative_filter {
    struct str direction_id, status; /* "" = all */
    int64_t before_ms;               /* page: older than this row; 0 = from the newest */
    struct str before_id;
    int64_t limit;
};
/* Newest first. */
MUST_CHECK bool creative_list(struct db *db, struct arena *arena,
                              const struct creative_filter *filter, struct creatives *out,
                              struct err *err);
/* The creatives of a group, oldest first: one for each platform. */
MUST_CHECK bool creative_group(struct db *db, struct arena *arena, struct str group_id,
                               struct creatives *out, struct err *err);
/* Of these ids, in this order; one that is missing or foreign is ERR_NOT_FOUND. */
MUST_CHECK bool creative_list_ids(struct db *db, struct arena *arena, const struct strs *ids,
                                  struct creatives *out, struct err *err);
/* The oldest other creative of the same ad account with the same content; "" = none. */
MUST_CHECK bool creative_duplicate_of(struct db *db, struct arena *arena,
                                      const struct creative *creative, struct str *id,
                                      struct err *err);

struct creative_change {
    bool set_title, set_direction, set_ad_text, set_call_to_action, set_landing_page_url;
    struct str title, direction_id, ad_text, call_to_action, landing_page_url;
    int64_t version; /* that the change was made on; 0 = whatever it is */
};
MUST_CHECK bool creative_update(struct db *db, struct arena *arena, struct str id,
                                const struct creative_change *change, struct str actor,
                                int64_t now_ms, struct err *err);
MUST_CHECK bool creative_delete(struct db *db, struct arena *arena, struct str id,
                                struct str actor, int64_t now_ms, struct err *err);
/* A failed one is fetched and looked at again. */
MUST_CHECK bool creative_retry(struct db *db, struct arena *arena, struct str id,
                               struct str actor, int64_t now_ms, struct err *err);

/* A platform refused the video: shown with the creative.  Inside the caller's transaction; does
 * nothing to a creative that was changed meanwhile. */
MUST_CHECK bool creative_mark_failed(struct db *db, struct arena *arena,
                                     const struct creative *creative, const struct err *why,
                                     int64_t now_ms, struct err *err);

/* Where the file and the poster made of it are; "" when there is no file. */
const char *creative_path(const struct conf *conf, struct arena *arena,
                          const struct creative *creative);
const char *creative_poster_path(const struct conf *conf, struct arena *arena,
                                 const struct creative *creative);

/* --- on a platform --- */

/* A platform's video id belongs to the advertiser that it was uploaded to. */
struct creative_copy {
    struct str file_name; /* unique on the platform: what reading back looks for */
    struct str video_id, cover_url, image_id;
    bool usable;
    int64_t uploaded_ms; /* when sending began; 0 = not yet */
};

/*
 * Make sure that the advertiser of the session has the video and its poster.
 * Safe to repeat at any point: what was sent is found again by its file name.
 * ERR_BUSY while the platform still works on the video (come back in seconds);
 * ERR_INVALID when the creative has no usable file.
 */
MUST_CHECK bool creative_ensure_on_platform(struct db *db, struct arena *arena,
                                            const struct platform *platform,
                                            struct platform_session *session,
                                            const struct creative *creative, int64_t now_ms,
                                            struct creative_copy *out, struct err *err);
/* The copy as it is stored; found or not. */
MUST_CHECK bool creative_copy_find(struct db *db, struct arena *arena, struct str creative_id,
                                   struct str platform, struct str advertiser_id, bool *found,
                                   struct creative_copy *out, struct err *err);

/* "creative.prepare".  When it ends well it asks for a job "creative.push". */
extern const struct job_kind creative_jobs[];

#endif
