/* demo_site.c - after the fortnight: a person comes by a site, chats, buys; the platform is
 * told.
 */

#include "cmd/demo.h"
#include "base/clock.h"
#include "text/url.h"
#include "text/zone.h"

#include <inttypes.h>

#define CLICK  "E.C.P.DemoClick-0_9"
#define PHONE  "8 701 555 12 34"
#define AMOUNT "60000"

/* Of a creative that ran, the latest first. */
static bool find_ad(struct demo *demo, struct str *ad_id, struct str *title, struct err *err)
{
    for (size_t i = demo->creative_ids.n; i-- > 0;) {
        const struct json *creative, *usage;
        struct str path =
            str_fmt(demo->arena, "/api/creatives/" STR_FMT, STR_ARG(demo->creative_ids.at[i]));

        if (!demo_call(demo, "GET", path, STR(""), &creative, err) ||
            !demo_call(demo, "GET", str_fmt(demo->arena, STR_FMT "/usage", STR_ARG(path)),
                       STR(""), &usage, err))
            return false;
        *ad_id = json_text(usage, "ads.0.ad_id", STR(""));
        *title = json_text(creative, "title", STR(""));
        if (ad_id->n)
            return true;
    }
    return err_set(err, ERR_BROKEN, "no creative has an ad");
}

/* Conversions of the direction go to the account's pixel. */
static bool set_event_source(struct demo *demo, struct err *err)
{
    const struct json *state;
    struct str path = str_fmt(demo->arena, "/api/directions/" STR_FMT "/event-source",
                              STR_ARG(demo->direction_id));

    if (!demo_sandbox_call(demo, "GET", STR("/sandbox/state"), STR(""), &state, err))
        return false;
    demo->pixel_code = json_text(state, "pixels.0.pixel_code", STR(""));
    struct str body = str_fmt(demo->arena,
                              "{\"source\":\"web\",\"pixel_code\":\"" STR_FMT
                              "\",\"page_url\":\"https://school.example/\"}",
                              STR_ARG(demo->pixel_code));
    return demo_call(demo, "PUT", path, body, NULL, err);
}

static bool make_key(struct demo *demo, struct str *key, struct err *err)
{
    const struct json *answer;
    struct str body =
        str_fmt(demo->arena, "{\"name\":\"school.example\",\"direction_id\":\"" STR_FMT "\"}",
                STR_ARG(demo->direction_id));

    if (!demo_call(demo, "POST", STR("/api/lead-keys"), body, &answer, err))
        return false;
    *key = json_text(answer, "key", STR(""));
    return true;
}

/* What the snippet on the page sends: the event, then the form with what the click brought. */
static bool visit(struct demo *demo, struct str key, struct str ad_id, struct err *err)
{
    struct arena *a = demo->arena;
    struct str event = str_fmt(a, "{\"event\":\"ViewContent\",\"event_id\":\"demo-view\","
                                  "\"ttclid\":\"" CLICK "\",\"consent\":\"yes\","
                                  "\"page_url\":\"https://school.example/trial\"}");
    struct str form =
        str_fmt(a,
                "name=" STR_FMT "&phone=" STR_FMT "&utm_source=tiktok&utm_medium=" STR_FMT
                "&ttclid=" CLICK "&page_url=" STR_FMT "&consent=yes&event_id=demo-form",
                STR_ARG(url_encode(a, STR("Аружан"))), STR_ARG(url_encode(a, STR(PHONE))),
                STR_ARG(ad_id), STR_ARG(url_encode(a, STR("https://school.example/trial"))));
    struct str url = str_fmt(a, STR_FMT "/api/leads/" STR_FMT "/" STR_FMT, STR_ARG(demo->base),
                             STR_ARG(demo->org_id), STR_ARG(key));
    struct net_answer answer;

    if (!demo_call(demo, "POST", str_fmt(a, "/t/" STR_FMT, STR_ARG(key)), event, NULL, err) ||
        !demo_fetch(demo, "POST", url, STR("application/x-www-form-urlencoded"), form, &answer,
                    err))
        return false;
    return answer.status == 200 ||
           err_set(err, ERR_BROKEN, "the form was answered %d: " STR_FMT, answer.status,
                   STR_ARG(answer.body));
}

static bool get_lead(struct demo *demo, const struct json **lead, struct err *err)
{
    return demo_call(demo, "GET",
                     str_fmt(demo->arena, "/api/leads/" STR_FMT, STR_ARG(demo->site_lead_id)),
                     STR(""), lead, err);
}

