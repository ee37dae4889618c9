/* creatives_json.c - creatives as they are written in answers. */

#include "api/creatives_json.h"
#include "api/common.h"
#include "base/arena.h"
#include "creative/creative_codes.h"
#include "creative/process.h"

#include <inttypes.h>

/* --- parts --- */

static void put_texts(struct json_writer *w, const char *key, const struct strs *texts)
{
    json_key(w, key);
    json_list(w);
    for (size_t i = 0; i < texts->n; i++)
        json_put_text(w, texts->at[i]);
    json_end(w);
}

static struct str url_of(struct request *rq, const struct creative *creative, const char *what)
{
    return str_fmt(rq->arena, "/api/creatives/" STR_FMT "/%s", STR_ARG(creative->id), what);
}

static void put_posters(struct request *rq, struct json_writer *w,
                        const struct creative_row *row)
{
    const struct creative *creative = &row->creative;
    bool carousel = str_eq(creative->media_type, STR("carousel"));
    bool shown = row->posters.n > 0 || (str_eq(creative->status, STR("ready")) && !carousel);

    /* A new poster has a new address.  A carousel has none of its own: its cards have. */
    json_text_or_null_member(w, "thumbnail_url",
                             shown ? str_fmt(rq->arena, STR_FMT "?v=%" PRId64 ".%" PRId64,
                                             STR_ARG(url_of(rq, creative, "poster")),
                                             creative->version, creative->poster)
                                   : STR(""));
    json_key(w, "posters");
    json_list(w);
    for (size_t i = 0; i < row->posters.n; i++) {
        const struct creative_poster_row *poster = &row->posters.at[i];
        json_object(w);
        json_int_member(w, "position", poster->position);
        json_text_member(w, "source", poster->source);
        json_int_member(w, "at_ms", poster->at_ms);
        json_bool_member(w, "chosen", poster->position == creative->poster);
        json_text_member(w, "url",
                         str_fmt(rq->arena, STR_FMT "/%" PRId64,
                                 STR_ARG(url_of(rq, creative, "poster")), poster->position));
        json_end(w);
    }
    json_end(w);
}

static void put_siblings(struct json_writer *w, const struct creative_siblings *siblings)
{
    json_key(w, "siblings");
    json_list(w);
    for (size_t i = 0; i < siblings->n; i++) {
        json_object(w);
        json_text_member(w, "id", siblings->at[i].id);
        json_text_or_null_member(w, "platform", siblings->at[i].platform);
        json_text_member(w, "status", siblings->at[i].status);
        json_end(w);
    }
    json_end(w);
}

static void put_copies(struct request *rq, struct json_writer *w,
                       const struct creative_row *row)
{
    json_key(w, "copies");
    json_list(w);
    for (size_t i = 0; i < row->copies.n; i++) {
        const struct creative_copy_row *copy = &row->copies.at[i];
        json_object(w);
        json_text_member(w, "platform", copy->platform);
        json_text_member(w, "advertiser_id", copy->advertiser_id);
        json_text_or_null_member(w, "video_id", copy->video_id);
        json_text_or_null_member(w, "image_id", copy->image_id);
        json_bool_member(w, "usable", copy->usable);
        json_int_member(w, "sent_bytes", copy->sent_bytes);
        api_time_member(w, rq->arena, "uploaded_at", copy->uploaded_ms);
        json_end(w);
    }
    json_end(w);
}

/* The reason before it as a code and values, where it is one. */
static void put_reason(struct json_writer *w, struct arena *arena, struct str reason)
{
    struct says says = creative_reason(arena, reason);

    says_member(w, "says", &says, STR(""));
}

/* What is known so far: the beginning of the text in a list, all with its times for one. */
static void put_transcript(struct json_writer *w, struct arena *arena,
                           const struct creative_row *row)
{
    json_key(w, "transcript");
    if (!row->transcript_state.n) {
        json_put_null(w);
        return;
    }
    json_object(w);
    json_text_member(w, "state", row->transcript_state);
    json_text_or_null_member(w, "reason", row->transcript_reason);
    put_reason(w, arena, row->transcript_reason);
    json_text_or_null_member(w, "language", row->transcript_language);
    json_text_or_null_member(w, "provider", row->transcript_provider);
    json_text_member(w, "text", row->transcript);
    if (row->segments.n) {
        json_key(w, "segments");
        json_put_raw(w, row->segments);
    }
    json_end(w);
}

