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
 * Creatives: a video, an image or a carousel with its texts, its file below the
 * data folder, and its copies on the platforms.
 *
 * status: processing (the file is not here or not looked at yet) -> ready (may
 * be launched) | failed (error_text says why; creative_retry goes back to
 * processing).  Every change of it raises `version`; a change made on an older
 * version is refused.
 *
 * push_state: how far the advertiser of its direction has it.  A creative is
 * ready here before it is there; a launch sends what is not there yet.
 *
 *   ""       nothing is to be sent: not ready, or no direction
 *   waiting  push_text says for what ("no connected account", or its turn)
 *   sending  under way; creative_steps tells how far
 *   ready    the advertiser has it and its poster
 *   failed   push_text says why; creative_retry tries again
 *
 * What is done in which order: creative/process.h.
 */
struct creative {
    struct str id, direction_id, group_id;
    struct str title;
    struct str media_type; /* video, image, carousel */
    struct str status, error_text;
    struct str push_state, push_text;
    struct str failure_json;  /* of the last failure; "" = none: creative_failure_read */
    struct str media_path;    /* below the data folder; "" = not here yet */
    struct str original_path; /* the file as it came, where media_path is a mended one */
    struct str media_url;     /* where it is fetched from; "" = it was uploaded */
    struct str sha256;        /* of the file as it came */
    struct str md5;           /* "" = it is made while sending */
    int64_t size_bytes, duration_ms, width, height;
    struct str probe_json;  /* facts and findings, as creative_probe_print writes them */
    struct str fingerprint; /* media_fingerprint_print; "" = none */
    int64_t poster;         /* the chosen candidate; 0 = the platform's own, else the first */
    struct str workflow_id; /* where its steps are recorded */
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
    struct strs tags; /* as creative_tag_add takes them */
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
    struct str direction_id;
    struct str status; /* "" = all; failed = also those that a platform did not take */
    int64_t before_ms; /* page: older than this row; 0 = from the newest */
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
/* Inside the caller's transaction or as its own. */
MUST_CHECK bool creative_update(struct db *db, struct arena *arena, struct str id,
                                const struct creative_change *change, struct str actor,
                                int64_t now_ms, struct err *err);

/* Where the file and its poster are; "" when there is no file. */
const char *creative_path(const struct conf *conf, struct arena *arena,
                          const struct creative *creative);
const char *creative_poster_path(const struct conf *conf, struct arena *arena,
                                 const struct creative *creative);

/* --- carousels: Facebook only --- */

/* An ordered set of creatives, images or videos of the same direction. */
struct creative_card {
    struct str card_id; /* a creative */
    struct str title, landing_page_url;
};
LIST(creative_card_list, struct creative_card);
/* 2 to 10 cards.  ERR_INVALID with field "media_type" on a TikTok direction. */
MUST_CHECK bool creative_add_carousel(struct db *db, struct arena *arena,
                                      const struct creative_wish *wish,
                                      const struct creative_card_list *cards, int64_t now_ms,
                                      struct str *id, struct err *err);
MUST_CHECK bool creative_cards(struct db *db, struct arena *arena, struct str id,
                               struct creative_card_list *out, struct err *err);

/* --- on a platform --- */

/* A platform's video id belongs to the advertiser that it was uploaded to. */
struct creative_copy {
    struct str file_name; /* unique on the platform: what reading back looks for */
    struct str video_id, cover_url;
    struct str image_id; /* the poster; of an image: itself */
    bool usable;
    int64_t uploaded_ms; /* when sending began; 0 = not yet */
    int64_t tries;       /* sends that failed, in a row */
    int64_t sent_bytes;  /* of the send under way */
    int64_t poster_number;
    struct str shared_with; /* the creative whose upload this is: the same bytes were there */
};

/*
 * Make sure that the advertiser of the session has the video and its poster
 * (of a carousel: of each card).  Safe to repeat at any point: what was sent is
 * found again by its file name, and only one `holder` (a job's id) sends at a
 * time.  ERR_BUSY while the platform still works on the video or another holder
 * sends it (come back in seconds); ERR_INVALID when the creative has no usable
 * file.
 */
MUST_CHECK bool creative_ensure_on_platform(struct db *db, struct arena *arena,
                                            const struct platform *platform,
                                            struct platform_session *session,
                                            const struct creative *creative, struct str holder,
                                            int64_t now_ms, struct creative_copy *out,
                                            struct err *err);
/* The copy as it is stored; found or not. */
MUST_CHECK bool creative_copy_find(struct db *db, struct arena *arena, struct str creative_id,
                                   struct str platform, struct str advertiser_id, bool *found,
                                   struct creative_copy *out, struct err *err);

/* creative.prepare, creative.transcribe; creative.push is ads/'s, which knows the accounts. */
extern const struct job_kind creative_jobs[];

#endif
