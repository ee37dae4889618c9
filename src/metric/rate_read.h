#ifndef METRIC_RATE_READ_H
#define METRIC_RATE_READ_H

#include "metric/metric.h"

/*
 * Rates from outside: CSV files of people, and the public feed of the National
 * Bank of Kazakhstan.
 *
 * The feed is XML: <rates> or <channel> with one <item> a currency, where
 * <title> is the ISO code, <description> tenge for <quant> units, and the day
 * stands as DD.MM.YYYY in the root's <date> or the item's <pubDate>.  It is asked
 * with ?fdate=DD.MM.YYYY; at weekends it answers with the last published day.
 */

/* CSV with the header base,quote,day,rate (any order, other columns are ignored); a decimal
 * comma is a point.  All or nothing: the err names the line. */
MUST_CHECK bool rate_csv_read(struct arena *arena, struct str text, struct currency_rates *out,
                              struct err *err);

/* The rates to KZT of a feed's answer; currencies that we do not know are left out.  `day` is
 * theirs where the feed names none.  ERR_INVALID when there is no rate in it. */
MUST_CHECK bool rate_feed_read(struct arena *arena, struct str xml, struct str day,
                               struct currency_rates *out, struct err *err);

/* Units of quote for one unit of base: known, different currencies, a day, a rate above 0. */
MUST_CHECK bool rate_check_pair(struct str base, struct str quote, struct str day,
                                int64_t rate_micros, struct err *err);

#endif
