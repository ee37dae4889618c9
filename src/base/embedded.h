#ifndef BASE_EMBEDDED_H
#define BASE_EMBEDDED_H

#include <stddef.h>

/* A file of the repository inside the program (made by tools/embed.c). */
struct embedded {
    const char *name; /* without folders; NULL ends a table */
    const char *bytes;
    size_t n;
};

extern const struct embedded embedded_migrations[]; /* migrations/ *.sql, in order */
extern const struct embedded embedded_demo[];       /* demo/: clips and texts */
extern const struct embedded embedded_sandbox[];    /* src/sandbox/data/: endpoint tables */
extern const struct embedded embedded_pages[];   /* src/api/pages/: what is served as it is */
extern const struct embedded embedded_console[]; /* build/console: what Vite makes of ui/ */

#endif
