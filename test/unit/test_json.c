/* text/json: what is read, what is refused and where, what is written. */
#include "base/arena.h"
#include "text/json.h"
#include "test.h"

#include <inttypes.h>
#include <math.h>

static struct arena *a;

static const struct json *must_parse(const char *text)
{
    const struct json *v = json_at(NULL, "");
    struct err err = {0};

    CHECK(json_parse(a, str(text), &v, &err), "%s: %s", text, err.text);
    return v;
}

/* In "want" is the text printed back; NULL = refused, and `why` is part of the message. */
static const struct {
    struct str in;
    const char *want;
    const char *why;
} texts[] = {
    {STR_INIT("{}"), "{}", NULL},
    {STR_INIT(" [ ] "), "[]", NULL},
    {STR_INIT("null"), "null", NULL},
    {STR_INIT("true"), "true", NULL},
    {STR_INIT("\"\""), "\"\"", NULL},
    {STR_INIT("123"), "123", NULL},
    {STR_INIT("-0"), "0", NULL},
    {STR_INIT("0.10"), "0.10", NULL},
    {STR_INIT("1E5"), "1E5", NULL},
    {STR_INIT("1e-999999"), "1e-999999", NULL},
    {STR_INIT("9223372036854775807"), "9223372036854775807", NULL},
    {STR_INIT("-9223372036854775808"), "-9223372036854775808", NULL},
    {STR_INIT("18446744073709551615"), "18446744073709551615", NULL},
    {STR_INIT("12345678901234567890.5"), "12345678901234567890.5", NULL},
    {STR_INIT("{\"b\":1,\"a\":[2,{\"c\":null}]}"), "{\"b\":1,\"a\":[2,{\"c\":null}]}", NULL},
    {STR_INIT("\"\\u0410\\ud83d\\ude00\\/\""), "\"А😀/\"", NULL},
    {STR_INIT("\"\xd8\xb3\xd9\x84\xd8\xa7\xd9\x85\""), "\"سلام\"", NULL},
    {STR_INIT("{\"a\":1,\"A\":2,\"b\":{\"a\":3}}"), "{\"a\":1,\"A\":2,\"b\":{\"a\":3}}", NULL},
    {STR_INIT("\"a\\u0001b\\n\""), "\"a\\u0001b\\n\"", NULL},
    {STR_INIT("\"\x7f\""), "\"\x7f\"", NULL},

    {STR_INIT(""), NULL, "empty"},
    {STR_INIT("  "), NULL, "ends too early"},
    {STR_INIT("01"), NULL, "malformed number"},
    {STR_INIT("-01"), NULL, "malformed number"},
    {STR_INIT("00"), NULL, "malformed number"},
    {STR_INIT("1."), NULL, "malformed number"},
    {STR_INIT(".5"), NULL, "unexpected character"},
    {STR_INIT("-"), NULL, "malformed number"},
    {STR_INIT("+1"), NULL, "unexpected character"},
    {STR_INIT("1e"), NULL, "malformed number"},
    {STR_INIT("1e+"), NULL, "malformed number"},
    {STR_INIT("0x10"), NULL, "malformed number"},
    {STR_INIT("1e999999"), NULL, "out of range"},
    {STR_INIT("-1e400"), NULL, "out of range"},
    {STR_INIT("18446744073709551616"), NULL, "out of range"},
    {STR_INIT("-9223372036854775809"), NULL, "out of range"},
    {STR_INIT("NaN"), NULL, "unexpected character"},
    {STR_INIT("Infinity"), NULL, "unexpected character"},
    {STR_INIT("-Infinity"), NULL, "malformed number"},
    {STR_INIT("nul"), NULL, "unexpected character"},
    {STR_INIT("nullx"), NULL, "column 5"},
    {STR_INIT("True"), NULL, "unexpected character"},
    {STR_INIT("[1,]"), NULL, "column 4"},
    {STR_INIT("[,1]"), NULL, "column 2"},
    {STR_INIT("[1 2]"), NULL, "column 4"},
    {STR_INIT("[1}"), NULL, "column 3"},
    {STR_INIT("]"), NULL, "column 1"},
    {STR_INIT("["), NULL, "ends too early"},
    {STR_INIT("{\"a\":1,}"), NULL, "column 8"},
    {STR_INIT("{\"a\" 1}"), NULL, "column 6"},
    {STR_INIT("{\"a\"::1}"), NULL, "column 6"},
    {STR_INIT("{a:1}"), NULL, "unexpected character"},
    {STR_INIT("{1:1}"), NULL, "column 2"},
    {STR_INIT("{'a':1}"), NULL, "unexpected character"},
    {STR_INIT("[1] x"), NULL, "unexpected character"},
    {STR_INIT("1 2"), NULL, "column 3"},
    {STR_INIT("{} {}"), NULL, "column 4"},
    {STR_INIT("[1]//c"), NULL, "unexpected character"},
    {STR_INIT("\"a\nb\""), NULL, "control character"},
    {STR_INIT("\"a\0b\""), NULL, "control character"},
    {STR_INIT("[1]\0"), NULL, "unexpected character"},
    {STR_INIT("\0"), NULL, "unexpected character"},
    {STR_INIT("\"abc"), NULL, "ends inside a string"},
    {STR_INIT("\"abc\\"), NULL, "ends inside a string"},
    {STR_INIT("\"\\x41\""), NULL, "unknown escape"},
    {STR_INIT("\"\\u12g4\""), NULL, "hexadecimal"},
    {STR_INIT("\"\\u123"), NULL, "hexadecimal"},
    {STR_INIT("\"a\\u0000b\""), NULL, "\\u0000"},
    {STR_INIT("{\"a\\u0000\":1}"), NULL, "\\u0000"},
    {STR_INIT("\"\\ud83d\""), NULL, "surrogate"},
    {STR_INIT("\"\\ud83d\\u0041\""), NULL, "surrogate"},
    {STR_INIT("\"\\ude00\\ud83d\""), NULL, "surrogate"},
    {STR_INIT("\"\\udc00\""), NULL, "surrogate"},
    {STR_INIT("\"\xed\xa0\x80\""), NULL, "UTF-8"},
    {STR_INIT("\"\xff\""), NULL, "UTF-8"},
    {STR_INIT("\"\xc0\x80\""), NULL, "UTF-8"},
    {STR_INIT("\xef\xbb\xbf{}"), NULL, "column 1"},
    {STR_INIT("{\"a\":1,\"a\":1}"), NULL, "two members"},
    {STR_INIT("{\"a\":1,\"\\u0061\":1}"), NULL, "two members"},
    {STR_INIT("[{\"x\":{\"b\":[],\"b\":{}}}]"), NULL, "two members"},
    {STR_INIT("[\n1,\n  x]"), NULL, "line 3, column 3"},
    {STR_INIT("[\"жук\", x]"), NULL, "line 1, column 9"},
    {STR_INIT("{\"a\": 1,\n \"b\": 2,\n \"a\": 3}"), NULL, "line 3, column 5"},
};

