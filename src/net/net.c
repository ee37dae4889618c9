/*
 * net.c - one blocking call through libcurl.
 *
 * What makes the three outcomes trustworthy: libcurl tells us just before it
 * sends a request (on_request).  Before that nothing reached the server; after
 * it, everything but a whole answer is uncertain.  libcurl repeats by itself a
 * request that died on a reused connection; for anything but GET we stop that
 * second sending, since the first may have been acted upon.
 */

#include "net/net.h"
#include "base/clock.h"
#include "base/guard.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/log.h"
#include "net/address.h"
#include "text/hex.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    DEADLINE_MS = 30000,
    CONNECT_MS = 10000,
    LOW_SPEED_BYTES = 16, /* a second: what is slower than this is stuck */
    LOW_SPEED_MS = 60000,
    MD5_HEX = 32,
    IDLE_SECONDS = 30, /* older idle connections may be closing at the other end */
};

struct net {
    /* Two handles, since a connection to a private address, once open, would be reused for
     * calls that may not make one. */
    CURL *open;   /* allow_private */
    CURL *strict; /* public addresses only */
};

/* One call's state, as the callbacks see it. */
struct call {
    const struct net_request *request;
    bool repeatable; /* a second sending does no harm */
    int sendings;
    bool head_whole; /* the empty line after the headers came */
    int addresses_refused;
    int addresses_allowed;
    size_t received;
    size_t limit;
    bool too_long;
    struct buf body;
    int fd; /* of save_path, or -1 */
    int file_errno;
    struct curl_slist *headers;
    curl_mime *parts;
    char text[CURL_ERROR_SIZE];
};

bool net_open(struct net **out, struct err *err)
{
    struct net *net = calloc(1, sizeof *net);

    must(net);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) || !(net->open = curl_easy_init()) ||
        !(net->strict = curl_easy_init())) {
        net_close(net);
        return err_set(err, ERR_BROKEN, "libcurl does not start");
    }
    *out = net;
    return true;
}

void net_close(struct net *net)
{
    if (!net)
        return;
    curl_easy_cleanup(net->open);
    curl_easy_cleanup(net->strict);
    free(net);
}

/* --- callbacks --------------------------------------------------------- */

static size_t on_body(char *bytes, size_t size, size_t n, void *arg)
{
    struct call *call = arg;
    size_t done = 0;

    (void)size; /* always 1 */
    call->received += n;
    if (call->received > call->limit) {
        call->too_long = true;
        return CURL_WRITEFUNC_ERROR;
    }
    if (call->fd < 0) {
        buf_add(&call->body, (struct str){bytes, n});
        return n;
    }
    while (done < n) {
        ssize_t wrote = write(call->fd, bytes + done, n - done);
        if (wrote < 0 && errno != EINTR) {
            call->file_errno = errno;
            return CURL_WRITEFUNC_ERROR;
        }
        if (wrote > 0)
            done += (size_t)wrote;
    }
    return n;
}

/* libcurl takes an answer that ends amid its headers for a whole one; we do not. */
static size_t on_header(char *line, size_t size, size_t n, void *arg)
{
    struct call *call = arg;

    (void)size; /* always 1 */
    if (str_starts((struct str){line, n}, STR("HTTP/")))
        call->head_whole = false;
    else if (str_trim((struct str){line, n}).n == 0)
        call->head_whole = true; /* trailers may follow the body */
    return n;
}

static int on_request(void *arg, char *to, char *from, int to_port, int from_port)
{
    struct call *call = arg;

    (void)to, (void)from, (void)to_port, (void)from_port;
    if (call->sendings && !call->repeatable)
        return CURL_PREREQFUNC_ABORT;
    call->sendings++;
    return CURL_PREREQFUNC_OK;
}

static int on_progress(void *arg, curl_off_t to_come, curl_off_t came, curl_off_t to_send,
                       curl_off_t sent)
{
    const struct call *call = arg;

    (void)to_come, (void)came, (void)to_send;
    call->request->on_sent(call->request->on_sent_arg, sent);
    return 0;
}

