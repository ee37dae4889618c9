/* store.c - the documents of the sandbox, in memory. */

#include "sandbox/store.h"

#include "base/arena.h"
#include "base/list.h"
#include "base/strs.h"

enum { BUCKETS = 4096 };

static const char *const kind_names[KIND_COUNT] = {
    [KIND_ADVERTISER] = "advertiser",
    [KIND_AUTH_CODE] = "auth_code",
    [KIND_GRANT] = "grant",
    [KIND_IDENTITY] = "identity",
    [KIND_POST] = "post",
    [KIND_CAMPAIGN] = "campaign",
    [KIND_ADGROUP] = "adgroup",
    [KIND_AD] = "ad",
    [KIND_VIDEO] = "video",
    [KIND_IMAGE] = "image",
    [KIND_UPLOAD] = "upload",
    [KIND_PAGE] = "page",
    [KIND_PIXEL] = "pixel",
    [KIND_CRM_SET] = "crm_set",
    [KIND_SUBSCRIPTION] = "subscription",
    [KIND_DELIVERY] = "delivery",
    [KIND_LEAD_TASK] = "lead_task",
    [KIND_MOCK_LEAD] = "mock_lead",
    [KIND_REPORT_TASK] = "report_task",
    [KIND_REQUEST] = "request",
    [KIND_AUDIENCE] = "audience",
    [KIND_AUDIENCE_FILE] = "audience_file",
    [KIND_SAVED_AUDIENCE] = "saved_audience",
    [KIND_EVENT] = "event",
    [KIND_EVENT_COUNT] = "event_count",
    [KIND_EVENT_TAKEN] = "event_taken",
    [KIND_GRAPH_ACCOUNT] = "graph_account",
    [KIND_GRAPH_PAGE] = "graph_page",
    [KIND_GRAPH_FORM] = "graph_form",
    [KIND_GRAPH_PIXEL] = "graph_pixel",
    [KIND_GRAPH_CODE] = "graph_code",
    [KIND_GRAPH_TOKEN] = "graph_token",
    [KIND_GRAPH_VIDEO] = "graph_video",
    [KIND_GRAPH_UPLOAD] = "graph_upload",
    [KIND_GRAPH_IMAGE] = "graph_image",
    [KIND_GRAPH_EVENT] = "graph_event",
    [KIND_GRAPH_LEAD] = "graph_lead",
    [KIND_GRAPH_SUBSCRIBED] = "graph_subscribed",
    [KIND_GRAPH_CALLBACK] = "graph_callback",
};

struct record {
    enum kind kind;
    struct str id;
    const struct json *doc; /* NULL = removed */
    struct arena *arena;    /* of the document */
    struct record *next;    /* in its bucket */
};
LIST(records, struct record *);
LIST(arenas, struct arena *);

struct store {
    struct arena *arena;
    struct records kinds[KIND_COUNT];
    size_t removed[KIND_COUNT];
    struct record *buckets[BUCKETS];
    struct arenas retired;
    int64_t serial;
};

struct store *store_new(void)
{
    struct arena *arena = arena_new("sandbox store");
    struct store *store = NEW(arena, struct store);

    store->arena = arena;
    return store;
}

void store_free(struct store *store)
{
    if (!store)
        return;
    store_sweep(store);
    for (int kind = 0; kind < KIND_COUNT; kind++)
        for (size_t i = 0; i < store->kinds[kind].n; i++)
            arena_free(store->kinds[kind].at[i]->arena);
    arena_free(store->arena);
}

static struct record **bucket_of(struct store *store, enum kind kind, struct str id)
{
    return &store->buckets[(str_hash(id) + (uint64_t)kind * 2654435761u) % BUCKETS];
}

static struct record *find(const struct store *store, enum kind kind, struct str id)
{
    struct record *r = *bucket_of((struct store *)store, kind, id);

    while (r && (r->kind != kind || !str_eq(r->id, id)))
        r = r->next;
    return r;
}

static void retire(struct store *store, struct record *record)
{
    if (record->arena)
        *arenas_add(&store->retired, store->arena) = record->arena;
    record->arena = NULL;
    record->doc = NULL;
}

