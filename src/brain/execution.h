#ifndef BRAIN_EXECUTION_H
#define BRAIN_EXECUTION_H

#include "base/list.h"
#include "base/str.h"

struct db;

/*
 * Table brain_executions: one row a run.  waiting -> decided -> dispatching ->
 * done, or failed with the reason in words.  Each step is its own
 * transaction, and none is done twice.
 */
struct execution {
    struct str id, ad_account_id, platform, trigger, request_key, fingerprint;
    bool wants_dispatch, wants_report, dispatch;
    struct str policy_version, inputs, decisions, decisions_hash;
    struct str state, error_text, correlation_id;
    int64_t as_of_ms, started_ms, finished_ms;
};
LIST(executions, struct execution);

/* *added = false: the request key gave an execution that exists; its id is in *id. */
MUST_CHECK bool execution_add(struct db *db, struct arena *arena, const struct execution *e,
                              int64_t now_ms, struct str *id, bool *added, struct err *err);
MUST_CHECK bool execution_get(struct db *db, struct arena *arena, struct str id,
                              struct execution *out, struct err *err);
MUST_CHECK bool execution_find_key(struct db *db, struct arena *arena, struct str request_key,
                                   bool *found, struct execution *out, struct err *err);
/* Newest first, without inputs and with decisions; `before_ms` and `before_id` 0 and "" at
 * first. */
struct execution_filter {
    struct str ad_account_id, platform; /* "" = all */
    int64_t before_ms;
    struct str before_id;
    int64_t limit;
};
MUST_CHECK bool execution_list(struct db *db, struct arena *arena,
                               const struct execution_filter *filter, struct executions *out,
                               struct err *err);

/* waiting -> decided, once: *moved tells. */
MUST_CHECK bool execution_decided(struct db *db, const struct execution *e, bool *moved,
                                  struct err *err);
/* decided -> dispatching or done; *moved tells. */
MUST_CHECK bool execution_move(struct db *db, struct str id, const char *from, const char *to,
                               bool dispatch, int64_t now_ms, bool *moved, struct err *err);

/* Inside the transaction that ends the batch: the execution is done, its report is next. */
MUST_CHECK bool execution_dispatched(struct db *db, struct arena *arena, struct str id,
                                     int64_t actions, int64_t not_made, int64_t now_ms,
                                     struct err *err);
/* Inside a transaction: failed for good, with the reason; the report tells it. */
MUST_CHECK bool execution_failed(struct db *db, struct arena *arena, struct str id,
                                 const struct err *why, int64_t now_ms, struct err *err);

/* Table campaign_reports: one per execution, under its id. */
struct brain_report {
    struct str id, execution_id, ad_account_id, platform, day, data;
    int64_t created_ms;
};
LIST(brain_reports, struct brain_report);
MUST_CHECK bool report_add(struct db *db, const struct brain_report *report, struct err *err);
MUST_CHECK bool report_list(struct db *db, struct arena *arena,
                            const struct execution_filter *filter, struct brain_reports *out,
                            struct err *err);

/* Connected accounts of all orgs (system scope): for the schedule. */
struct brain_account {
    struct str org_id, ad_account_id, platform, zone;
    struct str last_day; /* the newest day that a scheduled run was claimed for; "" = none */
    int64_t schedule_hour;
};
LIST(brain_accounts, struct brain_account);
MUST_CHECK bool execution_accounts(struct db *db, struct arena *arena,
                                   struct brain_accounts *out, struct err *err);

#endif
