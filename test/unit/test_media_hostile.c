/* Files made to break their reader: each is refused in plain words, and harms nobody. */

#include "base/clock.h"
#include "base/log.h"
#include "media/movie.h"

#include "clips.h"

static unsigned long next = 1;

/* The same numbers on every machine and run. */
static size_t draw(size_t below)
{
    next = next * 6364136223846793005UL + 1442695040888963407UL;
    return (size_t)(next >> 33) % below;
}

static const char *refused(const char *path)
{
    static struct err err;
    struct media_facts facts;

    err = (struct err){0};
    if (media_probe(arena, path, &facts, &err))
        return "";
    CHECK(err.kind == ERR_INVALID && *err.hint && strcmp(err.field, "media") == 0, "%s: %s",
          path, err.text);
    return err.text;
}

static const char *sample_path(void)
{
    return clip("sample.mp4", "-f lavfi -i testsrc2=s=96x160:r=12:d=1 "
                              "-f lavfi -i sine=d=1 " H264 "-c:a aac");
}

static struct str sample(void)
{
    return clip_bytes(sample_path());
}

static struct str sample_mkv(void)
{
    return clip_bytes(clip("sample.mkv", "-f lavfi -i testsrc2=s=96x160:r=12:d=1 "
                                         "-f lavfi -i sine=d=1 " H264 "-c:a aac"));
}

static void texts_and_lists_posing_as_videos_are_refused(void)
{
    static const struct {
        const char *name, *text;
    } rows[] = {
        {"text.mp4", "not a video at all"},
        {"hls.mp4",
         "#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"},
        {"hls.m3u8", "#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n"},
        {"concat.mp4", "ffconcat version 1.0\nfile /etc/passwd\n"},
        {"list.mp4", "file '/etc/passwd'\n"},
        {"session.mp4",
         "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n"
         "a=rtpmap:96 H264/90000\n"},
        {"dash.mp4", "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\">"
                     "<Period><AdaptationSet mimeType=\"video/mp4\"><Representation id=\"1\">"
                     "<BaseURL>file:///etc/passwd</BaseURL></Representation></AdaptationSet>"
                     "</Period></MPD>"},
        {"picture.mp4",
         "<svg xmlns=\"http://www.w3.org/2000/svg\"><image href=\"file:///etc/passwd\"/>"
         "</svg>"},
        {"zip.mp4", "PK\3\4\24\0\0\0\0\0"},
        {"program.mp4", "\177ELF\2\1\1"},
    };

    for (size_t i = 0; i < countof(rows); i++) {
        const char *path = clip_of_bytes(rows[i].name, rows[i].text, strlen(rows[i].text));

        CHECK(strstr(refused(path), "of a kind we know"), "%s: \"%s\"", rows[i].name,
              refused(path));
    }
    CHECK(strstr(refused(clip_of_bytes("empty.mp4", "", 0)), "empty"), "an empty file");
    CHECK(*refused("/tmp/there/is/no/such.mp4"), "a missing file");
    CHECK(strstr(refused(clip("sound.m4a", "-f lavfi -i sine=d=1 -c:a aac")), "no video track"),
          "sound alone");
    CHECK(strstr(refused(clip("cover.m4a",
                              "-f lavfi -i sine=d=1 -f lavfi -i testsrc2=s=64x64:d=0.04:r=25 "
                              "-map 0 -map 1 -frames:v 1 -c:a aac -c:v png "
                              "-disposition:v attached_pic")),
                 "no video track"),
          "a song with its cover");
}

/* A wrong name does not matter: what is inside does. */
static void a_wrong_extension_is_not_believed(void)
{
    struct str bytes = sample();
    struct media_facts facts = {0};
    struct err err = {0};

    CHECK(media_probe(arena, clip_of_bytes("video.jpg", bytes.p, bytes.n), &facts, &err) &&
              str_eq(facts.container, STR("mp4")) && str_eq(facts.kind, STR("video")),
          "%s", err.text);
    CHECK(media_probe(arena, clip("still.mp4.png", "-f lavfi -i testsrc2=s=64x64 -frames:v 1"),
                      &facts, &err) &&
              str_eq(facts.kind, STR("image")),
          "%s", err.text);
}

