/* leads_export_api.c - leads as a file for spreadsheets, or as JSON. */

#include "api/api.h"
#include "api/common.h"
#include "api/leads_json.h"
#include "base/arena.h"
#include "base/limits.h"
#include "text/csv.h"
#include "text/zone.h"

#include <inttypes.h>
#include <string.h>

#define PAGE  500
#define PIECE (256 * 1024) /* of text, before it is sent */

enum kind { TEXT_COLUMN, NUMBER, TIME, PERSONAL };

/* In the order of a file that names no columns; answers come last and only when asked for. */
static const struct {
    const char *name;
    enum kind kind;
    size_t offset;
} columns[] = {
    {"id", TEXT_COLUMN, offsetof(struct lead, lead_id)},
    {"created_at", TIME, offsetof(struct lead, created_ms)},
    {"received_at", TIME, offsetof(struct lead, received_ms)},
    {"platform", TEXT_COLUMN, offsetof(struct lead, platform)},
    {"source", TEXT_COLUMN, offsetof(struct lead, source)},
    {"state", TEXT_COLUMN, offsetof(struct lead, state)},
    {"stage", TEXT_COLUMN, offsetof(struct lead, stage)},
    {"name", PERSONAL, offsetof(struct lead, name)},
    {"phone", PERSONAL, offsetof(struct lead, phone)},
    {"email", PERSONAL, offsetof(struct lead, email)},
    {"direction_id", TEXT_COLUMN, offsetof(struct lead, direction_id)},
    {"creative_id", TEXT_COLUMN, offsetof(struct lead, creative_id)},
    {"ad_account_id", TEXT_COLUMN, offsetof(struct lead, ad_account_id)},
    {"campaign_id", TEXT_COLUMN, offsetof(struct lead, campaign_id)},
    {"ad_id", TEXT_COLUMN, offsetof(struct lead, ad_id)},
    {"platform_lead_id", TEXT_COLUMN, offsetof(struct lead, platform_lead_id)},
    {"duplicate_of", TEXT_COLUMN, offsetof(struct lead, duplicate_of)},
    {"spam_score", NUMBER, offsetof(struct lead, spam_score)},
    {"assigned_to", TEXT_COLUMN, offsetof(struct lead, assigned_to)},
    {"recovered_by", TEXT_COLUMN, offsetof(struct lead, recovered_by)},
    {"link_cause", TEXT_COLUMN, offsetof(struct lead, link_cause)},
    {"answers", PERSONAL, offsetof(struct lead, answers)},
};

struct export
{
    struct request *rq; /* while the handler runs; each piece has its own */
    struct lead_filter filter;
    bool reveal, json;
    char separator;
    size_t order[countof(columns)];
    size_t n;
    int64_t rows;
    bool more;        /* rows after those that were put */
    char last_id[64]; /* of the last row that was put */
};

/* --- what is asked for ------------------------------------------------------------ */

static bool read_columns(struct export *x, struct err *err)
{
    struct str text = request_query(x->rq, "columns");

    if (text.n == 0) {
        for (size_t i = 0; i + 1 < countof(columns); i++)
            if (x->reveal || columns[i].kind != PERSONAL)
                x->order[x->n++] = i;
        return true;
    }
    while (text.n) {
        struct str name = str_trim(str_cut(&text, ','));
        size_t i = 0;
        while (i < countof(columns) && !str_eq(name, str(columns[i].name)))
            i++;
        if (i == countof(columns))
            return err_input(err, "columns", "names as in the first line of a whole export",
                             "there is no column \"" STR_FMT "\"",
                             STR_ARG(str_sub(name, 0, 40)));
        if (x->n == countof(columns))
            return err_input(err, "columns", "name each column once", "too many columns");
        if (columns[i].kind == PERSONAL && !x->reveal)
            return err_input(err, "columns", "add reveal=1; it is audited",
                             "the column \"" STR_FMT "\" is personal data", STR_ARG(name));
        x->order[x->n++] = i;
    }
    return true;
}

static bool read_separator(struct export *x, struct err *err)
{
    struct str text = request_query(x->rq, "separator");

    x->separator = ',';
    if (str_eq(text, STR("semicolon")) || str_eq(text, STR(";")))
        x->separator = ';';
    else if (str_eq(text, STR("tab")))
        x->separator = '\t';
    else if (text.n && !str_eq(text, STR("comma")) && !str_eq(text, STR(",")))
        return err_input(err, "separator", "comma, semicolon or tab",
                         "\"" STR_FMT "\" is none of them", STR_ARG(str_sub(text, 0, 20)));
    return true;
}

static bool read_format(struct export *x, struct err *err)
{
    struct str text = request_query(x->rq, "format");

    x->json = str_eq(text, STR("json"));
    return x->json || text.n == 0 || str_eq(text, STR("csv")) ||
           err_input(err, "format", "csv or json", "\"" STR_FMT "\" is neither",
                     STR_ARG(str_sub(text, 0, 20)));
}

/* --- rows ---------------------------------------------------------------------------- */

static struct str cell(struct arena *arena, const struct lead *lead, size_t column)
{
    const char *at = (const char *)lead + columns[column].offset;