static void reads_what_is_json_and_refuses_the_rest(void)
{
    for (size_t i = 0; i < countof(texts); i++) {
        struct arena_mark mark = arena_mark(a);
        const struct json *v;
        struct err err = {0};
        struct str got = STR("(refused)");
        bool ok = json_parse(a, texts[i].in, &v, &err);

        if (ok)
            got = json_print(a, v);
        CHECK(ok == (texts[i].want != NULL), "%s -> " STR_FMT "%s", texts[i].in.p, STR_ARG(got),
              err.text);
        if (ok && texts[i].want)
            CHECK(str_eq(got, str(texts[i].want)), "%s -> " STR_FMT, texts[i].in.p,
                  STR_ARG(got));
        if (!ok && texts[i].why)
            CHECK(err.kind == ERR_INVALID && strstr(err.text, texts[i].why), "%s: %s",
                  texts[i].in.p, err.text);
        arena_rewind(a, mark);
    }
}

static struct str nested(const char *open, const char *close, int n)
{
    struct buf b;

    buf_init(&b, a, 1024 * 1024);
    for (int i = 0; i < n; i++)
        buf_add(&b, str(open));
    buf_char(&b, '1');
    for (int i = 0; i < n; i++)
        buf_add(&b, str(close));
    return buf_str(&b);
}

