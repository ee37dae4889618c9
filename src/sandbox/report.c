/* report.c - report/integrated/get and report/task/... (TikTok: reports). */

#include "sandbox/report.h"

#include "base/arena.h"
#include "base/limits.h"
#include "sandbox/cells.h"
#include "sandbox/doc.h"
#include "sandbox/faces.h"
#include "sandbox/files.h"

#define RESULT_LIFE_MS (INT64_C(30) * 86400000)
#define LINK_LIFE_MS   INT64_C(3600000)

/* --- at once ------------------------------------------------------------- */

static void put_row(struct call *call, const struct report *report,
                    const struct report_row *row)
{
    struct json_writer *w = call_data(call);

    json_object(w);
    json_key(w, "dimensions");
    json_object(w);
    for (size_t i = 0; i < report->dimensions.n; i++) {
        json_key_str(w, report->dimensions.at[i]);
        json_put_text(w, row->dimensions.at[i]);
    }
    json_end(w);
    json_key(w, "metrics");
    json_object(w);
    for (size_t i = 0; i < report->metrics.n; i++) {
        json_key_str(w, report->metrics.at[i]);
        json_put_text(w, row->metrics.at[i]);
    }
    json_end(w);
    json_end(w);
}

static void add_figures(struct world_figures *sum, const struct world_figures *f)
{
    sum->spend_micros += f->spend_micros;
    sum->impressions += f->impressions;
    sum->clicks += f->clicks;
    sum->reach += f->reach;
    sum->conversions += f->conversions;
    sum->real_time_conversions += f->real_time_conversions;
    sum->video_plays += f->video_plays;
    sum->video_2s += f->video_2s;
    sum->video_6s += f->video_6s;
    sum->video_p25 += f->video_p25;
    sum->video_p50 += f->video_p50;
    sum->video_p75 += f->video_p75;
    sum->video_p100 += f->video_p100;
    sum->video_play_ms += f->video_play_ms;
    sum->likes += f->likes;
    sum->comments += f->comments;
    sum->shares += f->shares;
    sum->follows += f->follows;
    sum->profile_visits += f->profile_visits;
}

static void put_total(struct call *call, const struct report *report,
                      const struct report_rows *rows)
{
    struct metric_row total = {.leads_seen = true, .form = true};
    struct json_writer *w = call_data(call);

    for (size_t i = 0; i < rows->n; i++) {
        struct world_figures figures = rows->at[i].figures.figures;
        if (!rows->at[i].figures.leads_seen)
            figures.conversions = figures.real_time_conversions = 0;
        add_figures(&total.figures, &figures);
    }
    json_key(w, "total_metrics");
    json_object(w);
    for (size_t i = 0; i < report->metrics.n; i++) {
        json_key_str(w, report->metrics.at[i]);
        json_put_text(w, metric_text(call->arena, report->metrics.at[i], &total));
    }
    json_end(w);
}

bool report_get(struct call *call)
{
    struct report report;
    struct report_rows rows = {0};
    struct json_writer *w;
    struct page page;

    if (!report_read(call, call->args, true, &report) || !report_run(call, &report, &rows))
        return false;
    page = page_of(call, rows.n, 10);
    w = call_data(call);
    json_object(w);
    json_key(w, "list");
    json_list(w);
    for (size_t i = page.first; i < page.end; i++)
        put_row(call, &report, &rows.at[i]);
    json_end(w);
    if (json_bool(call->args, "enable_total_metrics", false))
        put_total(call, &report, &rows);
    page_info(call, &page);
    json_end(w);
    return true;
}

/* --- tasks --------------------------------------------------------------- */

bool report_task_create(struct call *call)
{
    struct str id;
    struct report report;
    struct json_writer *w;
    struct doc doc;

    if (!report_read(call, call->args, false, &report))
        return false;
    if (str_eq(call_text(call, "output_format"), STR("XLSX_DOWNLOAD")))
        return call_refuse(call, "output_format: XLSX_DOWNLOAD is not available in this "
                                 "sandbox.");
    id = store_new_id(call->box->store, call->arena);
    doc_init(&doc, call->arena);
    doc_text(&doc, "advertiser_id", report.advertisers.at[0]);
    doc_raw(&doc, "args", json_print(call->arena, call->args));
    doc_int(&doc, "ready_ms", call->now_ms + call->box->settings.report_task_ms);
    doc_bool(&doc, "canceled", false);
    (void)store_put(call->box->store, KIND_REPORT_TASK, id, doc_print(&doc));
    w = call_data(call);
    json_object(w);
    json_text_member(w, "task_id", id);
    json_end(w);
    return true;
}

