/* lead.c - lead export, lead/get, test leads (TikTok: pulling leads). */

#include "base/arena.h"
#include "base/limits.h"
#include "sandbox/cells.h"
#include "sandbox/doc.h"
#include "sandbox/faces.h"
#include "sandbox/hook_body.h"
#include "sandbox/hooks.h"
#include "sandbox/market.h"
#include "sandbox/page.h"
#include "text/zone.h"

#define FILE_LIFE_MS INT64_C(600000) /* gone ten minutes after it was made */

static struct str text(const struct json *doc, const char *name)
{
    return json_text(doc, name, STR(""));
}

/* Leads of a region are shown only to requests that name it. */
static bool region_right(const struct call *call)
{
    const char *region = call->box->settings.lead_region;

    return setting_is(region, "any") ||
           str_eq(request_header(call->rq, "x-lead-region"), str(region));
}

/* --- the export ---------------------------------------------------------- */

static int64_t ready_ms(const struct json *task)
{
    int64_t ms = 0;

    (void)json_int(task, "ready_ms", &ms);
    return ms;
}

static bool poll(struct call *call, struct str id)
{
    const struct json *task = own_find(call, KIND_LEAD_TASK, id);
    struct json_writer *w;
    bool ready;

    if (!task)
        return call_refuse(call, "task_id: The task does not exist.");
    ready = call->now_ms >= ready_ms(task);
    w = call_data(call);
    json_object(w);
    json_text_member(w, "task_id", id);
    json_text_member(w, "status", ready ? STR("SUCCEED") : STR("RUNNING"));
    if (ready) {
        json_text_member(w, "file_name",
                         str_fmt(call->arena, "leads_" STR_FMT ".csv", STR_ARG(id)));
        json_text_member(w, "file_type", STR("csv"));
    }
    json_end(w);
    return true;
}

bool lead_task(struct call *call)
{
    struct str id;
    struct json_writer *w;
    struct doc doc;

    if (!page_owner(call))
        return false;
    if (call_given(call, "task_id"))
        return poll(call, call_text(call, "task_id"));
    if (call_given(call, "page_id") == call_given(call, "ad_id"))
        return call_refuse(call, "page_id: one of page_id and ad_id is required.");
    if (call_given(call, "page_id") && !page_named(call))
        return false;
    if (call_given(call, "ad_id") && !own_find(call, KIND_AD, call_text(call, "ad_id")))
        return call_refuse(call, "ad_id: The ad does not exist.");
    id = store_new_id(call->box->store, call->arena);
    doc_init(&doc, call->arena);
    doc_text(&doc, "advertiser_id", call->advertiser_id);
    doc_text(&doc, "page_id", call_text(call, "page_id"));
    doc_text(&doc, "ad_id", call_text(call, "ad_id"));
    doc_int(&doc, "made_ms", call->now_ms);
    doc_int(&doc, "ready_ms", call->now_ms + call->box->settings.lead_task_ms);
    (void)store_put(call->box->store, KIND_LEAD_TASK, id, doc_print(&doc));
    w = call_data(call);
    json_object(w);
    json_text_member(w, "status", STR("CREATED"));
    json_text_member(w, "task_id", id);
    json_end(w);
    return true;
}

static void put_row(struct buf *csv, struct arena *arena, const struct hook_lead *lead)
{
    struct str at =
        str_fmt(arena, STR_FMT "(UTC+00:00)", STR_ARG(time_platform(arena, lead->at_ms)));
    const struct str cells[] = {lead->lead_id,     at,
                                lead->ad_id,       lead->ad_name,
                                lead->adgroup_id,  lead->adgroup_name,
                                lead->campaign_id, lead->campaign_name,
                                lead->page_id,     lead->page_name,
                                lead->name,        lead->phone,
                                lead->email,       lead->city};

    for (size_t i = 0; i < countof(cells); i++)
        cells_put(csv, i == 0, cells[i]);
    cells_end(csv);
}

static bool in_task(const struct json *task, const struct hook_lead *lead)
{
    struct str page = text(task, "page_id"), ad = text(task, "ad_id");

    return (!page.n || str_eq(page, lead->page_id)) && (!ad.n || str_eq(ad, lead->ad_id));
}

/* Labels are in the form's language, as the people saw them. */
static struct str header(struct call *call)
{
    static const char front[] = "lead_id,created_time,ad_id,ad_name,adgroup_id,adgroup_name,"
                                "campaign_id,campaign_name,form_id,form_name,";
    struct str currency = json_text(call->advertiser, "currency", STR(""));

    return str_fmt(call->arena, "%s%s\r\n", front,
                   str_eq(currency, STR("KZT")) ? "Имя,Номер телефона,Эл. почта,Город"
                                                : "Name,Phone number,Email,City");
}

static void put_mock(struct call *call, struct buf *csv, const struct json *task)
{
    const struct json *mock =
        store_find(call->box->store, KIND_MOCK_LEAD, text(task, "page_id"));
    struct hook_lead lead;

    if (!mock)
        return;
    hook_lead_mock(call->arena, call->advertiser_id, mock, &lead);
    put_row(csv, call->arena, &lead);
}

static struct str export_csv(struct call *call, const struct json *task)
{
    struct market *market = market_of(call);
    struct world_leads leads = {0};
    int64_t made_ms = 0;
    struct buf csv;

