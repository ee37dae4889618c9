/* serve.c - `adwright serve`: the server until a signal. */

#include "auth/people.h"
#include "base/log.h"
#include "cmd/server.h"
#include "speech/speech.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

static const char help[] =
    "usage: adwright serve [--SETTING VALUE ...]\n\n"
    "Run the server: API, webhooks, jobs, autopilot and web pages.  The schema is brought up "
    "to\n"
    "date at the start.  SIGTERM and SIGINT finish what is in hand, then stop; a second one\n"
    "stops at once.  Nothing that was answered is lost by kill -9.\n";

static const char *const settings[] = {"address",
                                       "brain_hour",
                                       "connections",
                                       "data",
                                       "db",
                                       "drain_seconds",
                                       "facebook_api_version",
                                       "facebook_app_id",
                                       "facebook_app_secret",
                                       "facebook_base_url",
                                       "facebook_dialog_url",
                                       "facebook_verify_token",
                                       "facebook_video_base_url",
                                       "job_workers",
                                       "log",
                                       "log_format",
                                       "port",
                                       "public_url",
                                       "queue_age_ms",
                                       "request_seconds",
                                       "settings",
                                       "tiktok_app_id",
                                       "tiktok_app_secret",
                                       "tiktok_auth_url",
                                       "tiktok_base_url",
                                       "tiktok_webhook_secret",
                                       "tiktok_webhook_signatures",
                                       "transcription_api_key",
                                       "transcription_engine_model",
                                       "transcription_language",
                                       "transcription_model",
                                       "transcription_provider",
                                       "transcription_url",
                                       "workers",
                                       NULL};

static void wait_for_signal(void)
{
    sigset_t set;
    int signal;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    (void)sigwait(&set, &signal);
    log_info("serve.stopping", LOG_CSTR("signal", signal == SIGTERM ? "TERM" : "INT"));
    /* The next one kills: somebody is in a hurry. */
    (void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

/* Before any thread starts: signals go to sigwait, a closed pipe is an error and no death. */
static void own_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

/* Nobody can sign in yet: where the first owner is made, for those who can read this.  Behind
 * the `#`, so that no proxy's log keeps the token. */
static void tell_setup_address(struct boot *boot, int port)
{
    struct str base = boot->conf.public_url;
    struct err err = {0};
    struct db *db;
    bool needed = false;

    if (!db_open(boot->app.database, &db, &err)) {
        log_err("serve.setup", &err);
        return;
    }
    db_scope_system(db);
    if (!setup_needed(db, boot->arena, &needed, &err))
        log_err("serve.setup", &err);
    db_close(db);
    if (!needed)
        return;
    if (!base.n)
        base = str_fmt(boot->arena, "http://" STR_FMT ":%d", STR_ARG(boot->conf.address), port);
    printf("make the first owner at " STR_FMT "/setup#token=" STR_FMT "\n", STR_ARG(base),
           STR_ARG(setup_token(boot->app.ring, boot->arena)));
}

int cmd_serve(int argc, char **argv)
{
    struct boot boot;
    struct server *server;
    struct err err = {0};
    bool asked;

    own_signals();
    if (!boot_settings(&boot, argc, argv, help, settings, &asked, &err))
        return cmd_fail(&err);
    if (asked)
        return 0;
    if (!cmd_rest(&boot, 0, &err) || !speech_check_settings(boot.arena, &boot.conf, &err) ||
        !boot_open(&boot, true, &err) || !server_start(&boot, &server, &err)) {
        cmd_fail(&err);
        boot_close(&boot);
        return 1;
    }
    log_info("serve.ready", LOG_TEXT("address", boot.conf.address),
             LOG_INT("port", server_port(server)));
    /* One line for people and for whoever started us with --port 0. */
    printf("adwright listens on http://" STR_FMT ":%d\n", STR_ARG(boot.conf.address),
           server_port(server));
    tell_setup_address(&boot, server_port(server));
    fflush(stdout);
    wait_for_signal();
    server_stop(server);
    boot_close(&boot);
    return 0;
}
