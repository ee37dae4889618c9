/* identity.c - identity/... and tt_video/... (TikTok: identities, Spark Ads). */

#include "base/arena.h"
#include "sandbox/doc.h"
#include "sandbox/faces.h"
#include "sandbox/files.h"
#include "sandbox/rules.h"
#include "text/zone.h"

#define LINK_LIFE_MS INT64_C(3600000)
#define AUTH_LIFE_MS (INT64_C(30) * 86400000)

static struct str text(const struct json *doc, const char *name)
{
    return json_text(doc, name, STR(""));
}

static bool gone(const struct json *doc)
{
    return json_bool(doc, "_deleted", false);
}

/* --- identities ---------------------------------------------------------- */

static const struct json *view(struct call *call, const struct json *identity)
{
    struct str picture = str_fmt(call->arena, "p%016llx",
                                 (unsigned long long)str_hash(text(identity, "identity_id")));
    const struct json *json;
    struct err err = {0};
    struct doc doc;

    doc_from(&doc, call->arena, identity);
    doc_text(&doc, "profile_image",
             files_link(call, "profile", picture, call->now_ms + LINK_LIFE_MS));
    must(json_parse(call->arena, doc_print(&doc), &json, &err));
    return json;
}

static bool bc_named(struct call *call)
{
    if (str_eq(call_text(call, "identity_type"), STR("BC_AUTH_TT")) &&
        !call_given(call, "identity_authorized_bc_id"))
        return call_refuse(call, "identity_bc_id is required");
    return true;
}

static bool meant(struct call *call, const struct json *identity)
{
    struct str keyword = json_text(call->args, "filtering.keyword", STR(""));
    struct str type = call_text(call, "identity_type");
    struct str bc = call_text(call, "identity_authorized_bc_id");

    return own(call, identity) && !gone(identity) &&
           (!type.n || str_eq(type, text(identity, "identity_type"))) &&
           (!bc.n || str_eq(bc, text(identity, "identity_authorized_bc_id"))) &&
           str_has(text(identity, "display_name"), keyword);
}

bool identity_get(struct call *call)
{
    struct docs found = {0};
    struct json_writer *w;
    struct page page;

    if (!bc_named(call))
        return false;
    for (size_t i = 0; i < store_count(call->box->store, KIND_IDENTITY); i++) {
        const struct json *identity = store_at(call->box->store, KIND_IDENTITY, i);
        if (identity && meant(call, identity))
            *docs_add(&found, call->arena) = identity;
    }
    page = page_of(call, found.n, 20);
    w = call_data(call);
    json_object(w);
    json_key(w, "identity_list");
    json_list(w);
    for (size_t i = page.first; i < page.end; i++)
        put_object(call, "identity", view(call, found.at[i]));
    json_end(w);
    page_info(call, &page);
    json_end(w);
    return true;
}

/* The identity that args name; NULL after a refusal. */
static const struct json *named(struct call *call)
{
    const struct json *identity = own_find(call, KIND_IDENTITY, call_text(call, "identity_id"));

    if (!bc_named(call))
        return NULL;
    if (!identity || gone(identity) ||
        !str_eq(text(identity, "identity_type"), call_text(call, "identity_type")) ||
        (call_given(call, "identity_authorized_bc_id") &&
         !str_eq(text(identity, "identity_authorized_bc_id"),
                 call_text(call, "identity_authorized_bc_id")))) {
        (void)call_refuse(call, "identity_id: The identity does not exist.");
        return NULL;
    }
    return identity;
}

bool identity_info(struct call *call)
{
    const struct json *identity = named(call);
    struct json_writer *w;

    if (!identity)
        return false;
    w = call_data(call);
    json_object(w);
    json_key(w, "identity_info");
    put_object(call, "identity", view(call, identity));
    json_end(w);
    return true;
}

