/* speech.c - which way a transcript is made. */

#include "speech/speech.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "speech/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEADLINE_MS (2 * 60 * 1000)

/* --- choosing --- */

static struct speech_choice choice(enum speech_provider provider, struct str reason)
{
    static const char *const names[] = {"off", "http", "pocketsphinx"};

    return (struct speech_choice){
        .provider = provider, .name = names[provider], .reason = reason};
}

static struct speech_choice choose_http(struct arena *arena, const struct conf *conf)
{
    struct speech_address address;
    struct err err = {0};

    if (!conf->transcription_url.n)
        return choice(SPEECH_OFF, STR("transcription_provider is http and transcription_url "
                                      "is not set"));
    if (!speech_address(arena, conf->transcription_url, &address, &err))
        return choice(SPEECH_OFF, str_fmt(arena, "transcription_url is wrong: %s", err.text));
    return choice(SPEECH_HTTP,
                  str_fmt(arena, "transcription_url is set (%s)",
                          address.whisper_cpp ? "whisper.cpp's way" : "OpenAI's way"));
}

static struct speech_choice choose_engine(struct arena *arena, const struct conf *conf)
{
    struct str language = speech_language(arena, conf->transcription_language);
    struct str folder = conf->transcription_engine_model;
    struct speech_model model;

    if (!speech_model_find(arena, folder, &model))
        return choice(SPEECH_OFF, str_fmt(arena,
                                          "there is no PocketSphinx model in " STR_FMT
                                          " (Debian's package pocketsphinx-en-us)",
                                          STR_ARG(folder)));
    if (language.n && !str_eq(language, STR("en")) && str_ends(folder, STR("/en-us")))
        return choice(SPEECH_OFF, str_fmt(arena,
                                          "transcription_engine_model is English and "
                                          "transcription_language is " STR_FMT,
                                          STR_ARG(language)));
    return choice(SPEECH_POCKETSPHINX,
                  str_fmt(arena, "the engine of this machine, for " STR_FMT,
                          STR_ARG(language.n ? language : STR("en"))));
}

static struct speech_choice choose_alone(struct arena *arena, const struct conf *conf)
{
    struct str language = speech_language(arena, conf->transcription_language);

    if (conf->transcription_url.n)
        return choose_http(arena, conf);
    if (str_eq(language, STR("en")))
        return choose_engine(arena, conf);
    if (!language.n)
        return choice(SPEECH_OFF,
                      STR("set transcription_url to a transcription server, or, when the "
                          "videos speak English, transcription_language to en"));
    return choice(SPEECH_OFF, str_fmt(arena,
                                      "the engine of this machine speaks English, not " STR_FMT
                                      ": set transcription_url to a transcription server",
                                      STR_ARG(language)));
}

struct speech_choice speech_choose(struct arena *arena, const struct conf *conf)
{
    struct str wish = conf->transcription_provider;

    if (str_eq(wish, STR("http")))
        return choose_http(arena, conf);
    if (str_eq(wish, STR("pocketsphinx")))
        return choose_engine(arena, conf);
    if (str_eq(wish, STR("off")))
        return choice(SPEECH_OFF, STR("transcription_provider is off"));
    return choose_alone(arena, conf);
}

bool speech_check_settings(struct arena *arena, const struct conf *conf, struct err *err)
{
    static const char *const known[] = {"auto", "http", "pocketsphinx", "off"};
    struct speech_address address;
    bool found = false;

    for (size_t i = 0; i < countof(known); i++)
        found = found || str_eq(conf->transcription_provider, str(known[i]));
    if (!found)
        return err_input(err, "transcription_provider", "auto, http, pocketsphinx or off",
                         "there is no transcription provider \"" STR_FMT "\"",
                         STR_ARG(conf->transcription_provider));
    if (conf->transcription_language.n &&
        !speech_language(arena, conf->transcription_language).n)
        return err_input(err, "transcription_language", "en, ru, kk, ... or empty",
                         "\"" STR_FMT "\" is no language",
                         STR_ARG(conf->transcription_language));
    return !conf->transcription_url.n ||
           speech_address(arena, conf->transcription_url, &address, err);
}

/* --- transcribing --- */

/* Only the head of the file: the kind of sound, and the size. */
static bool check_file(const char *path, struct err *err)
{
    char head[4096];
    struct str samples;
    const char *why = "it cannot be read";
    struct stat st = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : pread(fd, head, sizeof head, 0);

    if (n < 0 || fstat(fd, &st)) {
        err_set(err, ERR_BROKEN, "cannot read the sound to transcribe: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return false;
    }
    close(fd);
    if (st.st_size > LIMIT_SPEECH_FILE)
        return err_set(err, ERR_INVALID,
                       "the sound is too long to transcribe: %lld minutes, at most 13",
                       (long long)(st.st_size / (2 * SPEECH_RATE * 60)));
    if (!speech_wav((struct str){head, (size_t)n}, &samples, &why))
        return err_set(err, ERR_INVALID, "the sound cannot be transcribed: %s", why);
    return true;
}

bool speech_transcribe(const struct conf *conf, struct net *net, struct arena *arena,
                       const char *wav_path, int64_t duration_ms, struct speech_transcript *out,
                       struct err *err)
{
    struct speech_choice way = speech_choose(arena, conf);
    int64_t began = clock_mono_ms();
    bool ok;

    if (way.provider == SPEECH_OFF) {
        err_set(err, ERR_CONFLICT, "transcription is off: " STR_FMT, STR_ARG(way.reason));
        return err_field(err, "transcription_provider");
    }
    if (!check_file(wav_path, err))
        return false;
    ok = way.provider == SPEECH_HTTP
             ? speech_http(conf, net, arena, wav_path, DEADLINE_MS, out, err)
             : speech_engine(conf, arena, wav_path, DEADLINE_MS, out, err);
    if (!ok)
        return false;
    out->provider = str(way.name);
    if (way.provider == SPEECH_HTTP)
        out->heard_ms = duration_ms;
    log_info("speech.transcribed", LOG_CSTR("provider", way.name),
             LOG_INT("sound_ms", duration_ms), LOG_INT("heard_ms", out->heard_ms),
             LOG_INT("characters", (int64_t)str_length(out->text)),
             LOG_INT("ms", clock_mono_ms() - began));
    return true;
}

/* --- trying --- */

enum { TRIED_MS = 500, TRIED_BYTES = 44 + TRIED_MS * SPEECH_RATE / 1000 * 2 };

bool speech_try(const struct conf *conf, struct net *net, struct arena *arena,
                const char *folder, struct err *err)
{
    static const char head[44] =
        "RIFF\xa4\x3e\x00\x00WAVEfmt \x10\x00\x00\x00" /* 16,036 bytes follow */
        "\x01\x00\x01\x00\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00"
        "data\x80\x3e\x00\x00";
    char *path = (char *)(uintptr_t)str_fmt(arena, "%s/silence-XXXXXX", folder).p;
    char *bytes = arena_alloc(arena, TRIED_BYTES);
    int fd = mkostemp(path, O_CLOEXEC);
    struct speech_transcript out;

    if (fd < 0)
        return err_set(err, ERR_BROKEN, "cannot make a file in %s: %s", folder,
                       strerror(errno));
    memcpy(bytes, head, sizeof head);

    bool written = write(fd, bytes, TRIED_BYTES) == TRIED_BYTES;
    bool ok = written ? speech_transcribe(conf, net, arena, path, TRIED_MS, &out, err)
                      : err_set(err, ERR_BROKEN, "cannot write %s: %s", path, strerror(errno));

    close(fd);
    (void)unlink(path);
    return ok;
}
