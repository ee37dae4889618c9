/* creative_check.c - facts held against the limits; what is wanting, and how to mend it. */

#include "creative/creative_check.h"

#include "base/arena.h"
#include "creative/creative_codes.h"
#include "creative/creative_limits.h"
#include "creative/creative_mend.h"

#include <math.h>
#include <string.h>

#define RATIO_SLACK 0.02 /* 1080x1918 is 9:16 */
#define RATE_SLACK  0.5  /* 23.98 is 24, 59.94 is 60 */

static const struct {
    const char *name;
    double ratio;
} shapes[] = {{"9:16", 9.0 / 16}, {"4:5", 4.0 / 5}, {"1:1", 1}, {"16:9", 16.0 / 9}};

static double ratio_of(const struct media_facts *facts)
{
    return facts->height > 0 ? (double)facts->width / (double)facts->height : 0;
}

/* "" when it is none of them. */
static const char *shape_of(const struct media_facts *facts)
{
    for (size_t i = 0; i < countof(shapes); i++)
        if (fabs(ratio_of(facts) / shapes[i].ratio - 1) <= RATIO_SLACK)
            return shapes[i].name;
    return "";
}

/* --- what was measured, by field --- */

struct measured {
    bool known; /* otherwise nothing can be said against it */
    double value, slack;
    const char *word;
    struct str text;
    struct says says;
};

static struct measured number(struct arena *arena, double value, const char *unit)
{
    return (struct measured){.known = true,
                             .value = value,
                             .word = "",
                             .text = str_fmt(arena, "%.1f %s", value, unit),
                             .says =
                                 SAYS(creative_code(LIMIT_MEASURED), SAYS_REAL("value", value),
                                      SAYS_WORD("unit", str(unit)))};
}

static struct measured named(struct arena *arena, struct str word)
{
    return (struct measured){.known = true, .word = str_c(arena, word), .text = word};
}

static struct measured size(struct arena *arena, const struct media_facts *facts)
{
    struct measured m = number(arena, (double)facts->size_bytes / (1 << 20), "MB");

    return m;
}

static struct measured duration(struct arena *arena, const struct media_facts *facts)
{
    return number(arena, (double)facts->duration_ms / 1000, "s");
}

static struct measured bit_rate(struct arena *arena, const struct media_facts *facts)
{
    struct measured m = number(arena, (double)facts->bit_rate / 1000, "kbit/s");

    m.known = facts->bit_rate > 0;
    return m;
}

static struct measured frame_rate(struct arena *arena, const struct media_facts *facts)
{
    struct measured m = number(arena, facts->frame_rate, "fps");

    m.known = facts->frame_rate > 0;
    m.slack = RATE_SLACK;
    return m;
}

static struct measured pixels(struct arena *arena, const struct media_facts *facts)
{
    return number(arena, (double)(facts->width * facts->height) / 1e6, "megapixels");
}

static struct measured container(struct arena *arena, const struct media_facts *facts)
{
    return named(arena, facts->container);
}

static struct measured video_codec(struct arena *arena, const struct media_facts *facts)
{
    return named(arena, facts->video_codec);
}

static struct measured audio(struct arena *arena, const struct media_facts *facts)
{
    struct measured m = named(arena, !facts->has_audio     ? STR("none")
                                     : facts->audio_silent ? STR("silent")
                                                           : STR("present"));

    if (facts->audio_silent) {
        m.text = str_fmt(arena, "silent: mean %.0f dB", facts->audio_mean_db);
        m.says = SAYS(creative_code(LIMIT_SILENT), SAYS_REAL("db", facts->audio_mean_db));
    }
    return m;
}

static struct measured animated(struct arena *arena, const struct media_facts *facts)
{
    return named(arena, facts->animated ? STR("yes") : STR("no"));
}

static struct measured picture(struct arena *arena, const struct media_facts *facts)
{
    return (struct measured){
        .known = true,
        .word = shape_of(facts),
        .text = str_fmt(arena, "%lldx%lld", (long long)facts->width, (long long)facts->height)};
}

