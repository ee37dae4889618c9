/* files.c - uploaded bytes on disk and the links to them. */

#include "sandbox/files.h"

#include "base/arena.h"
#include "base/limits.h"
#include "conf/conf.h"
#include "sandbox/doc.h"
#include "sandbox/fetch.h"
#include "sandbox/picture.h"
#include "seal/seal.h"
#include "text/hex.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* In the data folder, made if need be; where that cannot be, in /tmp. */
static bool make_temporary(struct sandbox *box, struct err *err)
{
    char data[sizeof box->files - 32];

    snprintf(data, sizeof data, STR_FMT, STR_ARG(box->conf->data));
    box->data_made = mkdir(data, 0700) == 0;
    snprintf(box->files, sizeof box->files, "%s/sandbox-XXXXXX", data);
    if (mkdtemp(box->files))
        return true;
    snprintf(box->files, sizeof box->files, "%s", "/tmp/adwright-sandbox-XXXXXX");
    return mkdtemp(box->files) != NULL ||
           err_set(err, ERR_BROKEN, "cannot make a folder in /tmp: %s", strerror(errno));
}

bool files_open(struct sandbox *box, struct err *err)
{
    struct str state = box->conf->sandbox_state;

    box->files_temporary = state.n == 0;
    if (box->files_temporary)
        return make_temporary(box, err);
    snprintf(box->files, sizeof box->files, STR_FMT ".files", STR_ARG(state));
    if (mkdir(box->files, 0700) != 0 && errno != EEXIST)
        return err_input(err, "sandbox_state", "name a file in a folder that you may write",
                         "cannot make the folder %s: %s", box->files, strerror(errno));
    return true;
}

void files_clear(struct sandbox *box)
{
    DIR *dir = opendir(box->files);
    struct dirent *entry;

    if (!dir)
        return;
    while ((entry = readdir(dir)))
        if (entry->d_name[0] != '.')
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
}

void files_close(struct sandbox *box)
{
    if (!box->files_temporary || !box->files[0])
        return;
    files_clear(box);
    (void)rmdir(box->files);
    if (box->data_made) /* unless somebody else has put something there */
        (void)rmdir(str_c(box->arena, box->conf->data));
}

/* Names are ids that we made, or those of a request: digits and letters only. */
static bool name_good(struct str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              c == '-' || c == '_'))
            return false;
    }
    return name.n > 0 && name.n < 80;
}

static struct str path_of(struct sandbox *box, struct arena *arena, struct str name)
{
    must(name_good(name));
    return str_fmt(arena, "%s/" STR_FMT, box->files, STR_ARG(name));
}

bool files_put(struct sandbox *box, struct str name, struct str bytes, struct err *err)
{
    struct arena *arena = arena_new("sandbox file");
    const char *path = path_of(box, arena, name).p;
    FILE *f = fopen(path, "wb");
    bool ok = f && fwrite(bytes.p, 1, bytes.n, f) == bytes.n;

    if (f && fclose(f) != 0)
        ok = false;
    if (!ok)
        (void)err_set(err, ERR_BROKEN, "cannot write %s: %s", path, strerror(errno));
    arena_free(arena);
    return ok;
}

bool files_append(struct sandbox *box, struct str name, struct str bytes, int64_t at,
                  struct err *err)
{
    struct arena *arena = arena_new("sandbox file");
    const char *path = path_of(box, arena, name).p;
    FILE *f = fopen(path, "r+b");
    bool ok =
        f && fseeko(f, (off_t)at, SEEK_SET) == 0 && fwrite(bytes.p, 1, bytes.n, f) == bytes.n;

    if (f && fclose(f) != 0)
        ok = false;
    ok = ok && truncate(path, (off_t)at + (off_t)bytes.n) == 0;
    if (!ok)
        (void)err_set(err, ERR_BROKEN, "cannot write %s: %s", path, strerror(errno));
    arena_free(arena);
    return ok;
}

bool files_read(struct sandbox *box, struct arena *arena, struct str name, struct str *out,
                struct err *err)
{
    const char *path = path_of(box, arena, name).p;
    FILE *f = fopen(path, "rb");
    char *bytes;
    long size;
    bool ok;

