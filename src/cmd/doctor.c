/* doctor.c - `adwright doctor`: what was checked, what was found, how to mend it. */

#include "ads/account.h"
#include "auth/audit.h"
#include "auth/auth_db.h"
#include "base/clock.h"
#include "cmd/cmd.h"
#include "event/event.h"
#include "job/job.h"
#include "lead/lead.h"
#include "lead/pull.h"
#include "media/confine.h"
#include "net/net.h"
#include "notify/notify.h"
#include "platform/platform.h"
#include "speech/speech.h"
#include "text/zone.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define HOUR_MS INT64_C(3600000)

struct doctor {
    struct boot *boot;
    struct db *db;
    struct net *net;
    bool colour;
    int failures, warnings;
};

enum verdict { FINE, LOOK, WRONG };

static void say(struct doctor *doctor, enum verdict verdict, const char *checked,
                struct str found, const char *mend)
{
    static const char *const words[] = {"ok  ", "look", "FAIL"};
    static const char *const tones[] = {"\033[32m", "\033[33m", "\033[31m"};

    doctor->failures += verdict == WRONG;
    doctor->warnings += verdict == LOOK;
    printf("  %s%s%s  %-26s " STR_FMT "\n", doctor->colour ? tones[verdict] : "",
           words[verdict], doctor->colour ? "\033[0m" : "", checked, STR_ARG(found));
    if (verdict != FINE && mend)
        printf("        %-26s %s\n", "", mend);
}

static struct arena *arena_of(struct doctor *doctor)
{
    return doctor->boot->arena;
}

static void check_folder(struct doctor *doctor)
{
    const char *path = str_c(arena_of(doctor), doctor->boot->conf.data);
    struct statvfs disk;
    struct stat st;

    if (stat(path, &st) == 0 && (st.st_mode & 077))
        say(doctor, LOOK, "data folder",
            str_fmt(arena_of(doctor), "%s is open to others", path),
            "chmod 700 it: it holds people's contacts");
    else
        say(doctor, FINE, "data folder", str(path), NULL);
    if (statvfs(path, &disk) != 0)
        return;
    uint64_t free_mb = (uint64_t)disk.f_bavail * disk.f_frsize / (1024 * 1024);
    say(doctor, free_mb < 1024 ? LOOK : FINE, "disk",
        str_fmt(arena_of(doctor), "%" PRIu64 " MB free", free_mb),
        "leads are refused when the disk is full: make room");
}

static void check_settings(struct doctor *doctor)
{
    const struct conf *conf = &doctor->boot->conf;
    bool app = conf->tiktok_app_id.n && conf->tiktok_app_secret.n;
    bool https = str_starts(conf->public_url, STR("https://"));

    say(doctor, app ? FINE : LOOK, "TikTok app", app ? conf->tiktok_app_id : STR("not set"),
        "set tiktok_app_id and tiktok_app_secret from the developer portal");
    if (conf->feature_facebook) {
        bool facebook = conf->facebook_app_id.n && conf->facebook_app_secret.n;
        say(doctor, facebook ? FINE : LOOK, "Facebook app",
            facebook ? conf->facebook_app_id : STR("not set"),
            "set facebook_app_id and facebook_app_secret from the developer dashboard");
    }
    say(doctor, https ? FINE : LOOK, "public address",
        conf->public_url.n ? conf->public_url : STR("not set"),
        "the platform's webhooks and OAuth need an https address: set public_url");
}

static void check_transcripts(struct doctor *doctor)
{
    const struct conf *conf = &doctor->boot->conf;
    struct speech_choice choice = speech_choose(arena_of(doctor), conf);
    struct str found =
        str_fmt(arena_of(doctor), "%s: " STR_FMT, choice.name, STR_ARG(choice.reason));
    bool wished = str_eq(conf->transcription_provider, STR("off"));
    struct err err = {0};

    if (choice.provider == SPEECH_OFF)
        say(doctor, wished ? FINE : LOOK, "transcripts", found,
            "videos are uploaded and launched without them");
    else if (speech_try(conf, doctor->net, arena_of(doctor),
                        str_c(arena_of(doctor), conf->data), &err))
        say(doctor, FINE, "transcripts", found, NULL);
    else
        say(doctor, err.kind == ERR_BUSY ? LOOK : WRONG, "transcripts",
            str_fmt(arena_of(doctor), "%s: %s", choice.name, err.text),
            err.hint[0] ? str_c(arena_of(doctor), str(err.hint))
                        : "a try with half a second of silence failed");
}

