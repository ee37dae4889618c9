/* speech/: transcripts by a real engine on real speech, and by servers of all manners. */

#include "base/arena.h"
#include "base/clock.h"
#include "net/net.h"
#include "speech/answer.h"
#include "speech/child.h"
#include "speech/parts.h"
#include "test.h"
#include "web/web.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static struct arena *arena;
static struct net *net;
static char folder[] = "/tmp/adwright_speech_XXXXXX";

static const char *path_of(const char *name)
{
    return str_fmt(arena, "%s/%s", folder, name).p;
}

/* --- answers ------------------------------------------------------------------ */

#define SEGMENT(text, start, end, rest)                                                        \
    "{\"id\":0,\"seek\":0,\"start\":" start ",\"end\":" end ",\"text\":\"" text                \
    "\",\"tokens\":[1,2]" rest "}"

static const struct {
    const char *body;
    enum err_kind kind;
    const char *text;     /* or, of an error, words it has to hold */
    const char *language; /* "" = none */
    size_t segments;
    int64_t start_ms, end_ms; /* of the first segment */
} answers[] = {
    {"{\"task\":\"transcribe\",\"language\":\"english\",\"duration\":3.2,"
     "\"text\":\" Win a phone.\",\"segments\":[" SEGMENT(" Win a phone.", "0.5", "2.25",
                                                         ",\"avg_logprob\":-0.2,"
                                                         "\"no_speech_prob\":0.01") "]}",
     ERR_NONE, "Win a phone.", "en", 1, 500, 2250},
    {"{\"language\":\"ru\",\"duration\":\"8.47\",\"text\":\"Привет,  мир\\n\",\"segments\":"
     "[{\"start\":\"1.0\",\"end\":\"0.5\",\"text\":\"Привет,\"},{\"text\":\" мир\"}]}",
     ERR_NONE, "Привет, мир", "ru", 2, 1000, 1000},
    {"{\"text\":\"just text\"}", ERR_NONE, "just text", "", 0, 0, 0},
    {"{\"text\":\"\"}", ERR_NONE, "", "", 0, 0, 0},
    {"{\"text\":\"\",\"segments\":[],\"language\":\"kazakh\"}", ERR_NONE, "", "kk", 0, 0, 0},
    {"{\"text\":\"a b\",\"words\":[{\"word\":\" a\",\"start\":0.1,\"end\":0.2},"
     "{\"word\":\"b\",\"start\":9.5,\"end\":9.9}]}",
     ERR_NONE, "a b", "", 2, 100, 200},
    {"{\"segments\":[{\"id\":\"seg_1\",\"speaker\":\"A\",\"type\":\"x\",\"start\":0,\"end\":1,"
     "\"text\":\"Hello\"},{\"speaker\":\"B\",\"start\":1,\"end\":2,\"text\":\"Hi\"}]}",
     ERR_NONE, "Hello Hi", "", 2, 0, 1000},
    {"{\"text\":\"Go. Thank you.\",\"segments\":[" SEGMENT(
         "Thank you.", "0", "3",
         ",\"avg_logprob\":-1.4,\"no_speech_prob\":0.9") "," SEGMENT(" Go.", "3", "4",
                                                                     ",\"avg_logprob\":-0."
                                                                     "3,\"no_speech_"
                                                                     "prob\":0.9") "]}",
     ERR_NONE, "Go.", "", 1, 3000, 4000},
    {"{\"text\":\" Субтитры сделал DimaTorzok\",\"detected_language\":\"ru\"}", ERR_NONE, "",
     "ru", 0, 0, 0},
    {"{\"text\":\"Subtitles by the Amara.org community\",\"segments\":[" SEGMENT(
         " Subtitles by the Amara.org community", "0", "4", "") "]}",
     ERR_NONE, "", "", 0, 0, 0},
    {"{\"text\":\"t\",\"segments\":[" SEGMENT("t", "1e300", "-5", "") "]}", ERR_NONE, "t", "",
     1, 86400000, 86400000},
    {"{\"text\":\"t\",\"segments\":[" SEGMENT("t", "null", "\"soon\"", "") "]}", ERR_NONE, "t",
     "", 1, 0, 0},
    {" plain words\r\nover lines\n", ERR_NONE, "plain words over lines", "", 0, 0, 0},
    {"\"quoted words\"", ERR_NONE, "quoted words", "", 0, 0, 0},
    {"\xEF\xBB\xBF{\"text\":\"after a mark\"}", ERR_NONE, "after a mark", "", 0, 0, 0},
    {"", ERR_NONE, "", "", 0, 0, 0},
    {"{\"error\":\"failed to read audio data\"}", ERR_REFUSED, "failed to read audio data", "",
     0, 0, 0},
    {"{\"error\":{\"message\":\"no such\\nmodel\",\"code\":\"x\"}}", ERR_REFUSED,
     "no such model", "", 0, 0, 0},
    {"{\"object\":\"error\",\"message\":\"busy body\"}", ERR_REFUSED, "busy body", "", 0, 0, 0},
    {"{\"text\":", ERR_REFUSED, "broken JSON", "", 0, 0, 0},
    {"{\"result\":1}", ERR_REFUSED, "no text", "", 0, 0, 0},
    {"{\"text\":{\"a\":1}}", ERR_REFUSED, "no text", "", 0, 0, 0},
    {"<html><title>nginx</title></html>", ERR_REFUSED, "web page", "", 0, 0, 0},
    {"[1,2]", ERR_REFUSED, "list", "", 0, 0, 0},
    {"1\n00:00:00,000 --> 00:00:02,000\nHello\n", ERR_REFUSED, "subtitles", "", 0, 0, 0},
    {"\x80\xff\x03", ERR_REFUSED, "neither", "", 0, 0, 0},
};

