#ifndef TEXT_JSON_H
#define TEXT_JSON_H

#include "base/buf.h"
#include "base/limits.h"
#include "base/str.h"

/*
 * JSON in and out.  The only file with json-c is json.c.
 *
 * Reading: a parsed value lives as long as its arena.  Numbers stay exact: an
 * integer up to 64 bits is kept as such, and a fraction keeps its text.  Where
 * an id may come as a string or as a number (webhooks do both), ask json_id.
 *
 * Strict: one value, nothing after it but white space, no duplicate keys
 * taken silently (the last one wins is refused), no control characters, no
 * lone surrogates, no "\u0000" in any string (PostgreSQL text cannot hold
 * it), no number beyond 64 bits or the range of a double, depth at most
 * LIMIT_JSON_DEPTH, size at most LIMIT_JSON_TEXT, lists and objects at most
 * LIMIT_JSON_CONTAINERS.
 */
struct json; /* one value of a parsed document; never NULL-checked by callers: see json_at */

enum json_type {
    JSON_MISSING,
    JSON_NULL,
    JSON_BOOL,
    JSON_INT,
    JSON_REAL,
    JSON_TEXT,
    JSON_LIST,
    JSON_OBJECT
};

/* ERR_INVALID says where: "line 3, column 17: ...". */
MUST_CHECK bool json_parse(struct arena *arena, struct str text, const struct json **out,
                           struct err *err);

/*
 * The value at a dotted path of keys and list positions, "entry.0.changes";
 * "" is the value itself.  Never NULL: what is not there has type JSON_MISSING.
 * All readers below accept such a value.
 */
const struct json *json_at(const struct json *value, const char *path);
enum json_type json_type(const struct json *value);

/* Text of a string; `otherwise` for anything else.  Valid as long as the arena. */
struct str json_text(const struct json *value, const char *path, struct str otherwise);
/* An id given as a string or an integer: its text; "" for anything else. */
struct str json_id(const struct json *value, const char *path, struct arena *arena);
/* An integer (also a string that holds one, and a real without fraction); else false. */
bool json_int(const struct json *value, const char *path, int64_t *out);
bool json_bool(const struct json *value, const char *path, bool otherwise);
/* A number, also as a string that holds one. */
double json_real(const struct json *value, const char *path, double otherwise);
/* The text of a number as it was written, or the text of a string; "" otherwise.
 * Only whole numbers are formatted on the arena. */
struct str json_number_text(const struct json *value, const char *path, struct arena *arena);

size_t json_count(const struct json *value);                             /* members of a list */
const struct json *json_item(const struct json *value, size_t position); /* of a list */

/* Walk an object: start with *cursor = NULL; false at its end. */
bool json_each(const struct json *object, void **cursor, struct str *key,
               const struct json **value);

/* The value written back as compact JSON, keys in document order. */
struct str json_print(struct arena *arena, const struct json *value);

/*
 * Checked reading of a request body.  Each fails with ERR_INVALID that names
 * the field and what is expected.  `limit` counts characters.
 */
MUST_CHECK bool json_need_text(const struct json *body, const char *field, size_t limit,
                               struct str *out, struct err *err);
/* Absent or null gives `otherwise`; a wrong type is refused. */
MUST_CHECK bool json_want_text(const struct json *body, const char *field, size_t limit,
                               struct str otherwise, struct str *out, struct err *err);
MUST_CHECK bool json_want_int(const struct json *body, const char *field, int64_t low,
                              int64_t high, int64_t otherwise, int64_t *out, struct err *err);
MUST_CHECK bool json_want_bool(const struct json *body, const char *field, bool otherwise,
                               bool *out, struct err *err);
/* Money in currency units, a number or a decimal string, to micros: "2500", 12.5. */
MUST_CHECK bool json_want_micros(const struct json *body, const char *field, int64_t otherwise,
                                 int64_t *out, struct err *err);
/* Refuse members whose name is not in `allowed` (a NULL-ended list). */
MUST_CHECK bool json_only(const struct json *body, const char *const *allowed, struct err *err);

/*
 * Writing: a writer keeps commas and escaping right; what it produces is valid
 * JSON whatever the strings hold (malformed UTF-8 becomes U+FFFD).
 *
 *     struct json_writer w;
 *     json_writer(&w, &buf);
 *     json_object(&w);
 *     json_key(&w, "id");  json_put_text(&w, id);
 *     json_end(&w);
 */
struct json_writer {
    struct buf *buf;
    int depth;
    bool comma;
    bool keyed;
    char open[LIMIT_JSON_WRITER_DEPTH];
};

void json_writer(struct json_writer *w, struct buf *buf);
void json_object(struct json_writer *w);
void json_list(struct json_writer *w);
void json_end(struct json_writer *w); /* the innermost open object or list */
void json_key(struct json_writer *w, const char *key);
void json_key_str(struct json_writer *w, struct str key);
void json_put_text(struct json_writer *w, struct str s);
void json_put_int(struct json_writer *w, int64_t v);
void json_put_bool(struct json_writer *w, bool v);
void json_put_null(struct json_writer *w);
/* Shortest text that reads back equal; not finite becomes null. */
void json_put_real(struct json_writer *w, double v);
/* micros as a decimal number of units: 12500000 -> 12.5 */
void json_put_micros(struct json_writer *w, int64_t micros);
/* Text that is JSON already. */
void json_put_raw(struct json_writer *w, struct str json);
/* null where the text is empty. */
void json_put_text_or_null(struct json_writer *w, struct str s);

/* Key and value in one line. */
void json_text_member(struct json_writer *w, const char *key, struct str s);
void json_text_or_null_member(struct json_writer *w, const char *key, struct str s);
void json_int_member(struct json_writer *w, const char *key, int64_t v);
void json_bool_member(struct json_writer *w, const char *key, bool v);
void json_micros_member(struct json_writer *w, const char *key, int64_t micros);

#endif
