/* html.c - escaping. */

#include "text/html.h"

void html_put(struct buf *buf, struct str text)
{
    size_t done = 0;

    for (size_t i = 0; i < text.n; i++) {
        struct str instead;
        switch (text.p[i]) {
        case '&':
            instead = STR("&amp;");
            break;
        case '<':
            instead = STR("&lt;");
            break;
        case '>':
            instead = STR("&gt;");
            break;
        case '"':
            instead = STR("&quot;");
            break;
        case '\'':
            instead = STR("&#39;");
            break;
        case 0:
            instead = STR("\xef\xbf\xbd");
            break;
        default:
            continue;
        }
        buf_add(buf, str_sub(text, done, i - done));
        buf_add(buf, instead);
        done = i + 1;
    }
    buf_add(buf, str_sub(text, done, text.n));
}