static void an_answer_is_read_whatever_its_shape(void)
{
    for (size_t i = 0; i < countof(answers); i++) {
        struct speech_transcript out = {0};
        struct err err = {0};
        bool ok = speech_read_answer(arena, str(answers[i].body), &out, &err);

        CHECK(err.kind == answers[i].kind && ok == !answers[i].kind, "%s: %s", answers[i].body,
              err.text);
        if (!ok) {
            CHECK(str_has(str(err.text), str(answers[i].text)), "%s: %s", answers[i].body,
                  err.text);
            continue;
        }
        CHECK(str_eq(out.text, str(answers[i].text)), "%s: \"" STR_FMT "\"", answers[i].body,
              STR_ARG(out.text));
        CHECK(str_eq(out.language, str(answers[i].language)), "%s: " STR_FMT, answers[i].body,
              STR_ARG(out.language));
        CHECK(out.segments.n == answers[i].segments, "%s: %zu segments", answers[i].body,
              out.segments.n);
        if (out.segments.n)
            CHECK(out.segments.at[0].start_ms == answers[i].start_ms &&
                      out.segments.at[0].end_ms == answers[i].end_ms,
                  "%s: %lld to %lld", answers[i].body, (long long)out.segments.at[0].start_ms,
                  (long long)out.segments.at[0].end_ms);
    }
}

static void confidence_is_the_servers_own(void)
{
    struct speech_transcript out = {0};
    struct err err = {0};

    CHECK(speech_read_answer(arena, str(answers[0].body), &out, &err) &&
              out.confidence > 0.80 && out.confidence < 0.83,
          "%f", out.confidence); /* e^-0.2 */
    CHECK(speech_read_answer(arena, STR("{\"text\":\"x\"}"), &out, &err) &&
              out.confidence == -1,
          "%f", out.confidence);
}

static void a_text_longer_than_speech_is_refused(void)
{
    struct speech_transcript out = {0};
    struct err err = {0};
    struct buf buf;

    buf_init(&buf, arena, 1024 * 1024);
    buf_fmt(&buf, "{\"text\":\"");
    for (int i = 0; i < 7000; i++)
        buf_fmt(&buf, "blah %05d ", i);
    buf_fmt(&buf, "\"}");
    CHECK(!speech_read_answer(arena, buf_str(&buf), &out, &err) && err.kind == ERR_REFUSED,
          "%zu bytes", buf.n);
}

/* --- where and which ------------------------------------------------------------ */

static const struct {
    const char *setting, *url; /* NULL = refused */
    bool whisper_cpp, guessed;
} addresses[] = {
    {"https://api.openai.com", "https://api.openai.com/v1/audio/transcriptions", false, true},
    {" https://api.openai.com/ ", "https://api.openai.com/v1/audio/transcriptions", false,
     true},
    {"https://api.groq.com/openai/v1", "https://api.groq.com/openai/v1/audio/transcriptions",
     false, false},
    {"http://10.0.0.5:8000/v1/", "http://10.0.0.5:8000/v1/audio/transcriptions", false, false},
    {"http://h/speech/", "http://h/speech/v1/audio/transcriptions", false, false},
    {"http://h/v1/audio/transcriptions", "http://h/v1/audio/transcriptions", false, false},
    {"http://localhost:8080/inference", "http://localhost:8080/inference", true, false},
    {"http://localhost:8080/inference/", "http://localhost:8080/inference", true, false},
    {"https://x.openai.azure.com/openai/deployments/w/audio/transcriptions?api-version=1",
     "https://x.openai.azure.com/openai/deployments/w/audio/transcriptions?api-version=1",
     false, false},
    {"localhost:8080", NULL, false, false},
    {"ftp://h/", NULL, false, false},
    {"http://me:hunter2@h/", NULL, false, false},
    {"", NULL, false, false},
};

