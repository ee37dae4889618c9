/* faults.c - faults that the control API asked for. */

#include "sandbox/faults.h"

#include "base/arena.h"
#include "base/list.h"

LIST(fault_list, struct fault);

struct faults {
    struct arena *arena;
    struct fault_list list;
};

struct faults *faults_new(void)
{
    struct arena *arena = arena_new("sandbox faults");
    struct faults *faults = NEW(arena, struct faults);

    faults->arena = arena;
    return faults;
}

void faults_free(struct faults *faults)
{
    if (faults)
        arena_free(faults->arena);
}

void faults_clear(struct faults *faults)
{
    faults->list.n = 0;
}

static bool read_fault(const struct json *json, struct fault *out, struct err *err)
{
    static const char *const allowed[] = {"path",
                                          "method",
                                          "nth",
                                          "every",
                                          "times",
                                          "delay_ms",
                                          "status",
                                          "code",
                                          "subcode",
                                          "message",
                                          "drop_before_acting",
                                          "drop_answer_after_acting",
                                          "cut_after_bytes",
                                          NULL};

    return json_only(json, allowed, err) &&
           json_need_text(json, "path", 200, &out->path, err) &&
           json_want_text(json, "method", 6, STR(""), &out->method, err) &&
           json_want_int(json, "nth", 1, 1000000, 0, &out->nth, err) &&
           json_want_int(json, "every", 1, 1000000, 0, &out->every, err) &&
           json_want_int(json, "times", 0, 1000000, 1, &out->times, err) &&
           json_want_int(json, "delay_ms", 0, 600000, 0, &out->delay_ms, err) &&
           json_want_int(json, "status", 100, 599, 0, &out->status, err) &&
           json_want_int(json, "code", 1, 999999, 0, &out->code, err) &&
           json_want_int(json, "subcode", 1, 99999999, 0, &out->subcode, err) &&
           json_want_text(json, "message", 500, STR(""), &out->message, err) &&
           json_want_bool(json, "drop_before_acting", false, &out->drop_before_acting, err) &&
           json_want_bool(json, "drop_answer_after_acting", false,
                          &out->drop_answer_after_acting, err) &&
           json_want_int(json, "cut_after_bytes", 0, 1000000000, -1, &out->cut_after_bytes,
                         err);
}

static bool add_one(struct faults *faults, const struct json *json, struct err *err)
{
    struct fault fault = {0};

    if (!read_fault(json, &fault, err))
        return false;
    fault.path = str_dup(faults->arena, fault.path);
    fault.method = str_dup(faults->arena, fault.method);
    fault.message = str_dup(faults->arena, fault.message);
    *fault_list_add(&faults->list, faults->arena) = fault;
    return true;
}

bool faults_add_json(struct faults *faults, const struct json *json, struct err *err)
{
    size_t before = faults->list.n;

    if (json_type(json) != JSON_LIST)
        return add_one(faults, json, err);
    for (size_t i = 0; i < json_count(json); i++)
        if (!add_one(faults, json_item(json, i), err)) {
            faults->list.n = before;
            return false;
        }
    return true;
}

static bool fires(struct fault *fault)
{
    fault->seen++;
    if (fault->times && fault->fired >= fault->times)
        return false;
    if (fault->nth && fault->seen != fault->nth)
        return false;
    if (fault->every && fault->seen % fault->every != 0)
        return false;
    fault->fired++;
    return true;
}

const struct fault *faults_take(struct faults *faults, struct str method, struct str path)
{
    const struct fault *found = NULL;

    for (size_t i = 0; i < faults->list.n; i++) {
        struct fault *fault = &faults->list.at[i];
        bool meant = str_starts(path, fault->path) &&
                     (!fault->method.n || str_eq(fault->method, method));
        if (meant && !found && fires(fault))
            found = fault;
        else if (meant && found)
            fault->seen++;
    }
    return found;
}

void faults_put(const struct faults *faults, struct json_writer *w)
{
    json_list(w);
    for (size_t i = 0; i < faults->list.n; i++) {
        const struct fault *fault = &faults->list.at[i];
        json_object(w);
        json_text_member(w, "path", fault->path);
        json_text_or_null_member(w, "method", fault->method);
        json_int_member(w, "nth", fault->nth);
        json_int_member(w, "every", fault->every);
        json_int_member(w, "times", fault->times);
        json_int_member(w, "delay_ms", fault->delay_ms);
        json_int_member(w, "status", fault->status);
        json_int_member(w, "code", fault->code);
        json_int_member(w, "subcode", fault->subcode);
        json_text_member(w, "message", fault->message);
        json_bool_member(w, "drop_before_acting", fault->drop_before_acting);
        json_bool_member(w, "drop_answer_after_acting", fault->drop_answer_after_acting);
        json_int_member(w, "cut_after_bytes", fault->cut_after_bytes);
        json_int_member(w, "seen", fault->seen);
        json_int_member(w, "fired", fault->fired);
        json_end(w);
    }
    json_end(w);
}
