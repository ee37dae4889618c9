/* alert_text.c - alerts as sentences. */

#include "alert/alert.h"

#include "base/arena.h"
#include "text/money.h"
#include "text/zone.h"

#include <inttypes.h>
#include <string.h>

static const struct {
    const char *kind, *why, *act;
} texts[] = {
    {"token_revoked", "the platform took the connection back",
     "connect the ad account again: leads and conversions wait for it"},
    {"token_ended", "the token's time is over",
     "connect the ad account again: leads and conversions wait for it"},
    {"token_ends", "the token ends soon", "connect the ad account again before that"},
    {"figures_stale", "the platform's figures were not read lately",
     "the daily run reads them: look at the last error of the ad account"},
    {"leads_silent", "leads used to come and no longer do",
     "look whether the ads still run and the form is open; then test the webhook"},
    {"webhook_missed", "leads came by no webhook and were read from the platform",
     "is the webhook's address reachable from outside?"},
    {"under_delivery", "less than half of the running budgets is spent",
     "look at bids, audience and review state of the ad groups"},
    {"creative_failed", "a file could not be prepared or sent",
     "look at the creative; mend the file, or try again"},
    {"ad_rejected", "the platform does not admit running ads",
     "look at the reason on the platform; change the ad or appeal"},
    {"pixel_refused", "the platform refuses the pixel of a direction",
     "choose a pixel of this ad account in the direction's settings"},
    {"pixel_rests", "a pixel failed five times on end",
     "nothing is lost: it is tried again each minute"},
    {"conversions_wait", "conversions wait for more than an hour",
     "look at the log of events for the platform's answer"},
    {"handoff_dead", "leads were given up on their way to a receiver",
     "mend the receiver, then send them again"},
    {"handoffs_wait", "leads wait for a receiver that does not answer", "look at the receiver"},
    {"endpoint_off", "a receiver was switched off because it kept failing",
     "mend the receiver, then switch it on again"},
    {"autopilot_stopped", "the emergency stop is on: nothing automatic acts",
     "resume the autopilot when you are ready"},
};

const char *alert_severity_name(enum alert_severity severity)
{
    static const char *const names[] = {"info", "warning", "critical"};

    return names[severity];
}

static const char *text_of(const struct alert *alert, bool act)
{
    for (size_t i = 0; i < countof(texts); i++)
        if (strcmp(texts[i].kind, alert->kind) == 0)
            return act ? texts[i].act : texts[i].why;
    return "";
}

const char *alert_act(const struct alert *alert)
{
    return text_of(alert, true);
}

struct str alert_why(struct arena *arena, const struct alert *alert, int64_t now_ms)
{
    struct str why = str(text_of(alert, false));

    if (alert->count > 1)
        why = str_fmt(arena, STR_FMT " (%" PRId64 ")", STR_ARG(why), alert->count);
    if (alert->budget_micros)
        why = str_fmt(arena, STR_FMT ": " STR_FMT " of " STR_FMT " " STR_FMT " a day",
                      STR_ARG(why),
                      STR_ARG(money_show(arena, alert->spend_micros, alert->currency)),
                      STR_ARG(money_show(arena, alert->budget_micros, alert->currency)),
                      STR_ARG(alert->currency));
    if (alert->gap_ms)
        why = str_fmt(
            arena, STR_FMT ": none for %" PRId64 " hours, usually one in %" PRId64 " minutes",
            STR_ARG(why), (now_ms - alert->since_ms) / 3600000, alert->gap_ms / 60000);
    if (alert->text.n)
        why = str_fmt(arena, STR_FMT ": " STR_FMT, STR_ARG(why), STR_ARG(alert->text));
    return why;
}
