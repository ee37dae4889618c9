/* creative_platform.c - a creative's copy on a platform: the file, then its poster. */

#include "creative/creative_db.h"
#include "creative/creative_file.h"
#include "creative/creative_parts.h"
#include "creative/creative_sending.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "conf/conf.h"
#include "db/db.h"
#include "text/json.h"

/* TikTok: metadata and cover come within minutes; a video that has none by then never will. */
#define USABLE_WITHIN_MS (15 * 60 * 1000)
#define UPLOADS_MOST     3
#define MINUTE_MS        (60 * 1000)
#define SHOW_EVERY_MS    2000

static bool is_image(const struct creative_sending *s)
{
    return str_eq(s->creative->media_type, STR("image"));
}

static bool store(struct creative_sending *s, struct err *err)
{
    return creative_copy_store(s->db, s->creative->id, str(s->platform->name),
                               s->session->advertiser_id, &s->copy, s->holder, s->now_ms, err);
}

/* --- names --- */

/* By what the file is, not by what it was called. */
static struct str ending_of(struct arena *arena, const struct creative *creative)
{
    static const struct {
        const char *container, *ending;
    } endings[] = {{"mov", ".mov"},   {"webm", ".webm"}, {"avi", ".avi"},
                   {"mpeg", ".mpeg"}, {"png", ".png"},   {"jpeg", ".jpg"}};
    const struct json *probe;
    struct err unread = {0};
    struct str container = STR("");

    if (creative->probe_json.n && json_parse(arena, creative->probe_json, &probe, &unread))
        container = json_text(probe, "facts.container", STR(""));
    for (size_t i = 0; i < countof(endings); i++)
        if (str_eq(container, str(endings[i].container)))
            return str(endings[i].ending);
    return str_eq(creative->media_type, STR("image")) ? STR(".jpg") : STR(".mp4");
}

static struct str new_file_name(struct creative_sending *s, int n)
{
    return str_fmt(s->arena, "adwright-" STR_FMT "-%d" STR_FMT, STR_ARG(s->creative->id), n,
                   STR_ARG(ending_of(s->arena, s->creative)));
}

static struct str stem_of(struct str name)
{
    size_t n = name.n;

    while (n && name.p[n - 1] != '.')
        n--;
    return n ? str_sub(name, 0, n - 1) : name;
}

/* The number that the file name's stem ends in. */
static int file_number(struct str name)
{
    struct str stem = stem_of(name);
    int n = 0, digit = 1;

    for (size_t i = stem.n; i-- > 0 && stem.p[i] >= '0' && stem.p[i] <= '9'; digit *= 10)
        n += (stem.p[i] - '0') * digit;
    return n;
}

/* --- whose turn it is --- */

/* TikTok: ten seconds a megabyte, at least five minutes; and a little for the answer. */
static int64_t claim_ms(const struct creative *creative)
{
    int64_t by_size = (creative->size_bytes / (1024 * 1024) + 1) * 10000;

    return (by_size > 5 * MINUTE_MS ? by_size : 5 * MINUTE_MS) + MINUTE_MS;
}

bool creative_sending_complete(const struct creative_sending *s)
{
    return s->copy.image_id.n && (is_image(s) || (s->copy.video_id.n && s->copy.usable));
}

static bool check_status(const struct creative_sending *s, struct err *err)
{
    const struct creative *creative = s->creative;

    if (str_eq(creative->status, STR("processing")))
        return err_set(err, ERR_BUSY, "creative " STR_FMT " is still being prepared",
                       STR_ARG(creative->id));
    if (str_eq(creative->status, STR("ready")))
        return true;
    return err_input(err, "creative_ids", "retry or replace the creative",
                     "creative " STR_FMT " is " STR_FMT ": " STR_FMT, STR_ARG(creative->id),
                     STR_ARG(creative->status), STR_ARG(creative->error_text));
}

bool creative_sending_begin(struct creative_sending *s, struct err *err)
{
    bool found, mine;

    if (!creative_copy_find(s->db, s->arena, s->creative->id, str(s->platform->name),
                            s->session->advertiser_id, &found, &s->copy, err))
        return false;
    if (found && creative_sending_complete(s))
        return true;
    s->waiting = str_eq(s->creative->status, STR("processing"));
    if (!check_status(s, err))
        return false;
    if (!found)
        s->copy = (struct creative_copy){.file_name = new_file_name(s, 1), .poster_number = 1};
    if (!creative_copy_claim(s->db, s->creative->id, str(s->platform->name),
                             s->session->advertiser_id, s->copy.file_name, s->holder, s->now_ms,
                             s->now_ms + claim_ms(s->creative), &mine, err))
        return false;
    s->waiting = !mine;
    if (!mine)
        return err_set(err, ERR_BUSY, "another job is sending creative " STR_FMT,
                       STR_ARG(s->creative->id));
    /* What stands there may be newer than what was read before the claim. */
    return creative_copy_find(s->db, s->arena, s->creative->id, str(s->platform->name),
                              s->session->advertiser_id, &found, &s->copy, err);
}

