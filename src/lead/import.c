/* import.c - leads and purchases from CSV, stored. */

#include "lead/import.h"
#include "base/arena.h"
#include "base/limits.h"
#include "base/log.h"
#include "db/db.h"
#include "lead/lead.h"
#include "lead/lead_db.h"
#include "lead/purchase.h"
#include "seal/seal.h"

#define BATCH 50 /* rows of one transaction: other writers wait for it */

struct importing {
    const struct app *app;
    struct db *db;
    struct arena *arena; /* of the batch */
    struct arena *kept;  /* of the caller */
    enum import_kind kind;
    bool dry_run;
    struct str actor;
    int64_t now_ms;
    struct import_result *out;
    const struct import_rows *rows;
};

static void note(struct importing *in, int64_t line, const char *field, struct str text)
{
    in->out->failed++;
    if (in->out->errors.n < LIMIT_IMPORT_ERRORS)
        *import_errors_add(&in->out->errors, in->kept) =
            (struct import_error){line, str_dup(in->kept, str(field)), str_dup(in->kept, text)};
}

/* A lead without an id is known by who and when. */
static struct str id_of(struct importing *in, const struct import_row *row)
{
    struct str all = STR("");

    if (row->fields[IMPORT_ID].n)
        return row->fields[IMPORT_ID];
    for (size_t i = 0; i < IMPORT_FIELDS; i++)
        all = str_fmt(in->arena, STR_FMT "|" STR_FMT, STR_ARG(all), STR_ARG(row->fields[i]));
    return str_fmt(in->arena, "csv-" STR_FMT,
                   STR_ARG(str_sub(seal_sha256_hex(in->arena, all), 0, 40)));
}

static bool store_lead(struct importing *in, const struct import_row *row, bool *added,
                       struct err *err)
{
    struct lead_wish wish = {.source = row->fields[IMPORT_SOURCE].n ? row->fields[IMPORT_SOURCE]
                                                                    : STR("import"),
                             .external_id = id_of(in, row),
                             .campaign_id = row->fields[IMPORT_CAMPAIGN],
                             .ad_id = row->fields[IMPORT_AD],
                             .direction_id = row->fields[IMPORT_DIRECTION],
                             .name = row->fields[IMPORT_NAME],
                             .phone = row->fields[IMPORT_PHONE],
                             .email = row->fields[IMPORT_EMAIL],
                             .answers = row->answers,
                             .created_ms = row->at_ms,
                             .now_ms = in->now_ms,
                             .actor = in->actor};
    struct str lead_id;

    return lead_add_within(in->app, in->db, in->arena, &wish, &lead_id, added, err);
}

static bool store_purchase(struct importing *in, const struct import_row *row, bool *added,
                           struct err *err)
{
    struct purchase_wish wish = {.kind = str_lower(in->arena, row->fields[IMPORT_SORT]),
                                 .external_id = row->fields[IMPORT_ID],
                                 .lead_id = row->fields[IMPORT_LEAD],
                                 .phone = row->fields[IMPORT_PHONE],
                                 .email = row->fields[IMPORT_EMAIL],
                                 .refund_of = row->fields[IMPORT_REFUND_OF],
                                 .amount_micros = row->amount_micros,
                                 .currency = str_upper(in->arena, row->fields[IMPORT_CURRENCY]),
                                 .paid_ms = row->at_ms,
                                 .actor = in->actor,
                                 .now_ms = in->now_ms};
    struct purchase purchase;

    if (!wish.kind.n && wish.refund_of.n)
        wish.kind = STR("refund");
    return purchase_add_within(in->app, in->db, in->arena, &wish, &purchase, added, err);
}

/* A try keeps nothing, so a refund may miss a sale that stands above it in the file. */
static bool sale_above(const struct importing *in, const struct import_row *row)
{
    if (!in->dry_run || !row->fields[IMPORT_REFUND_OF].n)
        return false;
    for (const struct import_row *one = in->rows->at; one < row; one++)
        if (!one->bad_field && str_eq(one->fields[IMPORT_ID], row->fields[IMPORT_REFUND_OF]))
            return true;
    return false;
}

/* What concerns the row alone is noted; what concerns the database ends the batch. */
static bool store_row(struct importing *in, const struct import_row *row, struct err *err)
{
    struct err why = {0};
    bool added = false;

    if (row->bad_field) {
        note(in, row->line, row->bad_field, row->bad_text);
        return true;
    }
    bool ok = in->kind == IMPORT_LEADS ? store_lead(in, row, &added, &why)
                                       : store_purchase(in, row, &added, &why);
    if (!ok && why.kind == ERR_NOT_FOUND && sale_above(in, row)) {
        ok = added = true;
    } else if (!ok && (why.kind == ERR_INVALID || why.kind == ERR_CONFLICT ||
                       why.kind == ERR_NOT_FOUND)) {
        note(in, row->line, why.field, str(why.text));
        return true;
    }
    if (!ok) {
        *err = why;
        return false;
    }
    if (added)
        in->out->added++;
    else
        in->out->known++;
    return true;
}

static bool store_batch(struct importing *in, size_t from, size_t n, struct err *err)
{
    struct err rolled_back = {0};
    bool ok = true;

    if (!db_begin(in->db, err))
        return false;
    ok = lead_lock_org(in->db, err);
    for (size_t i = from; ok && i < from + n; i++)
        ok = store_row(in, &in->rows->at[i], err);
    if (!ok || !in->dry_run)
        return db_end(in->db, ok, err);
    (void)!db_end(in->db, false, &rolled_back);
    return true;
}

bool import_run(const struct app *app, struct db *db, struct arena *arena, struct str csv,
                enum import_kind kind, bool dry_run, struct str actor, int64_t now_ms,
                struct import_result *out, struct err *err)
{
    struct import_rows rows = {0};
    struct importing in = {.app = app,
                           .db = db,
                           .kept = arena,
                           .kind = kind,
                           .dry_run = dry_run,
                           .actor = actor,
                           .now_ms = now_ms,
                           .out = out,
                           .rows = &rows};
    bool ok = true;

    *out = (struct import_result){0};
    if (!import_read(arena, csv, kind, &rows, err))
        return false;
    out->rows = (int64_t)rows.n;
    in.arena = arena_new("import");
    for (size_t i = 0; ok && i < rows.n; i += BATCH) {
        struct arena_mark mark = arena_mark(in.arena);
        ok = store_batch(&in, i, rows.n - i < BATCH ? rows.n - i : BATCH, err);
        arena_rewind(in.arena, mark);
    }
    arena_free(in.arena);
    if (ok && !dry_run)
        log_info("lead.imported",
                 LOG_CSTR("what", kind == IMPORT_LEADS ? "leads" : "purchases"),
                 LOG_INT("added", out->added), LOG_INT("known", out->known),
                 LOG_INT("failed", out->failed));
    return ok;
}
