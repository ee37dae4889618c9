/* rate_db.c - the table currency_rates, and converting by it. */

#include "base/arena.h"
#include "base/clock.h"
#include "db/db.h"
#include "metric/metric.h"
#include "metric/rate_read.h"
#include "text/money.h"
#include "text/zone.h"

bool currency_rate_check(const struct currency_rate *rate, struct err *err)
{
    return rate_check_pair(rate->base, rate->quote, rate->day, rate->rate_micros, err);
}

bool currency_rate_offer(struct db *db, const struct currency_rate *rate, int64_t *stored,
                         struct err *err)
{
    int64_t changed;

    if (!currency_rate_check(rate, err) ||
        !db_run(db, &changed, err,
                "INSERT INTO currency_rates (org_id, base, quote, day, rate_micros, source,"
                " set_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)"
                " ON CONFLICT (org_id, base, quote, day) DO UPDATE SET"
                " rate_micros = excluded.rate_micros, source = excluded.source,"
                " set_ms = excluded.set_ms WHERE currency_rates.source <> 'manual'"
                " AND currency_rates.rate_micros <> excluded.rate_micros",
                TEXT(db_scope_org(db)), TEXT(rate->base), TEXT(rate->quote), TEXT(rate->day),
                INT(rate->rate_micros), TEXT(rate->source), INT(clock_wall_ms())))
        return false;
    *stored += changed;
    return true;
}

bool currency_rate_set(struct db *db, struct str base, struct str quote, struct str day,
                       int64_t rate_micros, struct str source, struct err *err)
{
    if (!rate_check_pair(base, quote, day, rate_micros, err))
        return false;
    return db_run(db, NULL, err,
                  "INSERT INTO currency_rates (org_id, base, quote, day, rate_micros, source,"
                  " set_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)"
                  " ON CONFLICT (org_id, base, quote, day) DO UPDATE SET"
                  " rate_micros = excluded.rate_micros, source = excluded.source,"
                  " set_ms = excluded.set_ms",
                  TEXT(db_scope_org(db)), TEXT(base), TEXT(quote), TEXT(day), INT(rate_micros),
                  TEXT(source), INT(clock_wall_ms()));
}

bool currency_rate_list(struct db *db, struct arena *arena, struct str currency,
                        struct str last_day, struct currency_rates *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT base, quote, day, source, rate_micros, set_ms FROM currency_rates"
              " WHERE org_id = $1 AND ($2 = '' OR base = $2 OR quote = $2)"
              " AND ($3 = '' OR day <= $3) ORDER BY day, base, quote",
              TEXT(db_scope_org(db)), TEXT(currency), TEXT(last_day));
    while (db_next(&rows))
        *currency_rates_add(out, arena) =
            (struct currency_rate){.base = db_text(&rows, 0),
                                   .quote = db_text(&rows, 1),
                                   .day = db_text(&rows, 2),
                                   .source = db_text(&rows, 3),
                                   .rate_micros = db_int(&rows, 4),
                                   .set_ms = db_int(&rows, 5)};
    return db_done(&rows, err);
}

/* How many rates, counted from the oldest, are not after that day. */
static size_t count_until(const struct currency_rates *rates, struct str day)
{
    size_t low = 0, high = rates->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (str_cmp(rates->at[middle].day, day) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The latest rate of the pair, either way round, that is not after `day`; of two of one day the
 * direct one. */
const struct currency_rate *currency_rate_find(const struct currency_rates *rates,
                                               struct str from, struct str to, struct str day)
{
    const struct currency_rate *inverse = NULL;

    for (size_t i = count_until(rates, day); i-- > 0;) {
        const struct currency_rate *rate = &rates->at[i];
        if (inverse && !str_eq(rate->day, inverse->day))
            break;
        if (str_eq(rate->base, from) && str_eq(rate->quote, to))
            return rate;
        if (str_eq(rate->base, to) && str_eq(rate->quote, from))
            inverse = rate;
    }
    return inverse;
}

int64_t currency_scale(const struct currency_rate *rate, int64_t micros, struct str from)
{
    return str_eq(rate->base, from) ? money_scale(micros, rate->rate_micros, MICROS_PER_UNIT)
                                    : money_scale(micros, MICROS_PER_UNIT, rate->rate_micros);
}

bool currency_convert_by(const struct currency_rates *rates, int64_t micros, struct str from,
                         struct str to, struct str day, int64_t *out)
{
    if (str_eq(from, to)) {
        *out = micros;
        return true;
    }
    const struct currency_rate *rate = currency_rate_find(rates, from, to, day);
    if (!rate)
        return false;
    *out = currency_scale(rate, micros, from);
    return true;
}

bool currency_convert(struct db *db, struct arena *arena, int64_t micros, struct str from,
                      struct str to, struct str day, bool *known, int64_t *out, struct err *err)
{
    struct currency_rates rates = {0};

    if (!str_eq(from, to) && !currency_rate_list(db, arena, to, day, &rates, err))
        return false;
    *known = currency_convert_by(&rates, micros, from, to, day, out);
    return true;
}
