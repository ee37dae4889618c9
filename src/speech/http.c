/*
 * http.c - the sound goes to a transcription server.
 *
 * What servers understand differs, and they say so only by refusing: segments
 * with times (verbose_json) are asked for first, plain JSON when that is
 * refused; a bare root address is tried as OpenAI's first, then as
 * whisper.cpp's.  A transcript is a reading, so a lost answer is simply asked
 * for again later (ERR_BUSY).
 */

#include "speech/parts.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "net/net.h"
#include "speech/answer.h"
#include "text/url.h"

#include <stdio.h>

#define OPENAI_PATH  "/v1/audio/transcriptions"
#define WHISPER_PATH "/inference"
#define MOST_CALLS   4
#define CONNECT_MS   5000

/* --- where --- */

bool speech_address(struct arena *arena, struct str setting, struct speech_address *out,
                    struct err *err)
{
    struct str query = str_trim(setting), before = str_cut(&query, '?');
    struct str mark = str_sub(str_trim(setting), before.n, 1), root = before;
    struct url url;
    const char *more = "";

    if (!url_parse(arena, str_trim(setting), &url, err))
        return err_field(err, "transcription_url");
    while (root.n && root.p[root.n - 1] == '/')
        root.n--;
    bool whisper_cpp = str_ends(root, STR(WHISPER_PATH));
    bool bare = str_eq(url.path, STR("/"));

    if (bare)
        more = OPENAI_PATH;
    else if (str_ends(root, STR("/v1")))
        more = "/audio/transcriptions";
    else if (url.path.p[url.path.n - 1] == '/' && !whisper_cpp)
        more = OPENAI_PATH;
    *out = (struct speech_address){.url = str_fmt(arena, STR_FMT "%s" STR_FMT STR_FMT,
                                                  STR_ARG(root), more, STR_ARG(mark),
                                                  STR_ARG(query)),
                                   .whisper_cpp = whisper_cpp,
                                   .guessed = bare && !mark.n};
    return true;
}

/* The second guess for a bare root. */
static void guess_whisper(struct arena *arena, struct speech_address *address)
{
    size_t path = address->url.n - (sizeof OPENAI_PATH - 1);

    *address = (struct speech_address){
        .url = str_fmt(arena, STR_FMT WHISPER_PATH, STR_ARG(str_sub(address->url, 0, path))),
        .whisper_cpp = true};
}

/* --- asking --- */

struct asking {
    const struct conf *conf;
    struct net *net;
    struct arena *arena;
    const char *wav_path;
    int64_t until_mono_ms;
    struct speech_address address;
    bool plain; /* without segments and times */
};

static void field(struct asking *a, struct net_parts *parts, const char *name, struct str value)
{
    if (value.n)
        *net_parts_add(parts, a->arena) = (struct net_part){.name = str(name), .value = value};
}

static struct net_parts form(struct asking *a)
{
    struct str language = speech_language(a->arena, a->conf->transcription_language);
    bool speakers = str_has(a->conf->transcription_model, STR("diarize"));
    struct net_parts parts = {0};

    *net_parts_add(&parts, a->arena) = (struct net_part){.name = STR("file"),
                                                         .filename = STR("sound.wav"),
                                                         .type = STR("audio/wav"),
                                                         .path = a->wav_path};
    if (a->address.whisper_cpp) {
        /* It takes English unless told otherwise. */
        field(a, &parts, "language", language.n ? language : STR("auto"));
        field(a, &parts, "response_format", a->plain ? STR("json") : STR("verbose_json"));
        return parts;
    }
    field(a, &parts, "model", a->conf->transcription_model);
    field(a, &parts, "language", language);
    if (speakers && !a->plain) {
        field(a, &parts, "response_format", STR("diarized_json"));
        field(a, &parts, "chunking_strategy", STR("auto"));
        return parts;
    }
    field(a, &parts, "response_format", a->plain ? STR("json") : STR("verbose_json"));
    if (!a->plain)
        field(a, &parts, "timestamp_granularities[]", STR("segment"));
    return parts;
}

