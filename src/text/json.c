/* json.c - reading JSON; the only file with json-c. */

/* json-c has types of the names that our functions have: they get another name here. */
#define json_bool   jsonc_bool
#define json_object jsonc_object
#define json_type   jsonc_type
#include <json-c/json.h>
#undef json_bool
#undef json_object
#undef json_type

#include "text/json.h"
#include "base/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * A struct json * is a json-c object by another name, but for the two values
 * that json-c has no object for.
 */
struct json {
    char unused;
};
static const struct json missing_value, null_value;

enum { LONGEST_NUMBER = 128, LONGEST_KEY_IN_PATH = 256 };

static struct jsonc_object *inside(const struct json *value)
{
    return value == NULL || value == &missing_value || value == &null_value
               ? NULL
               : (struct jsonc_object *)(uintptr_t)value;
}

static const struct json *outside(struct jsonc_object *object)
{
    return object ? (const struct json *)(const void *)object : &null_value;
}

/* --- strictness ---------------------------------------------------------- */

/*
 * json-c's strict mode still takes "01", "1.", NaN, numbers out of range,
 * lone surrogates, NUL and broken UTF-8.  This scan refuses those, word by
 * word; which word may follow which is left to json-c.
 */
struct scan {
    struct str text;
    size_t at;
    size_t members; /* colons seen: members of all objects */
    size_t containers;
    const char *why;
};

static bool refuse(struct scan *s, const char *why)
{
    s->why = why;
    return false;
}

static bool hex4(const char *p, unsigned *out)
{
    unsigned v = 0;

    for (int i = 0; i < 4; i++) {
        char c = p[i];
        unsigned d = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                     : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                     : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
                                            : 16;
        if (d > 15)
            return false;
        v = v * 16 + d;
    }
    *out = v;
    return true;
}

/* After a backslash: s->at is at the letter, and is moved past the escape. */
static bool scan_escape(struct scan *s)
{
    const char *p = s->text.p + s->at;
    size_t left = s->text.n - s->at;
    unsigned u, low;

    if (left == 0)
        return refuse(s, "the text ends inside a string");
    if (*p != 'u') {
        if (!memchr("\"\\/bfnrt", *p, 8))
            return refuse(s, "unknown escape in a string");
        s->at++;
        return true;
    }
    if (left < 5 || !hex4(p + 1, &u))
        return refuse(s, "\\u wants four hexadecimal digits");
    if (u == 0)
        return refuse(s, "a string may not hold \\u0000");
    s->at += 5;
    if (u < 0xd800 || u > 0xdfff)
        return true;
    if (u > 0xdbff || left < 11 || p[5] != '\\' || p[6] != 'u' || !hex4(p + 7, &low) ||
        low < 0xdc00 || low > 0xdfff)
        return refuse(s, "half of a surrogate pair");
    s->at += 6;
    return true;
}

static bool scan_string(struct scan *s)
{
    size_t from = ++s->at;
    unsigned char all = 0;

    while (s->at < s->text.n) {
        unsigned char c = (unsigned char)s->text.p[s->at];
        if (c == '"') {
            if (all >= 0x80 && !str_utf8(str_sub(s->text, from, s->at - from)))
                return refuse(s, "the string before this place is not UTF-8");
            s->at++;
            return true;
        }
        if (c < 0x20)
            return refuse(s, "control character in a string");
        all |= c;
        s->at++;
        if (c == '\\' && !scan_escape(s))
            return false;
    }
    return refuse(s, "the text ends inside a string");
}

static size_t digits(struct scan *s)
{
    size_t from = s->at;

    while (s->at < s->text.n && s->text.p[s->at] >= '0' && s->text.p[s->at] <= '9')
        s->at++;
    return s->at - from;
}

static bool next_is(struct scan *s, const char *any)
{
    return s->at < s->text.n && s->text.p[s->at] && strchr(any, s->text.p[s->at]);
}

/* A whole number must fit 64 bits, a fraction must be finite. */
static bool number_fits(struct str number, bool whole)
{
    char copy[LONGEST_NUMBER + 1];
    struct str magnitude = number.p[0] == '-' ? str_sub(number, 1, number.n) : number;
    int64_t v;

    if (number.n > LONGEST_NUMBER)
        return false;
    if (!whole) {
        memcpy(copy, number.p, number.n);
        copy[number.n] = 0;
        return isfinite(strtod(copy, NULL));
    }
    if (magnitude.n < 19 || str_int(number, &v))
        return true;
    return magnitude.p == number.p && magnitude.n <= 20 &&
           (magnitude.n < 20 || str_cmp(magnitude, STR("18446744073709551615")) <= 0);
}

