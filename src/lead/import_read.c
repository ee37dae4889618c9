/* import_read.c - a CSV of leads or purchases, read. */

#include "base/arena.h"
#include "base/limits.h"
#include "lead/import.h"
#include "text/csv.h"
#include "text/json.h"
#include "text/money.h"
#include "text/words.h"
#include "text/zone.h"

#define HEADER_WORDS 6
#define NOT_OURS     IMPORT_FIELDS

static const struct {
    const char *words;
    enum import_field field;
} names[] = {
    {"external id", IMPORT_ID},
    {"id", IMPORT_ID},
    {"deal", IMPORT_ID},
    {"deal id", IMPORT_ID},
    {"order", IMPORT_ID},
    {"order id", IMPORT_ID},
    {"сделка", IMPORT_ID},
    {"номер сделки", IMPORT_ID},
    {"заказ", IMPORT_ID},
    {"номер заказа", IMPORT_ID},
    {"name", IMPORT_NAME},
    {"full name", IMPORT_NAME},
    {"имя", IMPORT_NAME},
    {"фио", IMPORT_NAME},
    {"клиент", IMPORT_NAME},
    {"phone", IMPORT_PHONE},
    {"phone number", IMPORT_PHONE},
    {"tel", IMPORT_PHONE},
    {"телефон", IMPORT_PHONE},
    {"номер телефона", IMPORT_PHONE},
    {"email", IMPORT_EMAIL},
    {"e mail", IMPORT_EMAIL},
    {"почта", IMPORT_EMAIL},
    {"электронная почта", IMPORT_EMAIL},
    {"created at", IMPORT_AT},
    {"created", IMPORT_AT},
    {"created time", IMPORT_AT},
    {"date", IMPORT_AT},
    {"paid at", IMPORT_AT},
    {"paid", IMPORT_AT},
    {"дата", IMPORT_AT},
    {"дата оплаты", IMPORT_AT},
    {"дата создания", IMPORT_AT},
    {"source", IMPORT_SOURCE},
    {"источник", IMPORT_SOURCE},
    {"campaign id", IMPORT_CAMPAIGN},
    {"ad id", IMPORT_AD},
    {"direction id", IMPORT_DIRECTION},
    {"lead id", IMPORT_LEAD},
    {"лид", IMPORT_LEAD},
    {"amount", IMPORT_AMOUNT},
    {"sum", IMPORT_AMOUNT},
    {"price", IMPORT_AMOUNT},
    {"сумма", IMPORT_AMOUNT},
    {"бюджет", IMPORT_AMOUNT},
    {"currency", IMPORT_CURRENCY},
    {"валюта", IMPORT_CURRENCY},
    {"kind", IMPORT_SORT},
    {"type", IMPORT_SORT},
    {"вид", IMPORT_SORT},
    {"refund of", IMPORT_REFUND_OF},
    {"возврат", IMPORT_REFUND_OF},
};

static const struct {
    const char *field;
    size_t limit;
} limits[IMPORT_FIELDS] = {
    [IMPORT_ID] = {"external_id", 200},
    [IMPORT_NAME] = {"name", LIMIT_LABEL},
    [IMPORT_PHONE] = {"phone", LIMIT_PHONE},
    [IMPORT_EMAIL] = {"email", LIMIT_EMAIL},
    [IMPORT_AT] = {"at", LIMIT_NAME},
    [IMPORT_SOURCE] = {"source", 64},
    [IMPORT_CAMPAIGN] = {"campaign_id", 64},
    [IMPORT_AD] = {"ad_id", 64},
    [IMPORT_DIRECTION] = {"direction_id", 64},
    [IMPORT_LEAD] = {"lead_id", 200},
    [IMPORT_AMOUNT] = {"amount", LIMIT_NAME},
    [IMPORT_CURRENCY] = {"currency", 3},
    [IMPORT_SORT] = {"kind", 20},
    [IMPORT_REFUND_OF] = {"refund_of", 200},
};

/* Leads of an export of the platform call their id "lead id": it names them. */
static enum import_field field_of(struct arena *arena, struct str header, enum import_kind kind)
{
    struct str words = words_line(arena, header, HEADER_WORDS);

    for (size_t i = 0; i < countof(names); i++) {
        if (!str_eq(words, words_line(arena, str(names[i].words), HEADER_WORDS)))
            continue;
        if (names[i].field == IMPORT_LEAD && kind == IMPORT_LEADS)
            return IMPORT_ID;
        if (names[i].field > IMPORT_LEAD && kind == IMPORT_LEADS)
            return NOT_OURS;
        return names[i].field;
    }
    return NOT_OURS;
}

/* --- cells ---------------------------------------------------------------------- */

/* 24.11.2026, with a time behind it or without. */
static struct str turned(struct arena *arena, struct str s)
{
    if (s.n < 10 || s.p[2] != '.' || s.p[5] != '.')
        return s;
    return str_fmt(arena, STR_FMT "-" STR_FMT "-" STR_FMT STR_FMT, STR_ARG(str_sub(s, 6, 4)),
                   STR_ARG(str_sub(s, 3, 2)), STR_ARG(str_sub(s, 0, 2)),
                   STR_ARG(str_sub(s, 10, s.n)));
}