static void an_address_is_completed(void)
{
    for (size_t i = 0; i < countof(addresses); i++) {
        struct speech_address out = {0};
        struct err err = {0};
        bool ok = speech_address(arena, str(addresses[i].setting), &out, &err);

        CHECK(ok == (addresses[i].url != NULL), "%s: %s", addresses[i].setting, err.text);
        if (ok)
            CHECK(str_eq(out.url, str(addresses[i].url)) &&
                      out.whisper_cpp == addresses[i].whisper_cpp &&
                      out.guessed == addresses[i].guessed,
                  "%s: " STR_FMT, addresses[i].setting, STR_ARG(out.url));
        else
            CHECK(strcmp(err.field, "transcription_url") == 0 && !strstr(err.text, "hunter2") &&
                      !strstr(err.hint, "hunter2"),
                  "%s: %s", addresses[i].setting, err.text);
    }
}

#define MODEL "/usr/share/pocketsphinx/model/en-us"
static const struct {
    const char *provider, *url, *language, *model;
    enum speech_provider chosen;
    const char *reason; /* words in it */
} choices[] = {
    {"auto", "", "", MODEL, SPEECH_OFF, "transcription_url"},
    {"auto", "", "en", MODEL, SPEECH_POCKETSPHINX, "engine"},
    {"auto", "", "en-GB", MODEL, SPEECH_POCKETSPHINX, "engine"},
    {"auto", "", "ru", MODEL, SPEECH_OFF, "speaks English, not ru"},
    {"auto", "", "en", "/nowhere", SPEECH_OFF, "pocketsphinx-en-us"},
    {"auto", "http://h", "en", MODEL, SPEECH_HTTP, "transcription_url"},
    {"http", "http://h", "ru", "", SPEECH_HTTP, "transcription_url"},
    {"http", "", "en", MODEL, SPEECH_OFF, "not set"},
    {"http", "nonsense", "en", MODEL, SPEECH_OFF, "wrong"},
    {"pocketsphinx", "http://h", "", MODEL, SPEECH_POCKETSPHINX, "en"},
    {"pocketsphinx", "", "ru", MODEL, SPEECH_OFF, "ru"},
    {"pocketsphinx", "", "en", "", SPEECH_OFF, "no PocketSphinx model"},
    {"off", "http://h", "en", MODEL, SPEECH_OFF, "off"},
};

static struct conf settings(const char *provider, struct str url, const char *language,
                            const char *model)
{
    return (struct conf){.transcription_provider = str(provider),
                         .transcription_url = url,
                         .transcription_language = str(language),
                         .transcription_model = STR("whisper-1"),
                         .transcription_engine_model = str(model)};
}

static void the_settings_choose_and_say_why(void)
{
    for (size_t i = 0; i < countof(choices); i++) {
        struct conf conf = settings(choices[i].provider, str(choices[i].url),
                                    choices[i].language, choices[i].model);
        struct speech_choice choice = speech_choose(arena, &conf);

        CHECK(choice.provider == choices[i].chosen &&
                  str_has(choice.reason, str(choices[i].reason)),
              "%zu: %s, because " STR_FMT, i, choice.name, STR_ARG(choice.reason));
    }
}

static void wrong_settings_are_named(void)
{
    static const struct {
        const char *provider, *url, *language, *field;
    } wrong[] = {
        {"whisper", "", "", "transcription_provider"},
        {"auto", "example", "", "transcription_url"},
        {"auto", "", "?", "transcription_language"},
    };
    struct err err = {0};

    for (size_t i = 0; i < countof(wrong); i++) {
        struct conf conf =
            settings(wrong[i].provider, str(wrong[i].url), wrong[i].language, "");

        CHECK(!speech_check_settings(arena, &conf, &err) && err.kind == ERR_INVALID &&
                  strcmp(err.field, wrong[i].field) == 0,
              "%s: %s", wrong[i].field, err.field);
    }
    struct conf conf = settings("auto", STR("http://127.0.0.1:1"), "Russian", MODEL);
    CHECK(speech_check_settings(arena, &conf, &err), "%s", err.text);
}

/* --- sound ----------------------------------------------------------------------- */

static void put_number(unsigned char *p, uint32_t v, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        p[i] = (unsigned char)(v >> (8 * i));
}

