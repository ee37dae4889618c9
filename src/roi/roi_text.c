/* roi_text.c - the ROI report for a terminal. */

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "roi/roi.h"
#include "text/money.h"

#include <inttypes.h>

#define TITLE_WIDTH 28
#define GAP         STR("  ")
#define DASH        STR("\u2014")

#define BOLD  STR("\033[1m")
#define DIM   STR("\033[2m")
#define GREEN STR("\033[32m")
#define RED   STR("\033[31m")
#define PLAIN STR("\033[0m")

enum {
    TITLE,
    SPEND,
    IMPRESSIONS,
    CLICKS,
    CTR,
    CPC,
    LEADS,
    CPL,
    QUALIFIED,
    CPQL,
    SALES,
    REVENUE,
    ROI,
    COLUMNS
};

static const char *const headings[COLUMNS] = {
    "Creative", "Spend",     "Impressions", "Clicks", "CTR",     "CPC", "Leads",
    "CPL",      "Qualified", "CPQL",        "Sales",  "Revenue", "ROI"};

struct line {
    struct str cells[COLUMNS];
    const struct roi_row *row; /* NULL = headings */
};

/* --- characters ------------------------------------------------------------------- */

/* The character at s (well-formed or not) and its length in bytes. */
static size_t read_character(struct str s, uint32_t *out)
{
    unsigned char first = (unsigned char)s.p[0];
    size_t n = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

    if (n > s.n || (first >= 0x80 && first < 0xC2)) {
        *out = '?';
        return 1;
    }
    *out = n == 1 ? first : first & (0xFFu >> (n + 1));
    for (size_t i = 1; i < n; i++)
        *out = *out << 6 | ((unsigned char)s.p[i] & 0x3F);
    return n;
}

static bool in_ranges(uint32_t c, const uint32_t (*ranges)[2], size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (c >= ranges[i][0] && c <= ranges[i][1])
            return true;
    return false;
}

