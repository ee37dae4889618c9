/*
 * fuzz_csv - records that were read, written, read again, are the same but for
 * the apostrophe before what would be a formula.
 */
#include "base/arena.h"
#include "base/limits.h"
#include "text/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static bool same(struct str before, struct str after)
{
    bool apostrophe = after.n == before.n + 1 && after.p[0] == '\'';

    return str_eq(before, apostrophe ? str_sub(after, 1, after.n) : after);
}

static void check_record(struct arena *arena, const struct strs *record)
{
    struct csv_reader reader;
    struct strs again;
    struct err err = {0};
    struct buf buf;

    if (record->n == 1 && record->at[0].n == 0) /* writes a blank line, which readers skip */
        return;
    buf_init(&buf, arena, SIZE_MAX / 8);
    for (size_t i = 0; i < record->n; i++) {
        must(str_utf8(record->at[i]) && record->at[i].n <= LIMIT_CSV_FIELD);
        csv_put(&buf, i == 0, record->at[i]);
    }
    csv_end_row(&buf);
    csv_reader(&reader, buf_str(&buf));
    if (!csv_next(&reader, arena, &again, &err)) {
        must(err.kind == ERR_INVALID && buf.n > LIMIT_CSV_FIELD); /* one apostrophe too long */
        return;
    }
    must(again.n == record->n);
    for (size_t i = 0; i < record->n; i++)
        must(same(record->at[i], again.at[i]));
    must(!csv_next(&reader, arena, &again, &err) && err.kind == ERR_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *arena = arena_new("fuzz");
    struct csv_reader reader;
    struct strs record;
    struct err err = {0};
    int64_t line = 0;

    csv_reader(&reader, (struct str){(const char *)bytes, n});
    while (csv_next(&reader, arena, &record, &err)) {
        must(record.n > 0 && record.n <= LIMIT_CSV_COLUMNS && reader.line > line);
        line = reader.line;
        check_record(arena, &record);
    }
    must(err.kind == ERR_NONE || err.kind == ERR_INVALID);
    arena_free(arena);
    return 0;
}
