/*
 * creative_transcribe.c - the job creative.transcribe: sound to text.
 *
 * What goes wrong here is shown with the transcript and never with the
 * creative: a video without a transcript runs as well.
 */

#include "creative/creative_transcribe.h"
#include "creative/creative_db.h"
#include "creative/creative_file.h"
#include "creative/creative_library.h"
#include "creative/creative_parts.h"

#include "base/limits.h"
#include "conf/app.h"
#include "db/db.h"
#include "media/media.h"
#include "speech/speech.h"
#include "text/json.h"

#include <unistd.h>

static const int64_t waits_ms[] = {2000, 5000, 10000};

struct transcribing {
    struct job *job;
    const struct app *app;
    struct creative creative;
    struct workflow wf;
    struct creative_transcript transcript;
};

static bool keep(struct transcribing *t, const char *state, struct str reason, struct err *err)
{
    t->transcript.state = str(state);
    t->transcript.reason = reason;
    return creative_transcript_store(t->job->db, t->creative.id, &t->transcript, t->job->now_ms,
                                     err);
}

/* --- the step --- */

static struct str print_segments(struct arena *arena, const struct speech_segments *segments)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, 4 * 1024 * 1024);
    json_writer(&w, &buf);
    json_list(&w);
    for (size_t i = 0; i < segments->n; i++) {
        json_object(&w);
        json_int_member(&w, "start_ms", segments->at[i].start_ms);
        json_int_member(&w, "end_ms", segments->at[i].end_ms);
        json_text_member(&w, "text", segments->at[i].text);
        json_end(&w);
    }
    json_end(&w);
    return buf_str(&buf);
}

/* The row and the words it is found by, together. */
static bool keep_heard(struct transcribing *t, struct err *err)
{
    struct db *db = t->job->db;

    return db_begin(db, err) &&
           db_end(db,
                  keep(t, "done", STR(""), err) &&
                      creative_index(db, t->job->arena, t->creative.id, err),
                  err);
}

static bool hear(struct transcribing *t, const char *wav, struct err *err)
{
    struct job *job = t->job;
    struct speech_transcript heard = {0};
    int64_t duration_ms;

    if (!media_audio(job->arena, creative_path(t->app->conf, job->arena, &t->creative), wav,
                     LIMIT_TRANSCRIPT_MS, &duration_ms, err) ||
        !speech_transcribe(t->app->conf, job->net, job->arena, wav, duration_ms, &heard, err))
        return false;
    t->transcript.text = heard.text;
    t->transcript.language = heard.language;
    t->transcript.provider = heard.provider;
    t->transcript.segments = print_segments(job->arena, &heard.segments);
    return keep_heard(t, err);
}

static bool run_transcript(struct workflow *wf, void *arg, struct str request,
                           struct str *result, struct err *err)
{
    struct transcribing *t = arg;
    const char *wav =
        creative_file_path(t->app->conf, wf->arena, t->creative.media_path, ".wav");
    bool ok = hear(t, wav, err);

    (void)request;
    creative_file_remove(wav);
    *result = STR("{}");
    return ok;
}

/* --- the job --- */

/* Why there is nothing to be heard; "" = there is. */
static struct str no_sound(struct transcribing *t)
{
    struct arena *arena = t->job->arena;
    struct speech_choice choice = speech_choose(arena, t->app->conf);
    const struct json *probe;
    struct err unread = {0};

    if (choice.provider == SPEECH_OFF)
        return choice.reason;
    if (!json_parse(arena, t->creative.probe_json, &probe, &unread))
        return STR("");
    if (!json_text(probe, "facts.audio_codec", STR("")).n)
        return STR("the video has no sound");
    return json_bool(probe, "facts.audio_silent", false) ? STR("the video's sound is silent")
                                                         : STR("");
}

