#ifndef API_PAGE_H
#define API_PAGE_H

#include "base/buf.h"
#include "web/web.h"

/*
 * The frame of the plain pages: server-made HTML, no script, one style sheet.
 *
 *     struct page page;
 *     if (!page_open(rq, rp, &page, "ROI", err)) return page.done;
 *     buf_fmt(&page.html, ...);  html_put(&page.html, text);
 *     return page_close(&page, rq, rp, err);
 */
struct page {
    struct buf html;
    bool done; /* page_open answered already (sent the reader to the sign-in page) */
};

/* Signs the reader in by the session cookie (the routes are PUBLIC, so that a browser gets the
 * sign-in page instead of a 401), scopes rq->db, and writes the head.  False: return page.done.
 */
bool page_open(struct request *rq, struct reply *rp, struct page *page, const char *title,
               struct err *err);
bool page_close(struct page *page, struct request *rq, struct reply *rp, struct err *err);

/* An HTML reply of our own with the frame's headers. */
bool page_reply(struct request *rq, struct reply *rp, int status, struct str html);
/* A page that tells a reader what went wrong, where a program would get a problem document. */
bool page_problem(struct request *rq, struct reply *rp, const struct err *err);
/* The head of a page without navigation. */
void page_head(struct buf *html, struct str title);

/* A file of src/api/pages/; must exist. */
struct str page_file(const char *name);
/* 153451 -> "153 451". */
struct str page_count(struct arena *arena, int64_t n);

#endif
