#ifndef CREATIVE_CREATIVE_SENDING_H
#define CREATIVE_CREATIVE_SENDING_H

#include "creative/creative.h"

/*
 * A creative on its way to an advertiser: one claim, three steps.  Nothing is
 * done twice: the file name is ours and unique, it is stored before the first
 * byte is sent, and whatever was sent is looked for by that name before it is
 * sent again.  Private to creative/.
 */
struct creative_sending {
    struct db *db;
    struct arena *arena;
    const struct platform *platform;
    struct platform_session *session;
    const struct creative *creative;
    struct str holder;
    int64_t now_ms;
    struct creative_copy copy;
    bool waiting;     /* the last failure means: come back in seconds */
    int64_t shown_ms; /* monotonic: when progress was last stored */
};

/* Load the copy; claim it where something is left to do.  ERR_BUSY when somebody else has it.
 */
MUST_CHECK bool creative_sending_begin(struct creative_sending *s, struct err *err);
/* Always, after begin. */
void creative_sending_end(struct creative_sending *s);
bool creative_sending_complete(const struct creative_sending *s);

MUST_CHECK bool creative_send_file(struct creative_sending *s, struct err *err);
MUST_CHECK bool creative_await_usable(struct creative_sending *s, struct err *err);
MUST_CHECK bool creative_send_poster(struct creative_sending *s, struct err *err);

/* All of it, unrecorded: launches and cards. */
MUST_CHECK bool creative_sending_run(struct creative_sending *s, struct creative_copy *out,
                                     struct err *err);

/* --- creative_poster.c --- */

/* ".jpg" or ".png" by the first bytes; "" for anything else. */
const char *creative_image_ending(struct str bytes);
/* The covers that the platform made become candidates; without them it goes on. */
void creative_fetch_covers(struct creative_sending *s);
/* The chosen candidate; else the platform's own cover; else the first frame. */
MUST_CHECK bool creative_poster_bytes(struct creative_sending *s, struct str *bytes,
                                      struct err *err);

#endif
