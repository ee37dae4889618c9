/* leads_json.c - leads as JSON, and the query that picks them. */

#include "api/leads_json.h"
#include "api/common.h"
#include "auth/audit.h"
#include "base/arena.h"
#include "base/log.h"
#include "conf/app.h"
#include "db/db.h"
#include "event/event.h"
#include "lead/edit.h"
#include "lead/lead_codes.h"
#include "lead/touch.h"
#include "notify/notify.h"

#define EVENTS_SHOWN    100
#define PURCHASES_SHOWN 100
#define HANDOFFS_SHOWN  100

static struct str masked(struct arena *arena, struct str text,
                         void (*mask)(struct str, char *, size_t))
{
    char shown[LIMIT_EMAIL + 8];

    if (text.n == 0)
        return text;
    mask(text, shown, sizeof(shown));
    return str_dup(arena, str(shown));
}

static void put_contact(struct json_writer *w, struct arena *arena, const struct lead *lead,
                        bool reveal)
{
    struct str phone = lead->phone.n ? lead->phone : lead->phone_typed;
    struct str email = lead->email.n ? lead->email : lead->email_typed;

    json_text_member(w, "name", lead->name);
    json_text_or_null_member(w, "phone", reveal ? phone : masked(arena, phone, log_mask_phone));
    json_text_or_null_member(w, "email", reveal ? email : masked(arena, email, log_mask_email));
    json_bool_member(w, "has_contact", lead->phone.n || lead->email.n);
    json_bool_member(w, "revealed", reveal);
    if (reveal) { /* answers may hold the phone in any of their words */
        json_text_or_null_member(w, "phone_typed", lead->phone_typed);
        json_text_or_null_member(w, "email_typed", lead->email_typed);
        json_key(w, "answers");
        json_put_raw(w, lead->answers);
    }
}

/* The platform's own time may be later than our clock's by a little. */
static int64_t delay_ms(const struct lead *lead)
{
    return lead->received_ms > lead->created_ms ? lead->received_ms - lead->created_ms : 0;
}

struct str lead_arrived_by(const struct lead *lead)
{
    if (lead->recovered_by.n)
        return lead->recovered_by;
    if (lead->delivery_id.n == 0)
        return STR("api");
    return str_eq(lead->source, STR("site")) || str_eq(lead->source, STR("crm"))
               ? lead->source
               : STR("webhook");
}

/* Beside each sentence its code and values; null where it has none. */
static void put_says(struct json_writer *w, struct arena *arena, struct str text)
{
    struct says says = lead_says(arena, text);

    says_put(w, &says, STR(""));
}

static void put_spam(struct json_writer *w, struct arena *arena, const struct lead *lead)
{
    const struct json *reasons = NULL;
    struct err unread = {0};

    json_int_member(w, "spam_score", lead->spam_score);
    json_key(w, "spam_reasons");
    json_put_raw(w, lead->spam_reasons.n ? lead->spam_reasons : STR("[]"));
    if (!lead->spam_reasons.n || !json_parse(arena, lead->spam_reasons, &reasons, &unread) ||
        !json_count(reasons))
        return;
    json_key(w, "spam_says");
    json_list(w);
    for (size_t i = 0; i < json_count(reasons); i++)
        put_says(w, arena, json_text(json_item(reasons, i), "", STR("")));
    json_end(w);
}

/* Two sentences, of the direction and of the creative. */
static void put_link(struct json_writer *w, struct arena *arena, const struct lead *lead)
{
    struct str rest = lead->link_cause;

    json_text_member(w, "link_cause", lead->link_cause);
    json_key(w, "link_says");
    json_list(w);
    while (rest.n)
        put_says(w, arena, str_trim(str_cut(&rest, ';')));
    json_end(w);
}

