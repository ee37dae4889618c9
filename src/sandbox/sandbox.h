#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include "base/err.h"

/*
 * The other side: a server that plays TikTok's Business API v1.3, with the
 * market of world.h behind it, and Facebook's Graph API, for any client.
 * Written from the platforms' documents alone; where they are silent it
 * refuses rather than guesses in the client's favour.  docs/sandbox.md is its
 * manual.
 *
 *   /open_api/v1.3/...   TikTok's API
 *   /portal/auth         its authorization page
 *   /v26.0/...           Facebook's Graph API, its login dialog included
 *   /sandbox/...         control: clock, faults, settings, call log, truth
 *
 * It lives by the wall clock of the process (base/clock.h): moving that clock
 * plays the market, ends reviews and delivers webhooks.
 */
struct conf;
struct sandbox;

/*
 * Listens on conf.address, conf.port (0 = any free one).  World and seed come
 * from conf.sandbox_world and conf.sandbox_seed; with conf.sandbox_state the
 * state of the last run is loaded, and saved when it stops.  `conf` must
 * outlive the sandbox.  seal_setup must have been called.
 */
MUST_CHECK bool sandbox_start(const struct conf *conf, struct sandbox **out, struct err *err);

int sandbox_port(const struct sandbox *sandbox);

/* Finish what is in hand, save the state where asked to, close.  NULL does nothing. */
void sandbox_stop(struct sandbox *sandbox);

#endif
