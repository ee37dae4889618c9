/* cells.c - plain CSV. */

#include "sandbox/cells.h"

static bool wants_quotes(struct str cell)
{
    for (size_t i = 0; i < cell.n; i++)
        if (cell.p[i] == ',' || cell.p[i] == '"' || cell.p[i] == '\n' || cell.p[i] == '\r')
            return true;
    return false;
}

void cells_put(struct buf *csv, bool first, struct str cell)
{
    if (!first)
        buf_char(csv, ',');
    if (!wants_quotes(cell)) {
        buf_add(csv, cell);
        return;
    }
    buf_char(csv, '"');
    for (size_t i = 0; i < cell.n; i++) {
        if (cell.p[i] == '"')
            buf_char(csv, '"');
        buf_char(csv, cell.p[i]);
    }
    buf_char(csv, '"');
}

void cells_end(struct buf *csv)
{
    buf_add(csv, STR("\r\n"));
}