static const struct json *task_of(struct call *call)
{
    const struct json *task = own_find(call, KIND_REPORT_TASK, call_text(call, "task_id"));

    if (!task)
        (void)call_refuse(call, "task_id: The task does not exist.");
    return task;
}

static struct str state_of(struct call *call, const struct json *task)
{
    int64_t ready_ms = 0, half;

    (void)json_int(task, "ready_ms", &ready_ms);
    half = ready_ms - call->box->settings.report_task_ms / 2;
    if (json_bool(task, "canceled", false))
        return STR("CANCELED");
    if (call->now_ms >= ready_ms)
        return STR("SUCCESS");
    return call->now_ms >= half ? STR("PROCESSING") : STR("QUEUING");
}

bool report_task_check(struct call *call)
{
    const struct json *task = task_of(call);
    struct json_writer *w;

    if (!task)
        return false;
    w = call_data(call);
    json_object(w);
    json_text_member(w, "status", state_of(call, task));
    json_text_member(w, "message", STR(""));
    json_end(w);
    return true;
}

bool report_task_cancel(struct call *call)
{
    const struct json *task = task_of(call);
    struct json_writer *w;
    struct doc doc;

    if (!task)
        return false;
    if (str_eq(state_of(call, task), STR("SUCCESS")))
        return call_refuse(call, "task_id: The task is finished already.");
    doc_from(&doc, call->arena, task);
    doc_bool(&doc, "canceled", true);
    (void)store_put(call->box->store, KIND_REPORT_TASK, call_text(call, "task_id"),
                    doc_print(&doc));
    w = call_data(call);
    json_object(w);
    json_text_member(w, "status", STR("CANCELED"));
    json_end(w);
    return true;
}

static struct str csv_of(struct call *call, const struct report *report,
                         const struct report_rows *rows)
{
    struct buf csv;

    buf_init(&csv, call->arena, LIMIT_REPLY_BODY);
    for (size_t i = 0; i < report->dimensions.n; i++)
        cells_put(&csv, i == 0, report->dimensions.at[i]);
    for (size_t i = 0; i < report->metrics.n; i++)
        cells_put(&csv, false, report->metrics.at[i]);
    cells_end(&csv);
    for (size_t r = 0; r < rows->n; r++) {
        for (size_t i = 0; i < report->dimensions.n; i++)
            cells_put(&csv, i == 0, rows->at[r].dimensions.at[i]);
        for (size_t i = 0; i < report->metrics.n; i++)
            cells_put(&csv, false, rows->at[r].metrics.at[i]);
        cells_end(&csv);
    }
    return buf_str(&csv);
}

static bool finished(struct call *call, const struct json *task)
{
    int64_t ready_ms = 0;

    (void)json_int(task, "ready_ms", &ready_ms);
    if (!str_eq(state_of(call, task), STR("SUCCESS")))
        return call_refuse(call, "task_id: The task is not finished.");
    return call->now_ms <= ready_ms + RESULT_LIFE_MS ||
           call_refuse(call, "task_id: The result has expired.");
}

static bool put_link(struct call *call, struct str id, struct str csv, struct str name)
{
    struct str file = str_fmt(call->arena, "report-" STR_FMT, STR_ARG(id));
    struct err err = {0};
    struct json_writer *w;

    if (!files_put(call->box, file, csv, &err))
        return call_fail(call, CODE_INTERNAL, "Internal error: %s", err.text);
    w = call_data(call);
    json_object(w);
    json_text_member(w, "download_url",
                     files_link(call, "report", file, call->now_ms + LINK_LIFE_MS));
    json_text_member(w, "file_name",
                     name.n ? name
                            : str_fmt(call->arena, "report_" STR_FMT ".csv", STR_ARG(id)));
    json_text_member(w, "output_format", STR("CSV_DOWNLOAD"));
    json_end(w);
    return true;
}

bool report_task_download(struct call *call)
{
    const struct json *task = task_of(call), *args;
    struct report report;
    struct report_rows rows = {0};
    struct str csv;

    if (!task || !finished(call, task))
        return false;
    args = json_at(task, "args");
    if (!report_read(call, args, false, &report) || !report_run(call, &report, &rows))
        return false;
    csv = csv_of(call, &report, &rows);
    if (str_eq(json_text(args, "output_format", STR("")), STR("CSV_DOWNLOAD")))
        return put_link(call, call_text(call, "task_id"), csv,
                        json_text(args, "file_name", STR("")));
    call->raw = true;
    return reply_body(call->rp, 200, "text/csv; charset=utf-8", csv);
}
