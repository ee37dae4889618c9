/* fuzz_import - a CSV of leads or purchases, and what a CRM posts. */
#include "base/arena.h"
#include "base/limits.h"
#include "lead/crm.h"
#include "lead/import.h"
#include "text/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void check_row(struct arena *arena, enum import_kind kind, const struct import_row *row)
{
    const struct json *answers;
    struct err err = {0};

    must(row->line >= 1);
    must(json_parse(arena, row->answers, &answers, &err));
    if (row->bad_field)
        must(row->bad_text.n > 0);
    else
        must(kind == IMPORT_LEADS ||
             (row->fields[IMPORT_ID].n && row->fields[IMPORT_CURRENCY].n));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *arena = arena_new("fuzz");
    struct str text = {(const char *)bytes, n};

    for (enum import_kind kind = IMPORT_LEADS; kind <= IMPORT_PURCHASES; kind++) {
        struct import_rows rows = {0};
        struct err err = {0};
        if (import_read(arena, text, kind, &rows, &err))
            for (size_t i = 0; i < rows.n; i++)
                check_row(arena, kind, &rows.at[i]);
        else
            must(err.kind == ERR_INVALID);
    }
    struct crm_entries entries = {0};
    struct err err = {0};
    if (crm_read(arena, STR(""), text, &entries, &err))
        for (size_t i = 0; i < entries.n; i++)
            must(entries.at[i].stage.n || entries.at[i].has_sale);
    else
        must(err.kind == ERR_INVALID);
    arena_free(arena);
    return 0;
}
