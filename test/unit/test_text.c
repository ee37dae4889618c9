/* text/: hex and Base64, URLs, forms, CSV, HTML. */
#include "base/arena.h"
#include "base/limits.h"
#include "test.h"
#include "text/csv.h"
#include "text/form.h"
#include "text/hex.h"
#include "text/html.h"
#include "text/url.h"

static struct arena *a;

/* --- hex and Base64 --------------------------------------------------------- */

static const struct {
    struct str bytes;
    const char *hex, *base64url, *base64;
} encodings[] = {
    {STR_INIT(""), "", "", ""},
    {STR_INIT("f"), "66", "Zg", "Zg=="},
    {STR_INIT("fo"), "666f", "Zm8", "Zm8="},
    {STR_INIT("foo"), "666f6f", "Zm9v", "Zm9v"},
    {STR_INIT("foob"), "666f6f62", "Zm9vYg", "Zm9vYg=="},
    {STR_INIT("fooba"), "666f6f6261", "Zm9vYmE", "Zm9vYmE="},
    {STR_INIT("foobar"), "666f6f626172", "Zm9vYmFy", "Zm9vYmFy"},
    {STR_INIT("\0\xff\xfb\xff"), "00fffbff", "AP_7_w", "AP/7/w=="},
};

static void bytes_become_text_and_back(void)
{
    for (size_t i = 0; i < countof(encodings); i++) {
        struct str bytes = encodings[i].bytes, back = {0};

        CHECK(str_eq(hex_encode(a, bytes), str(encodings[i].hex)), "%s", encodings[i].hex);
        CHECK(hex_decode(a, str(encodings[i].hex), &back) && str_eq(back, bytes), "%s",
              encodings[i].hex);
        CHECK(str_eq(base64url_encode(a, bytes), str(encodings[i].base64url)), "%s",
              encodings[i].hex);
        CHECK(base64url_decode(a, str(encodings[i].base64url), &back) && str_eq(back, bytes),
              "%s", encodings[i].hex);
        CHECK(base64_decode(a, str(encodings[i].base64), &back) && str_eq(back, bytes),
              "base64_decode of %s", encodings[i].base64);
        CHECK(str_eq(base64_encode(a, bytes), str(encodings[i].base64)), "%s",
              encodings[i].hex);
    }
    static const char *const bad_hex[] = {"0", "0g", "g0", "0x", " 0", "000"};
    static const char *const bad_base64[] = {"A",    "AA=",  "AA==", "A+AA",
                                             "A/AA", "A A",  "AB", /* bits that nobody wrote */
                                             "AAB",  "AAAAA"};
    struct str out;
    for (size_t i = 0; i < countof(bad_hex); i++)
        CHECK(!hex_decode(a, str(bad_hex[i]), &out), "%s", bad_hex[i]);
    for (size_t i = 0; i < countof(bad_base64); i++)
        CHECK(!base64url_decode(a, str(bad_base64[i]), &out), "%s", bad_base64[i]);
    CHECK(hex_decode(a, STR("aAfF"), &out) && str_eq(out, STR("\xaa\xff")), "capitals");
}

/* --- URLs -------------------------------------------------------------------- */

static const struct {
    const char *in;
    bool plus;
    const char *want; /* NULL: refused */
} decodings[] = {
    {"", false, ""},
    {"a+b%20c", false, "a+b c"},
    {"a+b%2Bc", true, "a b+c"},
    {"%D0%96%d0%b6", false, "Жж"},
    {"%2541", false, "%41"}, /* once */
    {"%", false, NULL},
    {"%4", false, NULL},
    {"%zz", false, NULL},
    {"%4x", false, NULL},
    {"a%00b", false, NULL},
    {"100%", true, NULL},
    {"%+1", false, NULL},
};

