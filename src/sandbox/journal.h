#ifndef SANDBOX_JOURNAL_H
#define SANDBOX_JOURNAL_H

#include "text/json.h"

/* The last few thousand API calls, for tests and for the curious. */
struct journal;

struct journal_entry {
    int64_t seq; /* filled by journal_add */
    int64_t at_ms;
    struct str method;
    struct str path; /* after /open_api/v1.3/ where it is there */
    struct str args; /* JSON of the parameters, or the body as it came */
    struct str request_id;
    struct str advertiser_id;
    int status; /* 0 = the connection was cut */
    int code;
    struct str message;
    bool acted; /* the handler ran and succeeded */
};

struct journal *journal_new(void);
void journal_free(struct journal *journal);
void journal_clear(struct journal *journal);
/* Texts are copied, long ones cut. */
void journal_add(struct journal *journal, const struct journal_entry *entry);

/* Entries after `since` whose path begins with `path`, oldest first, at most `limit`. */
void journal_put(const struct journal *journal, struct str path, int64_t since, int64_t limit,
                 struct json_writer *w);

#endif