static void keeps_its_ceilings(void)
{
    const struct json *v;
    struct err err = {0};
    struct buf b;

    CHECK(json_parse(a, nested("[", "]", LIMIT_JSON_DEPTH), &v, &err), "%s", err.text);
    CHECK(json_parse(a, nested("{\"a\":", "}", LIMIT_JSON_DEPTH), &v, &err), "%s", err.text);
    CHECK(!json_parse(a, nested("[", "]", LIMIT_JSON_DEPTH + 1), &v, &err) &&
              strstr(err.text, "nested too deeply"),
          "%s", err.text);
    CHECK(!json_parse(a, nested("[", "]", 100000), &v, &err), "depth 100,000");

    char *long_text = arena_alloc(a, LIMIT_JSON_TEXT + 1);
    memset(long_text, ' ', LIMIT_JSON_TEXT + 1);
    long_text[0] = '1';
    CHECK(json_parse(a, (struct str){long_text, LIMIT_JSON_TEXT}, &v, &err), "%s", err.text);
    CHECK(!json_parse(a, (struct str){long_text, LIMIT_JSON_TEXT + 1}, &v, &err) &&
              strstr(err.text, "longer than"),
          "%s", err.text);

    buf_init(&b, a, 4 * LIMIT_JSON_CONTAINERS);
    buf_char(&b, '[');
    for (int i = 1; i < LIMIT_JSON_CONTAINERS; i++)
        buf_add(&b, STR("[],"));
    struct str many = buf_str(&b);
    b.p[b.n - 1] = ']';
    CHECK(json_parse(a, many, &v, &err), "%s", err.text);
    b.p[b.n - 1] = ',';
    buf_add(&b, STR("[]]"));
    CHECK(!json_parse(a, buf_str(&b), &v, &err) && strstr(err.text, "too many"), "%s",
          err.text);
}

static void many_members_with_one_twice_are_refused_at_its_place(void)
{
    const struct json *v;
    struct err err = {0};
    struct buf b;

    buf_init(&b, a, LIMIT_JSON_TEXT);
    buf_add(&b, STR("{\"twice\":0"));
    for (int i = 0; i < 100000; i++)
        buf_fmt(&b, ",\"member%d\":%d", i, i);
    struct str one = str_fmt(a, STR_FMT "}", STR_ARG(buf_str(&b)));
    struct str two = str_fmt(a, STR_FMT ",\n\"twice\":0}", STR_ARG(buf_str(&b)));
    CHECK(json_parse(a, one, &v, &err), "%s", err.text);
    CHECK(!json_parse(a, two, &v, &err) && strstr(err.text, "line 2, column 8"), "%s",
          err.text);
}

static void looks_by_path_and_never_returns_nothing(void)
{
    const struct json *v = must_parse("{\"entry\":[{\"changes\":[{\"field\":\"leadgen\"}],"
                                      "\"0\":true}],\"empty\":null,\"\":7}");

    CHECK(str_eq(json_text(v, "entry.0.changes.0.field", STR("")), STR("leadgen")), "deep");
    CHECK(json_bool(v, "entry.0.0", false), "a digit as the key of an object");
    CHECK(json_type(json_at(v, "entry.1")) == JSON_MISSING, "behind the list");
    CHECK(json_type(json_at(v, "entry.-1")) == JSON_MISSING, "before the list");
    CHECK(json_type(json_at(v, "entry.x")) == JSON_MISSING, "a word as position");
    CHECK(json_type(json_at(v, "entry.0.changes.0.field.x")) == JSON_MISSING, "inside a text");
    CHECK(json_type(json_at(v, "empty")) == JSON_NULL, "null");
    CHECK(json_type(json_at(v, "empty.x.y")) == JSON_MISSING, "inside null");
    CHECK(json_type(json_at(v, "nowhere.x")) == JSON_MISSING, "nowhere");
    CHECK(json_type(json_at(v, "")) == JSON_OBJECT, "the value itself");
    CHECK(json_type(json_at(NULL, "x")) == JSON_MISSING, "no value");
    CHECK(json_count(json_at(v, "entry")) == 1 && json_count(v) == 0, "count");
    CHECK(json_type(json_item(json_at(v, "entry"), 5)) == JSON_MISSING, "item");
    CHECK(str_eq(json_text(v, "empty", STR("otherwise")), STR("otherwise")), "otherwise");

    char key[600];
    memset(key, 'k', sizeof key - 1);
    key[sizeof key - 1] = 0;
    CHECK(json_type(json_at(v, key)) == JSON_MISSING, "a very long key");
}

