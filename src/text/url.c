/* url.c - percent-encoding, and what we accept as a URL. */

#include "text/url.h"
#include "base/arena.h"
#include "base/limits.h"

#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool url_decode(struct arena *arena, struct str s, bool plus, struct str *out)
{
    char *p = arena_alloc(arena, s.n + 1);
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%') {
            int high = i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
            int low = i + 2 < s.n ? hex_digit(s.p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        if (c == 0)
            return false;
        p[n++] = c;
    }
    *out = (struct str){p, n};
    return true;
}

static bool letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

struct str url_encode(struct arena *arena, struct str s)
{
    static const char digits[] = "0123456789ABCDEF";
    char *p = arena_alloc_array(arena, s.n + 1, 3);
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (letter_or_digit((char)c) || (c && strchr("-._~", c))) {
            p[n++] = (char)c;
        } else {
            p[n++] = '%';
            p[n++] = digits[c >> 4];
            p[n++] = digits[c & 15];
        }
    }
    return (struct str){p, n};
}

static bool all_in(struct str s, const char *others)
{
    for (size_t i = 0; i < s.n; i++)
        if (!letter_or_digit(s.p[i]) && !(s.p[i] && strchr(others, s.p[i])))
            return false;
    return true;
}

static bool bad_url(struct err *err, const char *what, const char *hint)
{
    return err_input(err, "url", hint, "%s", what);
}

/* The shape of an IPv6 address; the resolver has the last word. */
static bool address_ok(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (hex_digit(s.p[i]) < 0 && s.p[i] != ':' && s.p[i] != '.')
            return false;
    return str_find(s, ':') < s.n;
}

/* "host", "host:port", "[::1]:port" */
static bool parse_authority(struct arena *arena, struct str s, struct url *out, struct err *err)
{
    static const char host_hint[] = "a host name of letters, digits, dots and hyphens (other "
                                    "scripts in their xn-- form), or an address";
    struct str host = s, port = {0};
    bool ported = false;
    int64_t number;

    if (str_find(s, '@') < s.n)
        return bad_url(err, "the URL holds user information",
                       "remove what stands before the @");
    if (s.n && s.p[0] == '[') {
        struct str rest = str_sub(s, 1, s.n);
        host = str_cut(&rest, ']');
        if (!address_ok(host) || (rest.n && rest.p[0] != ':') || str_find(s, ']') == s.n)
            return bad_url(err, "the URL's address is malformed", host_hint);
        ported = rest.n > 0;
        port = str_sub(rest, 1, rest.n);
    } else {
        ported = str_find(s, ':') < s.n;
        port = s;
        host = str_cut(&port, ':');
        if (host.n == 0 || host.n > 253 || !all_in(host, "-._") || host.p[0] == '.')
            return bad_url(err, "the URL's host is malformed", host_hint);
    }
    if (ported) {
        if (!port.n || !all_in(port, "") || !str_int(port, &number) || number < 1 ||
            number > 65535)
            return bad_url(err, "the URL's port is malformed", "a number from 1 to 65535");
        out->port = (int)number;
    }
    out->host = str_lower(arena, host);
    return true;
}

bool url_parse(struct arena *arena, struct str s, struct url *out, struct err *err)
{
    static const struct str https = STR_INIT("https://"), http = STR_INIT("http://");
    struct url url = {0};
    struct str rest;

    if (s.n > LIMIT_URL)
        return bad_url(err, "the URL is too long", "at most 8192 bytes");
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c <= ' ' || c >= 0x7f || c == '\\' || c == '"' || c == '<' || c == '>')
            return bad_url(err, "the URL holds a character that must be percent-encoded",
                           "copy the address from the browser's address line");
        if (c == '#')
            return bad_url(err, "the URL holds a fragment", "remove the # and what follows it");
    }
    if (str_eq_nocase(str_sub(s, 0, https.n), https)) {
        url.scheme = STR("https");
        url.port = 443;
        rest = str_sub(s, https.n, s.n);
    } else if (str_eq_nocase(str_sub(s, 0, http.n), http)) {
        url.scheme = STR("http");
        url.port = 80;
        rest = str_sub(s, http.n, s.n);
    } else {
        return bad_url(err, "not an http or https URL", "begin with https:// or http://");
    }
    size_t end = str_find(rest, '/');
    size_t question = str_find(rest, '?');
    if (question < end)
        end = question;
    if (!parse_authority(arena, str_sub(rest, 0, end), &url, err))
        return false;
    rest = str_sub(rest, end, rest.n);
    url.path = str_cut(&rest, '?');
    if (!url.path.n)
        url.path = STR("/");
    url.query = rest;
    *out = url;
    return true;
}