static void put_match(struct json_writer *w, const struct creative_match *match)
{
    if (!match->field)
        return;
    json_key(w, "match");
    json_object(w);
    json_text_member(w, "field", str(match->field));
    json_text_member(w, "text", match->text);
    json_bool_member(w, "cut_before", match->cut_before);
    json_bool_member(w, "cut_after", match->cut_after);
    json_key(w, "marks");
    json_list(w);
    for (size_t i = 0; i < match->marks.n; i++) {
        json_object(w);
        json_int_member(w, "start", match->marks.at[i].start);
        json_int_member(w, "length", match->marks.at[i].length);
        json_end(w);
    }
    json_end(w);
    json_key(w, "at_ms");
    if (match->at_ms < 0)
        json_put_null(w);
    else
        json_put_int(w, match->at_ms);
    json_end(w);
}

static void put_findings_count(struct request *rq, struct json_writer *w, struct str probe)
{
    const struct json *read, *list;
    struct err unreadable = {0};
    int64_t errors = 0, all = 0;

    if (probe.n && json_parse(rq->arena, probe, &read, &unreadable)) {
        list = json_at(read, "findings");
        all = (int64_t)json_count(list);
        for (size_t i = 0; i < json_count(list); i++)
            errors += str_eq(json_text(json_item(list, i), "level", STR("")), STR("error"));
    }
    json_key(w, "findings");
    json_object(w);
    json_int_member(w, "errors", errors);
    json_int_member(w, "recommendations", all - errors);
    json_end(w);
}

/* Why it failed last; null where nothing did. */
static void put_failure(struct request *rq, struct json_writer *w,
                        const struct creative *creative)
{
    struct creative_failure failure;

    json_key(w, "failure");
    if (!creative_failure_read(rq->arena, creative, &failure)) {
        json_put_null(w);
        return;
    }
    json_object(w);
    json_text_or_null_member(w, "step", failure.step);
    json_text_or_null_member(w, "kind", failure.kind);
    json_text_member(w, "cause", failure.cause);
    put_reason(w, rq->arena, failure.cause);
    json_text_or_null_member(w, "hint", failure.hint);
    json_bool_member(w, "retriable", failure.retriable);
    json_end(w);
}

/* Of the bytes that are on their way to the platform. */
static int64_t percent_sent(const struct creative_row *row)
{
    int64_t sent = 0, size = row->creative.size_bytes;

    for (size_t i = 0; i < row->copies.n; i++)
        if (!row->copies.at[i].usable && row->copies.at[i].sent_bytes > sent)
            sent = row->copies.at[i].sent_bytes;
    return size > 0 && sent < size ? sent * 100 / size : sent ? 100 : 0;
}

static void put_progress(struct json_writer *w, const struct creative_row *row)
{
    const struct creative *creative = &row->creative;
    bool sending = str_eq(creative->push_state, STR("sending"));

    json_text_or_null_member(w, "push_state", creative->push_state);
    json_text_or_null_member(w, "push_text", creative->push_text);
    json_key(w, "percent_sent");
    if (sending)
        json_put_int(w, percent_sent(row));
    else
        json_put_null(w);
}

static void put_used_in(struct json_writer *w, const struct creative_row *row)
{
    json_key(w, "used_in");
    json_object(w);
    json_int_member(w, "ads", row->ads);
    json_int_member(w, "active_ads", row->active_ads);
    json_int_member(w, "campaigns", row->campaigns);
    json_end(w);
}

/* --- the creative --- */

