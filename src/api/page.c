/* page.c - the frame of the plain pages. */

#include "api/page.h"
#include "auth/auth.h"
#include "auth/auth_db.h"
#include "base/embedded.h"
#include "seal/seal.h"
#include "text/html.h"

#include <inttypes.h>
#include <string.h>

struct str page_file(const char *name)
{
    for (const struct embedded *file = embedded_pages; file->name; file++)
        if (strcmp(file->name, name) == 0)
            return (struct str){file->bytes, file->n};
    must(!"the page's file is embedded");
    return STR("");
}

/* The style sheet's address changes with its text, so that it may be cached for ever. */
static struct str style_version(struct arena *arena)
{
    return str_sub(seal_sha256_hex(arena, page_file("style.css")), 0, 12);
}

bool page_reply(struct request *rq, struct reply *rp, int status, struct str html)
{
    reply_header(rq, rp, "Cache-Control", STR("no-store"));
    return reply_body(rp, status, "text/html; charset=utf-8", html);
}

void page_head(struct buf *html, struct str title)
{
    buf_add(html,
            STR("<!doctype html>\n<html lang=\"en\" dir=\"ltr\">\n<head>\n"
                "<meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                "<title>"));
    html_put(html, title);
    buf_add(html, STR(" · adwright</title>\n<link rel=\"icon\" href=\"/icon.svg\">\n<link "
                      "rel=\"stylesheet\" href=\"/style.css?v="));
    buf_add(html, style_version(html->arena));
    buf_add(html, STR("\">\n</head>\n<body>\n"));
}

static void put_navigation(struct buf *html, struct request *rq, struct str org_name)
{
    static const struct {
        const char *path;
        const char *label;
    } links[] = {{"/", "ROI"}, {"/autopilot", "Autopilot"}};

    buf_add(html, STR("<header><strong>adwright</strong><nav aria-label=\"Pages\">"));
    for (size_t i = 0; i < countof(links); i++)
        buf_fmt(html, "<a href=\"%s\"%s>%s</a>", links[i].path,
                str_eq(rq->path, str(links[i].path)) ? " aria-current=\"page\"" : "",
                links[i].label);
    buf_add(html, STR("</nav><span class=\"soft\">"));
    html_put(html, org_name);
    buf_add(html, STR("</span><form method=\"post\" action=\"/sign-out\">"
                      "<input type=\"hidden\" name=\"csrf\" value=\""));
    html_put(html, rq->caller.csrf);
    buf_add(html, STR("\"><button>Sign out</button></form></header>\n"));
}

bool page_open(struct request *rq, struct reply *rp, struct page *page, const char *title,
               struct err *err)
{
    struct org_row org;

    page->done = false;
    if (!auth_authenticate(rq, err))
        return false;
    if (rq->caller.org_id.n == 0) {
        page->done = reply_redirect(rq, rp, STR("/sign-in"));
        return false;
    }
    db_scope(rq->db, rq->caller.org_id);
    if (!org_get(rq->db, rq->arena, rq->caller.org_id, &org, err))
        return false;
    buf_init(&page->html, rq->arena, LIMIT_REPLY_BODY);
    page_head(&page->html, str(title));
    put_navigation(&page->html, rq, org.name);
    buf_add(&page->html, STR("<main>\n"));
    return true;
}

bool page_close(struct page *page, struct request *rq, struct reply *rp, struct err *err)
{
    struct str html;

    buf_add(&page->html, STR("</main>\n</body>\n</html>\n"));
    return buf_done(&page->html, "the page", &html, err) && page_reply(rq, rp, 200, html);
}

struct str page_count(struct arena *arena, int64_t n)
{
    struct str digits = str_fmt(arena, "%" PRId64, n < 0 ? -n : n);
    struct buf out;

    buf_init(&out, arena, 64);
    if (n < 0)
        buf_char(&out, '-');
    for (size_t i = 0; i < digits.n; i++) {
        if (i && (digits.n - i) % 3 == 0)
            buf_add(&out, STR("\u00a0"));
        buf_char(&out, digits.p[i]);
    }
    return buf_str(&out);
}

bool page_problem(struct request *rq, struct reply *rp, const struct err *err)
{
    int status = reply_status_of(rq, err);
    struct buf html;

    buf_init(&html, rq->arena, LIMIT_REPLY_BODY);
    page_head(&html, STR("Not possible"));
    buf_add(&html, STR("<main><section class=\"card\"><h1>This is not possible</h1><p>"));
    html_put(&html, str(err->text));
    buf_add(&html, STR("</p><p>"));
    html_put(&html, str(err->hint));
    buf_add(&html, STR("</p><p class=\"soft\">Request "));
    html_put(&html, rq->id);
    buf_add(&html, STR("</p><p><a href=\"/\">Back to adwright</a></p></section></main>\n"
                       "</body>\n</html>\n"));
    return page_reply(rq, rp, status, buf_str(&html));
}