static const struct {
    const char *in;
    bool is_int;
    int64_t integer;
    const char *id;
    double real; /* NAN: none */
} numbers[] = {
    {"7", true, 7, "7", 7},
    {"\"7\"", true, 7, "7", 7},
    {"-7", true, -7, "-7", -7},
    {"7.0", true, 7, "", 7},
    {"9007199254740993.0", true, 9007199254740993, "", 9007199254740992.0},
    {"1e3", true, 1000, "", 1000},
    {"1.5e1", true, 15, "", 15},
    {"7.5", false, 0, "", 7.5},
    {"1e300", false, 0, "", 1e300},
    {"1734567890123456789", true, 1734567890123456789, "1734567890123456789",
     1734567890123456789.0},
    {"18446744073709551615", false, 0, "18446744073709551615", 18446744073709551615.0},
    {"9223372036854775808.0", false, 0, "", 9223372036854775808.0},
    {"9223372036854775807", true, INT64_MAX, "9223372036854775807", 9223372036854775807.0},
    {"\"18446744073709551616\"", false, 0, "18446744073709551616", NAN},
    {"\"12.30\"", false, 0, "12.30", 12.3},
    {"\"abc\"", false, 0, "abc", NAN},
    {"\"\"", false, 0, "", NAN},
    {"\" 7\"", false, 0, " 7", NAN},
    {"\"nan\"", false, 0, "nan", NAN},
    {"\"1e999\"", false, 0, "1e999", NAN},
    {"true", false, 0, "", NAN},
    {"null", false, 0, "", NAN},
    {"[]", false, 0, "", NAN},
};

static void reads_numbers_and_ids_exactly(void)
{
    for (size_t i = 0; i < countof(numbers); i++) {
        const struct json *v = must_parse(str_c(a, str_fmt(a, "{\"n\":%s}", numbers[i].in)));
        int64_t n = 0;
        bool ok = json_int(v, "n", &n);
        double real = json_real(v, "n", NAN);

        CHECK(ok == numbers[i].is_int && n == numbers[i].integer, "%s -> %" PRId64,
              numbers[i].in, n);
        CHECK(str_eq(json_id(v, "n", a), str(numbers[i].id)), "%s -> " STR_FMT, numbers[i].in,
              STR_ARG(json_id(v, "n", a)));
        CHECK(isnan(numbers[i].real) ? isnan(real) : real == numbers[i].real, "%s -> %g",
              numbers[i].in, real);
    }
    const struct json *v = must_parse("[0.10, 5, \"x\", 1.50E+2, true]");
    CHECK(str_eq(json_number_text(v, "0", a), STR("0.10")), "fraction");
    CHECK(str_eq(json_number_text(v, "1", a), STR("5")), "whole");
    CHECK(str_eq(json_number_text(v, "2", a), STR("x")), "text");
    CHECK(str_eq(json_number_text(v, "3", a), STR("1.50E+2")), "exponent");
    CHECK(str_eq(json_number_text(v, "4", a), STR("")), "no number");
}