static void put_own(struct request *rq, struct json_writer *w, const struct creative *creative)
{
    json_text_member(w, "id", creative->id);
    json_text_or_null_member(w, "direction_id", creative->direction_id);
    json_text_or_null_member(w, "creative_group_id", creative->group_id);
    json_text_member(w, "title", creative->title);
    json_text_member(w, "media_type", creative->media_type);
    json_text_member(w, "status", creative->status);
    json_text_or_null_member(w, "error_text", creative->error_text);
    json_text_or_null_member(w, "media_url", creative->media_url);
    json_text_or_null_member(w, "content_sha256", creative->sha256);
    json_int_member(w, "size_bytes", creative->size_bytes);
    json_int_member(w, "duration_ms", creative->duration_ms);
    json_int_member(w, "width", creative->width);
    json_int_member(w, "height", creative->height);
    json_key(w, "probe");
    if (creative->probe_json.n)
        json_put_raw(w, creative->probe_json);
    else
        json_put_null(w);
    json_text_or_null_member(w, "ad_text", creative->ad_text);
    json_text_or_null_member(w, "call_to_action", creative->call_to_action);
    json_text_or_null_member(w, "landing_page_url", creative->landing_page_url);
    json_int_member(w, "version", creative->version);
    api_time_member(w, rq->arena, "created_at", creative->created_ms);
    api_time_member(w, rq->arena, "updated_at", creative->updated_ms);
}

static void put_members(struct request *rq, struct json_writer *w,
                        const struct creative_row *row)
{
    const struct creative *creative = &row->creative;

    put_own(rq, w, creative);
    json_text_or_null_member(w, "platform", row->platform);
    json_text_or_null_member(w, "ad_account_id", row->ad_account_id);
    json_text_or_null_member(w, "direction_name", row->direction_name);
    json_text_or_null_member(w, "duplicate_of", row->duplicate_of);
    json_text_or_null_member(w, "video_url",
                             creative->media_path.n ? url_of(rq, creative, "video") : STR(""));
    json_text_or_null_member(
        w, "original_url",
        creative->original_path.n ? url_of(rq, creative, "video?original=1") : STR(""));
    put_posters(rq, w, row);
    put_progress(w, row);
    put_failure(rq, w, creative);
    put_texts(w, "tags", &row->tags);
    put_siblings(w, &row->siblings);
    put_copies(rq, w, row);
    put_transcript(w, rq->arena, row);
    put_findings_count(rq, w, creative->probe_json);
    put_used_in(w, row);
    put_match(w, &row->match);
}

void creatives_put_row(struct request *rq, struct json_writer *w,
                       const struct creative_row *row)
{
    json_object(w);
    put_members(rq, w, row);
    json_end(w);
}

/* --- where it is used --- */

static void put_ads(struct json_writer *w, const struct creative_use_ads *ads)
{
    json_key(w, "ads");
    json_list(w);
    for (size_t i = 0; i < ads->n; i++) {
        const struct creative_use_ad *ad = &ads->at[i];
        json_object(w);
        json_text_member(w, "ad_id", ad->ad_id);
        json_text_member(w, "platform", ad->platform);
        json_text_member(w, "name", ad->name);
        json_text_member(w, "status", ad->status);
        json_text_member(w, "adgroup_id", ad->adgroup_id);
        json_text_member(w, "campaign_id", ad->campaign_id);
        json_text_or_null_member(w, "direction_id", ad->direction_id);
        json_text_or_null_member(w, "launch_id", ad->launch_id);
        json_end(w);
    }
    json_end(w);
}

static void put_launches(struct request *rq, struct json_writer *w,
                         const struct creative_use_launches *launches)
{
    json_key(w, "launches");
    json_list(w);
    for (size_t i = 0; i < launches->n; i++) {
        json_object(w);
        json_text_member(w, "launch_id", launches->at[i].id);
        json_text_member(w, "state", launches->at[i].state);
        api_time_member(w, rq->arena, "created_at", launches->at[i].created_ms);
        json_end(w);
    }
    json_end(w);
}

static void put_figures(struct json_writer *w, const struct creative_use_figure_list *figures)
{
    json_key(w, "metrics");
    json_list(w);
    for (size_t i = 0; i < figures->n; i++) {
        const struct creative_use_figures *f = &figures->at[i];
        json_object(w);
        json_text_member(w, "currency", f->currency);
        json_text_member(w, "first_day", f->first_day);
        json_text_member(w, "last_day", f->last_day);
        json_int_member(w, "spend_micros", f->spend_micros);
        json_int_member(w, "impressions", f->impressions);
        json_int_member(w, "clicks", f->clicks);
        json_int_member(w, "conversions", f->conversions);
        json_int_member(w, "platform_leads", f->platform_leads);
        json_end(w);
    }
    json_end(w);
}

