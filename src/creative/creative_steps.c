/* creative_steps.c - how far a creative is, for people: its steps, its failure. */

#include "creative/creative_db.h"
#include "creative/creative_parts.h"

#include "db/db.h"
#include "text/json.h"

#include <string.h>

/* --- failures --- */

struct str creative_said(struct arena *arena, const struct err *why)
{
    return str_fmt(arena, "%s%s%s", why->text, *why->hint ? "; " : "", why->hint);
}

/* What is wrong with the file stays wrong; an address may show another file next time. */
static bool may_work_again(const struct creative *creative, const struct err *why)
{
    return (why->kind != ERR_INVALID && why->kind != ERR_REFUSED) || creative->media_url.n > 0;
}

struct str creative_failure_print(struct arena *arena, const struct creative *creative,
                                  const char *step, const struct err *why)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, 8192);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "step", str(step));
    json_text_member(&w, "kind", str(err_kind_name(why->kind)));
    json_text_member(&w, "cause", str(why->text));
    json_text_member(&w, "hint", str(why->hint));
    json_bool_member(&w, "retriable", may_work_again(creative, why));
    json_end(&w);
    return buf_str(&buf);
}

bool creative_failure_read(struct arena *arena, const struct creative *creative,
                           struct creative_failure *out)
{
    const struct json *json;
    struct err unread = {0};

    if (!str_eq(creative->status, STR("failed")) &&
        !str_eq(creative->push_state, STR("failed")))
        return false;
    *out = (struct creative_failure){.cause = creative->error_text, .retriable = true};
    if (!creative->failure_json.n || !json_parse(arena, creative->failure_json, &json, &unread))
        return true;
    out->step = json_text(json, "step", STR(""));
    out->cause = json_text(json, "cause", STR(""));
    out->hint = json_text(json, "hint", STR(""));
    out->kind = json_text(json, "kind", STR(""));
    out->retriable = json_bool(json, "retriable", true);
    return true;
}

/* --- steps --- */

struct telling {
    struct arena *arena;
    const struct creative *creative;
    struct workflow_view workflow;
    struct creative_copy copy;
    bool has_copy, has_transcript;
    struct creative_transcript transcript;
    struct creative_steps *out;
};

/* The last recorded one of a name: "upload:9100:..." is an upload. */
static const struct workflow_step_view *recorded(const struct telling *t, const char *name)
{
    const struct workflow_step_view *last = NULL;
    size_t n = strlen(name);

    for (size_t i = 0; i < t->workflow.steps.n; i++) {
        const struct workflow_step_view *step = &t->workflow.steps.at[i];

        if (str_starts(step->name, str(name)) && (step->name.n == n || step->name.p[n] == ':'))
            last = step;
    }
    return last;
}

static struct str reason_of(const struct telling *t, const struct workflow_step_view *step)
{
    const struct json *json;
    struct err unread = {0};

    if (!step->error_json.n || !json_parse(t->arena, step->error_json, &json, &unread))
        return STR("");
    return json_text(json, "text", STR(""));
}

static struct creative_step *tell(struct telling *t, const char *name)
{
    const struct workflow_step_view *step = recorded(t, name);
    struct creative_step *out = creative_steps_add(t->out, t->arena);

    *out = (struct creative_step){.name = name, .state = "waiting", .percent = -1};
    if (!step)
        return out;
    out->attempts = step->attempt;
    out->since_ms = step->finished_ms ? step->finished_ms : step->started_ms;
    out->state = str_eq(step->state, STR("done"))     ? "done"
                 : str_eq(step->state, STR("failed")) ? "failed"
                                                      : "running";
    if (!str_eq(step->state, STR("done")))
        out->reason = reason_of(t, step);
    return out;
}

/* A failed try of a creative that has not failed will be tried again. */
static void tell_local(struct telling *t, const char *name)
{
    struct creative_step *step = tell(t, name);

    if (str_eq(t->creative->status, STR("ready"))) {
        step->state = "done";
        step->reason = STR("");
    } else if (strcmp(step->state, "failed") == 0 &&
               str_eq(t->creative->status, STR("processing"))) {
        step->state = "waiting";
    }
}

static void tell_push(struct telling *t, const char *name, bool done)
{
    struct creative_step *step = tell(t, name);
    bool failed = str_eq(t->creative->push_state, STR("failed"));

    if (done)
        step->state = "done";
    else if (strcmp(step->state, "done") == 0 ||
             (strcmp(step->state, "failed") == 0 && !failed))
        step->state = "waiting";
    if (done)
        step->reason = STR("");
    else if (!step->reason.n && strcmp(step->state, "waiting") == 0 &&
             str_eq(t->creative->push_state, STR("waiting")))
        step->reason = t->creative->push_text;
}

static void tell_upload(struct telling *t)
{
    const struct creative *creative = t->creative;
    bool image = str_eq(creative->media_type, STR("image"));
    struct creative_step *step;

    tell_push(t, "upload", (image ? t->copy.image_id.n : t->copy.video_id.n) > 0);
    step = &t->out->at[t->out->n - 1];
    if (creative->size_bytes > 0 && t->has_copy)
        step->percent = strcmp(step->state, "done") == 0
                            ? 100
                            : (int)(t->copy.sent_bytes * 100 / creative->size_bytes);
    if (t->copy.shared_with.n)
        step->reason = str_fmt(t->arena, "the same bytes as creative " STR_FMT,
                               STR_ARG(t->copy.shared_with));
    if (image)
        return;
    tell_push(t, "usable", t->copy.usable);
    tell_push(t, "poster", t->copy.image_id.n > 0);
}

static void tell_transcript(struct telling *t)
{
    struct creative_step *step = tell(t, "transcript");

    if (!t->has_transcript)
        return;
    bool running = strcmp(step->state, "running") == 0;
    step->attempts = t->transcript.attempts;
    step->since_ms = t->transcript.updated_ms;
    step->reason = t->transcript.reason;
    step->state = str_eq(t->transcript.state, STR("done"))     ? "done"
                  : str_eq(t->transcript.state, STR("failed")) ? "failed"
                  : str_eq(t->transcript.state, STR("off"))    ? "off"
                  : running                                    ? "running"
                                                               : "waiting";
}

static void tell_all(struct telling *t)
{
    const struct creative *creative = t->creative;
    bool carousel = str_eq(creative->media_type, STR("carousel"));

    if (creative->media_url.n)
        tell_local(t, "fetch");
    tell_local(t, "probe");
    if (creative->original_path.n || recorded(t, "mend"))
        tell_local(t, "mend");
    if (!carousel)
        tell_local(t, "posters");
    if (str_eq(creative->media_type, STR("video")))
        tell_transcript(t);
    if (!creative->push_state.n && !creative->direction_id.n)
        return;
    if (carousel)
        tell_push(t, "upload", str_eq(creative->push_state, STR("ready")));
    else
        tell_upload(t);
}

bool creative_steps_list(struct db *db, struct arena *arena, const struct creative *creative,
                         struct creative_steps *out, struct err *err)
{
    struct telling t = {.arena = arena, .creative = creative, .out = out};

    if (creative->workflow_id.n &&
        !workflow_get(db, arena, creative->workflow_id, &t.workflow, err))
        return false;
    if (!creative_copy_latest(db, arena, creative->id, &t.has_copy, &t.copy, err) ||
        !creative_transcript_get(db, arena, creative->id, &t.has_transcript, &t.transcript,
                                 err))
        return false;
    tell_all(&t);
    return true;
}
