#ifndef SPEECH_SPEECH_H
#define SPEECH_SPEECH_H

#include "base/list.h"
#include "base/str.h"

struct conf;
struct net;

/*
 * What is said in a video, as text with times.  The only module with
 * PocketSphinx.
 *
 * Two ways, by the setting `transcription_provider`:
 *
 *   http         the sound is sent to `transcription_url`: OpenAI's
 *                /v1/audio/transcriptions and what speaks like it, or the
 *                /inference of whisper.cpp's server
 *   pocketsphinx an engine inside a confined child of ours (media/confine.h):
 *                no network, no key, English unless `transcription_engine_model`
 *                names another model; good at clear speech, poor under music
 *   off          no transcripts
 *   auto         http where `transcription_url` is set; else pocketsphinx where
 *                its model is installed and fits `transcription_language`; else
 *                off
 */
enum speech_provider { SPEECH_OFF, SPEECH_HTTP, SPEECH_POCKETSPHINX };

struct speech_choice {
    enum speech_provider provider;
    const char *name;  /* "off", "http", "pocketsphinx" */
    struct str reason; /* one clause, for people: why this one, or what is missing */
};

/* Which way the settings lead today: looks at the disk for the model, asks nobody. */
struct speech_choice speech_choose(struct arena *arena, const struct conf *conf);

/* A wrong `transcription_provider` or `transcription_url` is said when the server starts:
 * ERR_INVALID with the setting's name as field. */
MUST_CHECK bool speech_check_settings(struct arena *arena, const struct conf *conf,
                                      struct err *err);

struct speech_segment {
    int64_t start_ms, end_ms; /* from the sound's beginning; 0 <= start <= end */
    struct str text;          /* one line, trimmed, never empty */
};
LIST(speech_segments, struct speech_segment);

struct speech_transcript {
    struct str text;                 /* one line; "" = nobody speaks, which is no error */
    struct str language;             /* ISO 639-1, "en"; "" where the provider did not say */
    struct str provider;             /* "http", "pocketsphinx" */
    struct str model;                /* as the settings name it; "" = the provider's own */
    struct speech_segments segments; /* in order; none where the provider gives no times */
    double confidence;               /* 0..1; -1 where the provider did not say */
    int64_t heard_ms; /* how much of the sound the text covers: less than all of it where
                         the engine's time was up */
};

/*
 * Transcribe a WAV file of 16 kHz, mono, 16 bits (media_audio makes it), within
 * two minutes.  Everything in *out is on the arena.
 *
 *   ERR_BUSY     nothing was decided (no connection, no answer in time, 408, 429,
 *                5xx): the same call may work later
 *   ERR_CONFLICT it is off; the text is speech_choose's reason
 *   ERR_REFUSED  the provider said no; platform_message has its own words
 *   ERR_INVALID  a setting or the file makes no sense: wrong URL, no WAV of that
 *                kind, longer than LIMIT_SPEECH_FILE allows (13 minutes)
 *   ERR_BROKEN   the child cannot be started
 *
 * No error text, and no line of the log, holds the key.
 */
MUST_CHECK bool speech_transcribe(const struct conf *conf, struct net *net, struct arena *arena,
                                  const char *wav_path, int64_t duration_ms,
                                  struct speech_transcript *out, struct err *err);

/* Is it in order?  Transcribes half a second of silence, in a file made in `folder` and removed
 * again.  Errors as above. */
MUST_CHECK bool speech_try(const struct conf *conf, struct net *net, struct arena *arena,
                           const char *folder, struct err *err);

#endif
