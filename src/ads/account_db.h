#ifndef ADS_ACCOUNT_DB_H
#define ADS_ACCOUNT_DB_H

#include "ads/account.h"

/* Rows of ad_accounts, ad_account_connections and oauth_states.  Private to ads/. */
struct db;

/* found: is there such an account, and has it a connection on the platform? */
MUST_CHECK bool ad_connection_find(struct db *db, struct arena *arena, struct str ad_account_id,
                                   struct str platform, bool *account_found,
                                   bool *connection_found, struct ad_connection *out,
                                   struct err *err);
MUST_CHECK bool ad_account_insert(struct db *db, const struct ad_account *account,
                                  struct err *err);
MUST_CHECK bool ad_account_has_default(struct db *db, struct arena *arena, bool *has,
                                       struct err *err);
/* Every column of the card; is_default is not among them. */
MUST_CHECK bool ad_account_store(struct db *db, const struct ad_account *account,
                                 int64_t now_ms, struct err *err);
MUST_CHECK bool ad_account_make_default(struct db *db, struct str id, int64_t now_ms,
                                        struct err *err);
/* Hold the account's row until the transaction ends. */
MUST_CHECK bool ad_account_lock(struct db *db, struct str id, struct err *err);
MUST_CHECK bool ad_connection_upsert(struct db *db, const struct ad_connection *connection,
                                     int64_t now_ms, struct err *err);
/* Advertiser and identity of a connection whose token is still the one read; else *changed is
 * false. */
MUST_CHECK bool ad_connection_choose(struct db *db, const struct ad_connection *connection,
                                     int64_t now_ms, bool *changed, struct err *err);
MUST_CHECK bool ad_connection_set_state(struct db *db, const struct ad_connection *connection,
                                        struct str state, struct str token_sealed,
                                        struct str why, int64_t now_ms, bool *changed,
                                        struct err *err);

/* Connections of all orgs whose token has ended by `now_ms`, or ends before `until_ms` and was
 * not told yet.  In system scope. */
struct ad_ending {
    struct str org_id, ad_account_id, platform;
    int64_t token_expires_ms;
};
LIST(ad_endings, struct ad_ending);
MUST_CHECK bool ad_connections_ending(struct db *db, struct arena *arena, int64_t now_ms,
                                      int64_t until_ms, struct ad_endings *out,
                                      struct err *err);
/* Words for the card of a connection whose token is still the one read. */
MUST_CHECK bool ad_connection_note(struct db *db, const struct ad_connection *connection,
                                   struct str text, int64_t now_ms, struct err *err);

/* How asking for leads went, for a connection whose token is still the one read. */
MUST_CHECK bool ad_connection_note_leads(struct db *db, const struct ad_connection *connection,
                                         struct str state, struct str why, int64_t now_ms,
                                         struct err *err);
/* Facts of the advertiser and the advertisers' list; *changed is false when the token is
 * another meanwhile. */
MUST_CHECK bool ad_connection_store_facts(struct db *db, const struct ad_connection *connection,
                                          int64_t now_ms, bool *changed, struct err *err);

struct oauth_state {
    struct str id, org_id, user_id, ad_account_id, platform;
    int64_t expires_ms;
};
MUST_CHECK bool oauth_state_insert(struct db *db, const struct oauth_state *state,
                                   struct err *err);
/* Use it up: true in *mine for the one call that did, before its end. */
MUST_CHECK bool oauth_state_use(struct db *db, struct str id, int64_t now_ms, bool *mine,
                                struct err *err);

/* subscribe.c: the job, inside the connect's transaction. */
MUST_CHECK bool ad_account_ask_subscription(struct db *db, struct arena *arena,
                                            struct str ad_account_id, struct str platform,
                                            struct err *err);

#endif