static void walks_objects_in_document_order(void)
{
    const struct json *v = must_parse("{\"z\":1,\"a\":2,\"m\":null}"), *member;
    struct buf b;
    void *cursor = NULL;
    struct str key;

    buf_init(&b, a, 100);
    while (json_each(v, &cursor, &key, &member))
        buf_fmt(&b, STR_FMT "=" STR_FMT " ", STR_ARG(key), STR_ARG(json_print(a, member)));
    CHECK(str_eq(buf_str(&b), STR("z=1 a=2 m=null ")), STR_FMT, STR_ARG(buf_str(&b)));
    cursor = NULL;
    CHECK(!json_each(must_parse("{}"), &cursor, &key, &member), "empty");
    CHECK(!json_each(must_parse("[1]"), &cursor, &key, &member), "a list");
}

static void writes_valid_json_whatever_the_strings_hold(void)
{
    struct json_writer w;
    struct buf b;

    buf_init(&b, a, 4000);
    json_writer(&w, &b);
    json_object(&w);
    json_text_member(&w, "text", STR("a\"b\\c\n\t\x01 А\xff\xf0\x9f\x98 \0."));
    json_key_str(&w, STR("quo\"ted"));
    json_list(&w);
    json_put_int(&w, INT64_MIN);
    json_put_bool(&w, true);
    json_put_null(&w);
    json_list(&w);
    json_end(&w);
    json_object(&w);
    json_end(&w);
    json_put_raw(&w, STR("{\"raw\":1}"));
    json_end(&w);
    json_text_or_null_member(&w, "none", STR(""));
    json_int_member(&w, "int", 5);
    json_bool_member(&w, "bool", false);
    json_micros_member(&w, "money", 12500000);
    json_micros_member(&w, "debt", -1);
    json_end(&w);

    struct str want = STR("{\"text\":\"a\\\"b\\\\c\\n\\u0009\\u0001 А\xef\xbf\xbd\xef\xbf\xbd"
                          "\xef\xbf\xbd\xef\xbf\xbd \xef\xbf\xbd.\",\"quo\\\"ted\":"
                          "[-9223372036854775808,true,null,[],{},{\"raw\":1}],\"none\":null,"
                          "\"int\":5,\"bool\":false,\"money\":12.5,\"debt\":-0.000001}");
    CHECK(str_eq(buf_str(&b), want), STR_FMT, STR_ARG(buf_str(&b)));
    (void)must_parse(b.p);
}

static const struct {
    double in;
    const char *want;
} reals[] = {
    {0.1, "0.1"},   {1.0 / 3, "0.3333333333333333"},   {1e21, "1e+21"}, {100, "100"},
    {-0.5, "-0.5"}, {5e-324, "4.94065645841247e-324"}, {NAN, "null"},   {INFINITY, "null"},
};

static void writes_reals_that_read_back_equal(void)
{
    for (size_t i = 0; i < countof(reals); i++) {
        struct json_writer w;
        struct buf b;

        buf_init(&b, a, 100);
        json_writer(&w, &b);
        json_put_real(&w, reals[i].in);
        CHECK(str_eq(buf_str(&b), str(reals[i].want)), "%s: " STR_FMT, reals[i].want,
              STR_ARG(buf_str(&b)));
        if (isfinite(reals[i].in))
            CHECK(json_real(must_parse(b.p), "", NAN) == reals[i].in, "%s", reals[i].want);
    }
}

