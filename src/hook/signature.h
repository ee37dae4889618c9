#ifndef HOOK_SIGNATURE_H
#define HOOK_SIGNATURE_H

#include "base/str.h"

/*
 * Signatures of TikTok's webhooks, all HMAC-SHA256 in hex with the app's (or
 * the webhooks' own) secret.  Which one is sent depends on the product and is
 * not said the same everywhere, so the accepted ones are a setting:
 *
 *   open         X-Open-Signature: over the body with every character beyond
 *                ASCII written as lower-case \uXXXX; some senders sign the
 *                bytes as they are, which is taken as well
 *   timestamped  TikTok-Signature: t=<unix seconds>,s=<hex>, over "<t>.<body>",
 *                at most five minutes old or early
 *   plain        x-tiktok-signature: over the body as it is
 */
struct signature_rules {
    struct str secret; /* several in turn, comma-separated; "" = nothing is accepted */
    bool open;
    bool timestamped;
    bool plain;
};

struct signature_headers { /* "" = not sent */
    struct str open;
    struct str timestamped;
    struct str plain;
};

/* "open,plain" -> the flags; ERR_INVALID names an unknown one. */
MUST_CHECK bool signature_rules_read(struct str schemes, struct signature_rules *out,
                                     struct err *err);

/*
 * The scheme that fits: "open", "timestamped", "plain".  Otherwise "missing"
 * (no accepted header), "stale" (it fits, but its time is too far away) or
 * "bad".
 */
const char *signature_judge(const struct signature_rules *rules,
                            const struct signature_headers *headers, struct str body,
                            int64_t now_ms, struct arena *arena);
bool signature_fits(const char *judgement);

/* "t=...,s=..." in any order; false when one is absent, double, or not what it should be. */
MUST_CHECK bool signature_read_timestamped(struct str header, int64_t *t_seconds,
                                           struct str *hex);

/* Non-ASCII characters as \uXXXX, pairs beyond the BMP; false when it is not UTF-8. */
MUST_CHECK bool signature_escape(struct arena *arena, struct str body, struct str *out);

#endif