/* What keeps a stranger's video in its place on this machine. */
static void check_confinement(struct doctor *doctor)
{
    struct arena *arena = arena_of(doctor);
    struct str escaped = {0};
    struct err err = {0};
    unsigned held = 0;

    if (!confine_self_test(arena, &held, &escaped, &err)) {
        say(doctor, WRONG, "confined child", str_fmt(arena, "%s", err.text),
            "videos cannot be read: is /proc mounted, are there processes left?");
        return;
    }
    unsigned missing = CONFINE_ALL & ~held;

    if (escaped.n)
        say(doctor, WRONG, "confined child",
            str_fmt(arena, "can do " STR_FMT "; only these layers hold: " STR_FMT,
                    STR_ARG(escaped), STR_ARG(confine_layer_names(arena, held))),
            "run adwright on a kernel with seccomp, or in a container that allows it");
    else
        say(doctor, missing ? LOOK : FINE, "confined child",
            missing ? str_fmt(arena, "holds without " STR_FMT,
                              STR_ARG(confine_layer_names(arena, missing)))
                    : confine_layer_names(arena, held),
            "landlock needs Linux 5.13 or later, namespaces a container that allows unshare");
}

static bool check_inbox(struct doctor *doctor, struct err *err)
{
    struct delivery_counts counts;

    if (!lead_delivery_counts(doctor->db, arena_of(doctor), &counts, err))
        return false;
    int64_t age_ms =
        counts.oldest_received_ms ? clock_wall_ms() - counts.oldest_received_ms : 0;
    say(doctor, age_ms > HOUR_MS ? LOOK : FINE, "webhook inbox",
        str_fmt(arena_of(doctor), "%" PRId64 " waiting, %" PRId64 " of unknown advertisers",
                counts.received, counts.unresolved),
        "deliveries wait for a server: start adwright serve");
    if (counts.quarantined)
        say(doctor, LOOK, "signatures",
            str_fmt(arena_of(doctor), "%" PRId64 " deliveries with a bad or no signature",
                    counts.quarantined),
            "check tiktok_webhook_secret (or the app secret) and tiktok_webhook_signatures");
    if (counts.failed)
        say(doctor, WRONG, "unreadable deliveries",
            str_fmt(arena_of(doctor), "%" PRId64 " could not be read", counts.failed),
            "adwright leads deliveries lists them with the reason; replay reads one again");
    return true;
}

static bool check_jobs(struct doctor *doctor, struct err *err)
{
    struct job_counts jobs;

    if (!job_count(doctor->db, arena_of(doctor), clock_wall_ms(), &jobs, err))
        return false;
    say(doctor, jobs.dead ? LOOK : FINE, "jobs",
        str_fmt(arena_of(doctor),
                "%" PRId64 " waiting, %" PRId64 " running, %" PRId64 " given up", jobs.waiting,
                jobs.running, jobs.dead),
        "the reason is in the log and in last_error of table jobs");
    return true;
}

/* The account's own words for its state, and a live question to the platform. */
static void check_connection(struct doctor *doctor, const struct ad_connection *connection)
{
    struct arena *arena = arena_of(doctor);
    struct platform_session session;
    struct platform_advertiser advertiser = {0};
    struct err err = {0};
    const struct platform *platform = platform_find(connection->platform);
    const char *name = str_c(arena, connection->ad_account_name);

    if (!platform) {
        say(doctor, LOOK, name,
            str_fmt(arena, "no client for " STR_FMT " in this build",
                    STR_ARG(connection->platform)),
            NULL);
        return;
    }
    if (!ad_account_session(&doctor->boot->app, connection, doctor->net, arena, &session,
                            &err) ||
        !platform->advertiser(&session, &advertiser, &err)) {
        const char *hint = err.kind == ERR_BUSY
                               ? "try again; if it stays: is the network up, is the "
                                 "platform's base URL right in the settings?"
                               : "connect the account again";
        say(doctor, WRONG, name, str_fmt(arena, "%s", err.text),
            err.hint[0] ? str_c(arena, str(err.hint)) : hint);
        return;
    }
    say(doctor, advertiser.deliverable ? FINE : LOOK, name,
        str_fmt(arena, "advertiser " STR_FMT " answers, " STR_FMT ", " STR_FMT,
                STR_ARG(advertiser.id), STR_ARG(advertiser.status),
                STR_ARG(advertiser.currency)),
        "the platform does not deliver this account's ads: look in Ads Manager");
    int64_t age_ms = clock_wall_ms() - connection->last_sync_ms;
    if (!platform_can(platform, connection->platform, PLATFORM_MEASURES, &err))
        return;
    if (connection->last_sync_ms == 0 || age_ms > AD_FIGURES_STALE_MS)
        say(doctor, LOOK, "  figures",
            connection->last_sync_ms
                ? str_fmt(arena, "read last at " STR_FMT,
                          STR_ARG(time_rfc3339(arena, connection->last_sync_ms)))
                : STR("never read"),
            "the daily run reads them: is adwright serve running?");
}

