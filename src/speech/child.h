#ifndef SPEECH_CHILD_H
#define SPEECH_CHILD_H

#include "media/confine.h"

/*
 * The engine inside its confined child: PocketSphinx, fed with a WAV file as
 * file 0.  Its words: the model's folder, the milliseconds it may take.  Its
 * answer, JSON: {"heard_ms":N,"confidence":X,"words":[[start_ms,end_ms,"word"],...]},
 * words as the dictionary spells them.
 */
#define SPEECH_CHILD "speech"
extern const struct confine_work speech_works[]; /* for confine_main */

#endif