static void percents_are_decoded_once(void)
{
    for (size_t i = 0; i < countof(decodings); i++) {
        struct str out = STR("(refused)");
        bool ok = url_decode(a, str(decodings[i].in), decodings[i].plus, &out);
        CHECK(ok == (decodings[i].want != NULL), "%s", decodings[i].in);
        CHECK(!ok || str_eq(out, str(decodings[i].want)), "%s -> " STR_FMT, decodings[i].in,
              STR_ARG(out));
    }
    struct str out;
    CHECK(!url_decode(a, STR("a\0b"), false, &out), "a bare NUL");
    CHECK(str_eq(url_encode(a, STR("aZ09-._~ /?&=+%\xff\0Ж")),
                 STR("aZ09-._~%20%2F%3F%26%3D%2B%25%FF%00%D0%96")),
          "encoding");
}

static const struct {
    const char *in;
    const char *scheme; /* NULL: refused */
    const char *host;
    int port;
    const char *path, *query;
} urls[] = {
    {"https://example.com", "https", "example.com", 443, "/", ""},
    {"HTTP://Example.COM:8080/A/b?x=1&y=%20", "http", "example.com", 8080, "/A/b", "x=1&y=%20"},
    {"http://127.0.0.1:1/", "http", "127.0.0.1", 1, "/", ""},
    {"http://[::1]:8080/x", "http", "::1", 8080, "/x", ""},
    {"http://[FE80::1]", "http", "fe80::1", 80, "/", ""},
    {"https://example.com?q=/a?b", "https", "example.com", 443, "/", "q=/a?b"},
    {"https://xn--80a1acny.xn--p1ai/", "https", "xn--80a1acny.xn--p1ai", 443, "/", ""},
    {"https://a_b-c.example./x", "https", "a_b-c.example.", 443, "/x", ""},
    {"https://example.com/a@b:c", "https", "example.com", 443, "/a@b:c", ""},
    {"", NULL, NULL, 0, NULL, NULL},
    {"example.com", NULL, NULL, 0, NULL, NULL},
    {"//example.com", NULL, NULL, 0, NULL, NULL},
    {"ftp://example.com", NULL, NULL, 0, NULL, NULL},
    {"file:///etc/passwd", NULL, NULL, 0, NULL, NULL},
    {"javascript:alert(1)", NULL, NULL, 0, NULL, NULL},
    {"https:/example.com", NULL, NULL, 0, NULL, NULL},
    {"https://", NULL, NULL, 0, NULL, NULL},
    {"https:///x", NULL, NULL, 0, NULL, NULL},
    {"https://?x", NULL, NULL, 0, NULL, NULL},
    {"https://user@example.com", NULL, NULL, 0, NULL, NULL},
    {"https://user:pass@example.com/", NULL, NULL, 0, NULL, NULL},
    {"https://example.com#top", NULL, NULL, 0, NULL, NULL},
    {"https://example.com:", NULL, NULL, 0, NULL, NULL},
    {"https://example.com:0", NULL, NULL, 0, NULL, NULL},
    {"https://example.com:65536", NULL, NULL, 0, NULL, NULL},
    {"https://example.com:80:80", NULL, NULL, 0, NULL, NULL},
    {"https://example.com:+80", NULL, NULL, 0, NULL, NULL},
    {"https://[::1", NULL, NULL, 0, NULL, NULL},
    {"https://[::1]x", NULL, NULL, 0, NULL, NULL},
    {"https://[fe80::g]", NULL, NULL, 0, NULL, NULL},
    {"https://[nothex]", NULL, NULL, 0, NULL, NULL},
    {"https://::1/", NULL, NULL, 0, NULL, NULL},
    {"https://.example.com", NULL, NULL, 0, NULL, NULL},
    {"https://exa mple.com", NULL, NULL, 0, NULL, NULL},
    {"https://example.com/a b", NULL, NULL, 0, NULL, NULL},
    {"https://example.com/\r\nX: y", NULL, NULL, 0, NULL, NULL},
    {"https://example.com\\@evil.com", NULL, NULL, 0, NULL, NULL},
    {"https://exam%70le.com", NULL, NULL, 0, NULL, NULL},
    {"https://почта.рф/", NULL, NULL, 0, NULL, NULL},
};

