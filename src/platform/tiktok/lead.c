/* lead.c - leads of instant forms (TikTok: pulling leads).  An export is a task: asked for,
 * waited for, fetched within ten minutes as CSV.  It always holds the form's whole history;
 * leads of some regions only where the request names the region. */

#include "base/clock.h"
#include "conf/conf.h"
#include "platform/tiktok/tiktok.h"
#include "text/csv.h"
#include "text/zone.h"

#define TASK_PATH "page/lead/task/"
#define FILE_PATH "page/lead/task/download/"

enum {
    FIRST_WAIT_MS = 250,
    LONGEST_WAIT_MS = 4000,
    WAIT_IN_ALL_MS = 60000,
    FRONT_COLUMNS = 10, /* the platform's own; behind them stand the form's questions */
};

/* --- the task --------------------------------------------------------------- */

static struct str task_body(struct platform_session *s, struct str page_id, struct str task_id)
{
    struct json_writer w;
    struct buf buf;

    buf_init(&buf, s->arena, 1024);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "advertiser_id", s->advertiser_id);
    if (task_id.n)
        json_text_member(&w, "task_id", task_id);
    else
        json_text_member(&w, "page_id", page_id);
    json_end(&w);
    return buf_str(&buf);
}

/* An export that got lost on its way did no harm: another one may be asked for. */
static bool ask(struct platform_session *s, struct str page_id, struct str task_id,
                const struct json **data, struct err *err)
{
    if (tiktok_post(s, STR(TASK_PATH), task_body(s, page_id, task_id), data, err))
        return true;
    if (err->kind == ERR_UNCERTAIN)
        err->kind = ERR_BUSY;
    return false;
}

static bool wait_for_task(struct platform_session *s, struct str page_id, struct str *task_id,
                          struct str *file_type, struct err *err)
{
    int64_t until = clock_mono_ms() + WAIT_IN_ALL_MS, wait = FIRST_WAIT_MS;
    const struct json *data;

    if (!ask(s, page_id, STR(""), &data, err))
        return false;
    *task_id = json_id(data, "task_id", s->arena);
    if (!task_id->n)
        return err_set(err, ERR_BUSY, "TikTok's answer to the export names no task");
    for (;;) {
        clock_sleep_ms(wait);
        wait = wait * 2 > LONGEST_WAIT_MS ? LONGEST_WAIT_MS : wait * 2;
        if (!ask(s, page_id, *task_id, &data, err))
            return false;
        struct str status = json_text(data, "status", STR(""));
        if (str_eq(status, STR("SUCCEED"))) {
            *file_type = json_text(data, "file_type", STR("csv"));
            return true;
        }
        if (str_eq(status, STR("FAILED")))
            return err_set(err, ERR_BUSY, "TikTok could not make the export of form " STR_FMT,
                           STR_ARG(page_id));
        if (clock_mono_ms() > until)
            return err_set(err, ERR_BUSY, "TikTok is still making the export of form " STR_FMT,
                           STR_ARG(page_id));
    }
}

static bool is_zip(struct str file)
{
    return str_starts(file, STR("PK\x03\x04"));
}

static bool no_zips(struct str page_id, struct err *err)
{
    err_set(err, ERR_REFUSED, "the export of form " STR_FMT " came as a zip, beyond 10 MB",
            STR_ARG(page_id));
    return err_hint(err, "download it in Ads Manager and import it as CSV");
}

/* --- the file --------------------------------------------------------------- */

/* "2026-04-09 10:20:35(UTC+05:00)"; 0 where it cannot be read. */
static int64_t read_created(struct str text)
{
    struct err err = {0};
    struct str zone = text;
    int64_t ms, hours = 0, minutes = 0;
    struct str at = str_trim(str_cut(&zone, '('));

    if (!time_parse_platform(at, &ms, &err))
        return 0;
    if (!str_starts(zone, STR("UTC")) || zone.n < 9)
        return ms;
    bool ahead = zone.p[3] == '+';
    if (!str_int(str_sub(zone, 4, 2), &hours) || !str_int(str_sub(zone, 7, 2), &minutes) ||
        hours < 0 || hours > 14 || minutes < 0 || minutes > 59)
        return ms;
    int64_t offset = (hours * 60 + minutes) * 60000;
    return ahead ? ms - offset : ms + offset;
}