/* A WAV file of samples that `at` gives for each place. */
static const char *wav(const char *name, double seconds, int16_t (*at)(size_t))
{
    size_t n = (size_t)(seconds * SPEECH_RATE);
    unsigned char *bytes = arena_alloc(arena, 44 + 2 * n);
    const char *path = path_of(name);
    FILE *file = fopen(path, "wb");

    memcpy(bytes, "RIFF....WAVEfmt ", 16);
    put_number(bytes + 4, (uint32_t)(36 + 2 * n), 4);
    put_number(bytes + 16, 16, 4);
    put_number(bytes + 20, 1, 2);
    put_number(bytes + 22, 1, 2);
    put_number(bytes + 24, SPEECH_RATE, 4);
    put_number(bytes + 28, 2 * SPEECH_RATE, 4);
    put_number(bytes + 32, 2, 2);
    put_number(bytes + 34, 16, 2);
    memcpy(bytes + 36, "data", 4);
    put_number(bytes + 40, (uint32_t)(2 * n), 4);
    for (size_t i = 0; i < n; i++)
        put_number(bytes + 44 + 2 * i, (uint16_t)at(i), 2);
    CHECK(file && fwrite(bytes, 1, 44 + 2 * n, file) == 44 + 2 * n, "writing %s", path);
    if (file)
        fclose(file);
    return path;
}

static int16_t silence(size_t i)
{
    return (int16_t)(i % 2); /* as a converter's last bit wavers */
}

static int16_t hum(size_t i)
{
    return (int16_t)((i * 330 / 8000 % 2) ? 6000 : -6000);
}

static int16_t noise(size_t i)
{
    uint64_t x = (i + 1) * UINT64_C(0x9E3779B97F4A7C15);

    x ^= x >> 29;
    x *= UINT64_C(0xBF58476D1CE4E5B9);
    return (int16_t)((int64_t)((x >> 32) % 12000) - 6000);
}

/* A second of sound, a second of none. */
static int16_t pulses(size_t i)
{
    return i / SPEECH_RATE % 2 ? 0 : noise(i);
}

static struct str contents(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
    char *p = arena_alloc(arena, size > 0 ? (size_t)size : 1);

    CHECK(size >= 0 && pread(fd, p, (size_t)size, 0) == size, "reading %s", path);
    close(fd);
    return (struct str){p, size > 0 ? (size_t)size : 0};
}

static size_t pieces_of(const char *path, struct speech_pieces *pieces)
{
    struct str samples = {0};
    const char *why = "";

    CHECK(speech_wav(contents(path), &samples, &why), "%s: %s", path, why);
    *pieces = (struct speech_pieces){0};
    speech_cut(arena, (const int16_t *)(const void *)samples.p, samples.n / 2, pieces);
    return samples.n / 2;
}

static void sound_is_cut_at_its_pauses(void)
{
    struct speech_pieces pieces;
    size_t n = pieces_of(wav("pulses.wav", 6, pulses), &pieces), last = 0;

    CHECK(pieces.n == 3, "%zu pieces", pieces.n);
    for (size_t i = 0; i < pieces.n; i++)
        CHECK(pieces.at[i].from <= 2 * i * SPEECH_RATE &&
                  pieces.at[i].to >= (2 * i + 1) * SPEECH_RATE &&
                  pieces.at[i].to < (2 * i + 2) * SPEECH_RATE,
              "piece %zu: %zu to %zu", i, pieces.at[i].from, pieces.at[i].to);
    pieces_of(wav("silent.wav", 3, silence), &pieces);
    CHECK(pieces.n == 0, "in silence there are %zu", pieces.n);
    n = pieces_of(wav("noise.wav", 40, noise), &pieces);
    CHECK(pieces.n >= 3 && pieces.at[pieces.n - 1].to == n, "%zu pieces", pieces.n);
    for (size_t i = 0; i < pieces.n; i++) {
        CHECK(pieces.at[i].from == last && pieces.at[i].to - last <= 15 * SPEECH_RATE,
              "piece %zu: %zu to %zu after %zu", i, pieces.at[i].from, pieces.at[i].to, last);
        last = pieces.at[i].to;
    }
}

static void words_become_phrases(void)
{
    static const struct {
        int64_t start_ms, end_ms;
        const char *word;
    } said[] = {{0, 300, "i"},         {320, 900, "<sil>"}, {900, 1200, "i'm"},
                {1200, 1500, "to(2)"}, {1600, 2000, "in"},  {2500, 4000, "[NOISE]"},
                {2600, 8500, "late"},  {8600, 8700, "so"}};
    struct speech_words words = {0};
    struct speech_segments phrases = {0};

    for (size_t i = 0; i < countof(said); i++) {
        struct str text = speech_word_text(arena, str(said[i].word));

        if (text.n)
            *speech_words_add(&words, arena) =
                (struct speech_word){said[i].start_ms, said[i].end_ms, text};
    }
    speech_phrases(arena, &words, &phrases);
    speech_punctuate(arena, &phrases);
    CHECK(str_eq(speech_join(arena, &phrases), STR("I. I'm to in. Late so.")), STR_FMT,
          STR_ARG(speech_join(arena, &phrases)));
    CHECK(phrases.n == 4 && phrases.at[1].start_ms == 900 && phrases.at[1].end_ms == 2000,
          "%zu phrases", phrases.n);
}

