/* probe.c - sizes and durations from file headers. */

#include "sandbox/probe.h"

#include <stdio.h>
#include <string.h>

static uint32_t be32(struct str s, size_t at)
{
    const unsigned char *p = (const unsigned char *)s.p + at;

    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint64_t be64(struct str s, size_t at)
{
    return (uint64_t)be32(s, at) << 32 | be32(s, at + 4);
}

static uint32_t le32(struct str s, size_t at)
{
    const unsigned char *p = (const unsigned char *)s.p + at;

    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static bool has_at(struct str s, size_t at, const char *word)
{
    return s.n >= at + strlen(word) && memcmp(s.p + at, word, strlen(word)) == 0;
}

static void set_format(struct probe *out, const char *format)
{
    snprintf(out->format, sizeof out->format, "%s", format);
}

/* --- ISO base media: boxes in boxes -------------------------------------- */

/* The next box of *rest: its type and content; false at the end or when malformed. */
static bool next_box(struct str *rest, char type[5], struct str *content)
{
    uint64_t size;
    size_t header = 8;

    if (rest->n < 8)
        return false;
    size = be32(*rest, 0);
    memcpy(type, rest->p + 4, 4);
    type[4] = 0;
    if (size == 1) {
        if (rest->n < 16)
            return false;
        size = be64(*rest, 8);
        header = 16;
    } else if (size == 0) {
        size = rest->n;
    }
    if (size < header || size > rest->n)
        return false;
    *content = str_sub(*rest, header, (size_t)size - header);
    *rest = str_sub(*rest, (size_t)size, rest->n);
    return true;
}

static void read_movie_header(struct str box, struct probe *out)
{
    uint64_t scale, duration;

    if (box.n < 20)
        return;
    if (box.p[0] == 1) {
        if (box.n < 32)
            return;
        scale = be32(box, 20);
        duration = be64(box, 24);
    } else {
        scale = be32(box, 12);
        duration = be32(box, 16);
    }
    if (scale && duration < UINT64_C(1) << 40)
        out->duration_ms = (int64_t)(duration * 1000 / scale);
}

static void read_track_header(struct str box, struct probe *out)
{
    size_t at = box.n && box.p[0] == 1 ? 88 : 76;

    if (box.n < at + 8 || out->width)
        return;
    out->width = be32(box, at) >> 16;
    out->height = be32(box, at + 4) >> 16;
}

static void read_boxes(struct str content, int depth, struct probe *out)
{
    char type[5];
    struct str box;

    while (next_box(&content, type, &box)) {
        if (strcmp(type, "mvhd") == 0)
            read_movie_header(box, out);
        else if (strcmp(type, "tkhd") == 0)
            read_track_header(box, out);
        else if (depth < 4 && (strcmp(type, "moov") == 0 || strcmp(type, "trak") == 0))
            read_boxes(box, depth + 1, out);
    }
}

bool probe_video(struct str bytes, struct probe *out)
{
    *out = (struct probe){{0}, 0, 0, 0};
    if (has_at(bytes, 4, "ftyp")) {
        set_format(out, has_at(bytes, 8, "qt")   ? "mov"
                        : has_at(bytes, 8, "3g") ? "3gp"
                                                 : "mp4");
        read_boxes(bytes, 0, out);
        return out->width > 0;
    }
    if (has_at(bytes, 0, "RIFF") && has_at(bytes, 8, "AVI ") && has_at(bytes, 24, "avih") &&
        bytes.n >= 72) {
        set_format(out, "avi");
        out->width = le32(bytes, 64);
        out->height = le32(bytes, 68);
        out->duration_ms = (int64_t)le32(bytes, 32) * le32(bytes, 48) / 1000;
        return true;
    }
    if (bytes.n > 4 && (be32(bytes, 0) == 0x1ba || be32(bytes, 0) == 0x1b3)) {
        set_format(out, "mpeg");
        return true;
    }
    return false;
}

/* --- images -------------------------------------------------------------- */

/* JPEG: the frame header among the segments. */
static bool read_jpeg(struct str bytes, struct probe *out)
{
    size_t at = 2;

    while (at + 9 < bytes.n) {
        const unsigned char *p = (const unsigned char *)bytes.p + at;
        size_t length = (size_t)p[2] << 8 | p[3];
        bool frame =
            p[1] >= 0xc0 && p[1] <= 0xcf && p[1] != 0xc4 && p[1] != 0xc8 && p[1] != 0xcc;
        if (p[0] != 0xff)
            return false;
        if (frame) {
            out->height = p[5] << 8 | p[6];
            out->width = p[7] << 8 | p[8];
            return out->width > 0 && out->height > 0;
        }
        if (length < 2)
            return false;
        at += 2 + length;
    }
    return false;
}

bool probe_image(struct str bytes, struct probe *out)
{
    *out = (struct probe){{0}, 0, 0, 0};
    if (has_at(bytes, 0, "\x89PNG\r\n\x1a\n") && bytes.n >= 24) {
        set_format(out, "png");
        out->width = be32(bytes, 16);
        out->height = be32(bytes, 20);
        return out->width > 0 && out->height > 0;
    }
    if (has_at(bytes, 0, "\xff\xd8\xff")) {
        set_format(out, "jpeg");
        return read_jpeg(bytes, out);
    }
    return false;
}