static curl_socket_t on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct call *call = arg;

    (void)purpose;
    if (!call->request->allow_private && !address_is_public(&address->addr)) {
        call->addresses_refused++;
        return CURL_SOCKET_BAD;
    }
    call->addresses_allowed++;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* --- before ------------------------------------------------------------ */

static bool has_control(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return true;
    return false;
}

static bool check(const struct net_request *request, struct err *err)
{
    struct str url = request->url;

    if (url.n == 0 || url.n > LIMIT_URL || has_control(url) || str_find(url, ' ') < url.n)
        return err_input(err, "url", "give an absolute http or https URL",
                         "the URL is empty, too long or has forbidden characters");
    for (size_t i = 0; i < request->headers.n; i++) {
        const struct net_header *h = &request->headers.at[i];
        if (h->name.n == 0 || has_control(h->name) || has_control(h->value))
            return err_input(err, "headers", "header values are one line of text",
                             "header \"" STR_FMT "\" has control characters", STR_ARG(h->name));
    }
    return true;
}

static void set_headers(CURL *curl, struct arena *arena, struct call *call)
{
    const struct net_request *request = call->request;

    for (size_t i = 0; i < request->headers.n; i++) {
        const struct net_header *h = &request->headers.at[i];
        /* "Name;" is libcurl's spelling of a header with an empty value */
        struct str line = h->value.n ? str_fmt(arena, STR_FMT ": " STR_FMT, STR_ARG(h->name),
                                               STR_ARG(h->value))
                                     : str_fmt(arena, STR_FMT ";", STR_ARG(h->name));
        struct curl_slist *longer = curl_slist_append(call->headers, line.p);
        must(longer);
        call->headers = longer;
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, call->headers);
}

/* --- a file that is hashed as it is sent ------------------------------- */

struct hashed_file {
    int fd;
    struct seal_run *run;
};

static size_t read_hashed(char *out, size_t size, size_t n, void *arg)
{
    struct hashed_file *file = arg;
    ssize_t got;

    do
        got = read(file->fd, out, size * n);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return CURL_READFUNC_ABORT;
    seal_run_add(file->run, (struct str){out, (size_t)got});
    return (size_t)got;
}

/* From the beginning, or not at all: a hash has no middle. */
static int seek_hashed(void *arg, curl_off_t offset, int origin)
{
    struct hashed_file *file = arg;

    if (origin != SEEK_SET || offset != 0 || lseek(file->fd, 0, SEEK_SET) != 0)
        return CURL_SEEKFUNC_CANTSEEK;
    seal_run_begin(file->run, SEAL_MD5);
    return CURL_SEEKFUNC_OK;
}

static void free_hashed(void *arg)
{
    struct hashed_file *file = arg;

    close(file->fd);
}

static bool add_hashed_file(curl_mimepart *m, struct arena *arena, const struct net_part *part,
                            struct err *err)
{
    struct hashed_file *file = NEW(arena, struct hashed_file);
    struct stat about;

    file->fd = open(part->path, O_RDONLY | O_CLOEXEC);
    file->run = part->run;
    if (file->fd < 0)
        return err_set(err, ERR_BROKEN, "cannot read %s: %s", part->path, strerror(errno));
    seal_run_begin(file->run, SEAL_MD5);
    must(!curl_mime_data_cb(m, fstat(file->fd, &about) ? -1 : about.st_size, read_hashed,
                            seek_hashed, free_hashed, file));
    return true;
}

struct late_hash {
    struct arena *arena;
    const struct seal_run *run;
    size_t told;
};

static size_t read_late(char *out, size_t size, size_t n, void *arg)
{
    struct late_hash *late = arg;
    struct str hex = hex_encode(late->arena, seal_run_sum(late->arena, late->run));
    struct str rest = str_sub(hex, late->told, size * n);

    memcpy(out, rest.p, rest.n);
    late->told += rest.n;
    return rest.n;
}

static int seek_late(void *arg, curl_off_t offset, int origin)
{
    struct late_hash *late = arg;

    if (origin != SEEK_SET || offset != 0)
        return CURL_SEEKFUNC_CANTSEEK;
    late->told = 0;
    return CURL_SEEKFUNC_OK;
}