/* Columns of a terminal: none for marks that join the letter before, two for wide scripts. */
static size_t character_width(uint32_t c)
{
    static const uint32_t none[][2] = {{0x0300, 0x036F}, {0x0591, 0x05BD}, {0x0610, 0x061A},
                                       {0x064B, 0x065F}, {0x0670, 0x0670}, {0x06D6, 0x06DC},
                                       {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2069},
                                       {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}};
    static const uint32_t wide[][2] = {
        {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},  {0xAC00, 0xD7A3},
        {0xF900, 0xFAFF},   {0xFE30, 0xFE4F},   {0xFF00, 0xFF60},  {0xFFE0, 0xFFE6},
        {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

    if (in_ranges(c, none, countof(none)))
        return 0;
    return in_ranges(c, wide, countof(wide)) ? 2 : 1;
}

static size_t text_width(struct str s)
{
    size_t width = 0;
    uint32_t c;

    while (s.n) {
        s = str_sub(s, read_character(s, &c), s.n);
        width += character_width(c);
    }
    return width;
}

/* A title may hold anything: what would steer the terminal becomes '?'. */
static bool steers(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/* At most `width` columns; what is cut off leaves an ellipsis. */
static struct str fit_title(struct arena *arena, struct str title, size_t width)
{
    bool cut = text_width(title) > width;
    size_t used = 0, room = cut ? width - 1 : width;
    struct buf buf;
    uint32_t c;

    buf_init(&buf, arena, title.n * 2 + 16);
    while (title.n) {
        size_t n = read_character(title, &c);
        if (used + character_width(c) > room)
            break;
        buf_add(&buf, steers(c) ? STR("?") : str_sub(title, 0, n));
        used += steers(c) ? 1 : character_width(c);
        title = str_sub(title, n, title.n);
    }
    if (cut)
        buf_add(&buf, STR("\u2026"));
    return buf_str(&buf);
}

/* --- cells --------------------------------------------------------------------------- */

static struct str grouped(struct arena *arena, int64_t n)
{
    struct str digits = str_fmt(arena, "%" PRId64, n);
    struct buf buf;

    buf_init(&buf, arena, 64);
    for (size_t i = 0; i < digits.n; i++) {
        if (i && (digits.n - i) % 3 == 0 && digits.p[i - 1] != '-')
            buf_char(&buf, ' ');
        buf_char(&buf, digits.p[i]);
    }
    return buf_str(&buf);
}

static struct str money(struct arena *arena, const struct roi_report *report,
                        struct roi_money amount)
{
    return amount.known ? money_show(arena, amount.micros, report->currency) : DASH;
}

static struct str percent(struct arena *arena, struct roi_ratio ratio, int digits)
{
    return ratio.known ? str_fmt(arena, "%.*f%%", digits, ratio.value * 100) : DASH;
}

static struct str count(struct arena *arena, bool known, int64_t n)
{
    return known ? grouped(arena, n) : DASH;
}

static struct line make_line(struct arena *arena, const struct roi_report *report,
                             const struct roi_row *row, struct str title)
{
    struct roi_money spend = row->spend;
    struct line line = {.row = row};

    spend.known = spend.known && row->measured;
    line.cells[TITLE] = fit_title(arena, title, TITLE_WIDTH);
    line.cells[SPEND] = money(arena, report, spend);
    line.cells[IMPRESSIONS] = count(arena, row->measured, row->impressions);
    line.cells[CLICKS] = count(arena, row->measured, row->clicks);
    line.cells[CTR] = percent(arena, row->ctr, 2);
    line.cells[CPC] = money(arena, report, row->cpc);
    line.cells[LEADS] = grouped(arena, row->leads);
    line.cells[CPL] = money(arena, report, row->cpl);
    line.cells[QUALIFIED] = grouped(arena, row->qualified);
    line.cells[CPQL] = money(arena, report, row->cpql);
    line.cells[SALES] = grouped(arena, row->sales);
    line.cells[REVENUE] = money(arena, report, row->revenue);
    line.cells[ROI] = percent(arena, row->roi, 0);
    return line;
}

/* --- lines ------------------------------------------------------------------------------ */

static void put_spaces(struct buf *buf, size_t n)
{
    while (n--)
        buf_char(buf, ' ');
}

static struct str colour_of(const struct line *line, int column,
                            const struct roi_report *report)
{
    if (!line->row || line->row == &report->total)
        return BOLD;
    if (column == ROI && line->row->roi.known)
        return line->row->roi.value < 0 ? RED : GREEN;
    if (line->row == &report->unattributed)
        return DIM;
    return STR("");
}

static void put_line(struct buf *buf, const struct line *line, const size_t *widths,
                     const struct roi_report *report, bool colour)
{
    for (int i = 0; i < COLUMNS; i++) {
        struct str cell = line->cells[i];
        struct str paint = colour ? colour_of(line, i, report) : STR("");
        size_t padding = widths[i] - text_width(cell);
        if (i)
            buf_add(buf, GAP);
        if (i)
            put_spaces(buf, padding);
        buf_add(buf, paint);
        buf_add(buf, cell);
        if (paint.n)
            buf_add(buf, PLAIN);
        if (i == TITLE)
            put_spaces(buf, padding);
    }
    buf_char(buf, '\n');
}

static void put_rule(struct buf *buf, const size_t *widths)
{
    for (int i = 0; i < COLUMNS; i++) {
        for (size_t k = 0; k < widths[i] + (i ? GAP.n : 0); k++)
            buf_add(buf, STR("\u2500"));
    }
    buf_char(buf, '\n');
}

static void put_notes(struct buf *buf, const struct roi_report *report)
{
    for (size_t i = 0; i < report->missing.n; i++) {
        const struct roi_missing *missing = &report->missing.at[i];
        buf_fmt(buf,
                "No rate from " STR_FMT " to " STR_FMT " for " STR_FMT " to " STR_FMT
                ": its amounts are not shown. Set it by PUT /api/currency-rates.\n",
                STR_ARG(missing->from), STR_ARG(missing->to), STR_ARG(missing->first_day),
                STR_ARG(missing->last_day));
    }
    if (report->total.duplicate_leads)
        buf_fmt(buf,
                "%" PRId64 " further forms of the same persons are not counted as leads.\n",
                report->total.duplicate_leads);
}

struct str roi_text_table(struct arena *arena, const struct roi_report *report, bool colour)
{
    size_t n = 0, widths[COLUMNS] = {0};
    struct line *lines = NEW_ARRAY(arena, struct line, report->rows.n + 3);
    struct buf buf;

    for (int i = 0; i < COLUMNS; i++)
        lines[0].cells[i] = str(headings[i]);
    n = 1;
    for (size_t i = 0; i < report->rows.n; i++)
        lines[n++] = make_line(arena, report, &report->rows.at[i], report->rows.at[i].title);
    if (report->has_unattributed)
        lines[n++] = make_line(arena, report, &report->unattributed, STR("(unattributed)"));
    lines[n++] = make_line(arena, report, &report->total, STR("Total"));
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < COLUMNS; k++)
            if (text_width(lines[i].cells[k]) > widths[k])
                widths[k] = text_width(lines[i].cells[k]);

    buf_init(&buf, arena, LIMIT_REPLY_BODY);
    buf_fmt(&buf, STR_FMT " to " STR_FMT ", " STR_FMT ", sales by %s\n",
            STR_ARG(report->first_day), STR_ARG(report->last_day), STR_ARG(report->currency),
            report->basis == ROI_BY_LEAD ? "date of the lead" : "date of payment");
    for (size_t i = 0; i < n; i++) {
        if (i == n - 1)
            put_rule(&buf, widths);
        put_line(&buf, &lines[i], widths, report, colour);
        if (i == 0)
            put_rule(&buf, widths);
    }
    put_notes(&buf, report);
    return buf_str(&buf);
}