void lead_put_json(struct json_writer *w, struct arena *arena, const struct lead *lead,
                   bool reveal)
{
    json_text_member(w, "id", lead->lead_id);
    json_text_member(w, "platform", lead->platform);
    json_text_member(w, "source", lead->source);
    json_text_member(w, "platform_lead_id", lead->platform_lead_id);
    json_text_member(w, "state", lead->state);
    json_text_member(w, "stage", lead->stage);
    put_contact(w, arena, lead, reveal);
    json_text_or_null_member(w, "direction_id", lead->direction_id);
    json_text_or_null_member(w, "creative_id", lead->creative_id);
    put_link(w, arena, lead);
    json_text_or_null_member(w, "ad_account_id", lead->ad_account_id);
    json_text_or_null_member(w, "campaign_id", lead->campaign_id);
    json_text_or_null_member(w, "adgroup_id", lead->adgroup_id);
    json_text_or_null_member(w, "ad_id", lead->ad_id);
    json_text_or_null_member(w, "page_id", lead->page_id);
    json_text_or_null_member(w, "form_id", lead->form_id);
    json_text_or_null_member(w, "click_id", lead->click_id);
    json_text_or_null_member(w, "duplicate_of", lead->duplicate_of);
    json_int_member(w, "duplicate_deliveries", lead->duplicate_deliveries);
    put_spam(w, arena, lead);
    json_bool_member(w, "is_test", lead->is_test);
    json_text_or_null_member(w, "assigned_to", lead->assigned_to);
    json_text_or_null_member(w, "recovered_by", lead->recovered_by);
    json_text_member(w, "arrived_by", lead_arrived_by(lead));
    json_int_member(w, "delay_ms", delay_ms(lead));
    api_time_member(w, arena, "created_at", lead->created_ms);
    api_time_member(w, arena, "received_at", lead->received_ms);
    api_time_member(w, arena, "updated_at", lead->updated_ms);
    api_time_member(w, arena, "erased_at", lead->erased_ms);
}

/* --- one lead with all that belongs to it -------------------------------------- */

static void put_transitions(struct json_writer *w, struct arena *arena,
                            const struct lead_transitions *transitions)
{
    json_key(w, "transitions");
    json_list(w);
    for (size_t i = 0; i < transitions->n; i++) {
        const struct lead_transition *transition = &transitions->at[i];
        json_object(w);
        json_int_member(w, "sequence", transition->sequence);
        api_time_member(w, arena, "at", transition->at_ms);
        json_text_member(w, "actor", transition->actor);
        json_text_member(w, "kind", transition->kind);
        json_text_or_null_member(w, "from", transition->from);
        json_text_member(w, "to", transition->to);
        json_text_member(w, "cause", transition->cause);
        struct says says = lead_says(arena, transition->cause);
        says_member(w, "says", &says, STR(""));
        json_end(w);
    }
    json_end(w);
}

/* Notes are people's words about a person: shown as contacts are. */
static void put_notes(struct json_writer *w, struct arena *arena,
                      const struct lead_notes *notes, bool reveal)
{
    json_key(w, "notes");
    json_list(w);
    for (size_t i = 0; i < notes->n; i++) {
        json_object(w);
        json_text_member(w, "id", notes->at[i].note_id);
        json_text_member(w, "actor", notes->at[i].actor);
        api_time_member(w, arena, "at", notes->at[i].at_ms);
        json_text_or_null_member(w, "text", reveal ? notes->at[i].text : STR(""));
        json_end(w);
    }
    json_end(w);
}

/* The first half of an address, IPv4 or IPv6. */
static struct str masked_address(struct arena *arena, struct str address)
{
    size_t seen = 0;

    for (size_t i = 0; i < address.n; i++) {
        seen += address.p[i] == '.' || address.p[i] == ':';
        if (seen == 2)
            return str_fmt(arena, STR_FMT "...", STR_ARG(str_sub(address, 0, i + 1)));
    }
    return address.n ? STR("...") : STR("");
}

/* Without its query: forms pass contacts on in addresses. */
static struct str bare_page(struct str url)
{
    size_t n = str_find(url, '?'), hash = str_find(url, '#');

    return str_sub(url, 0, n < hash ? n : hash);
}

static void put_touch(struct json_writer *w, struct arena *arena,
                      const struct lead_touch *touch)
{
    json_key(w, "touch");
    if (lead_touch_empty(touch)) {
        json_put_null(w);
        return;
    }
    json_object(w);
    json_bool_member(w, "has_ttclid", touch->ttclid.n > 0);
    json_bool_member(w, "has_ttp", touch->ttp.n > 0);
    json_bool_member(w, "has_fbclid", touch->fbclid.n > 0);
    json_bool_member(w, "has_fbc", touch->fbc.n > 0);
    json_bool_member(w, "has_fbp", touch->fbp.n > 0);
    json_text_or_null_member(w, "address", masked_address(arena, touch->ip));
    json_text_or_null_member(w, "user_agent", touch->user_agent);
    json_text_or_null_member(w, "page_url", bare_page(touch->page_url));
    json_text_or_null_member(w, "referrer", bare_page(touch->referrer));
    json_key(w, "utm");
    json_put_raw(w, touch->utm.n ? touch->utm : STR("{}"));
    json_text_or_null_member(w, "consent", touch->consent);
    json_text_or_null_member(w, "consent_text", touch->consent_text);
    json_end(w);
}

