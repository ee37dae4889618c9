#ifndef NOTIFY_PAYLOAD_H
#define NOTIFY_PAYLOAD_H

#include "lead/lead.h"
#include "lead/touch.h"
#include "notify/notify.h"

/*
 * What is told about a lead: the whole of it,
 *
 *     {"type":"lead.created","timestamp":"2026-...","data":{...}}
 *
 * or, with a mapping, one flat object of the fields that the CRM wants:
 *
 *     [{"field":"PHONE","from":"phone"}, {"field":"SOURCE","value":"TikTok"},
 *      {"field":"NOTE","from":"answers.Which days?","otherwise":"-"}]
 *
 * `from` is a member of data, or answers.<question>, utm.<utm_field>.
 */
struct handed_lead {
    struct lead lead;
    struct lead_touch touch;
    struct str direction_name, creative_title;
    struct str topic, detail;
    int64_t at_ms;
};
MUST_CHECK bool payload_gather(const struct app *app, struct db *db, struct arena *arena,
                               const struct handoff *handoff, struct handed_lead *out,
                               struct err *err);
struct str payload_body(struct arena *arena, const struct handed_lead *handed,
                        struct str mapping);
/* Of one `from`; false where there is no such field. */
bool payload_value(struct arena *arena, const struct handed_lead *handed, struct str from,
                   struct str *out);
/* ERR_INVALID names what is wrong with it. */
MUST_CHECK bool payload_check_mapping(struct arena *arena, struct str mapping, struct err *err);

#endif
