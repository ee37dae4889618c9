#ifndef EVENT_EVENT_H
#define EVENT_EVENT_H

#include "base/list.h"
#include "job/job.h"
#include "platform/platform.h"

struct app;
struct db;

/*
 * Conversions sent back: what lead/conversion.h wrote into the outbox is told
 * to the platform of the lead's direction.
 *
 *   event     waiting -> sent | refused (the platform said no to this one, or
 *             would) | skipped (it need not be told: no consent, a duplicate,
 *             a stage without a name, too old)
 *
 * The event id is made of org, lead, stage, sale and pixel, and never changes
 * once the event was tried: whatever happens to an answer, the same id is sent
 * again, and the platform drops the second.  A row is leased to one sender at
 * a time, so workers share the outbox and none sends what another is sending.
 * A direction has one job, so what is still taken when its run begins was left
 * by one that died: it goes out again at once.
 *
 * After a failure an event waits 1, 2, 4 seconds, then longer and longer until
 * the platform would call it too old.  Five failures on end open the breaker
 * of that pixel: nothing is sent to it for a minute, then a single event as a
 * probe.  One event that the platform refuses never blocks the others: what is
 * known to be wrong is found before sending, and a refused batch is halved
 * until the culprit is alone.
 */
#define EVENT_BREAKER_FAILURES 5
#define EVENT_BREAKER_MS       60000

extern const struct job_kind event_jobs[]; /* "event.send" {"direction_id"} */

/* The safety net, called by the scheduler in system scope: a direction whose events have been
 * due for so long gets a job, or the one that it has is brought forward: that may wait for an
 * event that failed again and again. */
#define EVENT_SWEEP_MS 5000
MUST_CHECK bool event_sweep(struct db *db, struct arena *arena, int64_t now_ms,
                            struct err *err);

/* --- where the events of a direction go ------------------------------------ */

struct event_source {
    struct str direction_id;
    struct str source;     /* web, crm */
    struct str pixel_code; /* pixel code, event set or dataset */
    struct str page_url;   /* of leads that bring no page of their own */
    struct str test_code;
    struct str token_sealed; /* "" = the ad account's connection */
    bool is_active;
    struct str blocked_text; /* "" = the platform has nothing against it */
    int64_t created_ms, updated_ms;
};
/* `found` false: nobody has set it. */
MUST_CHECK bool event_source_find(struct db *db, struct arena *arena, struct str direction_id,
                                  bool *found, struct event_source *out, struct err *err);

struct event_source_wish {
    struct str direction_id, source, pixel_code, page_url, test_code;
    bool set_token; /* else the stored one stays */
    struct str token;
    bool is_active;
    struct str actor;
};
/* New or changed; takes a block away and sends what waits.  ERR_NOT_FOUND for a foreign
 * direction; ERR_INVALID by field. */
MUST_CHECK bool event_source_set(const struct app *app, struct db *db, struct arena *arena,
                                 const struct event_source_wish *wish, int64_t now_ms,
                                 struct err *err);
MUST_CHECK bool event_source_delete(struct db *db, struct arena *arena, struct str direction_id,
                                    struct str actor, struct err *err);

/* --- what a stage is called ------------------------------------------------ */

/* The stages that can be told: interest, qualified, scheduled, purchase, lost. */
#define EVENT_STAGES 5
struct event_names {
    struct str stage[EVENT_STAGES]; /* the stages' own words, in this order */
    struct str name[EVENT_STAGES];  /* "" = not told */
};
/* `preset`: "founding" or "current"; ERR_INVALID for another. */
MUST_CHECK bool event_names_preset(struct str platform, struct str preset,
                                   struct event_names *out, struct err *err);
/* The founding ones with what the org has changed. */
MUST_CHECK bool event_names_get(struct db *db, struct arena *arena, struct str platform,
                                struct event_names *out, struct err *err);
MUST_CHECK bool event_names_set(struct db *db, struct arena *arena, struct str platform,
                                const struct event_names *names, struct str actor,
                                int64_t now_ms, struct err *err);
/* "" for a stage that is not told or not known. */
struct str event_name_of(const struct event_names *names, struct str stage);

/* --- looking ----------------------------------------------------------------- */

struct conversion {
    struct str conversion_id, lead_id, stage, purchase_id, platform, direction_id;
    struct str name, event_id, pixel_code, touch_sealed;
    struct str page_event_id; /* of the form's page; "" = none, or another lead's */
    struct str state, reason;
    int64_t at_ms, value_micros;
    struct str currency;
    int64_t attempts, next_ms, sent_ms, created_ms;
};
LIST(conversions, struct conversion);

struct conversion_filter {
    struct str state, direction_id, lead_id; /* "" = any */
    int64_t before_ms;                       /* cursor: created_ms; 0 = first page */
    struct str before_id;
    int64_t limit;
};
/* Newest first. */
MUST_CHECK bool conversion_list(struct db *db, struct arena *arena,
                                const struct conversion_filter *filter, struct conversions *out,
                                struct err *err);
/* A refused or skipped one waits again, with the same event id.  ERR_CONFLICT for another. */
MUST_CHECK bool conversion_replay(struct db *db, struct arena *arena, struct str conversion_id,
                                  struct str actor, int64_t now_ms, struct err *err);

struct conversion_log {
    struct str log_id, conversion_id, lead_id, direction_id, platform, pixel_code;
    struct str event_name, event_id, outcome, request, answer, error_json, correlation_id;
    int64_t event_ms, batch_size, retries, duration_ms, at_ms;
};
LIST(conversion_logs, struct conversion_log);
MUST_CHECK bool conversion_log_list(struct db *db, struct arena *arena,
                                    const struct conversion_filter *filter, /* no state */
                                    struct conversion_logs *out, struct err *err);

/* Every ten minutes, however often it is called, in system scope: attempts go after
 * event_log_days (180), events of pages after CONVERSION_PAGE_DAYS. */
MUST_CHECK bool event_forget(const struct app *app, struct db *db, struct arena *arena,
                             int64_t now_ms, struct err *err);

/* How it stands. */
struct conversion_counts {
    int64_t waiting, sent, refused, skipped;
    int64_t oldest_waiting_ms; /* when the first of them happened; 0 = none waits */
    /* Of those that wait, the ones whose direction has a pixel that is in use. */
    int64_t due;
    int64_t oldest_due_ms;      /* when it was written down; 0 = none */
    struct str oldest_due_text; /* why it waits; "" = it was not tried */
    int64_t open_breakers;      /* pixels that failed too often and rest */
    int64_t blocked;            /* directions whose pixel the platform refuses */
    struct str blocked_text;    /* why, of one of them */
    struct str blocked_direction;
};
/* From `due` on, without counting what is over: quick however many there are. */
MUST_CHECK bool conversion_trouble(struct db *db, struct arena *arena,
                                   struct conversion_counts *out, struct err *err);
MUST_CHECK bool conversion_count(struct db *db, struct arena *arena,
                                 struct conversion_counts *out, struct err *err);

#endif
