#ifndef SANDBOX_OAUTH_H
#define SANDBOX_OAUTH_H

#include "web/web.h"

/*
 * The authorization page (TikTok: advertiser flow) and where its buttons lead.
 * Confirm goes to redirect_uri with auth_code, the same value as code, and
 * state.
 */
web_handler oauth_page, oauth_confirm;

#endif