static bool load(struct job *job, struct transcribing *t, struct err *err)
{
    bool found;

    *t = (struct transcribing){.job = job, .app = job->app};
    return creative_of_job(job, &t->creative, err) &&
           creative_workflow(job, &t->creative, &t->wf, err) &&
           creative_transcript_get(job->db, job->arena, t->creative.id, &found, &t->transcript,
                                   err);
}

/* Nothing was decided: again in 2, 5, 10 s; then it has failed. */
static bool later_or_never(struct transcribing *t, const struct err *why, struct err *err)
{
    struct job *job = t->job;
    int64_t tries = t->transcript.attempts;

    if (why->kind != ERR_BUSY || tries > (int64_t)countof(waits_ms))
        return keep(t, "failed", creative_said(job->arena, why), err);
    if (!keep(t, "waiting", creative_said(job->arena, why), err))
        return false;
    job->snooze = true;
    job->retry_after_ms = waits_ms[tries - 1];
    *err = *why;
    return false;
}

bool creative_transcribe_run(struct job *job, struct err *err)
{
    struct transcribing t;
    struct err why = {0};
    struct str result, nothing;

    if (!load(job, &t, err))
        return err->kind == ERR_NOT_FOUND; /* deleted meanwhile */
    if (!str_eq(t.transcript.state, STR("waiting")))
        return true;
    nothing = no_sound(&t);
    if (nothing.n)
        return keep(&t, "off", nothing, err);
    t.transcript.attempts++;

    struct workflow_step step = {
        .name = str_fmt(job->arena, "transcript:%lld", (long long)job->attempt).p,
        .request = STR("{}"),
        .run = run_transcript,
        .arg = &t,
    };

    return workflow_do(&t.wf, &step, &result, &why) || later_or_never(&t, &why, err);
}

bool creative_transcribe_dead(struct job *job, const struct err *why, struct err *err)
{
    struct transcribing t = {.job = job, .app = job->app};
    struct err gone = {0};
    bool found;

    if (!creative_of_job(job, &t.creative, &gone))
        return gone.kind == ERR_NOT_FOUND || (*err = gone, false);
    return creative_transcript_get(job->db, job->arena, t.creative.id, &found, &t.transcript,
                                   err) &&
           keep(&t, "failed", creative_said(job->arena, why), err);
}

bool creative_transcribe_ask(struct db *db, struct arena *arena,
                             const struct creative *creative, int64_t now_ms, struct err *err)
{
    struct creative_transcript transcript;
    bool found;

    if (!str_eq(creative->media_type, STR("video")))
        return true;
    if (!creative_transcript_get(db, arena, creative->id, &found, &transcript, err))
        return false;
    if (found && str_eq(transcript.state, STR("done")))
        return true;
    transcript = (struct creative_transcript){.state = STR("waiting")};
    return creative_transcript_store(db, creative->id, &transcript, now_ms, err) &&
           creative_ask(db, arena, "creative.transcribe", creative->id, err);
}

/* --- by hand --- */

static bool again(struct db *db, struct arena *arena, struct str id, struct str actor,
                  int64_t now_ms, struct err *err)
{
    struct creative_transcript fresh = {.state = STR("waiting")};
    struct creative creative;

    if (!creative_get(db, arena, id, &creative, err))
        return false;
    if (!str_eq(creative.media_type, STR("video")))
        return err_input(err, "id", "a video", "only a video has a transcript");
    if (!str_eq(creative.status, STR("ready")))
        return err_set(err, ERR_CONFLICT, "the creative is " STR_FMT ": its sound is not known",
                       STR_ARG(creative.status));
    return creative_transcript_store(db, id, &fresh, now_ms, err) &&
           creative_note(db, arena, actor, "creative.transcribe", id, err) &&
           creative_ask_again(db, arena, "creative.transcribe", id, now_ms, err);
}

bool creative_transcribe_again(struct db *db, struct arena *arena, struct str id,
                               struct str actor, int64_t now_ms, struct err *err)
{
    return db_begin(db, err) && db_end(db, again(db, arena, id, actor, now_ms, err), err);
}
