#ifndef CREATIVE_UPLOAD_H
#define CREATIVE_UPLOAD_H

#include "base/strs.h"
#include "creative/tus.h"
#include "job/job.h"

struct app;
struct conf;
struct db;

/*
 * Uploads: a file that comes to us in as many pieces as the network likes
 * (TUS 1.0.0), and becomes a creative when its last byte is here.
 *
 * The row says what the upload is; the file <data>/uploads/<org>/<id> says how
 * far it came: after a crash the offset is read from the file, and the row and
 * the hash follow.  A piece is acknowledged when it is on stable storage.
 *
 * One receiver at a time: it holds the file's lock (flock, which ends with the
 * process, however that ends) and has raised the row's epoch, without which it
 * cannot write to the row any more.  A newer request tells the holder to go and
 * waits for the lock some seconds.
 *
 * States: open -> done (creative_id says what it became).  An upload that
 * nobody touches until expires_ms is removed.
 */
struct upload {
    struct str id;
    struct str kind;  /* whole; partial (a part of a final one); final */
    struct str state; /* open, done */
    int64_t length;   /* -1 = not told yet */
    int64_t offset;   /* durable bytes */
    struct str hash_state;
    struct str metadata, concat; /* as sent */
    struct str actor, creative_id, holder;
    int64_t epoch, expires_ms, created_ms, updated_ms;
};

/* Why a call failed, where the kind of its err does not say it. */
enum upload_why {
    UPLOAD_OTHER,
    UPLOAD_HELD,      /* somebody else receives it and does not let go: soon again */
    UPLOAD_ELSEWHERE, /* the request is not at the upload's offset */
    UPLOAD_TOO_LARGE, /* for the settings, the quota or the upload's length */
    UPLOAD_TYPE,      /* not a kind of file that becomes a creative */
    UPLOAD_CHECKSUM,  /* the piece is not what its checksum says: thrown away */
    UPLOAD_FINAL,     /* put together from parts: takes no bytes of its own */
};

struct upload_wish {
    int64_t length;      /* -1 = not told yet */
    struct str metadata; /* Upload-Metadata */
    struct str concat;   /* Upload-Concat, "" = none */
    struct str actor;
};
/* The row and its empty file, after all that can be known before the first byte: the metadata,
 * the kind of file, the direction, the quotas, the disk. */
MUST_CHECK bool upload_add(const struct app *app, struct db *db, struct arena *arena,
                           const struct upload_wish *wish, int64_t now_ms, struct upload *out,
                           enum upload_why *why, struct err *err);
/* As the row has it; expired ones are not found. */
MUST_CHECK bool upload_get(struct db *db, struct arena *arena, struct str id, int64_t now_ms,
                           struct upload *out, struct err *err);
/* How many bytes are in the file now: of one that is being received, more than in the row. */
int64_t upload_size(const struct conf *conf, struct db *db, struct arena *arena,
                    const struct upload *upload);
/* The most bytes of one upload. */
int64_t upload_ceiling(const struct conf *conf);

/* How a holder in this process is told to go: called again and again while it stays. */
struct upload_evict {
    void (*cut)(void *arg, struct str key); /* may be NULL */
    void *arg;
    int64_t wait_ms; /* so long; 0 = 8 s */
};
/* The key of web_cut_streams: org and id. */
struct str upload_key(struct db *db, struct arena *arena, struct str id);

/* The offset to go on from: nobody receives it any more, what came is durable, and if it is all
 * here, it is done. */
MUST_CHECK bool upload_settle(const struct app *app, struct db *db, struct arena *arena,
                              struct str id, const struct upload_evict *evict, int64_t now_ms,
                              struct upload *out, enum upload_why *why, struct err *err);
/* Also a finished one; what it became stays. */
MUST_CHECK bool upload_remove(const struct app *app, struct db *db, struct arena *arena,
                              struct str id, const struct upload_evict *evict, int64_t now_ms,
                              enum upload_why *why, struct err *err);

/* --- receiving --- */

struct upload_stream;
struct upload_piece {
    int64_t offset; /* where it begins */
    int64_t size;   /* -1 = not told */
    int64_t length; /* of the whole, told with this piece; -1 = not told */
    bool checked;   /* has a checksum */
    enum seal_hash hash;
    struct str sum;
};
/* Takes the lock. `arena` must live until upload_end. */
MUST_CHECK bool upload_begin(const struct app *app, struct db *db, struct arena *arena,
                             struct str id, const struct upload_piece *piece,
                             const struct upload_evict *evict, int64_t now_ms,
                             struct upload_stream **out, struct upload *upload,
                             enum upload_why *why, struct err *err);
/* From one thread at a time, which may be another than that of upload_begin. */
MUST_CHECK bool upload_write(struct upload_stream *stream, struct str bytes);
/* The same with the next n bytes of a pipe, which the kernel moves. */
MUST_CHECK bool upload_drain(struct upload_stream *stream, int pipe, size_t n);
/* The hashes follow what was written, which comes back from the system's cache.  From one
 * thread at a time, also while another writes; upload_end does what is left. */
bool upload_is_hashed(const struct upload_stream *stream);
void upload_hash_on(struct upload_stream *stream);
/*
 * Syncs, stores how far it came, gives the lock back, also when it fails and
 * when db is NULL (the database is away: the file knows).  `whole`: the piece
 * came to its end.  A finished upload has become a creative.
 */
MUST_CHECK bool upload_end(const struct app *app, struct db *db, struct arena *arena,
                           struct upload_stream *stream, bool whole, int64_t now_ms,
                           struct upload *out, enum upload_why *why, struct err *err);

/* --- looking after --- */

/* Of these keys of streams in this process: those that another process wants. */
MUST_CHECK bool upload_wanted(struct db *db, struct arena *arena, const struct strs *keys,
                              struct strs *wanted, struct err *err);
/* Asks for the job that removes what expired, every ten minutes.  System scope. */
MUST_CHECK bool upload_schedule(struct db *db, struct arena *arena, int64_t now_ms,
                                struct err *err);
/* "upload.sweep" */
extern const struct job_kind upload_jobs[];

#endif
