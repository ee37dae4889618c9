/* rate_read.c - currency rates out of CSV and out of the national bank's feed. */

#include "metric/rate_read.h"
#include "base/arena.h"
#include "base/limits.h"
#include "base/strs.h"
#include "text/csv.h"
#include "text/money.h"

#include <inttypes.h>
#include <stdio.h>

bool rate_check_pair(struct str base, struct str quote, struct str day, int64_t rate_micros,
                     struct err *err)
{
    if (!money_currency_known(base))
        return err_input(err, "base", "give an ISO 4217 code such as USD",
                         "\"" STR_FMT "\" is not a currency we know",
                         STR_ARG(str_sub(base, 0, 10)));
    if (!money_currency_known(quote))
        return err_input(err, "quote", "give an ISO 4217 code such as KZT",
                         "\"" STR_FMT "\" is not a currency we know",
                         STR_ARG(str_sub(quote, 0, 10)));
    if (str_eq(base, quote))
        return err_input(err, "quote", "give two different currencies",
                         "a currency has no rate to itself");
    if (!day_valid(day))
        return err_input(err, "day", "write it as 2026-11-24", "\"" STR_FMT "\" is not a day",
                         STR_ARG(str_sub(day, 0, 20)));
    if (rate_micros <= 0)
        return err_input(err, "rate", "give units of quote for one unit of base, above 0",
                         "the rate is not above 0");
    return true;
}

/* --- decimals ---------------------------------------------------------------------------- */

/* "495,93" and "495.93". */
static bool read_rate(struct arena *arena, struct str text, int64_t *micros, struct err *err)
{
    struct str rest = str_trim(text), whole = str_cut(&rest, ',');

    return money_parse(
        rest.n ? str_fmt(arena, STR_FMT "." STR_FMT, STR_ARG(whole), STR_ARG(rest)) : whole,
        micros, err);
}

/* --- CSV ------------------------------------------------------------------------------------
 */

enum { BASE, QUOTE, DAY, RATE, COLUMNS };
static const char *const columns[COLUMNS] = {"base", "quote", "day", "rate"};

static bool find_columns(const struct strs *header, size_t places[COLUMNS], struct err *err)
{
    for (size_t c = 0; c < COLUMNS; c++) {
        places[c] = header->n;
        for (size_t i = 0; i < header->n; i++)
            if (str_eq_nocase(str_trim(header->at[i]), str(columns[c])))
                places[c] = i;
        if (places[c] == header->n)
            return err_input(err, "file", "begin with the line base,quote,day,rate",
                             "there is no column %s", columns[c]);
    }
    return true;
}

static bool read_record(struct arena *arena, const struct strs *record,
                        const size_t places[COLUMNS], struct currency_rates *out,
                        struct err *err)
{
    struct currency_rate rate = {0};

    for (size_t c = 0; c < COLUMNS; c++)
        if (places[c] >= record->n)
            return err_input(err, columns[c], "give base, quote, day and rate on each line",
                             "the line has no %s", columns[c]);
    rate.base = str_upper(arena, str_trim(record->at[places[BASE]]));
    rate.quote = str_upper(arena, str_trim(record->at[places[QUOTE]]));
    rate.day = str_trim(record->at[places[DAY]]);
    if (!read_rate(arena, record->at[places[RATE]], &rate.rate_micros, err))
        return err_field(err, "rate");
    if (!rate_check_pair(rate.base, rate.quote, rate.day, rate.rate_micros, err))
        return false;
    if (out->n == LIMIT_RATES)
        return err_input(err, "file", "give at most 20000 rates at once",
                         "there are too many rates");
    *currency_rates_add(out, arena) = rate;
    return true;
}

bool rate_csv_read(struct arena *arena, struct str text, struct currency_rates *out,
                   struct err *err)
{
    struct csv_reader reader;
    struct strs record = {0};
    struct err end = {0};
    size_t places[COLUMNS];
    bool ok = true;

    csv_reader(&reader, text);
    if (!csv_next(&reader, arena, &record, &end))
        return end.kind ? (*err = end, false)
                        : err_input(err, "file", "begin with the line base,quote,day,rate",
                                    "the file is empty");
    if (!find_columns(&record, places, err))
        return false;
    while (ok && (record = (struct strs){0}, csv_next(&reader, arena, &record, &end)))
        ok = read_record(arena, &record, places, out, err) ||
             err_while(err, "line %" PRId64, reader.line);
    if (end.kind)
        *err = end;
    return ok && !end.kind;
}

/* --- the feed
 * --------------------------------------------------------------------------------- */

/* What stands between <name> and </name>; "" where there is none.  *rest goes on behind it. */
static struct str element(struct str *rest, const char *name)
{
    char open[40], close[40];
    struct str text = *rest;

    (void)snprintf(open, sizeof open, "<%s>", name);
    (void)snprintf(close, sizeof close, "</%s>", name);
    while (text.n && !str_starts(text, str(open)))
        text = str_sub(text, 1, text.n);
    struct str inside = str_sub(text, str(open).n, text.n);
    size_t n = 0;
    while (n < inside.n && !str_starts(str_sub(inside, n, inside.n), str(close)))
        n++;
    if (text.n == 0 || n == inside.n)
        return STR("");
    *rest = str_sub(inside, n + str(close).n, inside.n);
    return str_trim(str_sub(inside, 0, n));
}

static struct str child(struct str parent, const char *name)
{
    return element(&parent, name);
}

/* "24.11.2026" as 2026-11-24; `otherwise` for anything else. */
static struct str feed_day(struct arena *arena, struct str text, struct str otherwise)
{
    struct str rest = text;
    struct str day = str_cut(&rest, '.'), month = str_cut(&rest, '.');
    struct str iso = str_fmt(arena, STR_FMT "-" STR_FMT "-" STR_FMT,
                             STR_ARG(str_sub(rest, 0, 4)), STR_ARG(month), STR_ARG(day));

    return day_valid(iso) ? iso : otherwise;
}

static bool read_item(struct arena *arena, struct str item, struct str day,
                      struct currency_rate *out)
{
    struct err unread = {0};
    int64_t micros, units = 1;
    struct str quant = child(item, "quant");

    *out = (struct currency_rate){.base = child(item, "title"),
                                  .quote = STR("KZT"),
                                  .day = feed_day(arena, child(item, "pubDate"), day),
                                  .source = STR("nationalbank.kz")};
    if (!read_rate(arena, child(item, "description"), &micros, &unread) ||
        (quant.n && (!str_int(quant, &units) || units < 1)))
        return false;
    out->rate_micros = money_scale(micros, 1, units);
    return rate_check_pair(out->base, out->quote, out->day, out->rate_micros, &unread);
}

bool rate_feed_read(struct arena *arena, struct str xml, struct str day,
                    struct currency_rates *out, struct err *err)
{
    struct str rest = xml, root = xml;
    struct currency_rate rate;

    /* The items have dates of their own: the root's stands before the first. */
    for (size_t i = 0; i + 6 <= xml.n; i++)
        if (str_starts(str_sub(xml, i, 6), STR("<item>"))) {
            root = str_sub(xml, 0, i);
            break;
        }
    day = feed_day(arena, child(root, "date"), day);
    for (int i = 0; i < LIMIT_FEED_ITEMS; i++) {
        struct str before = rest, item = element(&rest, "item");
        if (rest.p == before.p)
            break;
        if (read_item(arena, item, day, &rate))
            *currency_rates_add(out, arena) = rate;
    }
    return out->n > 0 ||
           err_set(err, ERR_INVALID, "there is no rate in the answer of the bank's feed");
}