static bool scan_number(struct scan *s)
{
    size_t from = s->at;
    bool whole = true;

    if (next_is(s, "-"))
        s->at++;
    size_t first = s->at;
    size_t n = digits(s);
    if (n == 0 || (n > 1 && s->text.p[first] == '0'))
        return refuse(s, "malformed number");
    if (next_is(s, ".")) {
        whole = false;
        s->at++;
        if (digits(s) == 0)
            return refuse(s, "malformed number");
    }
    if (next_is(s, "eE")) {
        whole = false;
        s->at++;
        if (next_is(s, "+-"))
            s->at++;
        if (digits(s) == 0)
            return refuse(s, "malformed number");
    }
    if (s->at < s->text.n && !next_is(s, " \t\r\n,:]}"))
        return refuse(s, "malformed number");
    if (!number_fits(str_sub(s->text, from, s->at - from), whole))
        return refuse(s, "number out of range");
    return true;
}

static bool scan_word(struct scan *s, struct str word)
{
    if (!str_starts(str_sub(s->text, s->at, word.n), word))
        return refuse(s, "unexpected character");
    s->at += word.n;
    return true;
}

static bool scan(struct scan *s)
{
    int depth = 0;

    while (s->at < s->text.n) {
        char c = s->text.p[s->at];
        bool ok = true;

        switch (c) {
        case '"':
            ok = scan_string(s);
            break;
        case '{':
        case '[':
            if (++depth > LIMIT_JSON_DEPTH)
                return refuse(s, "nested too deeply");
            if (++s->containers > LIMIT_JSON_CONTAINERS)
                return refuse(s, "too many lists and objects");
            s->at++;
            break;
        case '}':
        case ']':
            depth--;
            s->at++;
            break;
        case ':':
            s->members++;
            s->at++;
            break;
        case ',':
        case ' ':
        case '\t':
        case '\r':
        case '\n':
            s->at++;
            break;
        case 't':
            ok = scan_word(s, STR("true"));
            break;
        case 'f':
            ok = scan_word(s, STR("false"));
            break;
        case 'n':
            ok = scan_word(s, STR("null"));
            break;
        default:
            if (c != '-' && (c < '0' || c > '9'))
                return refuse(s, "unexpected character");
            ok = scan_number(s);
        }
        if (!ok)
            return false;
    }
    return true;
}

static bool bad_place(struct str text, size_t at, const char *why, struct err *err)
{
    size_t line = 1, start = 0;

    if (at > text.n)
        at = text.n;
    for (size_t i = 0; i < at; i++)
        if (text.p[i] == '\n') {
            line++;
            start = i + 1;
        }
    return err_set(err, ERR_INVALID, "JSON, line %zu, column %zu: %s", line,
                   str_length(str_sub(text, start, at - start)) + 1, why);
}

/* --- duplicates ----------------------------------------------------------- */

/* Members of all objects of a tree: json-c keeps one of two that share a name. */
static size_t members_of(struct jsonc_object *o)
{
    size_t n = 0;

    if (json_object_is_type(o, json_type_object)) {
        for (struct lh_entry *e = json_object_get_object(o)->head; e; e = e->next)
            n += 1 + members_of(lh_entry_v(e));
    } else if (json_object_is_type(o, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(o); i++)
            n += members_of(json_object_array_get_idx(o, i));
    }
    return n;
}

/* The text is well-formed and has a doubled name: the place after its second use. */
static size_t find_duplicate(struct arena *arena, struct str text)
{
    struct jsonc_object *seen[LIMIT_JSON_DEPTH + 1] = {0};
    struct scan s = {.text = text};
    size_t depth = 0;
    bool found = false;

    while (s.at < text.n && !found) {
        char c = text.p[s.at];
        if (c == '"') {
            size_t from = s.at;
            if (!scan_string(&s))
                break;
            size_t end = s.at;
            while (next_is(&s, " \t\r\n"))
                s.at++;
            if (!next_is(&s, ":") || !seen[depth])
                continue;
            const char *key = str_c(arena, str_sub(text, from, end - from));
            found = json_object_object_get_ex(seen[depth], key, NULL);
            if (!found)
                (void)json_object_object_add(seen[depth], key, NULL);
            continue;
        }
        if (c == '{' || c == '[')
            seen[++depth] = c == '{' ? json_object_new_object() : NULL;
        if (c == '}' || c == ']')
            json_object_put(seen[depth]), seen[depth--] = NULL;
        s.at++;
    }
    while (depth)
        json_object_put(seen[depth--]);
    return s.at;
}

