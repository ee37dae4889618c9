#ifndef SANDBOX_CELLS_H
#define SANDBOX_CELLS_H

#include "base/buf.h"

/* CSV as the platform writes it: RFC 4180, no protection against formulas (text/csv.h has). */
void cells_put(struct buf *csv, bool first, struct str cell);
void cells_end(struct buf *csv);

#endif
