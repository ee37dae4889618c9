#ifndef CMD_SERVER_H
#define CMD_SERVER_H

#include "cmd/cmd.h"

/*
 * The product server: HTTP, job workers, scheduler.  `serve` runs one until a
 * signal; `demo` runs one inside its own process.
 */
struct server;

MUST_CHECK bool server_start(struct boot *boot, struct server **out, struct err *err);
int server_port(const struct server *server);
/* Finish what is in hand (conf drain_seconds), then stop; frees. */
void server_stop(struct server *server);

/* "METHOD /path right", a line each. */
void server_print_routes(void);

/* Every job kind of the product, NULL-ended. */
struct job_kind;
extern const struct job_kind *const server_job_kinds[];

#endif