    if (!f)
        return err_set(err, ERR_NOT_FOUND, "no such file: %s", path);
    ok = fseek(f, 0, SEEK_END) == 0 && (size = ftell(f)) >= 0 && fseek(f, 0, SEEK_SET) == 0;
    if (ok) {
        bytes = arena_alloc(arena, (size_t)size + 1);
        ok = fread(bytes, 1, (size_t)size, f) == (size_t)size;
        *out = (struct str){bytes, (size_t)size};
    }
    fclose(f);
    return ok || err_set(err, ERR_BROKEN, "cannot read %s", path);
}

static struct str signature(struct sandbox *box, struct arena *arena, struct str kind,
                            struct str name, struct str until)
{
    struct str text = str_fmt(arena, STR_FMT "/" STR_FMT "/" STR_FMT, STR_ARG(kind),
                              STR_ARG(name), STR_ARG(until));

    return str_sub(hex_encode(arena, seal_hmac_sha256(arena, box->app_secret, text)), 0, 24);
}

struct str files_link_at(struct sandbox *box, struct arena *arena, struct str host,
                         const char *kind, struct str name, int64_t until_ms)
{
    struct str until = str_fmt(arena, "%lld", (long long)until_ms);

    if (!host.n)
        host = str_fmt(arena, "127.0.0.1:%d", web_port(box->web));
    return str_fmt(arena,
                   "http://" STR_FMT "/sandbox/files/%s/" STR_FMT "?x-expires=" STR_FMT
                   "&x-signature=" STR_FMT,
                   STR_ARG(host), kind, STR_ARG(name), STR_ARG(until),
                   STR_ARG(signature(box, arena, str(kind), name, until)));
}

struct str files_link(struct call *call, const char *kind, struct str name, int64_t until_ms)
{
    return files_link_at(call->box, call->arena, request_header(call->rq, "host"), kind, name,
                         until_ms);
}

static bool plain(struct reply *rp, int status, struct str text)
{
    return reply_body(rp, status, "text/plain", text);
}

/* The picture of a cover or profile: as large as its video, or square. */
static struct str draw(struct sandbox *box, struct arena *arena, struct str name)
{
    const struct json *video;
    int64_t width = 0, height = 0;
    struct str base = name;

    base = str_cut(&base, '_'); /* "<video>_<n>" is a suggested cover */
    box_lock(box);
    video = store_find(box->store, KIND_VIDEO, base);
    if (!video)
        video = store_find(box->store, KIND_GRAPH_VIDEO, base);
    if (video) {
        (void)json_int(video, "width", &width);
        (void)json_int(video, "height", &height);
    }
    box_unlock(box);
    if (width <= 0 || height <= 0 || width > 4096 || height > 4096)
        width = height = 640;
    return picture_png(arena, width, height, str_hash(name) | 1);
}

static const char *stored_type(struct str bytes)
{
    if (bytes.n > 3 && (unsigned char)bytes.p[0] == 0xff)
        return "image/jpeg";
    if (bytes.n > 3 && (unsigned char)bytes.p[0] == 0x89)
        return "image/png";
    return "video/mp4";
}

bool files_get(struct request *rq, struct reply *rp, struct err *err)
{
    struct sandbox *box = rq->app;
    struct str kind = request_arg(rq, "kind"), name = request_arg(rq, "name");
    struct str until = request_query(rq, "x-expires");
    struct str head;
    int64_t until_ms = 0;

    if (fetch_ours(rq))
        return plain(rp, 403, STR("links of this host cannot be fetched by an upload"));
    if (!name_good(name) || !seal_equal(request_query(rq, "x-signature"),
                                        signature(box, rq->arena, kind, name, until)))
        return plain(rp, 403, STR("bad signature"));
    if (!str_int(until, &until_ms) || until_ms < rq->now_ms)
        return plain(rp, 403, STR("this link has expired"));
    if (str_eq(kind, STR("cover")) || str_eq(kind, STR("profile")))
        return reply_body(rp, 200, "image/png", draw(box, rq->arena, name));
    if (!files_read(box, rq->arena, name, &head, err))
        return plain(rp, 404, STR("no such file"));
    rp->type =
        str_eq(kind, STR("report")) ? STR("text/csv; charset=utf-8") : str(stored_type(head));
    rp->file_path = path_of(box, rq->arena, name).p;
    return true;
}