static bool is_at(const struct json *lead, const char *stage, struct err *err)
{
    struct str found = json_text(lead, "stage", STR(""));

    return str_eq(found, str(stage)) ||
           err_set(err, ERR_BROKEN, "the lead is at " STR_FMT " instead of %s", STR_ARG(found),
                   stage);
}

bool demo_site_form(struct demo *demo, struct str *outcome, struct err *err)
{
    struct str key, ad_id, title;
    const struct json *list, *lead;

    if (!find_ad(demo, &ad_id, &title, err) || !set_event_source(demo, err) ||
        !make_key(demo, &key, err) || !visit(demo, key, ad_id, err) || !demo_settle(demo, err))
        return false;
    if (!demo_call(demo, "GET", STR("/api/leads?limit=1"), STR(""), &list, err))
        return false;
    demo->site_lead_id = json_text(list, "data.0.id", STR("")); /* the newest */
    if (!get_lead(demo, &lead, err))
        return false;
    if (!str_eq(json_text(lead, "ad_id", STR("")), ad_id))
        return err_set(err, ERR_BROKEN, "the site's lead is not linked to its ad");
    *outcome = str_fmt(demo->arena, "linked to ad " STR_FMT " of " STR_FMT " by utm_medium",
                       STR_ARG(ad_id), STR_ARG(title));
    return is_at(lead, "interest", err);
}

bool demo_chat(struct demo *demo, struct str *outcome, struct err *err)
{
    const struct json *lead;

    if (!demo_call(demo, "PUT", STR("/api/dialog-rules"),
                   STR("{\"rules\":[{\"stage\":\"qualified\",\"any\":[\"how much\"],"
                       "\"none\":[\"not interested\"]}]}"),
                   NULL, err) ||
        !demo_call(demo, "POST", STR("/api/dialogs/messages"),
                   STR("{\"dialog_id\":\"wa:demo\",\"message_id\":\"m1\",\"phone\":\"" PHONE
                       "\",\"text\":\"Hello! How much is a month of lessons?\"}"),
                   NULL, err) ||
        !demo_settle(demo, err) || !get_lead(demo, &lead, err))
        return false;
    *outcome = STR("\"How much is a month of lessons?\" by a rule of the org");
    return is_at(lead, "qualified", err);
}

/* How many events the other side took, all in all and with the click of our person. */
static bool count_events(struct demo *demo, int64_t *of_person, struct str *names,
                         struct err *err)
{
    const struct json *answer;
    struct str path =
        str_fmt(demo->arena, "/sandbox/events?pixel_code=" STR_FMT, STR_ARG(demo->pixel_code));
    bool doubled = false;

    if (!demo_sandbox_call(demo, "GET", path, STR(""), &answer, err))
        return false;
    const struct json *list = json_at(answer, "data");
    demo->counts.events = (int64_t)json_count(list);
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *event = json_item(list, i);
        doubled = doubled || json_bool(event, "duplicate", false);
        if (!str_eq(json_text(event, "user.ttclid", STR("")), STR(CLICK)))
            continue;
        *names = str_fmt(demo->arena, STR_FMT "%s" STR_FMT, STR_ARG(*names),
                         names->n ? ", " : "", STR_ARG(json_text(event, "event", STR(""))));
        *of_person += 1;
    }
    return !doubled || err_set(err, ERR_BROKEN, "an event reached the platform twice");
}

bool demo_purchase(struct demo *demo, struct str *outcome, struct err *err)
{
    struct str body =
        str_fmt(demo->arena,
                "{\"external_id\":\"deal-site-1\",\"phone\":\"" PHONE "\",\"amount\":" AMOUNT
                ",\"currency\":\"KZT\",\"paid_at\":\"" STR_FMT "\"}",
                STR_ARG(time_rfc3339(demo->arena, clock_wall_ms())));
    const struct json *sale, *lead;
    struct str names = STR("");
    int64_t of_person = 0;

    if (!demo_call(demo, "POST", STR("/api/purchases"), body, &sale, err) ||
        !demo_settle(demo, err) || !get_lead(demo, &lead, err) ||
        !is_at(lead, "purchase", err) || !count_events(demo, &of_person, &names, err))
        return false;
    if (of_person != 4)
        return err_set(err, ERR_BROKEN,
                       "the platform knows %" PRId64 " events of the person: " STR_FMT,
                       of_person, STR_ARG(names));
    *outcome = str_fmt(demo->arena,
                       AMOUNT " KZT; told with the click: " STR_FMT "; %" PRId64
                              " events at the platform",
                       STR_ARG(names), demo->counts.events);
    return true;
}