static void urls_are_absolute_http_without_surprises(void)
{
    for (size_t i = 0; i < countof(urls); i++) {
        struct url url = {0};
        struct err err = {0};
        bool ok = url_parse(a, str(urls[i].in), &url, &err);

        CHECK(ok == (urls[i].scheme != NULL), "%s: %s", urls[i].in, err.text);
        CHECK(ok || (err.kind == ERR_INVALID && err.hint[0]), "%s", urls[i].in);
        if (!ok || !urls[i].scheme)
            continue;
        CHECK(str_eq(url.scheme, str(urls[i].scheme)) && str_eq(url.host, str(urls[i].host)) &&
                  url.port == urls[i].port && str_eq(url.path, str(urls[i].path)) &&
                  str_eq(url.query, str(urls[i].query)),
              "%s -> " STR_FMT " " STR_FMT " %d " STR_FMT " " STR_FMT, urls[i].in,
              STR_ARG(url.scheme), STR_ARG(url.host), url.port, STR_ARG(url.path),
              STR_ARG(url.query));
    }
    char *long_url = arena_alloc(a, LIMIT_URL + 1);
    struct url url;
    struct err err = {0};
    memset(long_url, 'x', LIMIT_URL + 1);
    memcpy(long_url, "https://a/", 10);
    CHECK(url_parse(a, (struct str){long_url, LIMIT_URL}, &url, &err), "%s", err.text);
    CHECK(!url_parse(a, (struct str){long_url, LIMIT_URL + 1}, &url, &err), "too long");
}

/* --- forms ------------------------------------------------------------------- */

/* "name=value|name=value" of the fields, "(refused)" */
static struct str shown(bool ok, const struct form_fields *fields)
{
    struct buf b;

    if (!ok)
        return STR("(refused)");
    buf_init(&b, a, 100000);
    for (size_t i = 0; i < fields->n; i++) {
        const struct form_field *f = &fields->at[i];
        buf_fmt(&b, "%s" STR_FMT "=" STR_FMT, i ? "|" : "", STR_ARG(f->name),
                STR_ARG(f->value));
        if (f->filename.n || f->type.n)
            buf_fmt(&b, "(" STR_FMT "," STR_FMT ")", STR_ARG(f->filename), STR_ARG(f->type));
    }
    return buf_str(&b);
}

static const struct {
    struct str in;
    const char *want;
} forms[] = {
    {STR_INIT(""), ""},
    {STR_INIT("a=1&b=2"), "a=1|b=2"},
    {STR_INIT("a=1&a=2"), "a=1|a=2"},
    {STR_INIT("a"), "a="},
    {STR_INIT("=x"), "=x"},
    {STR_INIT("&&a=1&"), "a=1"},
    {STR_INIT("a=b=c"), "a=b=c"},
    {STR_INIT("name=%D0%90%D0%B9+%2B7&%d1%84=1"), "name=Ай +7|ф=1"},
    {STR_INIT("fields[name][id]=x"), "fields[name][id]=x"},
    {STR_INIT("utm=50%off&x=100%"), "utm=50%off|x=100%"}, /* as a browser reads it */
    {STR_INIT("utm=50%25off%"), "utm=50%off%"},
    {STR_INIT("a=%zz%41%4"), "a=%zzA%4"},
    {STR_INIT("a=%00"), "(refused)"},
    {STR_INIT("a=%%00"), "(refused)"},
    {STR_INIT("a=\0"), "(refused)"},
    {STR_INIT("a=%FF"), "(refused)"},
    {STR_INIT("a=\xd0"), "(refused)"},
};

