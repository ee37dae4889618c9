#ifndef ADS_LAUNCH_STEPS_H
#define ADS_LAUNCH_STEPS_H

#include "ads/launch_db.h"
#include "ads/launch_input.h"

/* The steps of a launch.  Private to ads/. */

struct launch_made { /* one ad of the launch */
    const struct creative *creative;
    struct creative_copy copy;
    struct str ad_id, name;
    struct str refused; /* error JSON; "" = not refused */
};
LIST(launch_mades, struct launch_made);

struct launching {
    struct job *job;
    const struct app *app;
    struct workflow wf;
    struct launch_input in;
    struct ad_connection connection;
    const struct platform *platform;
    struct platform_session session;
    struct platform_plan plan;
    struct platform_names names;
    struct platform_identity identity;
    struct creatives creatives;
    struct launch_mades ads;
    struct str campaign_id, adgroup_id;
    bool campaign_made, adgroup_made;
    bool campaign_disabled; /* the campaign that was there is paused */
    bool processing;        /* broke off because the platform still works on a video */
};

/* Everything up to the ads: credentials, identity, page, videos, campaign, ad group, ads. */
MUST_CHECK bool launch_make(struct launching *l, struct err *err);
/* Enable the ad group, then the campaign. */
MUST_CHECK bool launch_enable(struct launching *l, struct err *err);
/* Disable what the stored steps say was made; the launch's input is enough for it. */
MUST_CHECK bool launch_disable_made(struct launching *l, struct err *err);
/* Connection and session of the input's ad account. */
MUST_CHECK bool launch_connect(struct launching *l, struct err *err);

/* One recorded status write, read back: the step `name` of the workflow. */
struct launch_switch {
    struct workflow *wf;
    const struct platform *platform;
    struct platform_session *session;
    enum platform_level level;
    struct str id;
    bool enabled;
};
MUST_CHECK bool launch_switch(struct launch_switch *s, const char *name, int64_t now_ms,
                              struct err *err);

/* --- launch_ready.c: before anything is made --- */
MUST_CHECK bool launch_load_creatives(struct launching *l, struct err *err);
MUST_CHECK bool launch_resolve_identity(struct launching *l, struct err *err);
MUST_CHECK bool launch_check_page(struct launching *l, struct err *err);
/* Every video on the platform, usable, with its poster. */
MUST_CHECK bool launch_ensure_media(struct launching *l, struct err *err);
/* Fails with the first refusal when no creative is left to run. */
MUST_CHECK bool launch_some_left(struct launching *l, struct err *err);

/* --- launch_stored.c: JSON of requests, results and errors --- */
struct str launch_write_print(struct arena *arena, const struct platform_write *write);
MUST_CHECK bool launch_write_read(struct arena *arena, struct str request,
                                  struct platform_write *out, struct err *err);
struct str launch_id_print(struct arena *arena, struct str id); /* {"id":...} */
struct str launch_shown_print(struct arena *arena, const struct platform_object *object);
struct str launch_refused_print(struct arena *arena, const struct err *err);
MUST_CHECK bool launch_member(struct arena *arena, struct str result, const char *name,
                              struct str *out, struct err *err);
/* "media:<id>" */
const char *launch_step_name(struct arena *arena, const char *what, struct str id);
/* {kind,text,hint,field,platform_*}; launch_error_read reads it. */
struct str launch_error_print(struct arena *arena, const struct err *err);
/* Did the platform, or we, say no for good? */
bool launch_last_word(const struct err *err);

#endif
