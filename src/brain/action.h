#ifndef BRAIN_ACTION_H
#define BRAIN_ACTION_H

#include "ads/account.h"
#include "base/strs.h"
#include "job/job.h"

struct app;

/*
 * Actions: changes of what runs on a platform, asked for by a person, a
 * program or the autopilot, carried out by the job `actions.run`.
 *
 * A request is a batch under an idempotency key: the whole list is validated
 * (types, fields, ownership, guardrails) before anything is stored, and one
 * fault refuses all of it, naming the position and the field; nothing is half
 * done.  The same key with the same request gives the same batch again; with
 * another request it is a conflict.
 *
 * Each action: waiting -> sending -> done | refused | failed, or uncertain in
 * between.  The state before is read and stored with the exact request before
 * it is sent; afterwards the object is read back.  A lost answer makes it
 * uncertain: it is read back, and sent again only when two readings apart in
 * time prove that it did not happen.  One refused action does not stop the
 * next.  Every outcome leaves an audit line.
 */
enum action_verb { VERB_READ, VERB_PAUSE, VERB_RESUME, VERB_BUDGET, VERB_LAUNCH };

struct action_kind {
    const char *type;     /* "TikTok.PauseAdGroup" */
    const char *id_field; /* "adgroup_id" */
    enum action_verb verb;
    enum platform_level level; /* of the object; none for launches */
};
/* With the platform's prefix or without it; NULL = not one of ours. */
const struct action_kind *action_kind_find(struct str type);

struct action_wish {
    const struct action_kind *kind;
    struct str object_id; /* direction_id for launches */
    struct str params;    /* canonical JSON */
    int64_t budget_micros;
    struct strs creative_ids;
    struct str adgroup_name;
    bool start_paused;
    struct str reason;   /* for people; "" */
    struct str decision; /* JSON: what the autopilot decided it from; "" */
    struct str expected; /* JSON: what it must look like before; "" = anything */
    struct str undo_of;  /* action_id; "" */
};
LIST(action_wishes, struct action_wish);

/* One member of `actions`: {type, params}.  Errors name "actions[position]...". */
MUST_CHECK bool action_parse(struct arena *arena, const struct json *value, size_t position,
                             struct action_wish *out, struct err *err);

struct action_batch {
    struct str idempotency_key;
    struct str fingerprint;  /* of the request: SHA-256, hex */
    struct str source;       /* api, brain, undo */
    struct str execution_id; /* "" */
    struct str actor;
};

/*
 * Validate all against the account and write batch, actions and job in one
 * transaction.  *added = false when the key gave the batch that exists.
 * ERR_NOT_FOUND: an object is not of this account.  ERR_CONFLICT: the key was
 * used for another request, or a guardrail forbids it (field and hint say
 * which and why).
 */
MUST_CHECK bool action_batch_add(const struct app *app, struct db *db, struct arena *arena,
                                 const struct ad_connection *connection,
                                 const struct action_batch *batch,
                                 const struct action_wishes *wishes, struct str *batch_id,
                                 bool *added, struct err *err);
/* The same inside the caller's transaction, without the checks: for the autopilot, whose
 * decisions passed the guardrails and pass them again when they are sent. */
MUST_CHECK bool action_batch_write(struct db *db, struct arena *arena,
                                   const struct ad_connection *connection,
                                   const struct action_batch *batch,
                                   const struct action_wishes *wishes, struct str *batch_id,
                                   struct err *err);

struct action {
    struct str id, batch_id, execution_id, ad_account_id, platform;
    struct str type, object_id, params, reason, decision, expected;
    struct str state, before, request, answer, after, error;
    struct str undo_of, undone_by;
    int64_t position, sends, uncertain_ms, created_ms, finished_ms;
    struct str source, actor; /* of the batch */
};
LIST(actions, struct action);

struct action_batch_row {
    struct str id, idempotency_key, fingerprint, source, execution_id, actor, state;
    int64_t created_ms, finished_ms;
};

MUST_CHECK bool action_get(struct db *db, struct arena *arena, struct str action_id,
                           struct action *out, struct err *err);
