#ifndef TEXT_HTML_H
#define TEXT_HTML_H

#include "base/buf.h"

/* Text into HTML element content or a double-quoted attribute. */
void html_put(struct buf *buf, struct str text);

#endif