    switch (columns[column].kind) {
    case NUMBER:
        return str_fmt(arena, "%" PRId64, *(const int64_t *)at);
    case TIME:
        return *(const int64_t *)at ? time_rfc3339(arena, *(const int64_t *)at) : STR("");
    case TEXT_COLUMN:
    case PERSONAL:
        break;
    }
    return *(const struct str *)at;
}

static void put_csv_row(const struct export *x, struct arena *arena, const struct lead *lead,
                        struct buf *out)
{
    for (size_t i = 0; i < x->n; i++)
        csv_put_separated(out, x->separator, i == 0, cell(arena, lead, x->order[i]));
    csv_end_row(out);
}

static void put_json_row(const struct export *x, struct arena *arena, const struct lead *lead,
                         struct buf *out)
{
    struct json_writer w;

    if (x->rows)
        buf_add(out, STR(","));
    json_writer(&w, out);
    json_object(&w);
    for (size_t i = 0; i < x->n; i++) {
        size_t column = x->order[i];
        json_key(&w, columns[column].name);
        if (columns[column].kind == NUMBER)
            json_put_raw(&w, cell(arena, lead, column));
        else if (str_eq(str(columns[column].name), STR("answers")))
            json_put_raw(&w, lead->answers);
        else
            json_put_text_or_null(&w, cell(arena, lead, column));
    }
    json_end(&w);
}

/* The rows of one page, as many as make a piece; the next piece begins after the last of them.
 */
static void put_page(struct export *x, struct arena *arena, const struct leads *page,
                     struct buf *out)
{
    for (size_t i = 0; i < page->n && out->n < PIECE; i++) {
        const struct lead *lead = &page->at[i];
        x->json ? put_json_row(x, arena, lead, out) : put_csv_row(x, arena, lead, out);
        x->rows++;
        x->filter.before_ms = lead->created_ms;
        must(lead->lead_id.n < sizeof x->last_id);
        memcpy(x->last_id, lead->lead_id.p, lead->lead_id.n);
        x->filter.before_id = (struct str){x->last_id, lead->lead_id.n};
        x->more = i + 1 < page->n || page->n == PAGE;
    }
}

static bool put_piece(struct request *rq, void *arg, struct buf *out, bool *end,
                      struct err *err)
{
    struct export *x = arg;
    struct leads page = {0};

    x->more = false;
    x->filter.limit = PAGE;
    if (!lead_list(rq->db, rq->arena, &x->filter, &page, err))
        return false;
    put_page(x, rq->arena, &page, out);
    if (x->more && x->rows >= LIMIT_EXPORT_ROWS)
        return err_input(err, "from", "export a shorter time: from and to",
                         "more than %d leads are asked for", LIMIT_EXPORT_ROWS);
    if (!x->more && x->json)
        buf_add(out, STR("],\"next_cursor\":null}"));
    *end = !x->more;
    return true;
}

static void put_head(const struct export *x, struct buf *out)
{
    if (x->json) {
        buf_add(out, STR("{\"data\":["));
        return;
    }
    if (str_eq(request_query(x->rq, "bom"), STR("1")))
        buf_add(out, STR("\xef\xbb\xbf"));
    for (size_t i = 0; i < x->n; i++)
        csv_put_separated(out, x->separator, i == 0, str(columns[x->order[i]].name));
    csv_end_row(out);
}

/* What fails before the first rows are there is an answer like any other. */
static bool begin(struct export *x, struct reply *rp, struct err *err)
{
    struct buf buf;
    struct str text;
    bool end = false;

    buf_init(&buf, x->rq->arena, LIMIT_REPLY_PIECE);
    put_head(x, &buf);
    if (!put_piece(x->rq, x, &buf, &end, err) || !buf_done(&buf, "the export", &text, err))
        return false;
    if (!end)
        rp->source = (struct web_source){put_piece, x};
    return reply_body(rp, 200, x->json ? "application/json" : "text/csv; charset=utf-8", text);
}

/*
 * GET /api/leads/export - the leads of GET /api/leads' filters as CSV (or
 * ?format=json).  ?columns=id,name,...  ?separator=semicolon  ?bom=1 (for
 * spreadsheets that take a file without it for another alphabet)  ?reveal=1.
 *
 * Sent as it is read, page by page from the newest: a lead that comes meanwhile is not
 * in it, and an error in the middle cuts the connection.
 */
static bool get_export(struct request *rq, struct reply *rp, struct err *err)
{
    struct export *x = NEW(rq->arena, struct export);

    x->rq = rq;
    if (!lead_read_filter(rq, &x->filter, err) || !read_format(x, err) ||
        !read_separator(x, err) || !lead_may_reveal(rq, STR("export"), &x->reveal, err) ||
        !read_columns(x, err) || !begin(x, rp, err))
        return false;
    reply_header(rq, rp, "Content-Disposition",
                 x->json ? STR("attachment; filename=leads.json")
                         : STR("attachment; filename=leads.csv"));
    return true;
}

const struct route leads_export_routes[] = {
    {"GET", "/api/leads/export", CAN_READ, get_export, NULL, 0},
    ROUTES_END,
};