static bool read_time(struct arena *arena, struct str text, int64_t *ms)
{
    struct err err = {0};
    struct str s = turned(arena, text);

    if (time_parse_rfc3339(s, ms, &err))
        return true;
    s = str_trim(str_sub(s, 0, str_find(s, '('))); /* (UTC+00:00) */
    if (s.n == 10)
        s = str_fmt(arena, STR_FMT " 00:00:00", STR_ARG(s));
    else if (s.n == 16)
        s = str_fmt(arena, STR_FMT ":00", STR_ARG(s));
    return time_parse_platform(s, ms, &err);
}

/* "150 000,50" as people write it; a comma is the point where no point is there. */
static bool read_amount(struct arena *arena, struct str text, int64_t *micros)
{
    char *p = arena_alloc(arena, text.n + 1);
    bool point = str_find(text, '.') < text.n;
    struct err err = {0};
    size_t n = 0;

    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c == ' ' || c == 0xc2 || c == 0xa0 || c == '\'')
            continue; /* blanks, also the one that does not break, and Swiss thousands */
        if (c == ',' && point)
            continue;
        p[n++] = c == ',' ? '.' : (char)c;
    }
    return money_parse((struct str){p, n}, micros, &err);
}

static void bad(struct import_row *row, const char *field, struct str text)
{
    if (row->bad_field)
        return;
    row->bad_field = field;
    row->bad_text = text;
}

static void check_lengths(struct arena *arena, struct import_row *row)
{
    for (size_t i = 0; i < IMPORT_FIELDS; i++)
        if (str_length(row->fields[i]) > limits[i].limit)
            bad(row, limits[i].field,
                str_fmt(arena, "longer than %zu characters", limits[i].limit));
}

static void check_row(struct arena *arena, enum import_kind kind, struct import_row *row)
{
    struct str at = row->fields[IMPORT_AT], amount = row->fields[IMPORT_AMOUNT];

    check_lengths(arena, row);
    if (at.n && !read_time(arena, at, &row->at_ms))
        bad(row, "at", STR("not a time; write it as 2026-11-24T08:30:00Z or 24.11.2026"));
    if (kind == IMPORT_LEADS) {
        if (!row->fields[IMPORT_PHONE].n && !row->fields[IMPORT_EMAIL].n &&
            !row->fields[IMPORT_ID].n)
            bad(row, "phone", STR("a lead needs a phone, an e-mail or an id"));
        return;
    }
    if (!row->fields[IMPORT_ID].n)
        bad(row, "external_id", STR("a purchase needs its id, so that it is stored once"));
    if (!read_amount(arena, amount, &row->amount_micros))
        bad(row, "amount", STR("not an amount of money"));
    if (!row->fields[IMPORT_CURRENCY].n)
        bad(row, "currency", STR("give an ISO 4217 code such as KZT"));
}

/* --- the file ------------------------------------------------------------------------ */

struct table {
    struct strs header;
    enum import_field fields[LIMIT_CSV_COLUMNS];
};

static bool read_header(struct arena *arena, struct csv_reader *reader, enum import_kind kind,
                        struct table *out, struct err *err)
{
    bool known = false, seen[IMPORT_FIELDS + 1] = {false};

    if (!csv_next(reader, arena, &out->header, err))
        return err->kind ? false
                         : err_input(err, "file", "the first line names the columns",
                                     "the file is empty");
    for (size_t i = 0; i < out->header.n; i++) {
        enum import_field field = field_of(arena, out->header.at[i], kind);
        if (field != NOT_OURS && seen[field])
            field = NOT_OURS; /* the first one of a name counts */
        seen[field] = true;
        out->fields[i] = field;
        known = known || field != NOT_OURS;
    }
    return known || err_input(err, "file", "name columns phone, email, external_id, date ...",
                              "no column of the first line is known");
}

static void read_cells(struct arena *arena, const struct table *table, const struct strs *cells,
                       struct import_row *row)
{
    struct json_writer w;
    struct buf buf;

    buf_init(&buf, arena, LIMIT_JSON_TEXT);
    json_writer(&w, &buf);
    json_list(&w);
    for (size_t i = 0; i < cells->n && i < table->header.n; i++) {
        struct str value = str_trim(cells->at[i]);
        if (table->fields[i] != NOT_OURS) {
            row->fields[table->fields[i]] = value;
        } else if (value.n) {
            json_object(&w);
            json_text_member(&w, "field", table->header.at[i]);
            json_text_member(&w, "value", str_sub(value, 0, LIMIT_TEXT));
            json_end(&w);
        }
    }
    json_end(&w);
    row->answers = buf_str(&buf);
}

bool import_read(struct arena *arena, struct str csv, enum import_kind kind,
                 struct import_rows *out, struct err *err)
{
    struct table *table = NEW(arena, struct table);
    struct csv_reader reader;
    struct err broken = {0};

    csv_reader(&reader, csv);
    reader.separator = csv_guess_separator(csv);
    if (!read_header(arena, &reader, kind, table, err))
        return false;
    for (;;) {
        struct strs cells = {0};
        if (!csv_next(&reader, arena, &cells, &broken))
            break;
        if (out->n == LIMIT_IMPORT_ROWS)
            return err_input(err, "file", "import it in parts",
                             "the file has more than %d rows", LIMIT_IMPORT_ROWS);
        struct import_row *row = import_rows_add(out, arena);
        row->line = reader.line;
        read_cells(arena, table, &cells, row);
        check_row(arena, kind, row);
    }
    if (broken.kind) {
        *err = broken;
        return err_field(err, "file");
    }
    return true;
}
