#ifndef API_API_H
#define API_API_H

#include "web/web.h"

/*
 * The faces of the product over HTTP: JSON in -> one domain call -> JSON out.
 * One table a file, src/api/<thing>_api.c; a line of a table gives method,
 * path, the right it needs and the handler.  cmd/serve.c lists the tables.
 */
extern const struct route auth_routes[];     /* sessions, keys, audit */
extern const struct route people_routes[];   /* first run, orgs, members, invitations */
extern const struct route profile_routes[];  /* one's own password, sessions, preferences */
extern const struct route accounts_routes[]; /* cards of ad accounts */
extern const struct route connect_routes[];  /* OAuth, instant pages, lead forms */
extern const struct route directions_routes[];
extern const struct route targeting_routes[]; /* what ads may be aimed at, forms */
extern const struct route creatives_routes[];
extern const struct route creatives_library_routes[]; /* tags, usage, deleting, many at once */
extern const struct route creatives_files_routes[];   /* videos and posters */
extern const struct route builder_routes[];      /* /api/tiktok-campaign-builder, launches */
extern const struct route leads_routes[];        /* leads listed, read, added */
extern const struct route leads_change_routes[]; /* stages, notes, erasing, blocked contacts */
extern const struct route leads_export_routes[];
extern const struct route leads_import_routes[]; /* leads and purchases as CSV */
extern const struct route purchases_routes[];
extern const struct route deliveries_routes[]; /* raw bodies that need a look */
extern const struct route endpoints_routes[];  /* CRMs and chats that leads are handed to */
extern const struct route dialogs_routes[];    /* chats with leads, and their rules */
extern const struct route lead_keys_routes[];  /* what sites post leads with */
extern const struct route events_routes[];     /* conversions sent back */
extern const struct route metrics_routes[];    /* collections, currency rates */
extern const struct route roi_routes[];
extern const struct route dashboard_routes[];
extern const struct route alerts_routes[];
extern const struct route brain_routes[]; /* runs, executions, reports */
extern const struct route actions_routes[];
extern const struct route autopilot_routes[]; /* its switches, emergency stop and actions */
extern const struct route live_routes[];      /* what changes, as it changes */
extern const struct route objects_routes[];   /* campaigns, ad groups, ads with figures */
extern const struct route operation_routes[]; /* health, readiness, metrics, version */
extern const struct route page_routes[];      /* the console, /t.js */
extern const struct route uploads_routes[];   /* /files, resumable uploads */
/* web_settings.dress: the headers that every answer of /files carries. */
void uploads_dress(struct request *rq, struct reply *rp);

#endif
