/* sound.c - a WAV file's samples, and where in them something is to be heard. */

#include "speech/parts.h"

#include "base/arena.h"

#include <math.h>
#include <stdlib.h>

/* --- WAV --- */

static uint32_t little(const char *p, size_t bytes)
{
    uint32_t v = 0;

    for (size_t i = bytes; i--;)
        v = v << 8 | (unsigned char)p[i];
    return v;
}

static bool no_wav(const char **why, const char *what)
{
    *why = what;
    return false;
}

/* The format chunk: kind 1 (PCM, or what its extension says), one channel, 16 kHz, 16 bits. */
static bool format_fits(struct str chunk)
{
    uint32_t kind;

    if (chunk.n < 16)
        return false;
    kind = little(chunk.p, 2);
    if (kind == 0xfffe && chunk.n >= 26)
        kind = little(chunk.p + 24, 2);
    return kind == 1 && little(chunk.p + 2, 2) == 1 && little(chunk.p + 4, 4) == SPEECH_RATE &&
           little(chunk.p + 14, 2) == 16;
}

bool speech_wav(struct str file, struct str *samples, const char **why)
{
    struct str rest = str_sub(file, 12, file.n);
    bool format = false;

    if (!str_starts(file, STR("RIFF")) || !str_eq(str_sub(file, 8, 4), STR("WAVE")))
        return no_wav(why, "it is not a WAV file");
    while (rest.n >= 8) {
        struct str name = str_sub(rest, 0, 4);
        size_t size = little(rest.p + 4, 4);
        struct str chunk = str_sub(rest, 8, size); /* a writer to a pipe leaves the size open */

        if (str_eq(name, STR("fmt ")) && !(format = format_fits(chunk)))
            return no_wav(why, "its sound is not 16 kHz, mono, 16 bits");
        if (str_eq(name, STR("data")) && format) {
            *samples = str_sub(chunk, 0, chunk.n & ~(size_t)1);
            return true;
        }
        rest = str_sub(rest, 8 + chunk.n + (chunk.n & 1), rest.n);
    }
    return no_wav(why, "its WAV header is broken");
}

/* --- pauses --- */

enum {
    FRAME = SPEECH_RATE / 100, /* 10 ms */
    PAUSE_FRAMES = 30,         /* what separates two pieces */
    MARGIN_FRAMES = 15,        /* quiet kept at both ends: words begin softly */
    SHORTEST_FRAMES = 8,       /* a click is shorter */
    LONGEST_FRAMES = 1500,
};
#define SILENT_DB 30.0 /* over the least step of a sample: 60 dB below full scale */
#define FLAT_DB   6.0  /* floor and top so near: there are no pauses to find */

static int by_size(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return x < y ? -1 : x > y;
}

static float *loudness(struct arena *arena, const int16_t *samples, size_t frames)
{
    float *db = NEW_ARRAY(arena, float, frames + 1);

    for (size_t i = 0; i < frames; i++) {
        double sum = 0;

        for (size_t k = 0; k < FRAME; k++)
            sum += (double)samples[i * FRAME + k] * samples[i * FRAME + k];
        db[i] = (float)(10 * log10(sum / FRAME + 1));
    }
    return db;
}

/* What is louder than this is heard: between the quiet tenth and the loud twentieth of this
 * recording, nearer to the quiet. */
static float threshold(struct arena *arena, const float *db, size_t frames)
{
    float *sorted = NEW_ARRAY(arena, float, frames);
    float floor_db, top;

    memcpy(sorted, db, frames * sizeof *sorted);
    qsort(sorted, frames, sizeof *sorted, by_size);
    floor_db = sorted[frames / 10];
    top = sorted[frames * 95 / 100];
    if (top - floor_db < (float)FLAT_DB)
        return (float)SILENT_DB;
    floor_db += (top - floor_db) * 0.3F;
    return floor_db > (float)SILENT_DB ? floor_db : (float)SILENT_DB;
}

/* Where to cut what does not pause: the quietest frame of its last third. */
static size_t quietest(const float *db, size_t from, size_t to)
{
    size_t found = to;

    for (size_t i = to - (to - from) / 3; i < to; i++)
        if (found == to || db[i] < db[found])
            found = i;
    return found;
}

static void add_piece(struct arena *arena, struct speech_pieces *pieces, size_t from, size_t to,
                      size_t frames)
{
    size_t before = pieces->n ? pieces->at[pieces->n - 1].to / FRAME : 0;
    size_t begin = from > before + MARGIN_FRAMES ? from - MARGIN_FRAMES : before;
    size_t end = to + MARGIN_FRAMES < frames ? to + MARGIN_FRAMES : frames;

    if (to - from >= SHORTEST_FRAMES)
        *speech_pieces_add(pieces, arena) =
            (struct speech_piece){.from = begin * FRAME, .to = end * FRAME};
}

void speech_cut(struct arena *arena, const int16_t *samples, size_t n,
                struct speech_pieces *pieces)
{
    size_t frames = n / FRAME, start = 0, quiet = 0;
    bool heard = false;
    float *db, limit;

    if (!frames)
        return;
    db = loudness(arena, samples, frames);
    limit = threshold(arena, db, frames);
    for (size_t i = 0; i < frames; i++) {
        if (db[i] > limit) {
            if (!heard)
                start = i;
            heard = true;
            quiet = 0;
        } else if (heard && ++quiet == PAUSE_FRAMES) {
            add_piece(arena, pieces, start, i + 1 - quiet, frames);
            heard = false;
        }
        if (heard && i + 1 - start >= LONGEST_FRAMES) {
            size_t cut = quietest(db, start, i + 1);

            add_piece(arena, pieces, start, cut, cut);
            start = cut;
            quiet = quiet < i + 1 - cut ? quiet : i + 1 - cut;
        }
    }
    if (heard)
        add_piece(arena, pieces, start, frames - quiet, frames);
}