static void add_late_hash(curl_mimepart *m, struct arena *arena, const struct seal_run *run)
{
    struct late_hash *late = NEW(arena, struct late_hash);

    *late = (struct late_hash){.arena = arena, .run = run};
    must(!curl_mime_data_cb(m, MD5_HEX, read_late, seek_late, NULL, late));
}

static bool add_part(curl_mime *mime, struct arena *arena, const struct net_part *part,
                     struct err *err)
{
    curl_mimepart *m = curl_mime_addpart(mime);

    must(m && !curl_mime_name(m, str_c(arena, part->name)));
    if (part->run && !part->path) {
        add_late_hash(m, arena, part->run);
    } else if (part->run) {
        if (!add_hashed_file(m, arena, part, err))
            return false;
    } else if (!part->path) {
        must(!curl_mime_data(m, part->value.n ? part->value.p : "", part->value.n));
    } else if (access(part->path, R_OK) || curl_mime_filedata(m, part->path)) {
        return err_set(err, ERR_BROKEN, "cannot read %s: %s", part->path, strerror(errno));
    } else {
        curl_mime_filename(m, NULL); /* our paths are nobody's business */
    }
    if (part->filename.n)
        must(!curl_mime_filename(m, str_c(arena, part->filename)));
    if (part->type.n)
        must(!curl_mime_type(m, str_c(arena, part->type)));
    return true;
}

static bool set_parts(CURL *curl, struct arena *arena, struct call *call, struct err *err)
{
    const struct net_parts *parts = &call->request->parts;

    must((call->parts = curl_mime_init(curl)));
    for (size_t i = 0; i < parts->n; i++)
        if (!add_part(call->parts, arena, &parts->at[i], err))
            return false;
    curl_easy_setopt(curl, CURLOPT_MIMEPOST, call->parts);
    return true;
}

static bool set_body(CURL *curl, struct arena *arena, struct call *call, struct err *err)
{
    const struct net_request *request = call->request;
    const char *method = str_c(arena, request->method);

    if (request->parts.n && !set_parts(curl, arena, call, err))
        return false;
    if (!request->parts.n && !str_eq(request->method, STR("GET"))) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.n);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.n ? request->body.p : "");
    }
    if (!str_eq(request->method, STR("GET")) && !str_eq(request->method, STR("POST")))
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    return true;
}

static void set_limits(CURL *curl, const struct net_request *request)
{
    long deadline = (long)(request->deadline_ms ? request->deadline_ms : DEADLINE_MS);
    long connect = (long)(request->connect_ms ? request->connect_ms : CONNECT_MS);
    /* Half of a long deadline: an answer may be thought about for minutes. */
    long slow = deadline / 2 > LOW_SPEED_MS ? deadline / 2 : LOW_SPEED_MS;

    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, deadline);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, connect);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)LOW_SPEED_BYTES);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, slow / 1000);
}

static void set_always(CURL *curl, struct call *call)
{
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* nor one from the environment */
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    /* One request at a time per handle: HTTP/2 would bring nothing but its repeats. */
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, ""); /* the ceiling counts what comes out */
    curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, (long)IDLE_SECONDS);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "adwright");
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, call->text);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, call);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, call);
    curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, on_request);
    curl_easy_setopt(curl, CURLOPT_PREREQDATA, call);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, call);
}