/* --- parsing -------------------------------------------------------------- */

static void put_object(void *object)
{
    (void)json_object_put(object);
}

/* json-c's turn: structure, and the values themselves. */
static bool build(struct str text, struct jsonc_object **out, struct err *err)
{
    struct json_tokener *tokener = json_tokener_new_ex(LIMIT_JSON_DEPTH + 2);
    must(tokener);
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);

    *out = json_tokener_parse_ex(tokener, text.p, (int)text.n);
    enum json_tokener_error e = json_tokener_get_error(tokener);
    size_t at = json_tokener_get_parse_end(tokener);
    if (e == json_tokener_continue) { /* a number at the end waits for one more byte */
        *out = json_tokener_parse_ex(tokener, "", 1);
        e = json_tokener_get_error(tokener);
        at = text.n;
    }
    json_tokener_free(tokener);
    if (e == json_tokener_success)
        return true;
    const char *why = e == json_tokener_continue || at >= text.n ? "the text ends too early"
                                                                 : json_tokener_error_desc(e);
    return bad_place(text, at, why, err);
}

bool json_parse(struct arena *arena, struct str text, const struct json **out, struct err *err)
{
    struct scan s = {.text = text};
    struct jsonc_object *root = NULL;

    if (text.n > LIMIT_JSON_TEXT)
        return err_set(err, ERR_INVALID, "JSON of %zu bytes is longer than %d", text.n,
                       LIMIT_JSON_TEXT);
    if (!scan(&s))
        return bad_place(text, s.at, s.why, err);
    if (text.n == 0)
        return bad_place(text, 0, "the text is empty", err);
    if (!build(text, &root, err))
        return false;
    if (members_of(root) != s.members) {
        json_object_put(root);
        return bad_place(text, find_duplicate(arena, text),
                         "an object has two members of this name", err);
    }
    if (root)
        arena_defer(arena, put_object, root);
    *out = outside(root);
    return true;
}

/* --- looking -------------------------------------------------------------- */

static const struct json *step(const struct json *value, struct str name)
{
    struct jsonc_object *o = inside(value), *found = NULL;
    char key[LONGEST_KEY_IN_PATH];
    int64_t position;

    if (json_object_is_type(o, json_type_array)) {
        if (!str_int(name, &position) || position < 0)
            return &missing_value;
        return json_item(value, (size_t)position);
    }
    if (!json_object_is_type(o, json_type_object) || name.n >= sizeof key)
        return &missing_value;
    memcpy(key, name.p, name.n);
    key[name.n] = 0;
    return json_object_object_get_ex(o, key, &found) ? outside(found) : &missing_value;
}

const struct json *json_at(const struct json *value, const char *path)
{
    struct str rest = str(path);

    if (!value)
        return &missing_value;
    while (rest.n && value != &missing_value)
        value = step(value, str_cut(&rest, '.'));
    return value;
}

enum json_type json_type(const struct json *value)
{
    if (value == NULL || value == &missing_value)
        return JSON_MISSING;
    if (value == &null_value)
        return JSON_NULL;
    switch (json_object_get_type(inside(value))) {
    case json_type_boolean:
        return JSON_BOOL;
    case json_type_int:
        return JSON_INT;
    case json_type_double:
        return JSON_REAL;
    case json_type_string:
        return JSON_TEXT;
    case json_type_array:
        return JSON_LIST;
    case json_type_object:
        return JSON_OBJECT;
    case json_type_null:
        break;
    }
    return JSON_NULL;
}

static struct str text_of(struct jsonc_object *o)
{
    return (struct str){json_object_get_string(o), (size_t)json_object_get_string_len(o)};
}

struct str json_text(const struct json *value, const char *path, struct str otherwise)
{
    value = json_at(value, path);
    return json_type(value) == JSON_TEXT ? text_of(inside(value)) : otherwise;
}