static void put_events(struct json_writer *w, struct arena *arena,
                       const struct conversions *events)
{
    json_key(w, "events");
    json_list(w);
    for (size_t i = 0; i < events->n; i++) {
        const struct conversion *event = &events->at[i];
        json_object(w);
        json_text_member(w, "id", event->conversion_id);
        json_text_member(w, "stage", event->stage);
        json_text_or_null_member(w, "name", event->name);
        json_text_member(w, "state", event->state);
        json_text_or_null_member(w, "reason", event->reason);
        api_time_member(w, arena, "at", event->at_ms);
        api_time_member(w, arena, "sent_at", event->sent_ms);
        json_end(w);
    }
    json_end(w);
}

/* Whom the lead was handed on to, and what came of it; newest first. */
static void put_handoffs(struct json_writer *w, struct arena *arena,
                         const struct handoffs *handoffs, const struct endpoints *endpoints)
{
    json_key(w, "handoffs");
    json_list(w);
    for (size_t i = 0; i < handoffs->n; i++) {
        const struct handoff *handoff = &handoffs->at[i];
        const struct endpoint *to = NULL;
        for (size_t k = 0; k < endpoints->n && !to; k++)
            if (str_eq(endpoints->at[k].endpoint_id, handoff->endpoint_id))
                to = &endpoints->at[k];
        json_object(w);
        handoff_put_json(w, arena, handoff);
        json_text_or_null_member(w, "endpoint_name", to ? to->name : STR(""));
        json_text_or_null_member(w, "endpoint_kind", to ? to->kind : STR(""));
        json_end(w);
    }
    json_end(w);
}

/* All that is read for one lead. */
struct whole {
    struct lead_transitions transitions;
    struct lead_notes notes;
    struct lead_touch touch;
    struct conversions events;
    struct purchases purchases;
    struct handoffs handoffs;
    struct endpoints endpoints; /* of the org: their names */
};

static bool read_whole(struct request *rq, struct str lead_id, struct whole *out,
                       struct err *err)
{
    const struct app *app = rq->app;
    struct conversion_filter events = {.lead_id = lead_id, .limit = EVENTS_SHOWN};
    struct purchase_filter bought = {
        .lead_id = lead_id, .matched = -1, .limit = PURCHASES_SHOWN};
    struct handoff_filter told = {.lead_id = lead_id, .limit = HANDOFFS_SHOWN};

    /* Hand-offs before the ledger: what is delivered stands in it. */
    return handoff_list(rq->db, rq->arena, &told, &out->handoffs, err) &&
           lead_transition_list(rq->db, rq->arena, lead_id, &out->transitions, err) &&
           lead_note_list(rq->db, rq->arena, lead_id, &out->notes, err) &&
           lead_touch_find(app->ring, rq->db, rq->arena, lead_id, &out->touch, err) &&
           conversion_list(rq->db, rq->arena, &events, &out->events, err) &&
           purchase_list(rq->db, rq->arena, &bought, &out->purchases, err) &&
           (out->handoffs.n == 0 || endpoint_list(rq->db, rq->arena, &out->endpoints, err));
}

