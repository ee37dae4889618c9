#ifndef TEXT_FORM_H
#define TEXT_FORM_H

#include "base/list.h"
#include "base/str.h"

/* application/x-www-form-urlencoded, query strings, and multipart/form-data. */

struct form_field {
    struct str name;
    struct str value;
    struct str filename; /* multipart only; "" for plain fields */
    struct str type;     /* multipart only */
};
LIST(form_fields, struct form_field);

/* At most LIMIT_FORM_FIELDS fields, in order of appearance.  Names and values are UTF-8
 * without NUL, or ERR_INVALID; a '%' that begins no escape stands for itself, as in browsers.
 */
MUST_CHECK bool form_parse(struct arena *arena, struct str body, struct form_fields *out,
                           struct err *err);
/* `type` is the Content-Type header (it carries the boundary); values borrow from `body`.
 * In a name and in a plain field's value what is no UTF-8, or NUL, becomes U+FFFD; files are
 * left as they are. */
MUST_CHECK bool form_parse_multipart(struct arena *arena, struct str type, struct str body,
                                     struct form_fields *out, struct err *err);
/* First value of that name, or "". */
struct str form_value(const struct form_fields *fields, struct str name);
const struct form_field *form_find(const struct form_fields *fields, struct str name);

#endif
