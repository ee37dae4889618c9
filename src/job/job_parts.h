#ifndef JOB_JOB_PARTS_H
#define JOB_JOB_PARTS_H

#include "base/list.h"
#include "db/db.h"
#include "job/job.h"

/* Inside job/ only. */

enum {
    JOB_LEASE_MS = 15 * 1000,    /* a runner's claim; extended while it lives */
    JOB_HEARTBEAT_MS = 4 * 1000, /* well within the lease */
    JOB_MOST_DEATHS = 3,         /* then the job is what kills its workers */
    JOB_EXPIRED_LOOK = 100,      /* lapsed jobs taken over at a time */
    JOB_ORG_WINDOW = 1000,       /* due jobs looked through for an org that waits */
};

/* A claimed job.  (org_id, id, attempt) is its fence. */
struct job_row {
    struct str org_id;
    struct str id;
    struct str kind;
    struct str args;
    struct str correlation_id;
    int64_t attempt;
    int64_t snoozes;
    int64_t deaths;
};
LIST(job_rows, struct job_row);

/* job_db.c: the table.  Functions with `ours` write only while the fence holds. */
struct job_claim {
    struct str kinds; /* ",launch.run,lead.parse," */
    struct str holder;
    int64_t now_ms;
    int64_t lease_until_ms;
    int64_t most;         /* jobs */
    int64_t most_per_org; /* running at once while another org waits */
};
bool job_db_claim(struct db *db, struct arena *arena, const struct job_claim *claim,
                  struct job_rows *out, struct err *err);
bool job_db_done(struct db *db, const struct job_row *row, int64_t now_ms, bool *ours,
                 struct err *err);
struct job_again {
    int64_t run_at_ms;
    struct str error_json;
    int64_t snoozes; /* to add */
    int64_t deaths;  /* to add; a snooze has come back alive: it begins anew */
};
bool job_db_again(struct db *db, const struct job_row *row, const struct job_again *again,
                  bool *ours, struct err *err);
bool job_db_dead(struct db *db, const struct job_row *row, struct str error_json,
                 int64_t now_ms, bool *ours, struct err *err);
/* Many leases in one pipe. */
bool job_db_extend(struct db *db, const struct job_row *const *rows, size_t n,
                   int64_t lease_until_ms, struct err *err);
bool job_db_expired(struct db *db, struct arena *arena, int64_t before_ms, struct job_rows *out,
                    struct err *err);
bool job_db_sweep(struct db *db, int64_t now_ms, struct err *err);

/* job.c */
struct job_hands { /* what one worker works with */
    struct db *db;
    struct net *net;
    struct arena *arena;
    void *app;
};
const struct job_kind *job_kind_find(const struct job_kind *const *kinds, struct str name);
struct str job_kinds_text(struct arena *arena, const struct job_kind *const *kinds);
void job_perform(const struct job_hands *hands, const struct job_kind *kind,
                 const struct job_row *row, int64_t deadline_mono_ms);
/* The holder let the lease lapse: run it again, or bury it. */
void job_reclaim(const struct job_hands *hands, const struct job_kind *const *kinds,
                 const struct job_row *row);
/* A few attempts of a write that must not be lost, with pauses. */
bool job_pause_and_retry(int attempt, const struct err *err);

#endif