static void forms_are_read_as_browsers_send_them(void)
{
    struct form_fields fields = {0};
    struct err err = {0};

    for (size_t i = 0; i < countof(forms); i++) {
        struct str got = shown(form_parse(a, forms[i].in, &fields, &err), &fields);
        CHECK(str_eq(got, str(forms[i].want)), "%s -> " STR_FMT, forms[i].in.p, STR_ARG(got));
    }
    CHECK(!form_parse(a, STR("ok=1&name=%FF"), &fields, &err) && strcmp(err.field, "name") == 0,
          "the field is named: %s", err.field);

    CHECK(form_parse(a, STR("a=1&b=2&a=3"), &fields, &err), "%s", err.text);
    CHECK(str_eq(form_value(&fields, STR("a")), STR("1")), "the first value");
    CHECK(form_value(&fields, STR("c")).n == 0 && !form_find(&fields, STR("c")), "absent");

    struct buf b;
    buf_init(&b, a, 10000);
    for (int i = 0; i < LIMIT_FORM_FIELDS; i++)
        buf_add(&b, STR("a=1&"));
    CHECK(form_parse(a, buf_str(&b), &fields, &err) && fields.n == LIMIT_FORM_FIELDS, "%s",
          err.text);
    buf_add(&b, STR("a=1"));
    CHECK(!form_parse(a, buf_str(&b), &fields, &err), "one field too many");
}

#define PART "Content-Disposition: form-data; name="

static const struct {
    const char *type;
    struct str in;
    const char *want;
} multiparts[] = {
    {"multipart/form-data; boundary=B",
     STR_INIT("--B\r\n" PART "\"a\"\r\n\r\n1\r\n--B\r\n" PART "b\r\n\r\n\r\n--B--\r\n"),
     "a=1|b="},
    {"Multipart/Form-Data; charset=utf-8; Boundary=\"B x\"",
     STR_INIT("--B x\r\n" PART "\"a\"\r\n\r\n1\r\n--B x--"), "a=1"},
    {"multipart/form-data; boundary=B",
     STR_INIT("preamble\r\n--B  \r\n" PART "\"a\"\r\n\r\n1\r\n--B--\r\nepilogue"), "a=1"},
    {"multipart/form-data; boundary=B",
     STR_INIT("--B\r\ncontent-disposition:form-data;name=\"v\"; filename=\"Видео 1.mp4\"\r\n"
              "Content-Type: video/mp4\r\n\r\n\x01\x02--B\r\n-\r\n--B--"),
     "v=\x01\x02--B\r\n-(Видео 1.mp4,video/mp4)"},
    {"multipart/form-data; boundary=B",
     STR_INIT("--B\r\n" PART "\"a\\\"b\"; filename=\"C:\\dir\\f;x.mp4\"\r\n\r\n1\r\n--B--"),
     "a\"b=1(C:\\dir\\f;x.mp4,)"},
    {"multipart/form-data; boundary=B", STR_INIT("--B--"), ""},
    {"multipart/form-data; boundary=B", STR_INIT("--BB\r\n" PART "a\r\n\r\n1\r\n--B--"),
     "(refused)"},
    {"multipart/form-data; boundary=B", STR_INIT(""), "(refused)"},
    {"multipart/form-data; boundary=B", STR_INIT("--B\r\n" PART "a\r\n\r\n1\r\n"), "(refused)"},
    {"multipart/form-data; boundary=B", STR_INIT("--B\r\n" PART "a\r\n1\r\n--B--"),
     "(refused)"},
    {"multipart/form-data; boundary=B", STR_INIT("--B\r\nX: y\r\n\r\n1\r\n--B--"), "(refused)"},
    {"multipart/form-data; boundary=B", STR_INIT("--B\r\n\r\n\r\n1\r\n--B--"), "(refused)"},
    {"multipart/form-data; boundary=B",
     STR_INIT("--B\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--B--"), "(refused)"},
    {"multipart/form-data; boundary=B",
     STR_INIT(
         "--B\r\nContent-Disposition: form-data; name=a\r\n\r\n1\xff\xd0\x90\xd0\r\n--B--"),
     "a=1\xef\xbf\xbd\xd0\x90\xef\xbf\xbd"},
    {"multipart/form-data", STR_INIT("--B--"), "(refused)"},
    {"multipart/form-data; boundary=", STR_INIT("----"), "(refused)"},
    {"multipart/mixed; boundary=B", STR_INIT("--B--"), "(refused)"},
    {"multipart/form-data; boundary="
     "12345678901234567890123456789012345678901234567890123456789012345678901",
     STR_INIT("--B--"), "(refused)"},
};