static void body_readers_name_the_field_and_what_is_expected(void)
{
    const struct json *v = must_parse("{\"name\":\"Жар-птица\",\"blank\":\"  \",\"n\":5,"
                                      "\"s\":\"6\",\"f\":1.5,\"yes\":true,\"none\":null,"
                                      "\"money\":\"12.50\",\"cents\":12.345678,"
                                      "\"fine\":0.1234567,\"units\":2500,\"huge\":"
                                      "9223372036855}");
    struct err err = {0};
    struct str s = {0};
    int64_t n = 0;
    bool yes = false;

    CHECK(json_need_text(v, "name", 9, &s, &err) && s.n == 17, "%s", err.text);
    CHECK(!json_need_text(v, "name", 8, &s, &err) && strcmp(err.field, "name") == 0 &&
              strstr(err.hint, "8 characters"),
          "%s", err.hint);
    CHECK(!json_need_text(v, "blank", 8, &s, &err) && strstr(err.text, "missing"), "blank");
    CHECK(strcmp(err.says, "{\"code\":\"field_missing\",\"most\":8}") == 0, "%s", err.says);
    CHECK(!json_need_text(v, "absent", 8, &s, &err) && strcmp(err.field, "absent") == 0,
          "none");
    CHECK(!json_need_text(v, "none", 8, &s, &err), "null is missing");
    CHECK(!json_need_text(v, "n", 8, &s, &err) && strstr(err.text, "text"), "%s", err.text);
    CHECK(json_want_text(v, "none", 8, STR("x"), &s, &err) && str_eq(s, STR("x")), "null");
    CHECK(json_want_text(v, "blank", 8, STR("x"), &s, &err) && s.n == 2, "blank is a text");

    CHECK(json_want_int(v, "n", 1, 5, 0, &n, &err) && n == 5, "%s", err.text);
    CHECK(json_want_int(v, "s", 1, 9, 0, &n, &err) && n == 6, "%s", err.text);
    CHECK(json_want_int(v, "absent", 1, 9, -1, &n, &err) && n == -1, "%s", err.text);
    CHECK(!json_want_int(v, "n", 1, 4, 0, &n, &err) && strstr(err.hint, "from 1 to 4"), "%s",
          err.hint);
    CHECK(!json_want_int(v, "f", 0, 4, 0, &n, &err) && strstr(err.text, "whole"), "%s",
          err.text);
    CHECK(!json_want_int(v, "name", 0, 4, 0, &n, &err) && strcmp(err.field, "name") == 0,
          "text");

    CHECK(json_want_bool(v, "yes", false, &yes, &err) && yes, "%s", err.text);
    CHECK(json_want_bool(v, "none", true, &yes, &err) && yes, "%s", err.text);
    CHECK(!json_want_bool(v, "n", true, &yes, &err) && strcmp(err.field, "n") == 0, "number");

    CHECK(json_want_micros(v, "money", 0, &n, &err) && n == 12500000, "%s", err.text);
    CHECK(json_want_micros(v, "cents", 0, &n, &err) && n == 12345678, "%s", err.text);
    CHECK(json_want_micros(v, "units", 0, &n, &err) && n == 2500000000, "%s", err.text);
    CHECK(json_want_micros(v, "absent", 9, &n, &err) && n == 9, "%s", err.text);
    CHECK(!json_want_micros(v, "fine", 0, &n, &err) && strcmp(err.field, "fine") == 0,
          "7 digits");
    CHECK(!json_want_micros(v, "huge", 0, &n, &err), "beyond int64 micros");
    CHECK(!json_want_micros(v, "yes", 0, &n, &err), "a bool");

    static const char *const known[] = {"name", "budget", NULL};
    CHECK(json_only(must_parse("{\"name\":1}"), known, &err), "%s", err.text);
    CHECK(!json_only(must_parse("{\"name\":1,\"bugdet\":2}"), known, &err) &&
              strcmp(err.field, "bugdet") == 0 && strstr(err.hint, "name, budget"),
          "%s", err.hint);
    CHECK(!json_only(must_parse("[]"), known, &err) && strstr(err.text, "object"), "a list");
}

int main(void)
{
    a = arena_new("test");
    RUN(reads_what_is_json_and_refuses_the_rest);
    RUN(keeps_its_ceilings);
    RUN(many_members_with_one_twice_are_refused_at_its_place);
    RUN(looks_by_path_and_never_returns_nothing);
    RUN(reads_numbers_and_ids_exactly);
    RUN(walks_objects_in_document_order);
    RUN(writes_valid_json_whatever_the_strings_hold);
    RUN(writes_reals_that_read_back_equal);
    RUN(body_readers_name_the_field_and_what_is_expected);
    arena_free(a);
    return test_report();
}
