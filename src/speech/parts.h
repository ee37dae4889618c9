#ifndef SPEECH_PARTS_H
#define SPEECH_PARTS_H

#include "base/limits.h"
#include "conf/conf.h"
#include "speech/speech.h"

/*
 * Inside the module: what its files say to each other.  All of it is pure but
 * for speech_http, speech_engine and speech_model_find.
 */

/* --- words and phrases (phrase.c) --- */

struct speech_word {
    int64_t start_ms, end_ms;
    struct str text;
};
LIST(speech_words, struct speech_word);

/* Words to phrases: a new one at a pause, or before it would last longer than six seconds. */
#define SPEECH_PAUSE_MS 200
void speech_phrases(struct arena *arena, const struct speech_words *words,
                    struct speech_segments *segments);
/* A dictionary's word as people write it: without "(2)" for another pronunciation; "" for what
 * is no word ("<sil>", "[NOISE]", "++breath++").  "i'm" becomes "I'm". */
struct str speech_word_text(struct arena *arena, struct str word);
/* Phrases of bare words, punctuated by their pauses: a capital letter after one, a full stop
 * before one. */
void speech_punctuate(struct arena *arena, struct speech_segments *phrases);
/* The texts of all segments, spaced. */
struct str speech_join(struct arena *arena, const struct speech_segments *segments);
/* One line: control characters and runs of white space become one space, trimmed. */
struct str speech_line(struct arena *arena, struct str text);

/* --- languages (language.c) --- */

/* "English", "en-US", "EN" to "en"; "" where it is no language we know. */
struct str speech_language(struct arena *arena, struct str said);

/* --- sound (sound.c) --- */

#define SPEECH_RATE 16000 /* samples a second */

/* The samples inside a WAV file of 16 kHz, mono, 16 bits; *why is a clause for people. */
MUST_CHECK bool speech_wav(struct str file, struct str *samples, const char **why);

/* A piece of sound between two pauses, in samples; at most 15 s. */
struct speech_piece {
    size_t from, to;
};
LIST(speech_pieces, struct speech_piece);
/* Where something is to be heard; none in silence. */
void speech_cut(struct arena *arena, const int16_t *samples, size_t n,
                struct speech_pieces *pieces);

/* --- the HTTP provider (http.c) --- */

struct speech_address {
    struct str url;
    bool whisper_cpp; /* speaks like whisper.cpp's server */
    bool guessed;     /* only the root was given: it may be either */
};
/* Where the sound is sent.  ERR_INVALID names transcription_url and never repeats its text. */
MUST_CHECK bool speech_address(struct arena *arena, struct str setting,
                               struct speech_address *out, struct err *err);

/* All in all within `deadline_ms`; errors as speech_transcribe. */
MUST_CHECK bool speech_http(const struct conf *conf, struct net *net, struct arena *arena,
                            const char *wav_path, int64_t deadline_ms,
                            struct speech_transcript *out, struct err *err);

/* --- the engine of our own (engine.c, and child.c on the child's side) --- */

struct speech_model {
    const char *acoustic; /* a folder with a file "mdef" */
    const char *language; /* *.lm.bin or *.lm */
    const char *words;    /* *.dict or *.dic */
};
/* Look for the three below `folder`; false when one is missing. */
bool speech_model_find(struct arena *arena, struct str folder, struct speech_model *out);

/* As speech_http.  Where the time does not suffice, *out covers what was heard until then. */
MUST_CHECK bool speech_engine(const struct conf *conf, struct arena *arena,
                              const char *wav_path, int64_t deadline_ms,
                              struct speech_transcript *out, struct err *err);

#endif