static void multipart_forms_are_read(void)
{
    for (size_t i = 0; i < countof(multiparts); i++) {
        struct form_fields fields = {0};
        struct err err = {0};
        bool ok =
            form_parse_multipart(a, str(multiparts[i].type), multiparts[i].in, &fields, &err);
        struct str got = shown(ok, &fields);
        CHECK(str_eq(got, str(multiparts[i].want)), "%s -> " STR_FMT " %s", multiparts[i].in.p,
              STR_ARG(got), err.text);
    }
}

/* --- CSV ---------------------------------------------------------------------- */

static const struct {
    struct str in;
    const char *want; /* fields in [], records on lines; "!" where it stops */
} tables[] = {
    {STR_INIT(""), ""},
    {STR_INIT("a,b\n1,2"), "1[a][b]\n2[1][2]\n"},
    {STR_INIT("a,b\r\n1,2\r\n"), "1[a][b]\n2[1][2]\n"},
    {STR_INIT("\xef\xbb\xbf"
              "a"),
     "1[a]\n"},
    {STR_INIT("a,,b,\n"), "1[a][][b][]\n"},
    {STR_INIT(","), "1[][]\n"},
    {STR_INIT("\n\n\r\na\n\nb\n\n"), "4[a]\n6[b]\n"},
    {STR_INIT("\"a\"\"b\",\"c,d\",\"\"\n"), "1[a\"b][c,d][]\n"},
    {STR_INIT("\"a\nb\r\nc\",2\r\n3"), "1[a\nb\r\nc][2]\n4[3]\n"},
    {STR_INIT("\"a\"\r\n\"b\"\n\"c\""), "1[a]\n2[b]\n3[c]\n"},
    {STR_INIT(" a , b \n"), "1[ a ][ b ]\n"},
    {STR_INIT("a\rb"), "1[a\rb]\n"},
    {STR_INIT("имя,тел\nАй,\"8 701\""), "1[имя][тел]\n2[Ай][8 701]\n"},
    {STR_INIT("a\n\"b"), "1[a]\n!line 2: a quote is not closed"},
    {STR_INIT("a\"b"), "!line 1: a quote in the middle"},
    {STR_INIT("\"a\"b"), "!line 1: text after a closing quote"},
    {STR_INIT("\"a\" ,b"), "!line 1: text after a closing quote"},
    {STR_INIT("ok\n\xff"), "1[ok]\n!line 2: not UTF-8"},
    {STR_INIT("a\0b"), "!line 1: not UTF-8"},
};

static struct str read_table(struct str text)
{
    struct csv_reader reader;
    struct strs record = {0};
    struct err err = {0};
    struct buf b;

    buf_init(&b, a, 100000);
    csv_reader(&reader, text);
    while (csv_next(&reader, a, &record, &err)) {
        buf_fmt(&b, "%lld", (long long)reader.line);
        for (size_t i = 0; i < record.n; i++)
            buf_fmt(&b, "[" STR_FMT "]", STR_ARG(record.at[i]));
        buf_char(&b, '\n');
    }
    if (err.kind)
        buf_fmt(&b, "!%s", strstr(err.text, "line"));
    return buf_str(&b);
}

