#ifndef CREATIVE_UPLOAD_PARTS_H
#define CREATIVE_UPLOAD_PARTS_H

#include "creative/creative.h"
#include "creative/upload.h"

/* What the files upload*.c share.  Private to creative/. */

/* uploads/<org>/<id>, and its whole path. */
struct str upload_place(struct db *db, struct arena *arena, struct str id);
const char *upload_path(const struct conf *conf, struct db *db, struct arena *arena,
                        struct str id);

/* An upload in our hands: nobody else writes to the file or the row. */
struct upload_hold {
    int fd; /* -1: it is done, there is no file */
    const char *path;
    struct upload upload;
    bool hashed;         /* on the way: the setting upload_hash */
    struct seal_run run; /* then: SHA-256 up to upload.offset */
};
/* Row and file agree afterwards, and what is in the file is durable. */
MUST_CHECK bool upload_take(const struct app *app, struct db *db, struct arena *arena,
                            struct str id, const struct upload_evict *evict, int64_t now_ms,
                            struct upload_hold *out, enum upload_why *why, struct err *err);
void upload_release(struct upload_hold *hold);

/* The hash as the row keeps it; "" when it is not made on the way. */
struct str upload_hash_state(struct arena *arena, const struct upload_hold *hold);
/* The bytes from..to of the file into the hash. */
MUST_CHECK bool upload_hash(int fd, int64_t from, int64_t to, struct seal_run *run,
                            struct err *err);
/* All is here: becomes a creative, in one transaction with the row; then the file goes. */
MUST_CHECK bool upload_complete(const struct app *app, struct db *db, struct arena *arena,
                                struct upload_hold *hold, int64_t now_ms, struct err *err);
bool upload_is_whole(const struct upload *upload); /* all bytes are here */
int64_t upload_expiry(const struct conf *conf, int64_t now_ms);

/* The file system is full, or nearly: ERR_BUSY with what to do. */
MUST_CHECK bool upload_disk_has(const struct conf *conf, struct arena *arena, int64_t bytes,
                                struct err *err);
bool upload_file_failed(struct err *err, const char *doing, int why);

/* The metadata as a wish for a creative, and the file's names; what the metadata cannot say is
 * refused with its key. */
MUST_CHECK bool upload_read_wish(struct arena *arena, const struct upload *upload,
                                 struct creative_wish *wish, struct creative_source *file,
                                 enum upload_why *why, struct err *err);

/* Who we are to other processes that use the same data folder. */
struct str upload_own_name(struct arena *arena);

/* A final upload: finished parts of the org, joined. */
MUST_CHECK bool upload_parts_length(struct db *db, struct arena *arena,
                                    const struct strs *parts, int64_t now_ms, int64_t *length,
                                    struct err *err);
MUST_CHECK bool upload_join(const struct app *app, struct db *db, struct arena *arena,
                            struct upload_hold *whole, const struct strs *parts, int64_t now_ms,
                            enum upload_why *why, struct err *err);

#endif