/* One call.  A transcript is read, never written: whatever was lost may be asked for again. */
static bool send_sound(struct asking *a, struct net_answer *answer, struct err *err)
{
    int64_t left = a->until_mono_ms - clock_mono_ms();
    struct net_request request = {
        .method = STR("POST"),
        .url = a->address.url,
        .parts = form(a),
        .deadline_ms = left > 0 ? left : 1,
        .connect_ms = CONNECT_MS,
        .answer_limit = LIMIT_SPEECH_ANSWER,
        .allow_private = true, /* the operator's own setting; a server of one's own is usual */
    };

    if (a->conf->transcription_api_key.n)
        *net_headers_add(&request.headers, a->arena) =
            (struct net_header){.name = STR("Authorization"),
                                .value = str_fmt(a->arena, "Bearer " STR_FMT,
                                                 STR_ARG(a->conf->transcription_api_key))};
    if (net_call(a->net, a->arena, &request, answer, err))
        return true;
    if (answer->too_long)
        return err_set(err, ERR_REFUSED,
                       "the transcription server's answer is longer than %d bytes",
                       LIMIT_SPEECH_ANSWER);
    if (err->kind == ERR_UNCERTAIN)
        err->kind = ERR_BUSY;
    if (err->kind == ERR_INVALID)
        (void)err_field(err, "transcription_url");
    return err_while(err, "transcription server");
}

/* --- judging --- */

/* Servers that echo a wrong key do not get it into our log, or a transcript. */
static bool has_key(const struct asking *a, struct str said)
{
    return a->conf->transcription_api_key.n && str_has(said, a->conf->transcription_api_key);
}

static bool worth_retrying(int status, struct str code)
{
    if (status == 429)
        return !str_eq(code, STR("insufficient_quota")); /* nobody paid: waiting is no help */
    return status == 408 || status == 409 || status == 425 || status >= 500;
}

static const char *hint_for(int status)
{
    if (status == 401 || status == 403)
        return "check transcription_api_key";
    if (status == 404 || status == 405)
        return "check transcription_url and transcription_model";
    if (status >= 300 && status < 400)
        return "it leads elsewhere: set transcription_url to the final address";
    return "";
}

static bool judge(struct asking *a, const struct net_answer *answer, struct err *err)
{
    struct str words = has_key(a, answer->body) ? STR("(its words repeat the key)")
                                                : speech_error_words(a->arena, answer->body);
    bool again = worth_retrying(answer->status, speech_error_code(a->arena, answer->body));

    err_set(err, again ? ERR_BUSY : ERR_REFUSED,
            "the transcription server answers %d%s" STR_FMT, answer->status,
            words.n ? ": " : "", STR_ARG(words));
    err->platform_code = answer->status;
    (void)snprintf(err->platform_message, sizeof err->platform_message, STR_FMT,
                   STR_ARG(words));
    return err_hint(err, "%s", hint_for(answer->status));
}

/* Does the server say that it cannot tell segments and times? */
static bool refuses_times(struct asking *a, const struct net_answer *answer)
{
    static const char *const marks[] = {"response_format", "verbose_json",
                                        "timestamp_granularities", "diarized_json",
                                        "chunking_strategy"};

    if (a->plain || (answer->status != 400 && answer->status != 422))
        return false;
    for (size_t i = 0; i < countof(marks); i++)
        if (str_has(answer->body, str(marks[i])))
            return true;
    return false;
}

static bool no_such_path(const struct net_answer *answer)
{
    return answer->status == 404 || answer->status == 405;
}

/* Ask until a server understands the address and the format; *answer is the one that counts. */
static bool ask(struct asking *a, struct net_answer *answer, struct err *err)
{
    struct net_answer first = {0};

    for (int calls = 0; calls < MOST_CALLS; calls++) {
        if (!send_sound(a, answer, err))
            return false;
        if (a->address.guessed && no_such_path(answer)) {
            first = *answer;
            guess_whisper(a->arena, &a->address);
        } else if (refuses_times(a, answer)) {
            a->plain = true;
        } else {
            break;
        }
    }
    /* "No such model" is a 404 too: when both paths say 404, the first one's words are better.
     */
    if (first.status && no_such_path(answer))
        *answer = first;
    return true;
}

bool speech_http(const struct conf *conf, struct net *net, struct arena *arena,
                 const char *wav_path, int64_t deadline_ms, struct speech_transcript *out,
                 struct err *err)
{
    struct net_answer answer;
    struct asking a = {.conf = conf,
                       .net = net,
                       .arena = arena,
                       .wav_path = wav_path,
                       .until_mono_ms = clock_mono_ms() + deadline_ms};

    if (!speech_address(arena, conf->transcription_url, &a.address, err) ||
        !ask(&a, &answer, err))
        return false;
    if (answer.status != 200)
        return judge(&a, &answer, err);
    if (has_key(&a, answer.body))
        return err_set(err, ERR_REFUSED, "the transcription server's answer repeats the key");
    if (!speech_read_answer(arena, answer.body, out, err))
        return false;
    if (!out->language.n)
        out->language = speech_language(arena, conf->transcription_language);
    if (!a.address.whisper_cpp)
        out->model = conf->transcription_model;
    return true;
}
