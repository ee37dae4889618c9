#ifndef TEXT_CSV_H
#define TEXT_CSV_H

#include "base/buf.h"
#include "base/strs.h"

/*
 * CSV as RFC 4180: quotes, doubled quotes, line breaks inside quotes, CRLF or
 * LF; blank lines are skipped.  The reader is called once a record; limits
 * LIMIT_CSV_COLUMNS and LIMIT_CSV_FIELD.
 */
struct csv_reader {
    struct str rest;
    int64_t line; /* on which the last record begins, from 1 */
    int64_t next_line;
    char separator; /* ',' where nobody sets another one before the first record */
};
void csv_reader(struct csv_reader *reader, struct str text); /* skips a UTF-8 byte-order mark */
/* What most likely separates the columns, by the first line: ',' ';' or a tab. */
char csv_guess_separator(struct str text);
/* True with a record in *out; false at the end (err untouched) or on a malformed one (err set).
 */
MUST_CHECK bool csv_next(struct csv_reader *reader, struct arena *arena, struct strs *out,
                         struct err *err);

/* One field, quoted where needed; a text that a spreadsheet would run as a formula
 * (= + - @ tab CR LF at its start, also full-width twins) gets a leading apostrophe; a
 * negative decimal number does not. */
void csv_put(struct buf *buf, bool first, struct str field);
/* The same with another separator: spreadsheets of some countries read ';' only. */
void csv_put_separated(struct buf *buf, char separator, bool first, struct str field);
void csv_end_row(struct buf *buf);

#endif