/* --- the engine ------------------------------------------------------------------ */

static const char script[] =
    "learn to speak english in ninety days. our teachers make a plan "
    "for you. the first lesson is free. press the button and sign up "
    "today. classes are small and every student gets help. do not wait";

static const char *speak(const char *name, const char *text)
{
    const char *path = path_of(name);
    char *argv[] = {
        (char *)"flite",         (char *)"-voice", (char *)"kal16",         (char *)"-t",
        (char *)(uintptr_t)text, (char *)"-o",     (char *)(uintptr_t)path, NULL};
    int status = -1;
    pid_t pid;

    CHECK(posix_spawnp(&pid, "flite", NULL, NULL, argv, environ) == 0 &&
              waitpid(pid, &status, 0) == pid && status == 0,
          "flite (Debian's package) speaks the test's sentences");
    return path;
}

static size_t words_found(struct str text, size_t *all)
{
    struct str said = str_lower(arena, text), rest = str(script);
    size_t found = 0;

    *all = 0;
    while (rest.n) {
        struct str word = str_cut(&rest, ' ');

        if (str_ends(word, STR(".")))
            word.n--;
        ++*all;
        /* whole words: spaces and full stops around */
        found += str_has(str_fmt(arena, " " STR_FMT " ", STR_ARG(said)),
                         str_fmt(arena, " " STR_FMT " ", STR_ARG(word))) ||
                 str_has(str_fmt(arena, " " STR_FMT, STR_ARG(said)),
                         str_fmt(arena, " " STR_FMT ".", STR_ARG(word)));
    }
    return found;
}

static struct speech_transcript transcribe(const char *path, struct err *err)
{
    struct conf conf = settings("pocketsphinx", STR(""), "", MODEL);
    struct speech_transcript out = {0};

    *err = (struct err){0};
    CHECK(speech_transcribe(&conf, net, arena, path, 13000, &out, err), "%s: %s", path,
          err->text);
    return out;
}

static void spoken_words_are_found_with_their_times(void)
{
    struct err err;
    struct speech_transcript out = transcribe(speak("script.wav", script), &err);
    size_t all, found = words_found(out.text, &all);
    int64_t last = 0;

    CHECK(found * 100 >= all * 60, "%zu of %zu words: " STR_FMT, found, all, STR_ARG(out.text));
    CHECK(out.segments.n >= 3, "%zu segments", out.segments.n);
    for (size_t i = 0; i < out.segments.n; i++) {
        const struct speech_segment *s = &out.segments.at[i];

        CHECK(s->start_ms >= last && s->end_ms > s->start_ms && s->end_ms <= 13100 &&
                  s->end_ms - s->start_ms <= 6100 && s->text.n,
              "segment %zu: %lld to %lld " STR_FMT, i, (long long)s->start_ms,
              (long long)s->end_ms, STR_ARG(s->text));
        last = s->end_ms;
    }
    /* "first lesson" is said in the fifth second */
    CHECK(str_eq(out.language, STR("en")) && str_eq(out.provider, STR("pocketsphinx")) &&
              str_eq(out.model, STR("en-us")) && out.confidence > 0.3 && out.confidence <= 1 &&
              out.heard_ms > 12500 && out.heard_ms < 13500,
          STR_FMT " " STR_FMT " %f %lld", STR_ARG(out.language), STR_ARG(out.provider),
          out.confidence, (long long)out.heard_ms);
    CHECK(!str_has(out.text, STR("<")) && !str_has(out.text, STR("(")) &&
              out.text.p[0] >= 'A' && out.text.p[0] <= 'Z' && str_ends(out.text, STR(".")),
          STR_FMT, STR_ARG(out.text));
}

static void silence_hum_and_noise_are_no_speech(void)
{
    struct err err;
    struct speech_transcript out = transcribe(wav("silent.wav", 3, silence), &err);

    CHECK(out.text.n == 0 && out.segments.n == 0 && out.heard_ms == 3000, STR_FMT,
          STR_ARG(out.text));
    out = transcribe(wav("hum.wav", 4, hum), &err);
    CHECK(out.text.n == 0, "a hum says \"" STR_FMT "\"", STR_ARG(out.text));
    out = transcribe(wav("noise.wav", 3, noise), &err);
    CHECK(out.text.n == 0, "noise says \"" STR_FMT "\"", STR_ARG(out.text));
    out = transcribe(wav("nothing.wav", 0, silence), &err);
    CHECK(out.text.n == 0 && out.heard_ms == 0, "of an empty file");
}

