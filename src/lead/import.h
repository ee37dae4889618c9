#ifndef LEAD_IMPORT_H
#define LEAD_IMPORT_H

#include "base/list.h"
#include "base/str.h"

struct app;
struct db;

/*
 * Leads and purchases from CSV.  Columns are recognised by the words of the
 * first line, in English or Russian; of leads, the others become answers.
 * Separated by commas, semicolons or tabs.
 *
 * Each row stands for itself: a bad one is named by its line and the others go
 * in.  The same file again changes nothing: a purchase needs its external_id,
 * and a lead without one is known by its contact and time.
 */
enum import_kind { IMPORT_LEADS, IMPORT_PURCHASES };
enum import_field {
    IMPORT_ID,
    IMPORT_NAME,
    IMPORT_PHONE,
    IMPORT_EMAIL,
    IMPORT_AT,
    IMPORT_SOURCE,
    IMPORT_CAMPAIGN,
    IMPORT_AD,
    IMPORT_DIRECTION,
    IMPORT_LEAD,
    IMPORT_AMOUNT,
    IMPORT_CURRENCY,
    IMPORT_SORT,
    IMPORT_REFUND_OF,
    IMPORT_FIELDS,
};

struct import_row {
    int64_t line; /* of the file, from 1 */
    struct str fields[IMPORT_FIELDS];
    int64_t at_ms;         /* 0 = not said */
    int64_t amount_micros; /* purchases */
    struct str answers;    /* leads: JSON [{"field","value"}] */
    const char *bad_field; /* NULL = it can be read */
    struct str bad_text;
};
LIST(import_rows, struct import_row);
/* Pure.  ERR_INVALID where the file as a whole makes no sense: no known column, no CSV. */
MUST_CHECK bool import_read(struct arena *arena, struct str csv, enum import_kind kind,
                            struct import_rows *out, struct err *err);

struct import_error {
    int64_t line;
    struct str field, text;
};
LIST(import_errors, struct import_error);
struct import_result {
    int64_t rows, added, known, failed;
    struct import_errors errors; /* the first LIMIT_IMPORT_ERRORS */
};
/* `dry_run`: everything is done and nothing kept. */
MUST_CHECK bool import_run(const struct app *app, struct db *db, struct arena *arena,
                           struct str csv, enum import_kind kind, bool dry_run,
                           struct str actor, int64_t now_ms, struct import_result *out,
                           struct err *err);

#endif
