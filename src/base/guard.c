/* guard.c - one flag per thread. */

#include "base/guard.h"
#include "base/err.h"

static _Thread_local int depth;

void guard_transaction_begin(void)
{
    depth++;
}

void guard_transaction_end(void)
{
    must(depth > 0);
    depth--;
}

int guard_in_transaction(void)
{
    return depth;
}