    (void)json_int(task, "made_ms", &made_ms);
    buf_init(&csv, call->arena, LIMIT_REPLY_BODY);
    buf_add(&csv, header(call));
    if (!region_right(call))
        return buf_str(&csv);
    put_mock(call, &csv, task);
    world_leads_between(market->world, 0, made_ms, call->arena, &leads);
    for (size_t i = 0; i < leads.n; i++) {
        struct hook_lead lead;
        if (!leads.at[i]->website &&
            hook_lead_of(call->box, market, call->arena, leads.at[i], &lead) &&
            in_task(task, &lead))
            put_row(&csv, call->arena, &lead);
    }
    return buf_str(&csv);
}

bool lead_download(struct call *call)
{
    struct str id = call_text(call, "task_id");
    const struct json *task;

    if (!page_owner(call))
        return false;
    task = own_find(call, KIND_LEAD_TASK, id);
    if (!task || call->now_ms < ready_ms(task) || call->now_ms > ready_ms(task) + FILE_LIFE_MS)
        return call_fail(call, CODE_FAILED, "failed to download.");
    call->raw = true;
    reply_header(
        call->rq, call->rp, "Content-Disposition",
        str_fmt(call->arena, "attachment; filename=leads_" STR_FMT ".csv", STR_ARG(id)));
    return reply_body(call->rp, 200, "text/csv; charset=utf-8", export_csv(call, task));
}

/* --- one lead ------------------------------------------------------------ */

static void put_lead(struct call *call, const struct hook_lead *lead)
{
    struct json_writer *w = call_data(call);

    json_object(w);
    json_key(w, "lead_data");
    json_object(w);
    json_text_member(w, "name", lead->name);
    json_text_member(w, "phone_number", lead->phone);
    if (lead->email.n)
        json_text_member(w, "email", lead->email);
    if (lead->city.n)
        json_text_member(w, "city", lead->city);
    json_end(w);
    json_key(w, "meta_data");
    json_object(w);
    json_text_member(w, "lead_source", STR("INSTANT_FORM"));
    json_text_member(w, "lead_id", lead->lead_id);
    json_text_member(w, "page_id", lead->page_id);
    json_text_member(w, "campaign_id", lead->campaign_id);
    json_text_member(w, "campaign_name", lead->campaign_name);
    json_text_member(w, "adgroup_id", lead->adgroup_id);
    json_text_member(w, "adgroup_name", lead->adgroup_name);
    json_text_member(w, "ad_id", lead->ad_id);
    json_text_member(w, "ad_name", lead->ad_name);
    json_text_member(w, "create_time", time_platform(call->arena, lead->at_ms));
    json_end(w);
    json_end(w);
}

/* The form's latest lead. */
bool lead_one(struct call *call)
{
    struct market *market;
    struct world_leads leads = {0};
    struct hook_lead lead;

    if (!page_owner(call))
        return false;
    if (str_eq(call_text(call, "lead_source"), STR("DIRECT_MESSAGE")))
        return true;
    if (!call_given(call, "page_id"))
        return call_refuse(call, "page_id: Missing data for required field.");
    if (!page_named(call))
        return false;
    if (!region_right(call))
        return true;
    market = market_of(call);
    world_leads_between(market->world, 0, call->now_ms, call->arena, &leads);
    for (size_t i = leads.n; i-- > 0;)
        if (!leads.at[i]->website &&
            hook_lead_of(call->box, market, call->arena, leads.at[i], &lead) &&
            str_eq(lead.page_id, call_text(call, "page_id"))) {
            put_lead(call, &lead);
            return true;
        }
    return true;
}

/* --- test leads: one per form -------------------------------------------- */

bool mock_create(struct call *call)
{
    const struct json *page;
    struct doc doc;

    if (!page_owner(call) || !(page = page_named(call)))
        return false;
    if (store_find(call->box->store, KIND_MOCK_LEAD, text(page, "page_id")))
        return call_refuse(call, "page_id: The form has a test lead already.");
    doc_init(&doc, call->arena);
    doc_text(&doc, "advertiser_id", call->advertiser_id);
    doc_text(&doc, "lead_id", store_new_id(call->box->store, call->arena));
    doc_text(&doc, "page_id", text(page, "page_id"));
    doc_text(&doc, "page_name", text(page, "title"));
    doc_text(&doc, "name", STR("Test Lead"));
    doc_text(&doc, "phone_number", STR("+10000000000"));
    doc_text(&doc, "email", STR("test@example.com"));
    doc_int(&doc, "create_ms", call->now_ms);
    hooks_mock(
        call->box, call->advertiser_id,
        store_put(call->box->store, KIND_MOCK_LEAD, text(page, "page_id"), doc_print(&doc)));
    return true;
}

bool mock_get(struct call *call)
{
    const struct json *page, *mock;
    struct hook_lead lead;

    if (!page_owner(call) || !(page = page_named(call)))
        return false;
    mock = store_find(call->box->store, KIND_MOCK_LEAD, text(page, "page_id"));
    if (!mock)
        return true;
    hook_lead_mock(call->arena, call->advertiser_id, mock, &lead);
    put_lead(call, &lead);
    return true;
}

bool mock_delete(struct call *call)
{
    struct str page_id = call_text(call, "page_id"), lead_id = call_text(call, "lead_id");

    if (!page_owner(call))
        return false;
    for (size_t i = 0; i < store_count(call->box->store, KIND_MOCK_LEAD); i++) {
        const struct json *mock = store_at(call->box->store, KIND_MOCK_LEAD, i);
        if (mock && own(call, mock) &&
            (str_eq(text(mock, "page_id"), page_id) ||
             str_eq(text(mock, "lead_id"), lead_id))) {
            store_remove(call->box->store, KIND_MOCK_LEAD, text(mock, "page_id"));
            return true;
        }
    }
    return call_refuse(call, "lead_id: The test lead does not exist.");
}
