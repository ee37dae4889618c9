#ifndef ADS_OAUTH_H
#define ADS_OAUTH_H

#include "ads/account.h"

/*
 * Connecting an ad account: the person is sent to the platform and comes back
 * with a one-time code and our `state`.  The state is signed, good for ten
 * minutes and used once; it carries org, user and ad account, so the way back
 * needs no sign-in, but a caller who is signed in must be the one it names.
 */
struct oauth_wish {
    struct str user_id; /* "" for API keys */
    struct str platform;
    struct str ad_account_id; /* "" = the default account */
};

/* Where to send the browser.  ERR_CONFLICT when the app's id or secret is not set. */
MUST_CHECK bool oauth_start(const struct app *app, struct db *db, struct arena *arena,
                            const struct oauth_wish *wish, int64_t now_ms, struct str *url,
                            struct err *err);

/* The platform that a state was made for; "" when it is not ours or too old. */
struct str oauth_platform(const struct app *app, struct arena *arena, struct str state,
                          int64_t now_ms);

/* Who comes back; both "" when nobody is signed in. */
struct oauth_caller {
    struct str org_id, user_id;
};

struct oauth_result {
    struct str ad_account_id;
    struct platform_advertisers advertisers; /* all that the token reaches */
    struct platform_advertiser chosen;
    struct platform_identity identity; /* id "" = none will do */
    bool choose;                       /* several advertisers: the person may want another */
};

/* Use the code up, store the connection.  Leaves the handle's scope at the state's org.
 * Not inside a transaction: talks to the platform. */
MUST_CHECK bool oauth_finish(const struct app *app, struct db *db, struct net *net,
                             struct arena *arena, struct str code, struct str state,
                             struct oauth_caller caller, int64_t now_ms,
                             struct oauth_result *out, struct err *err);

#endif
