#ifndef BASE_GUARD_H
#define BASE_GUARD_H

/*
 * No remote call inside a database transaction: it would hold the database
 * hostage to the network.  db/ raises the flag of this thread while it has a
 * transaction open, net/ asserts that it is down.
 */
void guard_transaction_begin(void);
void guard_transaction_end(void);
int guard_in_transaction(void);

#endif
