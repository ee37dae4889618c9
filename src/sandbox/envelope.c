/* envelope.c - answers as the platform shapes them. */

#include "sandbox/call.h"
#include "sandbox/doc.h"

#include "base/arena.h"
#include "base/limits.h"
#include "text/zone.h"

#include <stdarg.h>
#include <stdio.h>

bool call_fail(struct call *call, int code, const char *fmt, ...)
{
    char text[2048];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    call->code = code;
    call->message = str_dup(call->arena, str(text));
    return false;
}

struct json_writer *call_data(struct call *call)
{
    if (!call->wrote) {
        buf_init(&call->buf, call->arena, LIMIT_REPLY_BODY);
        json_writer(&call->w, &call->buf);
        call->wrote = true;
    }
    return &call->w;
}

struct str call_text(const struct call *call, const char *name)
{
    return json_text(call->args, name, STR(""));
}

bool call_given(const struct call *call, const char *name)
{
    return json_given(call->args, name);
}

struct str envelope_request_id(struct sandbox *box, struct arena *arena, int64_t now_ms)
{
    struct str time = time_platform(arena, now_ms); /* 2026-11-24 08:30:00 */
    char digits[15] = "";
    size_t n = 0;

    for (size_t i = 0; i < time.n && n < 14; i++)
        if (time.p[i] >= '0' && time.p[i] <= '9')
            digits[n++] = time.p[i];
    return str_fmt(arena, "%s%08llX%012llX", digits,
                   (unsigned long long)(box->seed & 0xffffffff),
                   (unsigned long long)++box->requests);
}

void envelope(struct call *call)
{
    struct buf buf;
    struct json_writer w;
    bool useful = call->wrote && (call->code == CODE_OK || call->code == CODE_PARTIAL);

    if (call->raw)
        return;
    if (useful && call->buf.full)
        (void)call_fail(call, CODE_INTERNAL, "Internal error: the answer is too large.");
    buf_init(&buf, call->arena, LIMIT_REPLY_BODY + 4096);
    json_writer(&w, &buf);
    json_object(&w);
    json_int_member(&w, "code", call->code);
    json_text_member(&w, "message", call->code == CODE_OK ? STR("OK") : call->message);
    json_text_member(&w, "request_id", call->request_id);
    json_key(&w, "data");
    if (useful)
        json_put_raw(&w, buf_str(&call->buf));
    else
        json_put_raw(&w, STR("{}"));
    json_end(&w);
    (void)reply_body(call->rp, call->rp->status ? call->rp->status : 200, "application/json",
                     buf_str(&buf));
}
