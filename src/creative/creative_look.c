/* creative_look.c - a file in its place is looked at: facts, findings, likeness; mended. */

#include "creative/creative_db.h"
#include "creative/creative_file.h"
#include "creative/creative_parts.h"

#include "base/limits.h"
#include "base/log.h"
#include "conf/conf.h"
#include "db/db.h"
#include "media/media.h"
#include "seal/seal.h"

/* An upload brought its SHA-256 along; MD5 is made while sending. */
static bool hash(struct creative_looking *l, struct err *err)
{
    return l->creative->sha256.n ||
           seal_sha256_file_hex(l->arena, creative_path(l->conf, l->arena, l->creative),
                                &l->creative->sha256, err);
}

/* A video that looks like another one of the ad account is told, not refused. */
static bool find_likeness(struct creative_looking *l, const struct media_fingerprint *mine,
                          struct err *err)
{
    struct creative_look_list others = {0};
    struct str nearest = STR("");
    int least = MEDIA_NEAR + 1;

    if (!creative_looks(l->db, l->arena, l->creative, LIMIT_NEAR_LOOKS, &others, err))
        return false;
    for (size_t i = 0; i < others.n; i++) {
        struct media_fingerprint other;

        if (!media_fingerprint_parse(others.at[i].fingerprint, &other))
            continue;
        int distance = media_fingerprint_distance(mine, &other);
        if (distance < least) {
            least = distance;
            nearest = others.at[i].id;
        }
    }
    if (nearest.n)
        *creative_findings_add(&l->findings, l->arena) = (struct creative_finding){
            .field = "near_duplicate",
            .measured = str_fmt(l->arena, "%d of 64 bits from creative " STR_FMT, least,
                                STR_ARG(nearest)),
            .allowed = "a video of its own: two that look alike compete with each other",
            .mend = STR("keep one of them"),
            .source = "perceptual hash of eight frames",
        };
    return true;
}

/* Without a fingerprint only the warning is missing. */
static bool liken(struct creative_looking *l, struct err *err)
{
    struct media_fingerprint mine;
    struct err unlike = {0};

    if (!str_eq(l->creative->media_type, STR("video")))
        return true;
    if (!media_fingerprint(l->arena, creative_path(l->conf, l->arena, l->creative), &mine,
                           &unlike)) {
        log_err("creative.no_fingerprint", &unlike);
        return true;
    }
    l->creative->fingerprint = media_fingerprint_print(l->arena, &mine);
    return find_likeness(l, &mine, err);
}

static void take_facts(struct creative_looking *l)
{
    struct creative *creative = l->creative;

    creative->size_bytes = l->facts.size_bytes;
    creative->duration_ms = l->facts.duration_ms;
    creative->width = l->facts.width;
    creative->height = l->facts.height;
    if (l->facts.kind.n)
        creative->media_type = l->facts.kind;
}

bool creative_probe(struct creative_looking *l, struct err *err)
{
    l->findings = (struct creative_findings){0};
    if (!media_probe(l->arena, creative_path(l->conf, l->arena, l->creative), &l->facts, err))
        return false;
    take_facts(l);
    creative_check(l->arena, &l->facts, l->platform, STR(""), &l->findings);
    if (!hash(l, err) || !liken(l, err))
        return false;
    l->creative->probe_json = creative_probe_print(l->arena, &l->facts, &l->findings);
    return true;
}

/* --- mending --- */

/* Recommendations alone are no reason to change what somebody made. */
bool creative_wants_mending(const struct creative_looking *l)
{
    struct media_plan plan;
    bool any = false;

    if (!l->conf->creative_mend || l->creative->original_path.n)
        return false;
    for (size_t i = 0; i < l->findings.n; i++)
        any = any || l->findings.at[i].error;
    return any && creative_mend_plan(&l->facts, &l->findings, &plan);
}

bool creative_mend_file(struct creative_looking *l, struct err *err)
{
    struct creative *creative = l->creative;
    struct str original = creative->media_path;
    struct str mended = str_fmt(l->arena, STR_FMT "-mended", STR_ARG(original));
    const char *part = creative_file_path(l->conf, l->arena, mended, ".part.mp4");
    struct media_plan plan;

    if (!creative_mend_plan(&l->facts, &l->findings, &plan))
        return err_set(err, ERR_INVALID, "the video cannot be mended");
    if (!media_mend(l->arena, creative_path(l->conf, l->arena, creative), part, &plan, err) ||
        !creative_file_settle(part, creative_file_path(l->conf, l->arena, mended, ""), err))
        return false;
    creative->media_path = mended;
    creative->original_path = original;
    creative->md5 = STR(""); /* of the other file */
    return creative_probe(l, err);
}