static bool open_file(struct call *call, struct err *err)
{
    call->fd = -1;
    if (!call->request->save_path)
        return true;
    call->fd = open(call->request->save_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (call->fd < 0)
        return err_set(err, ERR_BROKEN, "cannot write %s: %s", call->request->save_path,
                       strerror(errno));
    return true;
}

/* --- after ------------------------------------------------------------- */

/* Scheme, host and port: the path and the query of a URL may hold secrets. */
static struct str origin(struct str url)
{
    size_t from = 0;

    for (size_t i = 0; i + 2 < url.n; i++)
        if (url.p[i] == ':' && url.p[i + 1] == '/' && url.p[i + 2] == '/') {
            from = i + 3;
            break;
        }
    while (from < url.n && url.p[from] != '/' && url.p[from] != '?' && url.p[from] != '#')
        from++;
    return str_sub(url, 0, from);
}

static bool judge(const struct call *call, CURLcode code, struct err *err)
{
    struct str to = origin(call->request->url);
    const char *why = call->text[0] ? call->text : curl_easy_strerror(code);

    if (code == CURLE_OK && call->head_whole)
        return true;
    if (code == CURLE_OK)
        why = "the connection ended amid the headers";
    if (call->file_errno)
        return err_set(err, ERR_BROKEN, "cannot write %s: %s", call->request->save_path,
                       strerror(call->file_errno));
    if (call->too_long)
        return err_set(err, ERR_UNCERTAIN, STR_FMT ": the answer is longer than %zu bytes",
                       STR_ARG(to), call->limit);
    if (call->sendings)
        return err_set(err, ERR_UNCERTAIN, STR_FMT ": the answer was lost: %s", STR_ARG(to),
                       why);
    if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT ||
        code == CURLE_LOGIN_DENIED)
        return err_input(err, "url", "give an absolute http or https URL", "%s", why);
    if (call->addresses_refused && !call->addresses_allowed)
        return err_input(err, "url", "only addresses of the public Internet are called",
                         STR_FMT " is a private or local address", STR_ARG(to));
    return err_set(err, ERR_BUSY, STR_FMT " was not reached: %s", STR_ARG(to), why);
}

static struct str header(CURL *curl, struct arena *arena, const char *name)
{
    struct curl_header *h;

    if (curl_easy_header(curl, name, 0, CURLH_HEADER, -1, &h) != CURLHE_OK)
        return STR("");
    return str_dup(arena, str(h->value));
}

static void read_answer(CURL *curl, struct arena *arena, const struct call *call,
                        struct net_answer *answer)
{
    long status = 0;

    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    answer->status = (int)status;
    answer->type = header(curl, arena, "Content-Type");
    answer->retry_after = header(curl, arena, "Retry-After");
    answer->location = header(curl, arena, "Location");
    answer->content_md5 = header(curl, arena, "Content-MD5");
    answer->body = buf_str(&call->body);
}

static bool close_file(struct call *call, bool ok, struct err *err)
{
    if (call->fd < 0)
        return ok;
    if (close(call->fd) && ok)
        ok = err_set(err, ERR_BROKEN, "cannot write %s: %s", call->request->save_path,
                     strerror(errno));
    if (!ok)
        (void)unlink(call->request->save_path);
    return ok;
}

bool net_call(struct net *net, struct arena *arena, const struct net_request *request,
              struct net_answer *answer, struct err *err)
{
    CURL *curl = request->allow_private ? net->open : net->strict;
    size_t limit = request->answer_limit ? request->answer_limit : LIMIT_ANSWER_BODY;
    struct call call = {
        .request = request, .repeatable = str_eq(request->method, STR("GET")), .limit = limit};
    int64_t began = clock_mono_ms();

    must(!guard_in_transaction());
    *answer = (struct net_answer){0};
    if (!check(request, err) || !open_file(&call, err))
        return false;
    buf_init(&call.body, arena, limit);
    curl_easy_reset(curl); /* keeps its connections and its name cache */
    set_always(curl, &call);
    set_limits(curl, request);
    set_headers(curl, arena, &call);
    curl_easy_setopt(curl, CURLOPT_URL, str_c(arena, request->url));
    if (request->on_sent) {
        curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
        curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &call);
    }

    bool ok = set_body(curl, arena, &call, err);
    if (ok) {
        CURLcode code = curl_easy_perform(curl);
        ok = judge(&call, code, err);
    }
    if (ok)
        read_answer(curl, arena, &call, answer);
    answer->too_long = call.too_long;
    answer->took_ms = clock_mono_ms() - began;
    ok = close_file(&call, ok, err);
    curl_easy_reset(curl); /* what it points to dies now, or with the arena */
    curl_mime_free(call.parts);
    curl_slist_free_all(call.headers);
    log_debug("net.call", LOG_TEXT("to", origin(request->url)),
              LOG_INT("status", answer->status), LOG_INT("bytes", (int64_t)call.received),
              LOG_INT("ms", answer->took_ms));
    return ok;
}