static void what_is_no_sound_is_refused(void)
{
    struct conf conf = settings("pocketsphinx", STR(""), "en", MODEL);
    struct speech_transcript out;
    struct err err = {0};
    const char *path = wav("other.wav", 1, silence);
    FILE *file = fopen(path, "r+b");

    CHECK(file && fseek(file, 24, SEEK_SET) == 0 && fputc(0x40, file) >= 0 &&
              fputc(0x1f, file) >= 0 && fclose(file) == 0,
          "8,000 samples a second");
    CHECK(!speech_transcribe(&conf, net, arena, path, 1000, &out, &err) &&
              err.kind == ERR_INVALID && strstr(err.text, "16 kHz"),
          "%s", err.text);
    CHECK(!speech_transcribe(&conf, net, arena, "/etc/hostname", 1000, &out, &err) &&
              err.kind == ERR_INVALID,
          "%s", err.text);
    CHECK(!speech_transcribe(&conf, net, arena, path_of("gone.wav"), 1000, &out, &err) &&
              err.kind == ERR_BROKEN,
          "%s", err.text);
    path = wav("long.wav", 1, silence);
    CHECK(truncate(path, LIMIT_SPEECH_FILE + 1) == 0 &&
              !speech_transcribe(&conf, net, arena, path, 1000, &out, &err) &&
              err.kind == ERR_INVALID && strstr(err.text, "too long"),
          "%s", err.text);
    conf = settings("off", STR(""), "en", MODEL);
    CHECK(!speech_transcribe(&conf, net, arena, path, 1000, &out, &err) &&
              err.kind == ERR_CONFLICT && strstr(err.text, "transcription_provider is off"),
          "%s", err.text);
}

static void a_try_says_whether_it_is_in_order(void)
{
    struct conf conf = settings("pocketsphinx", STR(""), "en", MODEL);
    struct err err = {0};

    CHECK(speech_try(&conf, net, arena, folder, &err), "%s", err.text);
    conf.transcription_engine_model = str(folder);
    CHECK(!speech_try(&conf, net, arena, folder, &err) && err.kind == ERR_CONFLICT, "%s",
          err.text);
    CHECK(!speech_try(&conf, net, arena, "/there/is/no/such", &err) && err.kind == ERR_BROKEN,
          "%s", err.text);
}

static void when_time_is_up_the_beginning_is_kept(void)
{
    struct conf conf = settings("pocketsphinx", STR(""), "en", MODEL);
    struct speech_transcript out = {0};
    struct err err = {0};

    CHECK(speech_engine(&conf, arena, path_of("script.wav"), 2, &out, &err), "%s", err.text);
    CHECK(out.heard_ms < 9000, "%lld ms were heard", (long long)out.heard_ms);
}

/* --- servers --------------------------------------------------------------------- */

#define GOOD                                                                                   \
    "{\"text\":\" Hello there\",\"segments\":[" SEGMENT("Hello there", "0", "1", "") "]}"
#define KEY "sk-very-secret"

static const struct {
    int status;
    const char *body;
    enum err_kind kind;
    const char *words; /* of the text, or of the error */
} rows[] = {
    {200, GOOD, ERR_NONE, "Hello there"},
    {200, "Hello there\n", ERR_NONE, "Hello there"},
    {200, "{\"error\":\"cannot open file\"}", ERR_REFUSED, "cannot open file"},
    {400, "{\"error\":{\"message\":\"Audio file is too short\",\"code\":\"audio_too_short\"}}",
     ERR_REFUSED, "Audio file is too short"},
    {400, "{\"error\":\"no 'file' field in the request\"}", ERR_REFUSED, "no 'file' field"},
    {401, "{\"error\":{\"message\":\"Incorrect API key provided: " KEY "\"}}", ERR_REFUSED,
     "401"},
    {404, "{\"error\":{\"message\":\"The model `x` does not exist\"}}", ERR_REFUSED,
     "The model"},
    {413, "", ERR_REFUSED, "413"},
    {422, "{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"field required\"}]}", ERR_REFUSED,
     "field required"},
    {301, "", ERR_REFUSED, "301"},
    {408, "", ERR_BUSY, "408"},
    {429, "{\"error\":{\"message\":\"Rate limit reached\",\"code\":\"rate_limit\"}}", ERR_BUSY,
     "Rate limit reached"},
    {429,
     "{\"error\":{\"message\":\"You exceeded your current quota\","
     "\"code\":\"insufficient_quota\"}}",
     ERR_REFUSED, "exceeded"},
    {500, "oops", ERR_BUSY, "oops"},
    {502, "<html>bad gateway</html>", ERR_BUSY, "502"},
    {503, "{\"error\":{\"message\":\"Loading model\",\"code\":503}}", ERR_BUSY,
     "Loading model"},
    {200, "\x01\x02\xff garbage", ERR_REFUSED, "neither"},
    {200, "<html>welcome</html>", ERR_REFUSED, "web page"},
};

static struct web *web;
static struct form_fields asked; /* the last request's parts */
static struct str asked_key;
static int calls;
static struct arena *asked_arena;

