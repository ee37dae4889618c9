/* journal.c - the call log: two halves of which the older is dropped when the newer is full. */

#include "sandbox/journal.h"

#include "base/arena.h"
#include "base/list.h"
#include "text/zone.h"

enum { HALF = 4000, TEXT_MOST = 64 * 1024 };

LIST(journal_entries, struct journal_entry);

struct half {
    struct arena *arena;
    struct journal_entries entries;
};

struct journal {
    struct arena *arena;
    struct half older, newer;
    int64_t seq;
};

struct journal *journal_new(void)
{
    struct arena *arena = arena_new("sandbox journal");
    struct journal *journal = NEW(arena, struct journal);

    journal->arena = arena;
    journal->older.arena = arena_new("sandbox journal half");
    journal->newer.arena = arena_new("sandbox journal half");
    return journal;
}

void journal_free(struct journal *journal)
{
    if (!journal)
        return;
    arena_free(journal->older.arena);
    arena_free(journal->newer.arena);
    arena_free(journal->arena);
}

static void half_clear(struct half *half)
{
    arena_reset(half->arena);
    half->entries = (struct journal_entries){0};
}

void journal_clear(struct journal *journal)
{
    half_clear(&journal->older);
    half_clear(&journal->newer);
}

static struct str keep(struct arena *arena, struct str text)
{
    return str_dup(arena, str_sub(text, 0, TEXT_MOST));
}

void journal_add(struct journal *journal, const struct journal_entry *entry)
{
    struct half *half = &journal->newer;
    struct journal_entry *kept;

    if (half->entries.n >= HALF) {
        struct half full = *half;
        *half = journal->older;
        journal->older = full;
        half_clear(half);
    }
    kept = journal_entries_add(&half->entries, half->arena);
    *kept = *entry;
    kept->seq = ++journal->seq;
    kept->method = keep(half->arena, entry->method);
    kept->path = keep(half->arena, entry->path);
    kept->args = keep(half->arena, entry->args);
    kept->request_id = keep(half->arena, entry->request_id);
    kept->advertiser_id = keep(half->arena, entry->advertiser_id);
    kept->message = keep(half->arena, entry->message);
}

static void put_entry(const struct journal_entry *entry, struct arena *scratch,
                      struct json_writer *w)
{
    const struct json *args;
    struct err err = {0};

    json_object(w);
    json_int_member(w, "seq", entry->seq);
    json_text_member(w, "at", time_rfc3339(scratch, entry->at_ms));
    json_text_member(w, "method", entry->method);
    json_text_member(w, "path", entry->path);
    json_int_member(w, "status", entry->status);
    json_int_member(w, "code", entry->code);
    json_text_member(w, "message", entry->message);
    json_bool_member(w, "acted", entry->acted);
    json_text_member(w, "request_id", entry->request_id);
    json_text_or_null_member(w, "advertiser_id", entry->advertiser_id);
    json_key(w, "request");
    if (json_parse(scratch, entry->args, &args, &err))
        json_put_raw(w, entry->args);
    else
        json_put_text(w, entry->args);
    json_end(w);
}

static void put_half(const struct half *half, struct str path, int64_t since, int64_t *left,
                     struct json_writer *w)
{
    for (size_t i = 0; i<half->entries.n && * left> 0; i++) {
        const struct journal_entry *entry = &half->entries.at[i];
        if (entry->seq <= since || !str_starts(entry->path, path))
            continue;
        struct arena *scratch = arena_new("sandbox journal entry");
        put_entry(entry, scratch, w);
        arena_free(scratch);
        --*left;
    }
}

void journal_put(const struct journal *journal, struct str path, int64_t since, int64_t limit,
                 struct json_writer *w)
{
    int64_t left = limit;

    json_list(w);
    put_half(&journal->older, path, since, &left, w);
    put_half(&journal->newer, path, since, &left, w);
    json_end(w);
}