void creatives_put_usage(struct request *rq, struct json_writer *w,
                         const struct creative_usage *usage)
{
    json_object(w);
    json_int_member(w, "ads_count", usage->ads_count);
    put_ads(w, &usage->ads);
    put_launches(rq, w, &usage->launches);
    put_texts(w, "carousels", &usage->carousels);
    json_int_member(w, "leads", usage->leads);
    put_figures(w, &usage->figures);
    json_end(w);
}

/* --- one with everything --- */

static bool put_steps(struct request *rq, struct json_writer *w,
                      const struct creative *creative, struct err *err)
{
    struct creative_steps steps = {0};

    if (!creative_steps_list(rq->db, rq->arena, creative, &steps, err))
        return false;
    json_key(w, "steps");
    json_list(w);
    for (size_t i = 0; i < steps.n; i++) {
        const struct creative_step *step = &steps.at[i];
        json_object(w);
        json_text_member(w, "name", str(step->name));
        json_text_member(w, "state", str(step->state));
        json_key(w, "percent");
        if (step->percent < 0)
            json_put_null(w);
        else
            json_put_int(w, step->percent);
        json_int_member(w, "attempts", step->attempts);
        json_text_or_null_member(w, "reason", step->reason);
        put_reason(w, rq->arena, step->reason);
        api_time_member(w, rq->arena, "since", step->since_ms);
        json_end(w);
    }
    json_end(w);
    return true;
}

static bool put_cards(struct request *rq, struct json_writer *w,
                      const struct creative *creative, struct err *err)
{
    struct creative_card_list cards = {0};

    if (!str_eq(creative->media_type, STR("carousel")))
        return true;
    if (!creative_cards(rq->db, rq->arena, creative->id, &cards, err))
        return false;
    json_key(w, "cards");
    json_list(w);
    for (size_t i = 0; i < cards.n; i++) {
        json_object(w);
        json_text_member(w, "creative_id", cards.at[i].card_id);
        json_text_or_null_member(w, "title", cards.at[i].title);
        json_text_or_null_member(w, "landing_page_url", cards.at[i].landing_page_url);
        json_end(w);
    }
    json_end(w);
    return true;
}

bool creatives_put_whole(struct request *rq, struct json_writer *w,
                         const struct creative_row *row, struct err *err)
{
    struct creative_usage usage;

    if (!creative_usage(rq->db, rq->arena, row->creative.id, &usage, err))
        return false;
    json_object(w);
    put_members(rq, w, row);
    if (!put_steps(rq, w, &row->creative, err) || !put_cards(rq, w, &row->creative, err))
        return false;
    json_key(w, "usage");
    creatives_put_usage(rq, w, &usage);
    json_end(w);
    return true;
}

bool creatives_reply(struct request *rq, struct reply *rp, struct str id, int status,
                     struct err *err)
{
    struct creative_row row;
    struct reply_json json;

    if (!creative_library_get(rq->db, rq->arena, id, &row, err))
        return false;
    reply_json_begin(rq, &json);
    if (!creatives_put_whole(rq, &json.w, &row, err))
        return false;
    reply_header(rq, rp, "ETag", str_fmt(rq->arena, "\"%" PRId64 "\"", row.creative.version));
    return reply_json_end(&json, rp, status, err);
}

/* --- reading --- */

bool creatives_read_tags(struct request *rq, const struct json *body, struct strs *out,
                         struct err *err)
{
    const struct json *list = json_at(body, "tags");

    if (json_type(list) == JSON_MISSING)
        return true;
    if (json_type(list) != JSON_LIST || json_count(list) > LIMIT_TAGS_PER_CREATIVE)
        return err_input(err, "tags", "a list of at most 30 texts",
                         "tags is not a list of so many texts");
    for (size_t i = 0; i < json_count(list); i++) {
        if (json_type(json_item(list, i)) != JSON_TEXT)
            return err_input(err, "tags", "a list of texts", "tag %zu is not a text", i + 1);
        *strs_add(out, rq->arena) = json_text(json_item(list, i), "", STR(""));
    }
    return true;
}
