#ifndef CREATIVE_CREATIVE_FILE_H
#define CREATIVE_CREATIVE_FILE_H

#include "base/str.h"

struct conf;

/*
 * Files of creatives: <data>/media/<org>/<creative id>[.jpg].  A file is
 * written whole beside its place, synced, and renamed into it, so what stands
 * under its name is complete.  Private to creative/.
 */

/* media/<org>/<id>, as stored in media_path. */
struct str creative_file_place(struct arena *arena, struct str org_id, struct str creative_id);
/* The absolute or working path of a place; `ending` "" or ".jpg", ".part". */
const char *creative_file_path(const struct conf *conf, struct arena *arena, struct str place,
                               const char *ending);
/* The folders above a place. */
MUST_CHECK bool creative_file_folders(const struct conf *conf, struct arena *arena,
                                      struct str place, struct err *err);
MUST_CHECK bool creative_file_write(struct arena *arena, const char *path, struct str bytes,
                                    struct err *err);
MUST_CHECK bool creative_file_copy(struct arena *arena, const char *from, const char *to,
                                   int64_t most, struct err *err);
/* A second name for a file that is whole and synced; it must have `size` bytes.  There already:
 * nothing to do. */
MUST_CHECK bool creative_file_link(const char *from, const char *to, int64_t size,
                                   struct err *err);
/* A file that net/ wrote: sync and rename. */
MUST_CHECK bool creative_file_settle(const char *part, const char *path, struct err *err);
/* The name of a new file is durable. */
void creative_file_sync_folder(const char *path);
void creative_file_remove(const char *path);
/* Whole, at most `most` bytes. */
MUST_CHECK bool creative_file_read(struct arena *arena, const char *path, size_t most,
                                   struct str *out, struct err *err);

#endif