static struct str part(const char *name)
{
    for (size_t i = 0; i < asked.n; i++)
        if (str_eq(asked.at[i].name, str(name)))
            return asked.at[i].value;
    return STR("");
}

static bool take(struct request *rq, struct err *err)
{
    calls++;
    asked_key = str_dup(asked_arena, request_header(rq, "authorization"));
    asked = (struct form_fields){0};
    return form_parse_multipart(asked_arena, request_header(rq, "content-type"),
                                str_dup(asked_arena, rq->body), &asked, err);
}

static bool by_row(struct request *rq, struct reply *rp, struct err *err)
{
    int64_t row = -1;

    if (!take(rq, err) || !str_int(request_arg(rq, "row"), &row))
        return false;
    return reply_body(rp, rows[row].status, "application/json",
                      str_dup(rq->arena, str(rows[row].body)));
}

/* As OpenAI's newer models: no times. */
static bool without_times(struct request *rq, struct reply *rp, struct err *err)
{
    if (!take(rq, err))
        return false;
    if (!str_eq(part("response_format"), STR("json")))
        return reply_body(rp, 400, "application/json",
                          STR("{\"error\":{\"message\":\"response_format 'verbose_json' is not "
                              "compatible with model\",\"param\":\"response_format\"}}"));
    return reply_body(rp, 200, "application/json", STR("{\"text\":\"plain\"}"));
}

static bool whisper_cpp(struct request *rq, struct reply *rp, struct err *err)
{
    return take(rq, err) && reply_body(rp, 200, "application/json",
                                       STR("{\"text\":\" from whisper\\n\",\"language\":"
                                           "\"english\",\"segments\":[]}"));
}

static bool late(struct request *rq, struct reply *rp, struct err *err)
{
    rp->delay_ms = 3000;
    return take(rq, err) && reply_body(rp, 200, "application/json", STR(GOOD));
}

static bool huge(struct request *rq, struct reply *rp, struct err *err)
{
    size_t n = LIMIT_SPEECH_ANSWER + 1;
    char *p = arena_alloc(rq->arena, n);

    memset(p, 'x', n);
    return take(rq, err) && reply_body(rp, 200, "text/plain", (struct str){p, n});
}

static const struct route routes[] = {
    {"POST", "/row/:row/v1/audio/transcriptions", PUBLIC, by_row, NULL, 1024 * 1024},
    {"POST", "/newer/v1/audio/transcriptions", PUBLIC, without_times, NULL, 1024 * 1024},
    {"POST", "/late/v1/audio/transcriptions", PUBLIC, late, NULL, 1024 * 1024},
    {"POST", "/huge/v1/audio/transcriptions", PUBLIC, huge, NULL, 1024 * 1024},
    {"POST", "/inference", PUBLIC, whisper_cpp, NULL, 1024 * 1024},
    ROUTES_END,
};
static const struct route *const tables[] = {routes, NULL};

static enum err_kind ask(const char *path, const char *language, int64_t deadline_ms,
                         struct speech_transcript *out, struct err *err)
{
    struct conf conf = settings(
        "http", str_fmt(arena, "http://127.0.0.1:%d%s", web_port(web), path), language, "");

    conf.transcription_api_key = STR(KEY);
    calls = 0;
    *err = (struct err){0};
    *out = (struct speech_transcript){0};
    CHECK(speech_http(&conf, net, arena, path_of("tone.wav"), deadline_ms, out, err) ==
              !err->kind,
          "%s: %s", path, err->text);
    CHECK(!strstr(err->text, KEY) && !strstr(err->hint, KEY) &&
              !strstr(err->platform_message, KEY),
          "%s: the key is told: %s", path, err->text);
    return err->kind;
}

static void a_servers_refusal_is_final_and_its_trouble_is_not(void)
{
    for (size_t i = 0; i < countof(rows); i++) {
        struct speech_transcript out;
        struct err err;
        enum err_kind kind = ask(str_fmt(arena, "/row/%zu/v1", i).p, "en", 5000, &out, &err);

        CHECK(kind == rows[i].kind, "%zu: %d %s: %s", i, rows[i].status, err_kind_name(kind),
              err.text);
        CHECK(str_has(kind ? str(err.text) : out.text, str(rows[i].words)),
              "%zu: %s / " STR_FMT, i, err.text, STR_ARG(out.text));
        CHECK(calls == 1, "%zu: %d calls", i, calls);
    }
}