static void big_endian(char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (char)(value >> (24 - 8 * i));
}

static char *find_box(struct str bytes, const char *type)
{
    for (size_t i = 4; i + 4 < bytes.n; i++)
        if (memcmp(bytes.p + i, type, 4) == 0)
            return (char *)bytes.p + i;
    CHECK(false, "there is no %s", type);
    return (char *)bytes.p;
}

/* Refused, or read with facts that make sense: nothing in between, and soon. */
static bool survives(const char *path)
{
    struct media_facts facts = {0};
    struct err err = {0};
    int64_t began = clock_mono_ms();
    bool read = media_probe(arena, path, &facts, &err);

    CHECK(clock_mono_ms() - began < 20000, "%s took %lld ms", path,
          (long long)(clock_mono_ms() - began));
    if (!read) {
        CHECK(err.kind == ERR_INVALID && strlen(err.text) > 30, "%s: %s", path, err.text);
        return false;
    }
    CHECK(facts.width > 0 && facts.width <= 81920 && facts.height > 0 &&
              facts.duration_ms >= 0 && facts.duration_ms <= 360000000 && facts.streams <= 16 &&
              facts.container.n,
          "%s: %lldx%lld, %lld ms", path, (long long)facts.width, (long long)facts.height,
          (long long)facts.duration_ms);
    return true;
}

/* ftyp, and a moov of a million tracks without anything in them. */
static const char *million_tracks(void)
{
    static const char type[] = "\0\0\0\x10"
                               "ftypisom\0\0\0\0";
    size_t n = 1000000 * 8, at = sizeof type - 1 + 8;
    char *bytes = arena_alloc(arena, at + n);

    memcpy(bytes, type, sizeof type - 1);
    big_endian(bytes + sizeof type - 1, (uint32_t)n + 8);
    memcpy(bytes + sizeof type - 1 + 4, "moov", 4);
    for (size_t i = 0; i < n; i += 8) {
        big_endian(bytes + at + i, 8);
        memcpy(bytes + at + i + 4, "trak", 4);
    }
    return clip_of_bytes("tracks.mp4", bytes, at + n);
}

/* Headers that promise too much. */
static void bombs_are_defused(void)
{
    static const struct {
        const char *box;
        size_t offset;
        const char *name;
    } promises[] = {
        {"mvhd", 20, "mvhd.mp4"}, /* how long it is */
        {"mdhd", 20, "mdhd.mp4"}, {"elst", 12, "elst.mp4"},
        {"stsz", 12, "stsz.mp4"}, /* how many frames */
        {"stts", 8, "stts.mp4"},  {"stts", 16, "stts2.mp4"},
        {"stsc", 8, "stsc.mp4"},  {"stco", 8, "stco.mp4"},
        {"avc1", 28, "avc1.mp4"}, /* how large */
        {"tkhd", 80, "tkhd.mp4"}, {"esds", 4, "esds.mp4"},
    };
    struct str png = clip_bytes(clip("bomb.png", "-f lavfi -i testsrc2=s=64x64 -frames:v 1"));
    char *header = find_box(png, "IHDR");
    const char *many =
        clip("many.mkv", str_fmt(arena, "-i '%s' %s -c copy", sample_path(),
                                 "-map 0:v -map 0:v -map 0:v -map 0:v -map 0:v -map 0:v "
                                 "-map 0:v -map 0:v -map 0:v -map 0:v -map 0:v -map 0:v "
                                 "-map 0:v -map 0:v -map 0:v -map 0:v -map 0:v")
                             .p);
    const char *wide = clip("wide.webm", "-f lavfi -i color=s=16000x16:r=5:d=0.4 -c:v libvpx "
                                         "-deadline realtime -cpu-used 8");
    const char *sparse = clip_of_bytes("sparse.mp4",
                                       "\0\0\0\x10"
                                       "ftypisom\0\0\0\0"
                                       "\0\0\0\1mdat\0\0\0\x20\0\0\0\0",
                                       32);

    big_endian(header + 4, 100000);
    big_endian(header + 8, 100000);
    CHECK(*refused(clip_of_bytes("bomb2.png", png.p, png.n)), "a PNG of 100,000 pixels");
    CHECK(strstr(refused(wide), "larger than 8192x8192"), "%s", refused(wide));
    CHECK(strstr(refused(many), "17 tracks"), "%s", refused(many));
    CHECK(*refused(million_tracks()), "a million tracks");
    CHECK(truncate(sparse, 100LL << 30) == 0 && *refused(sparse), "100 GB of nothing");
    for (size_t i = 0; i < countof(promises); i++) {
        struct str bytes = sample();

        big_endian(find_box(bytes, promises[i].box) + promises[i].offset, 0xFFFFFFFF);
        (void)survives(clip_of_bytes(promises[i].name, bytes.p, bytes.n));
    }
}

