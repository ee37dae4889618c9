#ifndef CREATIVE_PROCESS_H
#define CREATIVE_PROCESS_H

#include "creative/creative.h"

/*
 * What becomes of a creative after it was added, as a recorded workflow:
 *
 *   fetch       by address only: the file comes here
 *   probe       facts, findings, fingerprint; duplicates are told
 *   mend        setting creative_mend: what the findings allow; both files are kept
 *   posters     three frames to choose from          -> status ready, or failed
 *   transcript  never fails the creative
 *   upload      to the advertiser of its direction, under a name that is unique there
 *   usable      until the platform has read it; its own covers become candidates
 *   poster      the chosen one, by file              -> push_state ready, or failed
 *
 * Three jobs carry it: creative.prepare (fetch to posters), creative.transcribe
 * and creative.push (upload to poster), the last two side by side.  A step that
 * is done is not done again; a job that died goes on behind the last one.
 */
struct creative_step {
    const char *name;
    const char *state; /* waiting, running, done, failed, off */
    int percent;       /* of the upload's bytes; -1 = not told */
    int64_t attempts;  /* of usable: how often the platform was asked */
    struct str reason; /* why it waits, failed or is off; "" = none */
    int64_t since_ms;  /* its last beginning or end; 0 = not begun */
};
LIST(creative_steps, struct creative_step);
/* In the order above, those that this creative has. */
MUST_CHECK bool creative_steps_list(struct db *db, struct arena *arena,
                                    const struct creative *creative, struct creative_steps *out,
                                    struct err *err);

/* Why it is in the list of failures. */
struct creative_failure {
    struct str step;              /* a name from above */
    struct str cause, hint, kind; /* kind: as err_kind_name; "" = not known */
    bool retriable; /* the same again may work; else something has to change first */
};
/* False when nothing failed. */
bool creative_failure_read(struct arena *arena, const struct creative *creative,
                           struct creative_failure *out);

/* One that failed, here or on the platform, goes on at the step that failed.  ERR_CONFLICT when
 * nothing failed. */
MUST_CHECK bool creative_retry(struct db *db, struct arena *arena, struct str id,
                               struct str actor, int64_t now_ms, struct err *err);
/* All that failed and are retriable, of a direction or ("") of the org; at most 500. */
MUST_CHECK bool creative_retry_all(struct db *db, struct arena *arena, struct str direction_id,
                                   struct str actor, int64_t now_ms, int64_t *retried,
                                   struct err *err);

/* --- the transcript --- */

struct creative_transcript {
    struct str state;  /* waiting, done, failed, off */
    struct str reason; /* of failed and off */
    struct str text, language, provider;
    struct str segments; /* JSON [{"start_ms","end_ms","text"}] */
    int64_t attempts, updated_ms;
};
/* Not found: nothing is known yet. */
MUST_CHECK bool creative_transcript_get(struct db *db, struct arena *arena, struct str id,
                                        bool *found, struct creative_transcript *out,
                                        struct err *err);
/* Made again, whatever came of it before.  ERR_CONFLICT while the file is not looked at yet. */
MUST_CHECK bool creative_transcribe_again(struct db *db, struct arena *arena, struct str id,
                                          struct str actor, int64_t now_ms, struct err *err);

/* --- posters --- */

struct creative_poster {
    int64_t position;  /* from 1: frames, then covers that a platform proposed */
    struct str source; /* frame, tiktok, facebook */
    struct str path;   /* below the data folder, JPEG or PNG */
    int64_t at_ms;     /* of a frame */
    bool chosen;
};
LIST(creative_poster_list, struct creative_poster);
MUST_CHECK bool creative_posters(struct db *db, struct arena *arena,
                                 const struct creative *creative,
                                 struct creative_poster_list *out, struct err *err);
/* By hand; 0 = the platform's own again.  Where a poster was sent already, the new one is sent
 * too: ads that are made from then on have it.  Inside the caller's transaction or as its own.
 */
MUST_CHECK bool creative_choose_poster(struct db *db, struct arena *arena, struct str id,
                                       int64_t position, struct str actor, int64_t now_ms,
                                       struct err *err);

/* --- for ads/, which opens the session --- */

/* The platform half of the job creative.push.  Sets the job's own waits (C3: 2 s, 5 s, 10 s,
 * then it has failed). */
MUST_CHECK bool creative_push(struct job *job, const struct platform *platform,
                              struct platform_session *session, const struct creative *creative,
                              struct err *err);
/* There is nobody to send it to: shown, and taken up by a launch or by
 * creative_account_connected. */
MUST_CHECK bool creative_push_waits(struct db *db, const struct creative *creative,
                                    struct str why, int64_t now_ms, struct err *err);
/* The job was given up.  Inside the caller's transaction. */
MUST_CHECK bool creative_push_failed(struct db *db, struct arena *arena, struct str creative_id,
                                     const struct err *why, int64_t now_ms, struct err *err);
/* Creatives that waited for this account are sent.  Inside the caller's transaction. */
MUST_CHECK bool creative_account_connected(struct db *db, struct arena *arena,
                                           struct str ad_account_id, struct str platform,
                                           int64_t now_ms, struct err *err);

#endif