/* Leads that no webhook brought in the last week, and forms that cannot be read. */
static bool check_pulls(struct doctor *doctor, struct err *err)
{
    struct arena *arena = arena_of(doctor);
    struct lead_pulls list = {0};
    struct str why = STR("");
    int64_t recovered = 0, failed = 0;

    if (!lead_pull_list(doctor->db, arena, clock_wall_ms() - 7 * 24 * HOUR_MS, true,
                        LIMIT_LIST_ROWS, &list, err))
        return false;
    for (size_t i = 0; i < list.n; i++) {
        recovered += list.at[i].recovered;
        if (list.at[i].error_text.n)
            why = list.at[i].error_text;
        failed += list.at[i].error_text.n > 0;
    }
    if (recovered)
        say(doctor, LOOK, "webhooks",
            str_fmt(arena, "%" PRId64 " leads of the last week came by no webhook", recovered),
            "they are recovered from the platform; is the webhook's address reachable?");
    if (failed)
        say(doctor, LOOK, "forms",
            str_fmt(arena, "%" PRId64 " readings of the last week failed: " STR_FMT, failed,
                    STR_ARG(why)),
            "GET /api/lead-pulls?troubled=1 lists them");
    return true;
}

/* What waits: since when and why, or that it does not wait long. */
static void say_waiting(struct doctor *doctor, const char *checked, int64_t n,
                        int64_t oldest_ms, struct str why, struct str besides, const char *mend)
{
    struct arena *arena = arena_of(doctor);
    bool long_ago = n && clock_wall_ms() - oldest_ms > HOUR_MS;

    say(doctor, long_ago ? LOOK : FINE, checked,
        long_ago ? str_fmt(arena, "%" PRId64 " waiting, the oldest since " STR_FMT ": " STR_FMT,
                           n, STR_ARG(time_rfc3339(arena, oldest_ms)),
                           STR_ARG(why.n ? why : STR("not tried yet")))
                 : str_fmt(arena, "%" PRId64 " waiting" STR_FMT, n, STR_ARG(besides)),
        mend);
}

static bool check_events(struct doctor *doctor, struct err *err)
{
    struct arena *arena = arena_of(doctor);
    struct conversion_counts events;

    if (!conversion_count(doctor->db, arena, &events, err))
        return false;
    say_waiting(
        doctor, "conversions", events.due, events.oldest_due_ms, events.oldest_due_text,
        str_fmt(arena, ", %" PRId64 " sent, %" PRId64 " of directions without a pixel",
                events.sent, events.waiting - events.due),
        "GET /api/events?state=waiting and /api/events/log tell more; is adwright serve "
        "running?");
    if (events.blocked)
        say(doctor, WRONG, "  pixel refused",
            str_fmt(arena, "direction " STR_FMT ": " STR_FMT, STR_ARG(events.blocked_direction),
                    STR_ARG(events.blocked_text)),
            "PUT /api/directions/ID/event-source with a pixel of this ad account");
    if (events.open_breakers)
        say(doctor, LOOK, "  pixel rests",
            str_fmt(arena, "%" PRId64 " failed five times on end", events.open_breakers),
            "it is tried again each minute; nothing is lost meanwhile");
    if (events.refused)
        say(doctor, LOOK, "  events refused", str_fmt(arena, "%" PRId64, events.refused),
            "GET /api/events?state=refused says why; POST /api/events/ID/replay sends again");
    return true;
}

static bool check_handoffs(struct doctor *doctor, struct err *err)
{
    struct arena *arena = arena_of(doctor);
    struct handoff_counts handoffs;

    if (!handoff_count(doctor->db, arena, &handoffs, err))
        return false;
    say_waiting(
        doctor, "hand-offs", handoffs.waiting, handoffs.oldest_waiting_ms, handoffs.oldest_text,
        STR(""),
        "the receiver fails: GET /api/handoffs?state=waiting; is adwright serve running?");
    if (handoffs.dead)
        say(doctor, LOOK, "  given up", str_fmt(arena, "%" PRId64, handoffs.dead),
            "mend the receiver, then POST /api/endpoints/ID/replay sends them again");
    if (handoffs.stopped)
        say(doctor, WRONG, "  endpoint off",
            str_fmt(arena, STR_FMT ": " STR_FMT, STR_ARG(handoffs.stopped_name),
                    STR_ARG(handoffs.stopped_text)),
            "PUT /api/endpoints/ID {\"is_active\":true} once it works");
    return true;
}