/* json-c holds whole numbers as int64 or, above its range, as uint64. */
static bool beyond_int64(struct jsonc_object *o)
{
    return json_object_get_int64(o) == INT64_MAX &&
           json_object_get_uint64(o) != (uint64_t)INT64_MAX;
}

struct str json_number_text(const struct json *value, const char *path, struct arena *arena)
{
    value = json_at(value, path);
    struct jsonc_object *o = inside(value);

    switch (json_type(value)) {
    case JSON_INT:
        if (beyond_int64(o))
            return str_fmt(arena, "%llu", (unsigned long long)json_object_get_uint64(o));
        return str_fmt(arena, "%lld", (long long)json_object_get_int64(o));
    case JSON_REAL: /* the tokener leaves the number's own text as user data */
        return str(json_object_get_userdata(o));
    case JSON_TEXT:
        return text_of(o);
    default:
        return STR("");
    }
}

struct str json_id(const struct json *value, const char *path, struct arena *arena)
{
    value = json_at(value, path);
    return json_type(value) == JSON_REAL ? STR("") : json_number_text(value, "", arena);
}

/* "12.000" is the whole number 12; "1e3" too, as far as a double is exact. */
static bool whole_real(struct jsonc_object *o, int64_t *out)
{
    struct str number = str(json_object_get_userdata(o));
    struct str whole = str_sub(number, 0, str_find(number, '.'));
    struct str zeros = str_sub(number, whole.n + 1, number.n);
    double v = json_object_get_double(o);

    while (zeros.n && zeros.p[zeros.n - 1] == '0')
        zeros.n--;
    if (whole.n < number.n && zeros.n == 0)
        return str_int(whole, out);
    if (fabs(v) > 9007199254740992.0 || v != floor(v))
        return false;
    *out = (int64_t)v;
    return true;
}

bool json_int(const struct json *value, const char *path, int64_t *out)
{
    value = json_at(value, path);
    struct jsonc_object *o = inside(value);

    switch (json_type(value)) {
    case JSON_INT:
        if (beyond_int64(o))
            return false;
        *out = json_object_get_int64(o);
        return true;
    case JSON_REAL:
        return whole_real(o, out);
    case JSON_TEXT:
        return str_int(text_of(o), out);
    default:
        return false;
    }
}

bool json_bool(const struct json *value, const char *path, bool otherwise)
{
    value = json_at(value, path);
    return json_type(value) == JSON_BOOL ? json_object_get_boolean(inside(value)) : otherwise;
}

double json_real(const struct json *value, const char *path, double otherwise)
{
    value = json_at(value, path);
    struct jsonc_object *o = inside(value);

    switch (json_type(value)) {
    case JSON_INT:
        return beyond_int64(o) ? (double)json_object_get_uint64(o)
                               : (double)json_object_get_int64(o);
    case JSON_REAL:
        return json_object_get_double(o);
    case JSON_TEXT: {
        struct scan s = {.text = text_of(o)};
        if (s.text.n == 0 || !scan_number(&s) || s.at != s.text.n)
            return otherwise;
        return strtod(s.text.p, NULL);
    }
    default:
        return otherwise;
    }
}

size_t json_count(const struct json *value)
{
    return json_type(value) == JSON_LIST ? json_object_array_length(inside(value)) : 0;
}

const struct json *json_item(const struct json *value, size_t position)
{
    if (position >= json_count(value))
        return &missing_value;
    return outside(json_object_array_get_idx(inside(value), position));
}

bool json_each(const struct json *object, void **cursor, struct str *key,
               const struct json **value)
{
    if (json_type(object) != JSON_OBJECT)
        return false;
    struct lh_entry *entry = *cursor ? ((struct lh_entry *)*cursor)->next
                                     : json_object_get_object(inside(object))->head;
    if (!entry)
        return false;
    *cursor = entry;
    *key = str(lh_entry_k(entry));
    *value = outside(lh_entry_v(entry));
    return true;
}

struct str json_print(struct arena *arena, const struct json *value)
{
    size_t n = 0;

    if (!inside(value))
        return STR("null");
    const char *text = json_object_to_json_string_length(
        inside(value), JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &n);
    must(text);
    return str_dup(arena, (struct str){text, n});
}