bool lead_reply(struct request *rq, struct reply *rp, const struct lead *lead, bool reveal,
                int status, struct err *err)
{
    struct reply_json json;
    struct whole whole = {0};

    if (!read_whole(rq, lead->lead_id, &whole, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    lead_put_json(&json.w, rq->arena, lead, reveal);
    put_transitions(&json.w, rq->arena, &whole.transitions);
    put_notes(&json.w, rq->arena, &whole.notes, reveal);
    put_touch(&json.w, rq->arena, &whole.touch);
    put_events(&json.w, rq->arena, &whole.events);
    json_key(&json.w, "purchases");
    json_list(&json.w);
    for (size_t i = 0; i < whole.purchases.n; i++)
        purchase_put_json(&json.w, rq->arena, &whole.purchases.at[i]);
    json_end(&json.w);
    put_handoffs(&json.w, rq->arena, &whole.handoffs, &whole.endpoints);
    json_end(&json.w);
    return reply_json_end(&json, rp, status, err);
}

/* --- what is asked for -------------------------------------------------------------- */

bool lead_may_reveal(struct request *rq, struct str object_id, bool *reveal, struct err *err)
{
    struct audit_entry entry = {
        .actor = rq->caller.actor, .action = "lead.reveal", .object_id = object_id};

    *reveal = str_eq(request_query(rq, "reveal"), STR("1"));
    if (!*reveal)
        return true;
    if (!(rq->caller.rights & CAN_EDIT))
        return err_set(err, ERR_DENIED, "contacts are shown to those who may edit leads"),
               err_hint(err, "leave reveal out, or ask an owner for the right to edit");
    return db_begin(rq->db, err) &&
           db_end(rq->db, audit_add(rq->db, rq->arena, &entry, err), err);
}

static bool read_stage(struct str stage, struct err *err)
{
    return stage.n == 0 || lead_stage_known(stage) ||
           err_input(err, "stage", "one of interest, qualified, scheduled, purchase, lost",
                     "\"" STR_FMT "\" is not a stage", STR_ARG(str_sub(stage, 0, 40)));
}

static bool read_state(struct str state, struct err *err)
{
    static const char *const states[] = {"stored", "parsed", "linked", "unlinked"};

    for (size_t i = 0; i < countof(states); i++)
        if (str_eq(state, str(states[i])))
            return true;
    return state.n == 0 ||
           err_input(err, "state", "one of stored, parsed, linked, unlinked",
                     "\"" STR_FMT "\" is not a state", STR_ARG(str_sub(state, 0, 40)));
}

static bool read_choice(struct request *rq, const char *name, enum lead_choice *out,
                        struct err *err)
{
    struct str text = request_query(rq, name);

    if (str_eq(text, STR("true")) || str_eq(text, STR("1")) || str_eq(text, STR("yes")))
        *out = LEADS_ONLY;
    else if (str_eq(text, STR("false")) || str_eq(text, STR("0")) || str_eq(text, STR("no")))
        *out = LEADS_WITHOUT;
    else if (text.n)
        return err_input(err, name, "true, false, or nothing for all",
                         "\"" STR_FMT "\" is neither", STR_ARG(str_sub(text, 0, 20)));
    return true;
}

static bool read_score(struct request *rq, int64_t *out, struct err *err)
{
    struct str text = request_query(rq, "spam_above");

    if (text.n == 0)
        return true;
    if (str_int(text, out) && *out >= 0 && *out <= 100) {
        *out += 1;
        return true;
    }
    return err_input(err, "spam_above", "a score from 0 to 100",
                     "\"" STR_FMT "\" is not a score", STR_ARG(str_sub(text, 0, 20)));
}

/* me: whoever is signed in. */
static struct str assigned_to(struct request *rq)
{
    struct str text = request_query(rq, "assigned_to");

    return str_eq(text, STR("me")) && rq->caller.user_id.n ? rq->caller.user_id : text;
}

bool lead_read_filter(struct request *rq, struct lead_filter *out, struct err *err)
{
    *out = (struct lead_filter){.direction_id = request_query(rq, "direction_id"),
                                .creative_id = request_query(rq, "creative_id"),
                                .stage = request_query(rq, "stage"),
                                .state = request_query(rq, "state"),
                                .source = request_query(rq, "source"),
                                .form_id = request_query(rq, "form_id"),
                                .assigned_to = assigned_to(rq),
                                .search = request_query(rq, "q"),
                                .platform_lead_id = request_query(rq, "platform_lead_id")};
    return api_check_org(rq, NULL, err) && api_platform(rq, &out->platform, err) &&
           api_account_id(rq, NULL, &out->ad_account_id, err) && read_stage(out->stage, err) &&
           read_state(out->state, err) && read_score(rq, &out->spam_min, err) &&
           read_choice(rq, "recovered", &out->recovered, err) &&
           read_choice(rq, "is_test", &out->test, err) &&
           read_choice(rq, "duplicates", &out->duplicate, err) &&
           read_choice(rq, "erased", &out->erased, err) &&
           api_query_time(rq, "from", &out->from_ms, err) &&
           api_query_time(rq, "to", &out->to_ms, err) &&
           api_query_time(rq, "received_from", &out->received_from_ms, err) &&
           api_query_time(rq, "received_to", &out->received_to_ms, err);
}
