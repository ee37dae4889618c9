#ifndef SPEECH_ANSWER_H
#define SPEECH_ANSWER_H

#include "speech/speech.h"

/*
 * A transcription server's answer, read: OpenAI's json, verbose_json and
 * diarized_json, the likes of them (faster-whisper's servers, whisper.cpp), and
 * bare text.  Pure.  Fills text, language, segments and confidence of *out.
 *
 * Left out: segments that the server itself takes for silence (no_speech_prob
 * above 0.6 and avg_logprob below -1), and the credits of subtitle files that
 * such models "hear" in music.
 *
 * ERR_REFUSED: the answer is an error (its words are in platform_message) or
 * nothing that we understand.
 */
MUST_CHECK bool speech_read_answer(struct arena *arena, struct str body,
                                   struct speech_transcript *out, struct err *err);

/* What the server says of its refusal, one line of at most 300 bytes; "" = nothing. */
struct str speech_error_words(struct arena *arena, struct str body);
/* The error's code, where it has one: "insufficient_quota". */
struct str speech_error_code(struct arena *arena, struct str body);

#endif
