#ifndef CREATIVE_CREATIVE_PARTS_H
#define CREATIVE_CREATIVE_PARTS_H

#include "creative/creative.h"
#include "creative/creative_check.h"
#include "creative/process.h"

/* What the files of creative/ share.  Private to creative/. */

/* Ask for a job of a creative; one open job of a kind for each creative. */
MUST_CHECK bool creative_ask(struct db *db, struct arena *arena, const char *kind,
                             struct str creative_id, struct err *err);
/* The same by a person's wish: also where one is under way, which may be about to end. */
MUST_CHECK bool creative_ask_again(struct db *db, struct arena *arena, const char *kind,
                                   struct str creative_id, int64_t now_ms, struct err *err);
MUST_CHECK bool creative_note(struct db *db, struct arena *arena, struct str actor,
                              const char *action, struct str id, struct err *err);
/* The creative that a job is about. */
MUST_CHECK bool creative_of_job(struct job *job, struct creative *out, struct err *err);
/* The row, the workflow in which its steps are recorded, and, unless it is ready, the job
 * creative.prepare. */
MUST_CHECK bool creative_start(struct db *db, struct arena *arena, struct creative *creative,
                               struct str actor, struct err *err);
MUST_CHECK bool creative_workflow(struct job *job, const struct creative *creative,
                                  struct workflow *out, struct err *err);
/* Ready here: what comes next is asked for, and told in *creative, which the caller stores. */
MUST_CHECK bool creative_ask_next(struct db *db, struct arena *arena, struct creative *creative,
                                  int64_t now_ms, struct err *err);

/* A direction that is there, or none; its texts as its platform takes them. */
MUST_CHECK bool creative_check_direction(struct db *db, struct arena *arena,
                                         struct str direction_id, struct str *platform,
                                         struct err *err);
MUST_CHECK bool creative_check_texts(struct str platform, struct str ad_text,
                                     struct str call_to_action, struct str landing,
                                     struct err *err);
MUST_CHECK bool creative_check_media_type(struct str media_type, struct str platform,
                                          struct err *err);

/* --- looking at the file in its place --- */

struct creative_looking {
    const struct conf *conf;
    struct db *db;
    struct arena *arena;
    struct creative *creative;
    struct str platform; /* of its direction; "" = none */
    struct media_facts facts;
    struct creative_findings findings;
    struct creative_poster_list posters;
};
/* Facts, hash, fingerprint and findings into *creative; no verdict yet. */
MUST_CHECK bool creative_probe(struct creative_looking *l, struct err *err);
/* May and can the file be mended? */
bool creative_wants_mending(const struct creative_looking *l);
/* A mended file takes the place of the one that came, which is kept as original_path. */
MUST_CHECK bool creative_mend_file(struct creative_looking *l, struct err *err);
/* Frames beside the file, told in l->posters; rows are the caller's. */
MUST_CHECK bool creative_make_posters(const struct conf *conf, struct arena *arena,
                                      const struct creative *creative,
                                      struct creative_poster_list *out, struct err *err);
void creative_remove_files(const struct conf *conf, struct arena *arena,
                           const struct creative *creative);

/* --- failures --- */

/* What people read of it: clause and hint. */
struct str creative_said(struct arena *arena, const struct err *why);
struct str creative_failure_print(struct arena *arena, const struct creative *creative,
                                  const char *step, const struct err *why);

#endif
