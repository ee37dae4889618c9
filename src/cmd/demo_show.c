/* demo_show.c - what the demo prints: steps with times, the ROI table, the decisions. */

#include "cmd/demo.h"
#include "base/clock.h"
#include "brain/action.h"
#include "brain/brain.h"
#include "brain/execution.h"
#include "db/db.h"

#include <inttypes.h>
#include <stdio.h>

#define GREEN "\033[32m"
#define RED   "\033[31m"
#define BOLD  "\033[1m"
#define DIM   "\033[2m"
#define PLAIN "\033[0m"

static const char *tone(const struct demo *demo, const char *code)
{
    return demo->colour ? code : "";
}

void demo_show_begin(struct demo *demo, const char *name)
{
    if (demo->json)
        return;
    if (demo->steps_n == 1)
        printf("%sadwright demo%s\n\n", tone(demo, BOLD), tone(demo, PLAIN));
    printf("  %-38s", name);
    fflush(stdout);
}

void demo_show_end(struct demo *demo, bool ok, struct str outcome, int64_t ms)
{
    if (demo->json)
        return;
    printf("%s%s%s %6.2f s  %s" STR_FMT "%s\n", tone(demo, ok ? GREEN : RED),
           ok ? "done" : "FAILED", tone(demo, PLAIN), (double)ms / 1000, tone(demo, DIM),
           STR_ARG(outcome), tone(demo, PLAIN));
    fflush(stdout);
}

void demo_show_day(const struct demo *demo, int day)
{
    if (demo->json)
        return;
    if (!demo->colour) /* no way back on the line: one dot a day */
        printf(".%s", day == DEMO_DAYS ? " " : "");
    else if (day == DEMO_DAYS)
        printf("\r  %-38s", demo->steps[demo->steps_n - 1].name);
    else
        printf("\r  %-38s%sday %2d of %d, %" PRId64 " leads%s ",
               demo->steps[demo->steps_n - 1].name, DIM, day, DEMO_DAYS, demo->counts.leads,
               PLAIN);
    fflush(stdout);
}

struct roi_question demo_question(const struct demo *demo)
{
    return (struct roi_question){.first_day = day_str(&demo->first_day),
                                 .last_day = day_str(&demo->last_day),
                                 .ad_account_id = demo->ad_account_id,
                                 .platform = STR("tiktok"),
                                 .now_ms = demo->now_ms};
}

/* --- results -------------------------------------------------------------- */

static bool last_execution(struct demo *demo, const struct json **out, struct err *err)
{
    const struct json *list;
    struct str path = str_fmt(
        demo->arena, "/api/autopilot/executions?accountId=" STR_FMT "&platform=tiktok&limit=50",
        STR_ARG(demo->ad_account_id));

    if (!demo_call(demo, "GET", path, STR(""), &list, err))
        return false;
    struct str id = json_text(list, "data.0.id", STR(""));
    if (id.n == 0)
        return err_set(err, ERR_BROKEN, "the autopilot has no execution");
    return demo_call(demo, "GET",
                     str_fmt(demo->arena, "/api/autopilot/executions/" STR_FMT, STR_ARG(id)),
                     STR(""), out, err);
}

/* Every change that the autopilot made in the two weeks, oldest first. */
static bool show_changes(struct demo *demo, struct db *db, struct err *err)
{
    struct execution_filter filter = {.ad_account_id = demo->ad_account_id,
                                      .platform = STR("tiktok"),
                                      .limit = LIMIT_LIST_ROWS};
    struct executions list = {0};

    if (!execution_list(db, demo->arena, &filter, &list, err))
        return false;
    printf("\n%sWhat the autopilot changed%s\n", tone(demo, BOLD), tone(demo, PLAIN));
    for (size_t i = list.n; i-- > 0;) {
        struct actions actions = {0};
        struct day day = zone_day(DEMO_ZONE, list.at[i].as_of_ms);
        if (!action_list_of_execution(db, demo->arena, list.at[i].id, &actions, err))
            return false;
        for (size_t k = 0; k < actions.n; k++) {
            struct str why = actions.at[k].reason; /* its lines: what, why, on what evidence */
            struct str what = str_cut(&why, '\n');
            printf("  %s  %s" STR_FMT "%s  ", day.text, tone(demo, DIM),
                   STR_ARG(actions.at[k].state), tone(demo, PLAIN));
            why = str_cut(&why, '\n');
            printf(STR_FMT "\n                    %s" STR_FMT "%s\n", STR_ARG(what),
                   tone(demo, DIM), STR_ARG(why), tone(demo, PLAIN));
        }
    }
    return true;
}

