#ifndef SANDBOX_WORLD_PEOPLE_H
#define SANDBOX_WORLD_PEOPLE_H

#include "sandbox/world.h"
#include "sandbox/world_random.h"

/*
 * The people who leave a lead: names in Cyrillic, Latin and Arabic script,
 * phones as people of Kazakhstan, Russia, Saudi Arabia and the Emirates type
 * them, e-mails with the usual slips.  All by keyed draws, nothing stored.
 */

enum { WORLD_COUNTRIES = 4 };
extern const char *const world_countries[WORLD_COUNTRIES]; /* "KZ", "RU", "SA", "AE" */

/* A person; `shares` are the countries' weights.  Uses processes 0 to 31 of the draw. */
void world_person_draw(const struct world_draw *draw, const double shares[WORLD_COUNTRIES],
                       struct world_person *out);

/* What somebody types who does not want to be called. Uses processes 32 to 39. */
void world_person_spoil(const struct world_draw *draw, struct world_person *person);

/* The same person again, the phone typed anew. Uses processes 40 to 47. */
void world_person_again(const struct world_draw *draw, struct world_person *person);

/* How many ways of typing a phone the country has, and one of them. */
int world_phone_spellings(const char *country);
void world_phone_spell(const char *country, int spelling, const char *e164, char *out,
                       size_t n);

#endif
