#ifndef SANDBOX_WORLD_FIELDS_H
#define SANDBOX_WORLD_FIELDS_H

#include "sandbox/world_inside.h"

/*
 * The numbers of a world file, one line each: where it stands in the file,
 * where in our structs, and what it may be.  Reading and printing walk the same
 * tables, so a member cannot be forgotten in one of them.
 */

#define WORLD_FILE_FORMAT "adwright-world/1"

enum { LONGEST_PATH = 200 };

/* A table ends with a path of NULL. */
struct field {
    const char *path; /* dotted, within its object */
    size_t offset;
    int count; /* doubles; more than one is a list of exactly so many */
    double low, high;
};

extern const struct field world_head_fields[];
extern const struct field world_account_fields[];
extern const struct field world_market_fields[];
extern const struct field world_desk_fields[];
extern const struct field world_people_fields[];
extern const struct field world_direction_fields[];
extern const struct field world_direction_worth_fields[];
extern const struct field world_group_fields[];
extern const struct field world_group_reference_fields[];
extern const struct field world_ad_fields[];
extern const struct field world_event_fields[];
extern const struct field world_fault_fields[];

#define EVENT_KINDS 5
extern const char *const world_event_kinds[EVENT_KINDS];

/* "world file: <where><path> must be <wanted>"; false. */
bool world_blame(struct err *err, const char *where, const char *path, const char *wanted);

/* Overwrite what the object gives; the rest stays as it was. */
MUST_CHECK bool world_read_fields(const struct json *v, const char *where,
                                  const struct field *table, void *into, struct err *err);
MUST_CHECK bool world_read_number(const struct json *v, const char *where,
                                  const struct field *f, double *out, struct err *err);
/* A text of 1 to 63 bytes. */
MUST_CHECK bool world_read_key(const struct json *v, const char *where, const char *name,
                               bool needed, char out[WORLD_KEY_SIZE], struct err *err);
/* Is there a list, and is it short enough? */
MUST_CHECK bool world_want_list(const struct json *v, const char *where, const char *name,
                                size_t most, bool *given, struct err *err);
/* Refuse what is in neither table (each may be NULL) nor among `others` (NULL-ended). */
MUST_CHECK bool world_only_known(const struct json *v, const char *where,
                                 const struct field *table, const struct field *table2,
                                 const char *const *others, struct err *err);
/* The object member `name`, if there is one: only known members, and read. */
MUST_CHECK bool world_read_part(const struct json *v, const char *name,
                                const struct field *table, const char *const *others,
                                void *into, struct err *err);

#define OTHERS(...)                                                                            \
    (const char *const[])                                                                      \
    {                                                                                          \
        __VA_ARGS__ __VA_OPT__(, ) NULL                                                        \
    }

/* Members of the open object; neighbours of one folder become one nested object. */
void world_print_fields(struct json_writer *w, const struct field *table, const void *from);

#endif
