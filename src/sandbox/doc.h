#ifndef SANDBOX_DOC_H
#define SANDBOX_DOC_H

#include "base/list.h"
#include "text/json.h"

/*
 * A JSON object under construction: members in order, each set once or
 * replaced.  Values are kept as JSON text.
 */
struct doc_member {
    struct str name;
    struct str raw;
};
LIST(doc_members, struct doc_member);

struct doc {
    struct arena *arena;
    struct doc_members members;
};

void doc_init(struct doc *doc, struct arena *arena);
void doc_from(struct doc *doc, struct arena *arena, const struct json *object);

void doc_raw(struct doc *doc, const char *name, struct str raw);
void doc_text(struct doc *doc, const char *name, struct str value);
void doc_int(struct doc *doc, const char *name, int64_t value);
void doc_bool(struct doc *doc, const char *name, bool value);
void doc_micros(struct doc *doc, const char *name, int64_t micros);
void doc_remove(struct doc *doc, const char *name);
/* All members of `object` that are not null, over what is there. */
void doc_merge(struct doc *doc, const struct json *object);

struct str doc_print(const struct doc *doc);

/* Does the list hold the text? */
bool json_list_has(const struct json *list, struct str text);
/* Is the member there and not null? */
bool json_given(const struct json *object, const char *name);
/* A number member as micros; false when absent or not a number. */
bool json_micros(const struct json *object, const char *name, int64_t *micros);

#endif
