#ifndef SANDBOX_OBJECTS_H
#define SANDBOX_OBJECTS_H

#include "sandbox/call.h"
#include "sandbox/doc.h"

/* What campaigns, ad groups and ads have in common. */

/* The campaign, ad group or ad of args, not deleted (nor its parents); NULL after call_refuse.
 */
const struct json *object_live(struct call *call, enum kind kind, const char *field,
                               struct str id);
/* Parents of an ad group or ad. */
const struct json *object_parent(struct call *call, enum kind kind, const struct json *doc);

/* A document with secondary_status and names of parents added, for put_object. */
const struct json *object_view(struct call *call, enum kind kind, const struct json *doc);

/* Replace a document, with modify_time. */
const struct json *object_save(struct call *call, enum kind kind, struct str id,
                               struct doc *doc);

/*
 * The status/update endpoints: ids from args.<list>, ENABLE, DISABLE or
 * DELETE.  `set_on` tells the market.  Writes the answer's id list and status.
 */
struct status_change {
    enum kind kind;
    const char *list; /* "campaign_ids" */
    const char *id;   /* "campaign_id" */
    void (*set_on)(struct call *call, const struct json *doc, bool on);
};
MUST_CHECK bool object_status_check(struct call *call, const struct status_change *change,
                                    struct str id);
void object_status_set(struct call *call, const struct status_change *change, struct str id);

/* The objects of the advertiser that pass a filter, newest first, as a page. */
typedef bool object_filter(struct call *call, const struct json *doc, void *arg);
void object_list(struct call *call, enum kind kind, const char *object, object_filter *filter,
                 void *arg);

#endif
