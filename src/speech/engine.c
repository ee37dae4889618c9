/* engine.c - our side of the engine's child. */

#include "speech/parts.h"

#include "base/arena.h"
#include "base/buf.h"
#include "media/confine.h"
#include "speech/child.h"
#include "text/json.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

#define ANSWER_BYTES (4 * 1024 * 1024)
/* Of the time in hand: for starting, and for the piece during which the time is up. */
#define RESERVE_MS   20000
#define MEMORY_BYTES (1024LL * 1024 * 1024) /* of addresses; it uses a tenth of it */

/* --- the model --- */

static bool is_acoustic(struct arena *arena, const char *folder)
{
    return access(str_fmt(arena, "%s/mdef", folder).p, R_OK) == 0;
}

/* The first of two names in the alphabet, so that the disk's order decides nothing. */
static void keep_first(struct arena *arena, const char **kept, struct str path)
{
    if (!*kept || str_cmp(path, str(*kept)) < 0)
        *kept = str_c(arena, path);
}

static void look_at(struct arena *arena, struct str folder, struct str name,
                    struct speech_model *out)
{
    struct str path = str_fmt(arena, STR_FMT "/" STR_FMT, STR_ARG(folder), STR_ARG(name));

    if (str_ends(name, STR(".dict")) || str_ends(name, STR(".dic")))
        keep_first(arena, &out->words, path);
    else if (str_has(name, STR("phone"))) /* a model of sounds, not of words */
        return;
    else if (str_ends(name, STR(".lm.bin")) || str_ends(name, STR(".lm")))
        keep_first(arena, &out->language, path);
    else if (!str_starts(name, STR(".")) && is_acoustic(arena, path.p))
        keep_first(arena, &out->acoustic, path);
}

bool speech_model_find(struct arena *arena, struct str folder, struct speech_model *out)
{
    DIR *listing = folder.n ? opendir(str_c(arena, folder)) : NULL;

    *out = (struct speech_model){0};
    if (!listing)
        return false;
    for (const struct dirent *entry; (entry = readdir(listing));)
        look_at(arena, folder, str(entry->d_name), out);
    (void)closedir(listing);
    if (!out->acoustic && is_acoustic(arena, str_c(arena, folder)))
        out->acoustic = str_c(arena, folder);
    return out->acoustic && out->language && out->words;
}

/* --- what it heard --- */

static bool bad_answer(struct err *err)
{
    return err_set(err, ERR_BROKEN, "the speech child's answer makes no sense");
}

static bool read_word(struct arena *arena, const struct json *item, struct speech_words *words)
{
    int64_t last = words->n ? words->at[words->n - 1].end_ms : 0;
    int64_t start, end;
    struct str text =
        speech_word_text(arena, speech_line(arena, json_text(item, "2", STR(""))));

    if (!text.n || !json_int(item, "0", &start) || !json_int(item, "1", &end) || start < last ||
        end < start || end > INT64_C(3600000))
        return false;
    *speech_words_add(words, arena) =
        (struct speech_word){.start_ms = start, .end_ms = end, .text = text};
    return true;
}

static bool read_answer(struct arena *arena, struct str said, struct speech_transcript *out,
                        struct err *err)
{
    struct speech_words words = {0};
    const struct json *answer, *list;

    if (!json_parse(arena, said, &answer, err))
        return bad_answer(err);
    *out = (struct speech_transcript){.confidence = json_real(answer, "confidence", -1)};
    list = json_at(answer, "words");
    if (json_type(list) != JSON_LIST || !json_int(answer, "heard_ms", &out->heard_ms))
        return bad_answer(err);
    for (size_t i = 0; i < json_count(list); i++)
        if (!read_word(arena, json_item(list, i), &words))
            return bad_answer(err);
    speech_phrases(arena, &words, &out->segments);
    speech_punctuate(arena, &out->segments);
    out->text = speech_join(arena, &out->segments);
    return true;
}

static struct str last_name(struct str path)
{
    while (path.n && path.p[path.n - 1] == '/')
        path.n--;
    for (size_t i = path.n; i--;)
        if (path.p[i] == '/')
            return str_sub(path, i + 1, path.n);
    return path;
}

bool speech_engine(const struct conf *conf, struct arena *arena, const char *wav_path,
                   int64_t deadline_ms, struct speech_transcript *out, struct err *err)
{
    int64_t may_take =
        deadline_ms > 2 * RESERVE_MS ? deadline_ms - RESERVE_MS : deadline_ms / 2;
    const char *words[] = {str_c(arena, conf->transcription_engine_model),
                           str_fmt(arena, "%lld", (long long)may_take).p, NULL};
    struct confine_job job = {.work = SPEECH_CHILD,
                              .words = words,
                              .input_path = wav_path,
                              .answer_bytes = ANSWER_BYTES,
                              .cpu_seconds = (int)(deadline_ms / 1000),
                              .wall_seconds = (int)(deadline_ms / 1000),
                              .memory_bytes = MEMORY_BYTES};
    struct str said, language = speech_language(arena, conf->transcription_language);

    if (!confine_run(arena, &job, &said, err))
        return err_while(err, "the sound cannot be transcribed");
    if (!read_answer(arena, said, out, err))
        return false;
    out->language = language.n ? language : STR("en");
    out->model = last_name(conf->transcription_engine_model);
    return true;
}