static void a_server_is_asked_in_its_own_way(void)
{
    struct speech_transcript out;
    struct err err;

    CHECK(!ask("/row/0/v1/", "Russian", 5000, &out, &err), "%s", err.text);
    CHECK(str_eq(part("model"), STR("whisper-1")) && str_eq(part("language"), STR("ru")) &&
              str_eq(part("response_format"), STR("verbose_json")) &&
              str_eq(part("timestamp_granularities[]"), STR("segment")) &&
              part("file").n == 44 + 2 * SPEECH_RATE && str_eq(asked_key, STR("Bearer " KEY)),
          "model " STR_FMT ", language " STR_FMT ", file %zu", STR_ARG(part("model")),
          STR_ARG(part("language")), part("file").n);
    CHECK(out.segments.n == 1 && str_eq(out.language, STR("ru")) &&
              str_eq(out.model, STR("whisper-1")),
          "%zu segments", out.segments.n);

    CHECK(!ask("/row/0/v1", "", 5000, &out, &err) && part("language").n == 0, "%s", err.text);
    CHECK(!ask("/newer/v1", "", 5000, &out, &err) && calls == 2 &&
              str_eq(out.text, STR("plain")) && !part("timestamp_granularities[]").n,
          "%s after %d calls", err.text, calls);
    CHECK(!ask("", "", 5000, &out, &err) && calls == 1 &&
              str_eq(part("language"), STR("auto")) && !part("model").n &&
              str_eq(out.text, STR("from whisper")) && str_eq(out.language, STR("en")),
          "a root address finds whisper.cpp: %s", err.text);
}

/* Takes one connection, sends the head of an answer and then a byte now and then. */
static void *drip(void *arg)
{
    int listener = *(int *)arg, fd = accept(listener, NULL, NULL);
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";

    (void)send(fd, head, sizeof head - 1, MSG_NOSIGNAL);
    for (int i = 0; i < 60 && send(fd, " ", 1, MSG_NOSIGNAL) == 1; i++)
        clock_sleep_ms(50);
    close(fd);
    return NULL;
}

static void what_takes_too_long_or_is_too_long_is_given_up(void)
{
    struct speech_transcript out;
    struct err err;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int64_t began = clock_mono_ms();
    pthread_t thread;

    CHECK(ask("/late/v1", "", 200, &out, &err) == ERR_BUSY, "%s", err.text);
    CHECK(ask("/huge/v1", "", 5000, &out, &err) == ERR_REFUSED, "%s", err.text);

    must(bind(listener, (struct sockaddr *)&address, n) == 0 && listen(listener, 1) == 0 &&
         getsockname(listener, (struct sockaddr *)&address, &n) == 0 &&
         pthread_create(&thread, NULL, drip, &listener) == 0);
    struct conf conf = settings(
        "http", str_fmt(arena, "http://127.0.0.1:%d/v1", ntohs(address.sin_port)), "", "");
    CHECK(!speech_http(&conf, net, arena, path_of("tone.wav"), 300, &out, &err) &&
              err.kind == ERR_BUSY,
          "%s", err.text);
    pthread_join(thread, NULL);
    close(listener);
    CHECK(!speech_http(&conf, net, arena, path_of("tone.wav"), 300, &out, &err) &&
              err.kind == ERR_BUSY,
          "nobody listens: %s", err.text);
    CHECK(clock_mono_ms() - began < 10000, "it took %lld ms",
          (long long)(clock_mono_ms() - began));
}

int main(int argc, char **argv)
{
    struct web_settings server = {.name = "transcriber",
                                  .address = STR("127.0.0.1"),
                                  .workers = 1,
                                  .queue_age_ms = 5000,
                                  .request_deadline_ms = 5000,
                                  .connection_limit = 20,
                                  .routes = tables};
    struct err err = {0};

    confine_main(argc, argv, speech_works); /* as the confined child it does not return */
    arena = arena_new("test_speech");
    asked_arena = arena_new("asked");
    must(mkdtemp(folder) && net_open(&net, &err) && web_start(&server, &web, &err));
    wav("tone.wav", 1, hum);
    RUN(an_answer_is_read_whatever_its_shape);
    RUN(confidence_is_the_servers_own);
    RUN(a_text_longer_than_speech_is_refused);
    RUN(an_address_is_completed);
    RUN(the_settings_choose_and_say_why);
    RUN(wrong_settings_are_named);
    RUN(sound_is_cut_at_its_pauses);
    RUN(words_become_phrases);
    RUN(spoken_words_are_found_with_their_times);
    RUN(silence_hum_and_noise_are_no_speech);
    RUN(what_is_no_sound_is_refused);
    RUN(a_try_says_whether_it_is_in_order);
    RUN(when_time_is_up_the_beginning_is_kept);
    RUN(a_servers_refusal_is_final_and_its_trouble_is_not);
    RUN(a_server_is_asked_in_its_own_way);
    RUN(what_takes_too_long_or_is_too_long_is_given_up);
    web_stop(web, 100);
    net_close(net);
    if (system(str_fmt(arena, "rm -rf %s", folder).p) != 0)
        fprintf(stderr, "%s is left\n", folder);
    arena_free(asked_arena);
    arena_free(arena);
    return test_report();
}