static void tables_are_read_by_record(void)
{
    for (size_t i = 0; i < countof(tables); i++) {
        struct str got = read_table(tables[i].in);
        bool stops = strchr(tables[i].want, '!') != NULL;
        CHECK(stops ? str_starts(got, str(tables[i].want)) : str_eq(got, str(tables[i].want)),
              "%s -> " STR_FMT, tables[i].in.p, STR_ARG(got));
    }
    char *p = arena_alloc(a, 2 * LIMIT_CSV_FIELD);
    memset(p, 'x', 2 * LIMIT_CSV_FIELD);
    CHECK(!str_has(read_table((struct str){p, LIMIT_CSV_FIELD}), STR("!")), "a long field");
    CHECK(str_has(read_table((struct str){p, LIMIT_CSV_FIELD + 1}), STR("too long")),
          "too long");
    p[0] = '"';
    CHECK(str_has(read_table((struct str){p, 2 * LIMIT_CSV_FIELD}), STR("not closed")),
          "no end");
    p[LIMIT_CSV_FIELD + 2] = '"';
    CHECK(str_has(read_table((struct str){p, LIMIT_CSV_FIELD + 3}), STR("too long")),
          "too long");
    memset(p, ',', LIMIT_CSV_COLUMNS);
    CHECK(!str_has(read_table((struct str){p, LIMIT_CSV_COLUMNS - 1}), STR("!")),
          "many columns");
    CHECK(str_has(read_table((struct str){p, LIMIT_CSV_COLUMNS}), STR("columns")), "too many");
}

static const struct {
    const char *in, *want;
} cells[] = {
    {"", ""},
    {"plain", "plain"},
    {"a,b", "\"a,b\""},
    {"say \"hi\"", "\"say \"\"hi\"\"\""},
    {"two\nlines", "\"two\nlines\""},
    {" space", "\" space\""},
    {"=1+1", "'=1+1"},
    {"+77011234567", "'+77011234567"}, /* and a phone stays text */
    {"-1+1|cmd", "'-1+1|cmd"},
    {"-cmd", "'-cmd"},
    {"-", "'-"},
    {"-12.50", "-12.50"},
    {"-1.2.3", "'-1.2.3"},
    {"@SUM(A1)", "'@SUM(A1)"},
    {"\t=1", "'\t=1"},
    {"\r=1", "\"'\r=1\""},
    {"=a,\"b\"", "\"'=a,\"\"b\"\"\""},
    {"＝1+1", "'＝1+1"},
    {"＋1", "'＋1"},
    {"－1", "'－1"},
    {"＠x", "'＠x"},
    {"a=1", "a=1"},
};

static void cells_never_run_as_formulas(void)
{
    struct buf b;

    for (size_t i = 0; i < countof(cells); i++) {
        buf_init(&b, a, 1000);
        csv_put(&b, true, str(cells[i].in));
        CHECK(str_eq(buf_str(&b), str(cells[i].want)), "%s -> " STR_FMT, cells[i].in,
              STR_ARG(buf_str(&b)));
    }
    buf_init(&b, a, 1000);
    csv_put(&b, true, STR("a"));
    csv_put(&b, false, STR("b,c"));
    csv_end_row(&b);
    CHECK(str_eq(buf_str(&b), STR("a,\"b,c\"\r\n")), STR_FMT, STR_ARG(buf_str(&b)));
}

/* --- HTML --------------------------------------------------------------------- */

static void html_holds_no_markup_from_people(void)
{
    struct buf b;

    buf_init(&b, a, 1000);
    html_put(&b, STR("<b a=\"1\" c='2'>Жар & птица</b>\0!"));
    html_put(&b, STR(""));
    CHECK(str_eq(buf_str(&b), STR("&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;Жар &amp; "
                                  "птица&lt;/b&gt;\xef\xbf\xbd!")),
          STR_FMT, STR_ARG(buf_str(&b)));
}

int main(void)
{
    a = arena_new("test");
    RUN(bytes_become_text_and_back);
    RUN(percents_are_decoded_once);
    RUN(urls_are_absolute_http_without_surprises);
    RUN(forms_are_read_as_browsers_send_them);
    RUN(multipart_forms_are_read);
    RUN(tables_are_read_by_record);
    RUN(cells_never_run_as_formulas);
    RUN(html_holds_no_markup_from_people);
    arena_free(a);
    return test_report();
}