void creative_sending_end(struct creative_sending *s)
{
    struct err err = {0};

    /* A claim that cannot be given back ends by itself. */
    if (!creative_copy_release(s->db, s->creative->id, str(s->platform->name),
                               s->session->advertiser_id, s->holder, &err))
        log_err("creative.claim_kept", &err);
}

/* --- the file --- */

static void show_progress(void *arg, int64_t sent)
{
    struct creative_sending *s = arg;
    int64_t now_ms = clock_mono_ms();
    struct err err = {0};

    if (now_ms - s->shown_ms < SHOW_EVERY_MS)
        return;
    s->shown_ms = now_ms;
    if (!creative_copy_sent(s->db, s->creative->id, str(s->platform->name),
                            s->session->advertiser_id, sent, &err))
        log_err("creative.progress_not_stored", &err);
}

static bool find_sent(struct creative_sending *s, bool *found, struct err *err)
{
    struct platform_video video;

    if (is_image(s))
        return s->platform->find_image(s->session, s->copy.file_name, found, &s->copy.image_id,
                                       err);
    if (!s->platform->find_video(s->session, s->copy.file_name, found, &video, err))
        return false;
    if (*found)
        s->copy.video_id = video.id;
    return true;
}

static bool upload(struct creative_sending *s, struct err *err)
{
    const char *path = creative_path(s->session->conf, s->arena, s->creative);
    struct str bytes;

    if (is_image(s))
        return creative_file_read(s->arena, path, LIMIT_IMAGE, &bytes, err) &&
               s->platform->upload_image(s->session, bytes, s->copy.file_name,
                                         seal_md5_hex(s->arena, bytes), &s->copy.image_id, err);
    s->session->on_sent = show_progress;
    s->session->on_sent_arg = s;

    bool ok = s->platform->upload_video(s->session, path, s->copy.file_name, s->creative->md5,
                                        s->creative->size_bytes, &s->copy.video_id, err);

    s->session->on_sent = NULL;
    return ok;
}

/* A try that surely or perhaps failed counts; what it was is told by the caller. */
static bool count_failure(struct creative_sending *s, struct err *err)
{
    struct err unsaved = {0};

    s->copy.tries = s->copy.tries < 0 ? 1 : s->copy.tries + 1;
    if (!store(s, &unsaved))
        log_err("creative.try_not_counted", &unsaved);
    (void)err;
    return false;
}

static bool send_it(struct creative_sending *s, struct err *err)
{
    struct err refused = {0};
    bool found;

    s->copy.uploaded_ms = s->now_ms;
    s->copy.sent_bytes = 0;
    if (!store(s, err))
        return false;
    if (upload(s, err))
        return true;
    /* Refused because the name is taken: by what we sent before, then. */
    if (err->kind == ERR_REFUSED && find_sent(s, &found, &refused) && found)
        return true;
    return count_failure(s, err);
}

/* The same bytes are there already, as another creative's: its id is as good. */
static bool find_twin(struct creative_sending *s, bool *found, struct err *err)
{
    struct creative_copy twin;

    *found = false;
    if (is_image(s) || s->copy.uploaded_ms || file_number(s->copy.file_name) > 1 ||
        !s->creative->sha256.n)
        return true;
    if (!creative_copy_twin(s->db, s->arena, s->creative, str(s->platform->name),
                            s->session->advertiser_id, found, &twin, err))
        return false;
    if (!*found)
        return true;
    s->copy.video_id = twin.video_id;
    s->copy.shared_with = twin.shared_with;
    s->copy.uploaded_ms = s->now_ms;
    log_info("creative.upload_shared", LOG_TEXT("creative_id", s->creative->id),
             LOG_TEXT("with", twin.shared_with));
    return true;
}

static bool is_there(const struct creative_sending *s)
{
    return is_image(s) ? s->copy.image_id.n > 0 : s->copy.video_id.n > 0;
}

bool creative_send_file(struct creative_sending *s, struct err *err)
{
    bool found = false;

    if (is_there(s))
        return true;
    if (!find_twin(s, &found, err))
        return false;
    if (!found && s->copy.uploaded_ms && !find_sent(s, &found, err))
        return count_failure(s, err);
    if (!found && !send_it(s, err))
        return err_while(err, "uploading creative " STR_FMT, STR_ARG(s->creative->id));
    s->copy.tries = 0;
    s->copy.sent_bytes = s->copy.shared_with.n ? 0 : s->creative->size_bytes;
    return store(s, err);
}

/* It is gone there, or never became usable: begin again under a new name. */
static bool begin_again(struct creative_sending *s, struct err *err)
{
    int n = file_number(s->copy.file_name);

    /* A retry by hand (tries < 0) has one more. */
    if (n >= UPLOADS_MOST && s->copy.tries >= 0)
        return err_set(err, ERR_REFUSED,
                       "the platform took creative " STR_FMT
                       " %d times and never made it usable",
                       STR_ARG(s->creative->id), n);
    s->copy = (struct creative_copy){.file_name = new_file_name(s, n + 1),
                                     .poster_number = s->copy.poster_number};
    log_warn("creative.upload_again", LOG_TEXT("creative_id", s->creative->id),
             LOG_TEXT("file_name", s->copy.file_name));
    if (!store(s, err))
        return false;
    s->waiting = true;
    return err_set(err, ERR_BUSY, "the platform lost the video; it is sent again");
}