/* A token that the platform took back is nobody's wish: unlike one that was disconnected. */
static bool check_revoked(struct doctor *doctor, size_t *n, struct err *err)
{
    struct arena *arena = arena_of(doctor);
    struct ad_accounts accounts = {0};

    if (!ad_account_list(doctor->db, arena, &accounts, err))
        return false;
    for (size_t i = 0; i < accounts.n; i++) {
        struct ad_connections list = {0};
        if (!ad_account_connections(doctor->db, arena, accounts.at[i].id, &list, err))
            return false;
        for (size_t k = 0; k < list.n; k++) {
            if (!str_eq(list.at[k].state, STR("revoked")))
                continue;
            ++*n;
            say(doctor, WRONG, str_c(arena, accounts.at[i].name),
                str_fmt(arena, STR_FMT " revoked the connection: " STR_FMT,
                        STR_ARG(list.at[k].platform), STR_ARG(list.at[k].last_error)),
                "connect the account again: leads and conversions wait for it");
        }
    }
    return true;
}

static bool check_org(struct doctor *doctor, const struct org_row *org, struct err *err)
{
    struct ad_connections list = {0};
    struct leads unlinked = {0};
    struct lead_filter filter = {.state = STR("unlinked"), .limit = LIMIT_LIST_ROWS};
    struct arena *arena = arena_of(doctor);
    size_t revoked = 0;
    int64_t broken_at;
    bool intact;

    db_scope(doctor->db, org->org_id);
    printf("\nOrg " STR_FMT "\n", STR_ARG(org->name));
    if (!audit_verify(doctor->db, arena, &intact, &broken_at, err) ||
        !ad_account_list_connected(doctor->db, arena, STR("tiktok"), &list, err) ||
        !ad_account_list_connected(doctor->db, arena, STR("facebook"), &list, err) ||
        !lead_list(doctor->db, arena, &filter, &unlinked, err))
        return false;
    say(doctor, intact ? FINE : WRONG, "audit log",
        intact ? STR("the chain of hashes holds")
               : str_fmt(arena, "line %" PRId64 " was changed or removed", broken_at),
        "somebody wrote to the database past adwright: compare with a backup");
    if (!check_revoked(doctor, &revoked, err))
        return false;
    if (list.n == 0 && revoked == 0)
        say(doctor, LOOK, "ad accounts", STR("none is connected"),
            "GET /api/ad-accounts/oauth/start gives the address to open");
    for (size_t i = 0; i < list.n; i++)
        check_connection(doctor, &list.at[i]);
    if (unlinked.n)
        say(doctor, LOOK, "leads",
            str_fmt(arena, "%zu%s match no direction or creative", unlinked.n,
                    unlinked.n == LIMIT_LIST_ROWS ? " or more" : ""),
            "they are kept; links are tried again after each launch and collection");
    return check_pulls(doctor, err) && check_events(doctor, err) && check_handoffs(doctor, err);
}

static bool examine(struct boot *boot, struct db *db, struct err *err)
{
    struct doctor doctor = {
        .boot = boot, .db = db, .colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR")};
    struct org_rows orgs = {0};

    if (!cmd_rest(boot, 0, err) || !net_open(&doctor.net, err))
        return false;
    printf("Installation\n");
    say(&doctor, FINE, "database", boot->db_shown,
        NULL); /* opened, current, and the key fits */
    check_folder(&doctor);
    check_settings(&doctor);
    check_transcripts(&doctor);
    check_confinement(&doctor);
    bool ok = check_inbox(&doctor, err) && check_jobs(&doctor, err) &&
              org_list(db, boot->arena, &orgs, err);
    if (ok && orgs.n == 0)
        say(&doctor, LOOK, "orgs", STR("none yet"), "adwright org add \"My agency\"");
    for (size_t i = 0; ok && i < orgs.n; i++)
        ok = check_org(&doctor, &orgs.at[i], err);
    net_close(doctor.net);
    if (!ok)
        return false;
    printf("\n%d to mend, %d to look at\n", doctor.failures, doctor.warnings);
    return doctor.failures == 0 ||
           err_set(err, ERR_CONFLICT, "something is to be mended, see above");
}

int cmd_doctor(int argc, char **argv)
{
    static const char *const settings[] = {"data", "db", NULL};
    static const char help[] =
        "usage: adwright doctor [--SETTING VALUE ...]\n\n"
        "Check the data folder, the database and its key, settings, transcripts, how well\n"
        "strangers' videos are confined, the webhook inbox, jobs, conversions and hand-offs\n"
        "that wait too long or were given up, and each connected ad account by asking the\n"
        "platform.  Says how to mend what it finds; the exit status\n"
        "is 1 when something must be mended.\n";

    return cmd_with_db(argc, argv, help, settings, examine);
}
