/* sign_in_page.c - the door: sign-in form, single-use links, sign-out, the style sheet. */

#include "api/sign_in_page.h"
#include "api/page.h"
#include "auth/auth.h"
#include "conf/app.h"

#include "job/job.h"
#include "seal/seal.h"
#include "text/html.h"

static bool form_page(struct request *rq, struct reply *rp, int status, struct str email,
                      struct str problem, struct err *err)
{
    struct buf html;
    struct str text;

    buf_init(&html, rq->arena, 16 * 1024);
    page_head(&html, STR("Sign in"));
    buf_add(&html, STR("<main><form class=\"sign-in card\" method=\"post\" action=\"/sign-in\">"
                       "<h1>Sign in to adwright</h1>"));
    if (problem.n) {
        buf_add(&html, STR("<p class=\"bad\" role=\"alert\">"));
        html_put(&html, problem);
        buf_add(&html, STR("</p>"));
    }
    buf_add(&html, STR("<label>E-mail<input name=\"email\" type=\"email\" required "
                       "autocomplete=\"username\" value=\""));
    html_put(&html, email);
    buf_add(&html,
            STR("\"></label><label>Password<input name=\"password\" type=\"password\" "
                "required autocomplete=\"current-password\"></label>"
                "<button class=\"main\">Sign in</button></form></main></body></html>\n"));
    return buf_done(&html, "the page", &text, err) && page_reply(rq, rp, status, text);
}

/* A link made by the program itself: org|user|nonce, signed, expiring, good once. */
static bool use_link(struct request *rq, struct reply *rp, struct str link, struct err *err)
{
    const struct app *app = rq->app;
    struct visitor visitor = visitor_of(rq);
    struct session session;
    struct str payload;
    bool mine;

    if (!ring_verify(app->ring, rq->arena, "sign-in-link", link, rq->now_ms, &payload, err))
        return false;
    struct str org_id = str_cut(&payload, '|');
    struct str user_id = str_cut(&payload, '|');
    if (!schedule_claim(rq->db, STR("sign-in-link"), payload, &mine, err))
        return false;
    if (!mine)
        return err_set(err, ERR_DENIED, "this link has been used; sign in with the password");
    if (!session_for_user(rq->db, rq->arena, org_id, user_id, &visitor, &session, err))
        return false;
    auth_set_cookie(rq, rp, session.token);
    return reply_redirect(rq, rp, STR("/"));
}

bool get_sign_in(struct request *rq, struct reply *rp, struct err *err)
{
    struct str link = request_query(rq, "link");

    if (link.n && use_link(rq, rp, link, err))
        return true;
    if (link.n && err->kind != ERR_DENIED && err->kind != ERR_INVALID)
        return false;
    return form_page(rq, rp, link.n ? 403 : 200, STR(""), link.n ? str(err->text) : STR(""),
                     err);
}

bool post_sign_in(struct request *rq, struct reply *rp, struct err *err)
{
    struct form_fields form = {0};
    struct visitor visitor = visitor_of(rq);
    struct session session;

    if (str_eq(request_header(rq, "sec-fetch-site"), STR("cross-site")))
        return err_set(err, ERR_DENIED, "another site sent this form");
    if (!form_parse(rq->arena, rq->body, &form, err))
        return false;
    struct str email = form_value(&form, STR("email"));
    if (!session_sign_in(rq->db, rq->arena, email, form_value(&form, STR("password")), &visitor,
                         &session, err)) {
        if (err->kind == ERR_BROKEN)
            return false;
        (void)auth_tell_throttled(rq, rp, &visitor, err);
        struct str problem = str_fmt(rq->arena, "%s. %s", err->text, err->hint);
        return form_page(rq, rp, err->kind == ERR_BUSY ? 429 : 403, email, problem, err);
    }
    auth_set_cookie(rq, rp, session.token);
    return reply_redirect(rq, rp, STR("/"));
}

bool post_sign_out(struct request *rq, struct reply *rp, struct err *err)
{
    if (!auth_authenticate(rq, err))
        return false;
    if (rq->caller.session_id.n && !session_end(rq->db, rq->caller.session_id, err))
        return false;
    auth_set_cookie(rq, rp, STR(""));
    return reply_redirect(rq, rp, STR("/sign-in"));
}

bool get_style(struct request *rq, struct reply *rp, struct err *err)
{
    (void)err;
    reply_header(rq, rp, "Cache-Control", STR("public, max-age=31536000, immutable"));
    return reply_body(rp, 200, "text/css; charset=utf-8", page_file("style.css"));
}

bool get_icon(struct request *rq, struct reply *rp, struct err *err)
{
    (void)err;
    reply_header(rq, rp, "Cache-Control", STR("public, max-age=86400"));
    return reply_body(rp, 200, "image/svg+xml", page_file("icon.svg"));
}
