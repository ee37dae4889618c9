#ifndef SANDBOX_RULES_H
#define SANDBOX_RULES_H

#include "sandbox/call.h"

/* Checks that several objects share.  Each returns false after call_refuse. */

/* A name: 1..most characters, CJK counting two, no emoji. */
MUST_CHECK bool rule_name(struct call *call, const char *field, struct str name, int64_t most);
bool rule_has_emoji(struct str text);

/*
 * request_id: a signed 64-bit integer as text, used once per endpoint and
 * advertiser (TikTok: idempotency).  Absent is fine.
 */
MUST_CHECK bool rule_request_id(struct call *call);
/* After success: the id is used up. */
void rule_request_id_used(struct call *call);

/* A budget minimum in the account's currency: base units times the ratio (TikTok: budget
 * verification ratio).  KZT is not in the table; its daily ad-group minimum is a setting. */
int64_t rule_minimum_micros(const struct call *call, int64_t base);
/* The most a budget may be. */
MUST_CHECK bool rule_budget(struct call *call, const char *field, int64_t micros,
                            int64_t minimum_micros);
/* Decimal places: currencies of whole units refuse fractions. */
MUST_CHECK bool rule_decimals(struct call *call, const char *field, int64_t micros);

/* args.<name> as a time, "YYYY-MM-DD HH:MM:SS" UTC. */
MUST_CHECK bool rule_time(struct call *call, const struct json *object, const char *name,
                          int64_t *ms);

/* creation_filter_start_time / _end_time of a filtering object; a span of at most six months.
 */
struct creation_filter {
    int64_t from_ms, to_ms;
};
MUST_CHECK bool rule_creation_filter(struct call *call, struct creation_filter *out);
bool creation_matches(const struct creation_filter *filter, const struct json *doc);

/* A list filter: absent or empty matches everything. */
bool filter_has(const struct json *filtering, const char *name, struct str value);
/* A word filter: absent matches everything. */
bool filter_is(const struct json *filtering, const char *name, struct str value);

/* An absolute https URL (http only for loopback hosts where `local` is set). */
bool rule_https(struct call *call, struct str text, bool local);

/* Is a word among a blank-separated list? */
bool word_in(const char *words, struct str word);

#endif
