#ifndef LEAD_CONTACT_H
#define LEAD_CONTACT_H

#include "lead/lead.h"

struct ring;

/*
 * A lead's personal data at rest: name, phone, e-mail and answers as one
 * sealed text, bound to its org and row.  Beside it stand keyed hashes: of
 * phone and e-mail, to find the same person again, and of single words, to
 * search by.  Private to lead/.
 */
struct str lead_contact_seal(const struct ring *ring, struct arena *arena, struct str org_id,
                             const struct lead *lead);
/* Fills name, phone, phone_typed, email, email_typed and answers. */
MUST_CHECK bool lead_contact_unseal(const struct ring *ring, struct arena *arena,
                                    struct str org_id, struct str sealed, struct lead *out,
                                    struct err *err);

/*
 * The words that a lead is found by: those of the name, the e-mail and what
 * stands before its @, the phone's digits and the last four and seven of them.
 * In lower case where that is ASCII; each at most once, LEAD_WORDS at most.
 */
#define LEAD_WORDS        12
#define LEAD_SEARCH_WORDS 4
struct strs lead_contact_words(struct arena *arena, const struct lead *lead);
/* What somebody typed into a search field, in the same form: all of them must be found. */
struct strs lead_search_words(struct arena *arena, struct str typed);
struct str lead_word_hash(const struct ring *ring, struct arena *arena, struct str org_id,
                          struct str word);

#endif