static const struct {
    const char *name;
    struct measured (*measure)(struct arena *arena, const struct media_facts *facts);
} fields[] = {
    {"container", container}, {"video_codec", video_codec}, {"size", size},
    {"duration", duration},   {"bit_rate", bit_rate},       {"frame_rate", frame_rate},
    {"resolution", picture},  {"aspect", picture},          {"audio", audio},
    {"pixels", pixels},       {"animated", animated},
};

static struct measured measure(struct arena *arena, const struct media_facts *facts,
                               const char *field)
{
    for (size_t i = 0; i < countof(fields); i++)
        if (strcmp(fields[i].name, field) == 0)
            return fields[i].measure(arena, facts);
    must(!"a limit of a field that nobody measures");
    return (struct measured){0};
}

/* --- held against a limit --- */

static bool has_word(const char *words, const char *word)
{
    struct str rest = str(words);

    while (rest.n)
        if (str_eq(str_cut(&rest, ' '), str(word)))
            return true;
    return false;
}

static bool within(const struct creative_limit *limit, const struct media_facts *facts,
                   const struct measured *m)
{
    if (!m->known)
        return true;
    if (limit->shape)
        return strcmp(limit->shape, m->word) != 0 ||
               (facts->width >= limit->width && facts->height >= limit->height);
    if (limit->words)
        return has_word(limit->words, m->word);
    return m->value >= limit->low - m->slack &&
           (limit->high <= 0 || m->value <= limit->high + m->slack);
}

static bool applies(const struct creative_limit *limit, const struct media_facts *facts,
                    struct str platform, struct str placement)
{
    return str_eq(str(limit->kind), facts->kind) &&
           (!*limit->platform || str_eq(str(limit->platform), platform)) &&
           (!*limit->placement || !placement.n || str_eq(str(limit->placement), placement));
}

/* A platform that has its own row for the field at this level is asked by that row only. */
static bool overruled(size_t row, const struct media_facts *facts, struct str platform,
                      struct str placement)
{
    const struct creative_limit *limit = &creative_limits[row];

    for (size_t i = 0; !*limit->platform && i < row; i++)
        if (*creative_limits[i].platform && creative_limits[i].error == limit->error &&
            strcmp(creative_limits[i].field, limit->field) == 0 &&
            applies(&creative_limits[i], facts, platform, placement))
            return true;
    return false;
}

static bool found_before(const struct creative_findings *findings, const char *field)
{
    for (size_t i = 0; i < findings->n; i++)
        if (strcmp(findings->at[i].field, field) == 0)
            return true;
    return false;
}

static void try_limit(struct arena *arena, const struct creative_limit *limit,
                      const struct media_facts *facts, struct creative_findings *out)
{
    struct measured m = measure(arena, facts, limit->field);
    struct creative_finding *finding;

    if (within(limit, facts, &m) || found_before(out, limit->field))
        return;
    finding = creative_findings_add(out, arena);
    *finding = (struct creative_finding){
        .error = limit->error,
        .field = limit->field,
        .measured = m.text,
        .allowed = creative_limit_allowed(arena, limit),
        .source = limit->source,
        .measured_says = m.says,
        .allowed_says = creative_limit_says(arena, limit),
    };
    creative_mend_words(arena, facts, limit, finding);
}

void creative_check(struct arena *arena, const struct media_facts *facts, struct str platform,
                    struct str placement, struct creative_findings *out)
{
    for (int level = 1; level >= 0; level--)
        for (size_t i = 0; i < creative_limits_n; i++)
            if (creative_limits[i].error == (level == 1) &&
                applies(&creative_limits[i], facts, platform, placement) &&
                !overruled(i, facts, platform, placement))
                try_limit(arena, &creative_limits[i], facts, out);
}

bool creative_verdict(const struct creative_findings *findings, struct err *err)
{
    for (size_t i = 0; i < findings->n; i++) {
        const struct creative_finding *finding = &findings->at[i];

        if (!finding->error)
            continue;
        err_set(err, ERR_INVALID, "the file's %s is " STR_FMT, finding->field,
                STR_ARG(finding->measured));
        err_hint(err, "allowed: %s; " STR_FMT, finding->allowed, STR_ARG(finding->mend));
        return err_field(err, "media");
    }
    return true;
}