/* --- until it is usable --- */

bool creative_await_usable(struct creative_sending *s, struct err *err)
{
    struct platform_video video;
    bool found;

    if (s->copy.usable || is_image(s))
        return true;
    if (!s->platform->video(s->session, s->copy.video_id, &found, &video, err))
        return false;
    if (found && video.usable) {
        s->copy.usable = true;
        s->copy.cover_url = video.cover_url;
        creative_fetch_covers(s);
        return store(s, err);
    }
    if ((s->copy.shared_with.n && !found) || s->now_ms - s->copy.uploaded_ms > USABLE_WITHIN_MS)
        return begin_again(s, err);
    s->waiting = true;
    return err_set(err, ERR_BUSY, "the platform is still processing the video");
}

/* --- the poster --- */

static struct str poster_name(struct creative_sending *s, struct str bytes)
{
    struct str stem = stem_of(s->copy.file_name);
    const char *ending = creative_image_ending(bytes);

    if (!*ending)
        ending = ".jpg";
    if (s->copy.poster_number <= 1)
        return str_fmt(s->arena, STR_FMT "%s", STR_ARG(stem), ending);
    return str_fmt(s->arena, STR_FMT "-p%lld%s", STR_ARG(stem),
                   (long long)s->copy.poster_number, ending);
}

/* Sent; or, when the answer was lost or the name is taken, found. */
static bool send_poster(struct creative_sending *s, struct str bytes, struct err *err)
{
    struct str name = poster_name(s, bytes);
    struct err unread = {0};
    bool found = false;

    if (s->platform->upload_image(s->session, bytes, name, seal_md5_hex(s->arena, bytes),
                                  &s->copy.image_id, err))
        return true;
    if (err->kind != ERR_REFUSED && err->kind != ERR_UNCERTAIN)
        return false;
    return s->platform->find_image(s->session, name, &found, &s->copy.image_id, &unread) &&
           found;
}

bool creative_send_poster(struct creative_sending *s, struct err *err)
{
    struct str bytes;

    if (s->copy.image_id.n)
        return true;
    if (!creative_poster_bytes(s, &bytes, err))
        return err_while(err, "making the poster of creative " STR_FMT,
                         STR_ARG(s->creative->id));
    if (!send_poster(s, bytes, err)) {
        err_while(err, "sending the poster of creative " STR_FMT, STR_ARG(s->creative->id));
        return count_failure(s, err);
    }
    s->copy.tries = 0;
    return store(s, err);
}

/* --- all of it, for launches --- */

/* Each card by itself; the carousel shows the first one's copy. */
static bool ensure_cards(struct creative_sending *s, struct creative_copy *out, struct err *err)
{
    struct creative_card_list cards = {0};

    if (!creative_cards(s->db, s->arena, s->creative->id, &cards, err))
        return false;
    for (size_t i = cards.n; i-- > 0;) {
        struct creative_sending card = *s;
        struct creative creative;

        if (!creative_get(s->db, s->arena, cards.at[i].card_id, &creative, err))
            return err_while(err, "card %zu of the carousel", i + 1);
        card.creative = &creative;
        bool ok = creative_sending_run(&card, out, err);
        s->waiting = card.waiting;
        if (!ok)
            return err_while(err, "card %zu of the carousel", i + 1);
    }
    return true;
}

static bool ensure_one(struct creative_sending *s, struct creative_copy *out, struct err *err)
{
    if (!creative_sending_begin(s, err))
        return false;
    *out = s->copy;
    if (creative_sending_complete(s))
        return true;

    bool ok = creative_send_file(s, err) && creative_await_usable(s, err) &&
              creative_send_poster(s, err);

    creative_sending_end(s);
    *out = s->copy;
    return ok;
}

bool creative_sending_run(struct creative_sending *s, struct creative_copy *out,
                          struct err *err)
{
    bool carousel = str_eq(s->creative->media_type, STR("carousel"));

    s->waiting = false;
    if (carousel ? !check_status(s, err) || !ensure_cards(s, out, err)
                 : !ensure_one(s, out, err))
        return false;
    return str_eq(s->creative->push_state, STR("ready")) ||
           creative_store_push(s->db, s->creative->id, STR("ready"), STR(""), STR(""),
                               s->now_ms, err);
}

bool creative_ensure_on_platform(struct db *db, struct arena *arena,
                                 const struct platform *platform,
                                 struct platform_session *session,
                                 const struct creative *creative, struct str holder,
                                 int64_t now_ms, struct creative_copy *out, struct err *err)
{
    struct creative_sending s = {.db = db,
                                 .arena = arena,
                                 .platform = platform,
                                 .session = session,
                                 .creative = creative,
                                 .holder = holder,
                                 .now_ms = now_ms};

    return creative_sending_run(&s, out, err);
}
