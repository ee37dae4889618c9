/* world_print.c - a world written out in full, as a world file. */

#include "sandbox/world_fields.h"

static void print_part(struct json_writer *w, const char *name, const struct field *table,
                       const void *from)
{
    json_key(w, name);
    json_object(w);
    world_print_fields(w, table, from);
    json_end(w);
}

static void print_direction(struct json_writer *w, const struct direction *d)
{
    json_object(w);
    json_text_member(w, "id", str(d->id));
    world_print_fields(w, world_direction_fields, d);
    world_print_fields(w, world_direction_worth_fields, d);
    json_end(w);
}

static void print_group(struct json_writer *w, const struct parameters *p,
                        const struct audience *g)
{
    json_object(w);
    json_text_member(w, "id", str(g->id));
    json_text_member(w, "direction", str(p->directions[g->direction].id));
    world_print_fields(w, world_group_fields, g);
    world_print_fields(w, world_group_reference_fields, g);
    json_key(w, "ad");
    json_list(w);
    for (size_t i = 0; i < g->ad_count; i++) {
        json_object(w);
        json_text_member(w, "id", str(g->ads[i].id));
        json_bool_member(w, "live", g->ads[i].live);
        world_print_fields(w, world_ad_fields, &g->ads[i]);
        json_end(w);
    }
    json_end(w);
    json_end(w);
}

static void print_event(struct json_writer *w, const struct event *e)
{
    json_object(w);
    json_text_member(w, "kind", str(world_event_kinds[e->kind]));
    if (e->group[0])
        json_text_member(w, "group", str(e->group));
    world_print_fields(w, world_event_fields, e);
    json_end(w);
}

static void print_account(struct json_writer *w, const struct account *account)
{
    json_key(w, "account");
    json_object(w);
    json_text_member(w, "currency", str(account->currency));
    json_text_member(w, "tz", str(account->tz));
    world_print_fields(w, world_account_fields, account);
    json_end(w);
}

static void print_fault(struct json_writer *w, const struct fault *fault)
{
    json_key(w, "fault");
    json_object(w);
    world_print_fields(w, world_fault_fields, fault);
    json_key(w, "report_gap_days");
    json_list(w);
    for (size_t i = 0; i < countof(fault->report_gap_days); i++)
        if (fault->report_gap_days[i] >= 0)
            json_put_real(w, fault->report_gap_days[i]);
    json_end(w);
    json_end(w);
}

struct str world_parameters_print(const struct parameters *p, struct arena *arena)
{
    struct buf buf;
    struct json_writer w;
    buf_init(&buf, arena, LIMIT_JSON_TEXT);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "format", STR(WORLD_FILE_FORMAT));
    json_text_member(&w, "name", str(p->name));
    json_text_member(&w, "archetype", str(p->archetype->name));
    json_text_member(&w, "seed", str_fmt(arena, "0x%016llx", (unsigned long long)p->seed));
    world_print_fields(&w, world_head_fields, p);
    print_account(&w, &p->account);
    print_part(&w, "market", world_market_fields, &p->market);
    print_part(&w, "desk", world_desk_fields, &p->desk);
    print_part(&w, "people", world_people_fields, p->people);
    json_key(&w, "direction");
    json_list(&w);
    for (size_t i = 0; i < p->direction_count; i++)
        print_direction(&w, &p->directions[i]);
    json_end(&w);
    json_key(&w, "group");
    json_list(&w);
    for (size_t i = 0; i < p->group_count; i++)
        print_group(&w, p, &p->groups[i]);
    json_end(&w);
    json_key(&w, "event");
    json_list(&w);
    for (size_t i = 0; i < p->event_count; i++)
        print_event(&w, &p->events[i]);
    json_end(&w);
    json_key(&w, "creative");
    json_list(&w);
    for (size_t i = 0; i < p->role_count; i++) {
        json_object(&w);
        json_text_member(&w, "id", str(p->roles[i].creative));
        json_text_member(&w, "role", str(p->roles[i].role));
        json_end(&w);
    }
    json_end(&w);
    print_fault(&w, &p->fault);
    json_end(&w);
    return buf_str(&buf);
}