const struct json *store_put(struct store *store, enum kind kind, struct str id, struct str doc)
{
    struct record *record = find(store, kind, id);
    struct arena *arena = arena_new_sized("sandbox document", doc.n * 3 + 512);
    const struct json *parsed;
    struct err err = {0};

    must(json_parse(arena, str_dup(arena, doc), &parsed, &err));
    if (record) {
        if (!record->doc)
            store->removed[kind]--;
        retire(store, record);
    } else {
        struct record **bucket = bucket_of(store, kind, id);
        record = NEW(store->arena, struct record);
        record->kind = kind;
        record->id = str_dup(store->arena, id);
        record->next = *bucket;
        *bucket = record;
        *records_add(&store->kinds[kind], store->arena) = record;
    }
    record->arena = arena;
    record->doc = parsed;
    return parsed;
}

const struct json *store_find(const struct store *store, enum kind kind, struct str id)
{
    const struct record *record = find(store, kind, id);

    return record ? record->doc : NULL;
}

void store_remove(struct store *store, enum kind kind, struct str id)
{
    struct record *record = find(store, kind, id);

    if (!record || !record->doc)
        return;
    retire(store, record);
    store->removed[kind]++;
}

size_t store_count(const struct store *store, enum kind kind)
{
    return store->kinds[kind].n;
}

const struct json *store_at(const struct store *store, enum kind kind, size_t position)
{
    return store->kinds[kind].at[position]->doc;
}

struct str store_id_at(const struct store *store, enum kind kind, size_t position)
{
    return store->kinds[kind].at[position]->id;
}

struct str store_new_id(struct store *store, struct arena *arena)
{
    /* A prime stride: neighbours do not look alike, as on the platform. */
    return str_fmt(arena, "%lld",
                   (long long)(INT64_C(1840000000000000017) + ++store->serial * 90071993));
}

/* Forget removed records once they are the greater part. */
static void compact(struct store *store, enum kind kind)
{
    struct records *list = &store->kinds[kind];
    size_t kept = 0;

    if (store->removed[kind] < 64 || store->removed[kind] * 2 < list->n)
        return;
    for (size_t i = 0; i < list->n; i++) {
        struct record *record = list->at[i];
        if (record->doc) {
            list->at[kept++] = record;
            continue;
        }
        struct record **link = bucket_of(store, kind, record->id);
        while (*link != record)
            link = &(*link)->next;
        *link = record->next;
    }
    list->n = kept;
    store->removed[kind] = 0;
}

void store_sweep(struct store *store)
{
    for (size_t i = 0; i < store->retired.n; i++)
        arena_free(store->retired.at[i]);
    store->retired.n = 0;
    for (int kind = 0; kind < KIND_COUNT; kind++)
        compact(store, (enum kind)kind);
}

void store_save(const struct store *store, struct buf *lines)
{
    struct arena *scratch = arena_new("sandbox save");

    for (int kind = 0; kind < KIND_COUNT; kind++)
        for (size_t i = 0; i < store->kinds[kind].n; i++) {
            const struct record *record = store->kinds[kind].at[i];
            struct arena_mark mark = arena_mark(scratch);
            struct json_writer w;
            if (!record->doc)
                continue;
            json_writer(&w, lines);
            json_object(&w);
            json_text_member(&w, "kind", str(kind_names[kind]));
            json_text_member(&w, "id", record->id);
            json_key(&w, "doc");
            json_put_raw(&w, json_print(scratch, record->doc));
            json_end(&w);
            buf_char(lines, '\n');
            arena_rewind(scratch, mark);
        }
    arena_free(scratch);
}

bool store_load(struct store *store, const struct json *line, struct err *err)
{
    struct str name = json_text(line, "kind", STR(""));
    struct arena *scratch;
    int kind = 0;

    while (kind < KIND_COUNT && !str_eq(str(kind_names[kind]), name))
        kind++;
    if (kind == KIND_COUNT || json_type(json_at(line, "doc")) != JSON_OBJECT)
        return err_set(err, ERR_INVALID, "a line of the state is no document");
    scratch = arena_new("sandbox load");
    (void)store_put(store, (enum kind)kind, json_text(line, "id", STR("")),
                    json_print(scratch, json_at(line, "doc")));
    arena_free(scratch);
    return true;
}

int64_t store_serial(const struct store *store)
{
    return store->serial;
}

void store_set_serial(struct store *store, int64_t serial)
{
    store->serial = serial;
}