bool identity_create(struct call *call)
{
    struct str id = store_new_id(call->box->store, call->arena);
    struct json_writer *w;
    struct doc doc;

    if (call_given(call, "image_uri") &&
        !own_find(call, KIND_IMAGE, call_text(call, "image_uri")))
        return call_refuse(call, "image_uri: The image does not exist.");
    doc_init(&doc, call->arena);
    doc_text(&doc, "advertiser_id", call->advertiser_id);
    doc_text(&doc, "identity_id", id);
    doc_text(&doc, "identity_type", STR("CUSTOMIZED_USER"));
    doc_text(&doc, "display_name", call_text(call, "display_name"));
    doc_text(&doc, "available_status", STR("AVAILABLE"));
    doc_bool(&doc, "can_push_video", false);
    doc_bool(&doc, "can_pull_video", false);
    (void)store_put(call->box->store, KIND_IDENTITY, id, doc_print(&doc));
    w = call_data(call);
    json_object(w);
    json_text_member(w, "identity_id", id);
    json_end(w);
    return true;
}

bool identity_delete(struct call *call)
{
    struct str id = call_text(call, "identity_id");
    const struct json *identity = own_find(call, KIND_IDENTITY, id);
    struct doc doc;

    if (!identity || gone(identity))
        return call_refuse(call, "identity_id: The identity does not exist.");
    if (!str_eq(text(identity, "identity_type"), STR("CUSTOMIZED_USER")))
        return call_refuse(call,
                           "identity_id: Only CUSTOMIZED_USER identities can be deleted.");
    doc_from(&doc, call->arena, identity);
    doc_bool(&doc, "_deleted", true);
    (void)store_put(call->box->store, KIND_IDENTITY, id, doc_print(&doc));
    return true;
}

/* --- posts --------------------------------------------------------------- */

static void put_video(struct call *call, const struct json *post)
{
    static const char *const copied[] = {"bit_rate", "duration", "size", "width", "height"};
    struct str id = text(post, "item_id");
    struct json_writer *w = call_data(call);
    struct str cover = files_link(call, "cover", id, call->now_ms + LINK_LIFE_MS);

    json_key(w, "video_info");
    json_object(w);
    for (size_t i = 0; i < countof(copied); i++) {
        json_key(w, copied[i]);
        json_put_raw(w, json_print(call->arena, json_at(post, copied[i])));
    }
    json_text_member(w, "format", STR("mp4"));
    json_text_member(w, "poster_url", cover);
    json_text_member(w, "url", cover);
    json_end(w);
}

static void put_auth(struct call *call, int64_t from_ms)
{
    struct json_writer *w = call_data(call);

    json_key(w, "auth_info");
    json_object(w);
    json_text_member(w, "ad_auth_status",
                     from_ms + AUTH_LIFE_MS > call->now_ms ? STR("AUTHORIZED")
                                                           : STR("EXPIRED"));
    json_text_member(w, "auth_start_time", time_platform(call->arena, from_ms));
    json_text_member(w, "auth_end_time", time_platform(call->arena, from_ms + AUTH_LIFE_MS));
    json_text_member(w, "invite_start_time", time_platform(call->arena, from_ms));
    json_end(w);
}

static void put_item(struct call *call, const struct json *post, bool code)
{
    struct json_writer *w = call_data(call);

    json_text_member(w, "item_id", text(post, "item_id"));
    json_text_member(w, "item_type", text(post, "item_type"));
    json_text_member(w, "text", text(post, "text"));
    json_text_member(w, "status", text(post, "status"));
    if (code)
        json_text_member(w, "auth_code", text(post, "auth_code"));
}

/* May this identity show the post? */
static bool shows(const struct json *identity, const struct json *post)
{
    if (str_eq(text(identity, "identity_type"), STR("AUTH_CODE")))
        return json_list_has(json_at(identity, "_items"), text(post, "item_id"));
    return str_eq(text(post, "identity_id"), text(identity, "identity_id"));
}

static void put_post(struct call *call, const struct json *post)
{
    struct json_writer *w = call_data(call);

    json_object(w);
    put_item(call, post, false);
    put_video(call, post);
    json_end(w);
}