static bool check_header(const struct strs *header, struct err *err)
{
    static const char *const front[FRONT_COLUMNS] = {
        "lead_id",      "created_time", "ad_id",         "ad_name", "adgroup_id",
        "adgroup_name", "campaign_id",  "campaign_name", "form_id", "form_name"};

    if (header->n < FRONT_COLUMNS)
        return err_set(err, ERR_REFUSED, "TikTok's export has %zu columns, not %d or more",
                       header->n, FRONT_COLUMNS);
    for (size_t i = 0; i < FRONT_COLUMNS; i++) {
        struct str name = header->at[i], wanted = str(front[i]);
        bool same = name.n == wanted.n; /* "lead id" is seen as well */
        for (size_t k = 0; same && k < name.n; k++)
            same = name.p[k] == wanted.p[k] || (name.p[k] == ' ' && wanted.p[k] == '_');
        if (!same)
            return err_set(err, ERR_REFUSED,
                           "column %zu of TikTok's export is \"" STR_FMT "\", not %s", i + 1,
                           STR_ARG(str_sub(name, 0, 40)), front[i]);
    }
    return true;
}

static void read_row(struct arena *arena, const struct strs *header, const struct strs *row,
                     struct str page_id, struct platform_lead *out)
{
    *out = (struct platform_lead){.id = row->at[0],
                                  .created_ms = read_created(row->at[1]),
                                  .ad_id = row->at[2],
                                  .ad_name = row->at[3],
                                  .adgroup_id = row->at[4],
                                  .adgroup_name = row->at[5],
                                  .campaign_id = row->at[6],
                                  .campaign_name = row->at[7],
                                  .page_id = page_id,
                                  .organic = row->at[2].n == 0};
    for (size_t i = FRONT_COLUMNS; i < row->n && i < header->n; i++)
        *platform_lead_fields_add(&out->fields, arena) =
            (struct platform_lead_field){header->at[i], row->at[i]};
}

bool tiktok_leads_read(struct arena *arena, struct str csv, struct str page_id,
                       int64_t since_ms, struct platform_leads *out, struct err *err)
{
    struct csv_reader reader;
    struct strs header = {0}, row = {0};
    struct err bad = {0};

    csv_reader(&reader, csv);
    if (!csv_next(&reader, arena, &header, &bad)) {
        if (bad.kind)
            *err = bad;
        return !bad.kind; /* nothing at all: no leads */
    }
    if (!check_header(&header, err))
        return false;
    while (csv_next(&reader, arena, &row, &bad)) {
        struct platform_lead lead;
        if (row.n < FRONT_COLUMNS || row.at[0].n == 0 || row.at[0].n > 64)
            continue;
        read_row(arena, &header, &row, page_id, &lead);
        if (lead.created_ms >= since_ms)
            *platform_leads_add(out, arena) = lead;
    }
    if (bad.kind) {
        *err = bad;
        return err_while(err, "reading TikTok's export");
    }
    return true;
}

/* --- all of it, region by region ---------------------------------------------- */

static bool known(const struct platform_leads *list, struct str id)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->at[i].id, id))
            return true;
    return false;
}

static bool read_region(struct platform_session *s, struct str page_id, struct str region,
                        int64_t since_ms, struct platform_leads *out, struct err *err)
{
    struct platform_leads found = {0};
    struct str task_id, type, file;
    struct tiktok_args args;

    if (!wait_for_task(s, page_id, &task_id, &type, err))
        return false;
    if (str_eq(type, STR("zip")))
        return no_zips(page_id, err);
    tiktok_args(s, &args);
    tiktok_arg(s, &args, "task_id", task_id);
    if (!tiktok_download(s, FILE_PATH, &args, STR("x-lead-region"), region, LIMIT_PULLED_FILE,
                         &file, err))
        return false;
    if (is_zip(file))
        return no_zips(page_id, err);
    if (!tiktok_leads_read(s->arena, file, page_id, since_ms, &found, err))
        return false;
    size_t before = out->n;
    for (size_t i = 0; i < found.n; i++)
        if (before == 0 || !known(out, found.at[i].id))
            *platform_leads_add(out, s->arena) = found.at[i];
    return true;
}

bool tiktok_leads(struct platform_session *s, struct str page_id, struct str form_id,
                  int64_t since_ms, struct platform_leads *out, struct err *err)
{
    struct str regions = s->conf->tiktok_lead_regions;

    (void)form_id; /* a form is a page here */
    if (!read_region(s, page_id, STR(""), since_ms, out, err))
        return false;
    while (regions.n) {
        struct str region = str_trim(str_cut(&regions, ','));
        if (region.n && !read_region(s, page_id, region, since_ms, out, err))
            return false;
    }
    return true;
}
