#ifndef TEST_UNIT_CLIPS_H
#define TEST_UNIT_CLIPS_H

/* Videos made by the ffmpeg program, and a folder for other files, which clips_end removes. */

#include "base/arena.h"
#include "base/buf.h"
#include "test.h"

#include <sys/stat.h>
#include <unistd.h>

static struct arena *arena;
static char clips_folder[] = "/tmp/adwright_media_XXXXXX";

#define CLIPS_KEPT "build/clips"

#define MOVING "-f lavfi -i testsrc2=s=180x320:r=30:d=2 "
#define TONE   "-f lavfi -i sine=f=440:d=2 "
#define H264   "-c:v libx264 -preset ultrafast -pix_fmt yuv420p "

static inline const char *clip_path(const char *name)
{
    return str_fmt(arena, "%s/%s", clips_folder, name).p;
}

static inline const char *clip_of_bytes(const char *name, const void *bytes, size_t n)
{
    const char *path = clip_path(name);
    FILE *file = fopen(path, "wb");

    CHECK(file && fwrite(bytes, 1, n, file) == n, "writing %s", path);
    if (file)
        (void)fclose(file);
    return path;
}

/*
 * What ffmpeg makes with these arguments, which end before the output.  Made once and kept in
 * build/clips, by a hash of the arguments: another program or run that wants the same finds it.
 */
static inline const char *clip(const char *name, const char *arguments)
{
    const char *path = str_fmt(arena, "%s/%016llx-%s", CLIPS_KEPT,
                               (unsigned long long)str_hash(str(arguments)), name)
                           .p;
    const char *making = str_fmt(arena, "%s/%d-%s", CLIPS_KEPT, (int)getpid(), name).p;
    const char *command =
        str_fmt(arena, "timeout 60 ffmpeg -nostdin -v error -y %s '%s' 2>'%s/ffmpeg.log'",
                arguments, making, clips_folder)
            .p;

    if (access(path, F_OK) == 0)
        return path;
    CHECK(system(command) == 0 && rename(making, path) == 0, "%s", command);
    return path;
}

static inline struct str clip_bytes(const char *path)
{
    size_t room = 4 << 20;
    char *bytes = arena_alloc(arena, room);
    FILE *file = fopen(path, "rb");
    size_t n = file ? fread(bytes, 1, room, file) : 0;

    CHECK(n > 0 && n < room, "reading %s", path);
    if (file)
        (void)fclose(file);
    return (struct str){bytes, n};
}

static inline bool clips_begin(void)
{
    arena = arena_new("test");
    (void)mkdir("build", 0777);
    (void)mkdir(CLIPS_KEPT, 0777);
    return mkdtemp(clips_folder) != NULL;
}

static inline bool clips_end(void)
{
    bool ok = system(str_fmt(arena, "rm -rf '%s'", clips_folder).p) == 0;

    arena_free(arena);
    return ok;
}

#endif