bool identity_video_get(struct call *call)
{
    const struct json *identity = named(call);
    struct str keyword = call_text(call, "keyword");
    struct str wanted =
        call_given(call, "item_type") ? call_text(call, "item_type") : STR("VIDEO");
    int64_t cursor = 0, count = 20, at = 0;
    struct json_writer *w;
    bool more = false;

    if (!identity)
        return false;
    if (call_given(call, "cursor") && !str_int(call_text(call, "cursor"), &cursor))
        return call_refuse(call, "cursor: is invalid.");
    (void)json_int(call->args, "count", &count);
    w = call_data(call);
    json_object(w);
    json_key(w, "video_list");
    json_list(w);
    for (size_t i = 0; i < store_count(call->box->store, KIND_POST); i++) {
        const struct json *post = store_at(call->box->store, KIND_POST, i);
        if (!post || !shows(identity, post) || !str_eq(text(post, "item_type"), wanted) ||
            !str_has(text(post, "text"), keyword))
            continue;
        at++;
        if (at > cursor && at <= cursor + count)
            put_post(call, post);
        more |= at > cursor + count;
    }
    json_end(w);
    json_text_member(w, "cursor", str_fmt(call->arena, "%lld", (long long)(cursor + count)));
    json_bool_member(w, "has_more", more);
    json_end(w);
    return true;
}

static const struct json *post_of(struct call *call, const struct json *identity, struct str id)
{
    const struct json *post = store_find(call->box->store, KIND_POST, id);

    return post && shows(identity, post) ? post : NULL;
}

bool identity_video_info(struct call *call)
{
    const struct json *identity = named(call);
    const struct json *ids = json_at(call->args, "item_ids");
    const struct json *post;
    struct json_writer *w;

    if (!identity)
        return false;
    if (!call_given(call, "item_id") && !json_count(ids))
        return call_refuse(call, "item_id: Missing data for required field.");
    if (!json_count(ids)) {
        post = post_of(call, identity, call_text(call, "item_id"));
        if (!post)
            return call_refuse(call, "item_id: The post does not exist.");
        w = call_data(call);
        json_object(w);
        json_key(w, "video_detail");
        put_post(call, post);
        json_end(w);
        return true;
    }
    w = call_data(call);
    json_object(w);
    json_key(w, "video_details");
    json_list(w);
    for (size_t i = 0; i < json_count(ids); i++) {
        post = post_of(call, identity, json_text(json_item(ids, i), "", STR("")));
        if (post)
            put_post(call, post);
    }
    json_end(w);
    json_end(w);
    return true;
}

/* --- authorised posts ---------------------------------------------------- */

static const struct json *post_by_code(struct call *call, struct str code)
{
    for (size_t i = 0; i < store_count(call->box->store, KIND_POST); i++) {
        const struct json *post = store_at(call->box->store, KIND_POST, i);
        if (post && code.n && str_eq(text(post, "auth_code"), code))
            return post;
    }
    return NULL;
}

static struct str creator_identity(struct call *call, const struct json *post)
{
    return str_fmt(call->arena, "auth-%016llx",
                   (unsigned long long)(str_hash(text(post, "identity_id")) ^
                                        str_hash(call->advertiser_id)));
}

static struct str items_with(struct call *call, const struct json *items, struct str one)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, call->arena, 1024 * 1024);
    json_writer(&w, &buf);
    json_list(&w);
    for (size_t i = 0; i < json_count(items); i++)
        json_put_text(&w, json_text(json_item(items, i), "", STR("")));
    if (!json_list_has(items, one))
        json_put_text(&w, one);
    json_end(&w);
    return buf_str(&buf);
}

bool spark_authorize(struct call *call)
{
    const struct json *post = post_by_code(call, call_text(call, "auth_code"));
    const struct json *old;
    struct str id;
    struct doc doc;

    if (!post)
        return call_refuse(call, "auth_code: The authorization code is invalid.");
    id = creator_identity(call, post);
    old = own_find(call, KIND_IDENTITY, id);
    doc_init(&doc, call->arena);
    doc_text(&doc, "advertiser_id", call->advertiser_id);
    doc_text(&doc, "identity_id", id);
    doc_text(&doc, "identity_type", STR("AUTH_CODE"));
    doc_text(&doc, "display_name", STR("Sandbox Creator"));
    doc_text(&doc, "username", STR("sandbox.creator"));
    doc_text(&doc, "available_status", STR("AVAILABLE"));
    doc_bool(&doc, "can_pull_video", true);
    doc_bool(&doc, "can_push_video", false);
    doc_text(&doc, "_creator_id", text(post, "identity_id"));
    doc_int(&doc, "_auth_ms", call->now_ms);
    doc_raw(&doc, "_items",
            items_with(call, old ? json_at(old, "_items") : json_at(call->args, "none"),
                       text(post, "item_id")));
    (void)store_put(call->box->store, KIND_IDENTITY, id, doc_print(&doc));
    return true;
}