MUST_CHECK bool action_batch_get(struct db *db, struct arena *arena, struct str batch_id,
                                 struct action_batch_row *out, struct actions *actions,
                                 struct err *err);
/* All of an execution, in the order of the batches and positions. */
MUST_CHECK bool action_list_of_execution(struct db *db, struct arena *arena,
                                         struct str execution_id, struct actions *out,
                                         struct err *err);

/* What the autopilot did or is doing, newest first; undos are told by undone_by. */
struct action_filter {
    struct str ad_account_id, platform; /* "" = all */
    struct str before_id;               /* cursor: of the last one of the page before; "" */
    int64_t limit;
};
struct action_shown {
    struct action action;
    struct str object_name, account_name;
};
LIST(action_showns, struct action_shown);
MUST_CHECK bool action_inbox(struct db *db, struct arena *arena,
                             const struct action_filter *filter, struct action_showns *out,
                             struct err *err);

/*
 * Undo: a new batch that brings back the state before, once.  Refused
 * (ERR_CONFLICT) when it is not done, changed nothing, was undone already, is
 * an undo itself, or when the object was changed since; that is looked at
 * again on the platform when the undo is sent.  The step of a day does not
 * bind it, the caps do.
 */
MUST_CHECK bool action_undo(const struct app *app, struct db *db, struct arena *arena,
                            struct str action_id, struct str actor, struct str *batch_id,
                            struct err *err);
/* All of an execution that can be undone, last first.  *skipped counts the others. */
MUST_CHECK bool action_undo_execution(const struct app *app, struct db *db, struct arena *arena,
                                      struct str execution_id, struct str actor,
                                      struct str *batch_id, int64_t *undone, int64_t *skipped,
                                      struct err *err);

/* The same of a batch. */
MUST_CHECK bool action_undo_batch(const struct app *app, struct db *db, struct arena *arena,
                                  struct str batch_id, struct str actor, struct str *undo_id,
                                  int64_t *undone, int64_t *skipped, struct err *err);
/* Those of a batch that failed or were refused, asked again as a new batch with all its checks;
 * ERR_CONFLICT when there is none. */
MUST_CHECK bool action_retry(const struct app *app, struct db *db, struct arena *arena,
                             struct str batch_id, struct str actor, struct str *again_id,
                             struct err *err);

/*
 * What a list of changes would do, one after the other, without doing any of
 * it: from what we know of the account, asked by the same guardrails.  A batch
 * is all or nothing, so one that is to be carried out leaves out those that are
 * not `allowed`.
 */
struct action_state { /* of the object, as we know it */
    struct str status;
    int64_t budget_micros; /* ad groups; else 0 */
};
struct action_forecast {
    struct str name; /* of the object; "" = not known */
    struct action_state before, after;
    bool changes; /* false: it is so already */
    bool allowed; /* false: `why` says what forbids it */
    struct err why;
    int64_t daily_change_micros; /* of what may be spent a day */
};
LIST(action_forecasts, struct action_forecast);
struct action_preview {
    struct action_forecasts forecasts; /* one for each wish, in their order */
    int64_t daily_before_micros,
        daily_after_micros; /* what may be spent a day in the account */
};
MUST_CHECK bool action_batch_preview(struct db *db, struct arena *arena,
                                     const struct ad_connection *connection,
                                     const struct action_wishes *wishes,
                                     struct action_preview *out, struct err *err);

/* Newest first; "" = any.  `before_ms`, `before_id`: the last of the page before. */
struct action_question {
    struct str ad_account_id, platform, object_id;
    int64_t before_ms;
    struct str before_id;
    int64_t limit;
};
MUST_CHECK bool action_list(struct db *db, struct arena *arena,
                            const struct action_question *question, struct actions *out,
                            struct err *err);

/* Read back what an earlier batch left with an unknown outcome, and settle it. */
MUST_CHECK bool action_settle_uncertain(const struct app *app, struct db *db, struct net *net,
                                        struct arena *arena,
                                        const struct ad_connection *connection,
                                        struct err *err);

extern const struct job_kind action_jobs[]; /* actions.run */

#endif