static bool show_text(struct demo *demo, struct err *err)
{
    const struct json *execution;
    struct roi_report report = {0};
    struct db *db;
    struct roi_question question = demo_question(demo);

    if (!last_execution(demo, &execution, err) || !db_open(demo->boot.app.database, &db, err))
        return false;
    db_scope(db, demo->org_id);
    bool ok = roi_report(db, demo->arena, &question, &report, err);
    if (ok) {
        printf("\n%sWhat each creative earned in %d days%s\n", tone(demo, BOLD), DEMO_DAYS,
               tone(demo, PLAIN));
        printf(STR_FMT, STR_ARG(roi_text_table(demo->arena, &report, demo->colour)));
        ok = show_changes(demo, db, err);
    }
    db_close(db);
    if (!ok)
        return false;
    struct str decisions = json_print(demo->arena, json_at(execution, "decisions"));
    printf("\n%sThe last morning's decisions%s\n", tone(demo, BOLD), tone(demo, PLAIN));
    printf(STR_FMT "\n", STR_ARG(brain_text(demo->arena, decisions, demo->colour)));
    fflush(stdout);
    return true;
}

static void put_steps(struct demo *demo, struct json_writer *w)
{
    json_key(w, "steps");
    json_list(w);
    for (size_t i = 0; i < demo->steps_n; i++) {
        json_object(w);
        json_text_member(w, "name", str(demo->steps[i].name));
        json_int_member(w, "ms", demo->steps[i].ms);
        json_text_member(w, "outcome", demo->steps[i].outcome);
        json_end(w);
    }
    json_end(w);
}

static void put_counts(struct demo *demo, struct json_writer *w)
{
    const struct demo_counts *counts = &demo->counts;

    json_key(w, "counts");
    json_object(w);
    json_int_member(w, "days", DEMO_DAYS);
    json_int_member(w, "forms", counts->forms);
    json_int_member(w, "leads", counts->leads);
    json_int_member(w, "qualified", counts->qualified);
    json_int_member(w, "sales", counts->sales);
    json_int_member(w, "executions", counts->executions);
    json_int_member(w, "decisions", counts->decisions);
    json_int_member(w, "changes", counts->changes);
    json_int_member(w, "events", counts->events);
    json_end(w);
}

static bool show_json(struct demo *demo, struct err *err)
{
    const struct json *execution, *roi;
    struct str path =
        str_fmt(demo->arena,
                "/api/roi?platform=tiktok&accountId=" STR_FMT "&first_day=%s"
                "&last_day=%s",
                STR_ARG(demo->ad_account_id), demo->first_day.text, demo->last_day.text);
    struct json_writer w;
    struct buf buf;
    struct str text;

    if (!last_execution(demo, &execution, err) ||
        !demo_call(demo, "GET", path, STR(""), &roi, err))
        return false;
    buf_init(&buf, demo->arena, LIMIT_REPLY_BODY);
    json_writer(&w, &buf);
    json_object(&w);
    put_steps(demo, &w);
    json_key(&w, "roi");
    json_put_raw(&w, json_print(demo->arena, roi));
    json_key(&w, "execution");
    json_put_raw(&w, json_print(demo->arena, execution));
    put_counts(demo, &w);
    json_text_member(&w, "org_id", demo->org_id);
    json_text_member(&w, "ad_account_id", demo->ad_account_id);
    json_end(&w);
    if (!buf_done(&buf, "the document", &text, err))
        return false;
    printf(STR_FMT "\n", STR_ARG(text));
    fflush(stdout);
    return true;
}

bool demo_show_results(struct demo *demo, struct err *err)
{
    return demo->json ? show_json(demo, err) : show_text(demo, err);
}
