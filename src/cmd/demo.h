#ifndef CMD_DEMO_H
#define CMD_DEMO_H

#include "cmd/server.h"
#include "net/net.h"
#include "roi/roi.h"
#include "sandbox/sandbox.h"
#include "text/json.h"
#include "text/zone.h"

/*
 * The loop, as a program drives it over HTTP: an adwright server and a sandbox
 * in this process, on loopback ports, under a clock that runs 14 days in
 * seconds.  demo.c tells the story, demo_http.c speaks, demo_days.c plays the
 * days, demo_site.c brings one person by a site, demo_show.c prints.
 */
#define DEMO_ZONE STR("Asia/Almaty")
enum { DEMO_DAYS = 14, DEMO_STEPS_MAX = 16 };

struct demo_step {
    const char *name;
    int64_t ms;
    struct str outcome; /* one clause: what came of it */
};

struct demo_counts {
    int64_t forms, leads, qualified, sales; /* forms: as they came; leads: persons */
    int64_t executions, decisions, changes;
    int64_t events; /* that the platform took */
};

struct demo {
    struct boot boot;
    struct conf sandbox_conf;
    struct sandbox *sandbox;
    struct server *server;
    struct net *net;
    struct arena *arena; /* of the whole demo */
    bool json, colour, once;
    struct strs videos; /* the person's own */

    struct str base, sandbox_base; /* http://127.0.0.1:PORT */
    struct str folder;             /* removed at the end; "" when --data was given */
    struct str email, password, org_id, user_id, key;
    struct str ad_account_id, advertiser_id, page_id, direction_id;
    struct strs creative_ids;
    struct str pixel_code, site_lead_id; /* of the person who comes by the site */
    int64_t start_ms;                    /* simulated */
    int64_t now_ms;
    struct day first_day, last_day; /* of the fortnight, in DEMO_ZONE */

    struct demo_step steps[DEMO_STEPS_MAX];
    size_t steps_n;
    struct demo_counts counts;
};

/* HTTP as the demo's program speaks it.  `body` "" = none.  False unless the status is 2xx: the
 * err carries the answer's own words. *answer may be NULL. */
MUST_CHECK bool demo_call(struct demo *demo, const char *method, struct str path,
                          struct str body, const struct json **answer, struct err *err);
/* The same against the sandbox (control or API), without our key. */
MUST_CHECK bool demo_sandbox_call(struct demo *demo, const char *method, struct str path,
                                  struct str body, const struct json **answer, struct err *err);
/* Any URL; the raw answer, redirects not followed; `body` is a form when not empty. */
MUST_CHECK bool demo_fetch(struct demo *demo, const char *method, struct str url,
                           struct str type, struct str body, struct net_answer *answer,
                           struct err *err);

/* By TUS, in pieces, as a client whose connection breaks between them.  `metadata` is the
 * header's text. */
#define DEMO_PIECE ((size_t)4 * 1024 * 1024)
MUST_CHECK bool demo_upload(struct demo *demo, struct str metadata, struct str bytes,
                            struct str *creative_id, struct err *err);

/* The fortnight's ROI of the demo's account. */
struct roi_question demo_question(const struct demo *demo);
/* Until no job of the org is due, or due within minutes. */
MUST_CHECK bool demo_settle(struct demo *demo, struct err *err);
/* Play DEMO_DAYS days: market, webhooks, collection, sales team, autopilot. */
MUST_CHECK bool demo_play_days(struct demo *demo, struct err *err);
/* Three steps of one person: a form on a site with the ad's click id; a chat that qualifies; a
 * purchase.  The platform is told of each. */
MUST_CHECK bool demo_site_form(struct demo *demo, struct str *outcome, struct err *err);
MUST_CHECK bool demo_chat(struct demo *demo, struct str *outcome, struct err *err);
MUST_CHECK bool demo_purchase(struct demo *demo, struct str *outcome, struct err *err);
/* One of the days is over: a line of progress. */
void demo_show_day(const struct demo *demo, int day);

void demo_show_begin(struct demo *demo, const char *name);
void demo_show_end(struct demo *demo, bool ok, struct str outcome, int64_t ms);
/* The ROI table, the decisions with their reasons, counts; or the JSON document. */
MUST_CHECK bool demo_show_results(struct demo *demo, struct err *err);

#endif