static void put_spark(struct call *call, const struct json *identity, const struct json *post)
{
    struct json_writer *w = call_data(call);
    int64_t from_ms = call->now_ms;

    (void)json_int(identity, "_auth_ms", &from_ms);
    json_object(w);
    json_key(w, "item_info");
    json_object(w);
    put_item(call, post, true);
    json_end(w);
    put_auth(call, from_ms);
    put_video(call, post);
    json_key(w, "user_info");
    json_object(w);
    json_text_member(w, "tiktok_name", text(identity, "display_name"));
    json_text_member(w, "identity_id", text(identity, "identity_id"));
    json_text_member(w, "identity_type", STR("AUTH_CODE"));
    json_end(w);
    json_end(w);
}

bool spark_info(struct call *call)
{
    const struct json *post = post_by_code(call, call_text(call, "auth_code"));
    const struct json *identity =
        post ? own_find(call, KIND_IDENTITY, creator_identity(call, post)) : NULL;

    if (!identity || !shows(identity, post))
        return call_refuse(call, "auth_code: The authorization code is invalid.");
    put_spark(call, identity, post);
    return true;
}

struct spark {
    const struct json *identity, *post;
};
LIST(sparks, struct spark);

static void collect(struct call *call, const struct json *identity, struct sparks *out)
{
    const struct json *items = json_at(identity, "_items");
    struct str keyword = call_text(call, "keyword");

    for (size_t i = 0; i < json_count(items); i++) {
        struct str id = json_text(json_item(items, i), "", STR(""));
        const struct json *post = store_find(call->box->store, KIND_POST, id);
        if (post && filter_has(call->args, "item_types", text(post, "item_type")) &&
            (str_has(text(post, "text"), keyword) || str_eq(id, keyword)))
            *sparks_add(out, call->arena) = (struct spark){identity, post};
    }
}

bool spark_list(struct call *call)
{
    struct sparks found = {0};
    struct json_writer *w = call_data(call);
    struct page page;

    for (size_t i = 0; i < store_count(call->box->store, KIND_IDENTITY); i++) {
        const struct json *identity = store_at(call->box->store, KIND_IDENTITY, i);
        if (identity && own(call, identity))
            collect(call, identity, &found);
    }
    page = page_of(call, found.n, 20);
    json_object(w);
    json_key(w, "list");
    json_list(w);
    for (size_t i = page.first; i < page.end; i++)
        put_spark(call, found.at[i].identity, found.at[i].post);
    json_end(w);
    page_info(call, &page);
    json_end(w);
    return true;
}

/* Only after the authorization has ended. */
bool spark_unbind(struct call *call)
{
    struct str item = call_text(call, "item_id");

    for (size_t i = 0; i < store_count(call->box->store, KIND_IDENTITY); i++) {
        const struct json *identity = store_at(call->box->store, KIND_IDENTITY, i);
        int64_t from_ms = 0;
        struct doc doc;
        if (!identity || !own(call, identity) ||
            !json_list_has(json_at(identity, "_items"), item) ||
            !json_int(identity, "_auth_ms", &from_ms))
            continue;
        if (from_ms + AUTH_LIFE_MS > call->now_ms)
            return call_refuse(call, "item_id: The authorization has not ended yet.");
        doc_from(&doc, call->arena, identity);
        doc_raw(&doc, "_items", STR("[]"));
        (void)store_put(call->box->store, KIND_IDENTITY, text(identity, "identity_id"),
                        doc_print(&doc));
        return true;
    }
    return call_refuse(call, "item_id: The post is not authorized for this account.");
}