static void truncated_and_damaged_files_do_no_harm(void)
{
    struct str wholes[] = {sample(), sample_mkv()};
    int read = 0, not_read = 0;

    for (size_t w = 0; w < countof(wholes); w++) {
        for (size_t cut = 1; cut <= 8; cut++)
            (void)survives(clip_of_bytes("cut.mp4", wholes[w].p, wholes[w].n * cut / 9));
        for (int i = 0; i < 12; i++) {
            char *bytes = arena_alloc(arena, wholes[w].n);

            memcpy(bytes, wholes[w].p, wholes[w].n);
            for (int k = 0; k < 40; k++)
                bytes[draw(wholes[w].n)] ^= (char)(1 << draw(8));
            if (survives(clip_of_bytes("damaged.mp4", bytes, wholes[w].n)))
                read++;
            else
                not_read++;
        }
    }
    CHECK(survives(sample_path()), "afterwards a good one is not read");
    CHECK(read + not_read == 24, "%d read, %d refused", read, not_read);
}

/* The same within this process, where a sanitizer sees our part of the work. */
static void hundreds_of_damaged_files_are_read_to_the_end(void)
{
    struct str wholes[] = {sample(), sample_mkv()};
    int refusals = 0;

    for (int i = 0; i < 300; i++) {
        struct arena_mark mark = arena_mark(arena);
        struct str whole = wholes[i % 2], json = {0};
        uint8_t *bytes = arena_alloc(arena, whole.n);
        struct movie_source source = {.bytes = bytes, .size = (int64_t)whole.n};
        struct err err = {0};
        size_t damaged = 1 + draw(60);

        memcpy(bytes, whole.p, whole.n);
        for (size_t k = 0; k < damaged; k++) /* the beginning and the end are the headers */
            bytes[k % 2     ? draw(whole.n)
                  : draw(2) ? draw(800)
                            : whole.n - 1 - draw(1500)] ^= (uint8_t)(1 << draw(8));
        if (!facts_find(arena, &source, &json, &err))
            refusals++;
        arena_rewind(arena, mark);
    }
    CHECK(refusals > 10 && refusals < 290, "%d of 300 were refused", refusals);
}

int main(int argc, char **argv)
{
    confine_main(argc, argv, media_works);
    if (!clips_begin())
        return 1;
    log_setup(LOG_ERROR, -1);
    RUN(texts_and_lists_posing_as_videos_are_refused);
    RUN(a_wrong_extension_is_not_believed);
    RUN(bombs_are_defused);
    RUN(truncated_and_damaged_files_do_no_harm);
    RUN(hundreds_of_damaged_files_are_read_to_the_end);
    return clips_end() ? test_report() : 1;
}
