/* sandbox_cmd.c - `adwright sandbox`: the other side, for any client. */

#include "cmd/cmd.h"

#include "base/arena.h"
#include "sandbox/sandbox.h"
#include "sandbox/world.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: adwright sandbox [--port N] [--sandbox_seed N] [--sandbox_world NAME]\n"
    "       adwright sandbox world [--expand]\n\n"
    "Play TikTok's Business API v1.3 for any client: the API under /open_api/v1.3/, the\n"
    "authorization page under /portal/auth; and Facebook's Graph API under /v26.0/.  The\n"
    "bench's own controls (clock, faults, settings, call log, hidden truth) are under\n"
    "/sandbox/.  docs/sandbox.md is its manual.\n\n"
    "`sandbox world` lists the worlds; with --expand it prints the whole file of the world\n"
    "that --sandbox_world and --sandbox_seed name.\n";

static const char *const settings[] = {"address",
                                       "port",
                                       "clock_file",
                                       "log",
                                       "log_format",
                                       "sandbox_seed",
                                       "sandbox_state",
                                       "sandbox_world",
                                       "sandbox_faults",
                                       "facebook_app_id",
                                       "facebook_app_secret",
                                       "tiktok_app_id",
                                       "tiktok_app_secret",
                                       NULL};

static int list_worlds(void)
{
    for (size_t i = 0; world_archetypes[i]; i++)
        printf("%s\n", world_archetypes[i]);
    return 0;
}

static int expand(struct boot *boot)
{
    struct world *world;
    struct err err = {0};
    int64_t seed = 1;

    if (!str_int(boot->conf.sandbox_seed, &seed) ||
        !world_new(&(struct world_setup){.seed = (uint64_t)seed,
                                         .archetype = boot->conf.sandbox_world,
                                         .populate = true,
                                         .review = true},
                   &world, &err))
        return err.text[0] ? cmd_fail(&err) : 2;
    printf(STR_FMT "\n", STR_ARG(world_expand(world, boot->arena)));
    world_free(world);
    return 0;
}

/* Until SIGINT or SIGTERM; both were blocked before the first thread began. */
static void wait_for_the_end(const sigset_t *signals)
{
    int signal_number;

    while (sigwait(signals, &signal_number) != 0)
        ;
}

static int serve(struct boot *boot)
{
    struct sandbox *sandbox;
    struct err err = {0};
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    must(sigprocmask(SIG_BLOCK, &signals, NULL) == 0);
    if (!sandbox_start(&boot->conf, &sandbox, &err))
        return cmd_fail(&err);
    printf("sandbox listens on http://" STR_FMT ":%d\n", STR_ARG(boot->conf.address),
           sandbox_port(sandbox));
    fflush(stdout);
    wait_for_the_end(&signals);
    sandbox_stop(sandbox);
    return 0;
}

int cmd_sandbox(int argc, char **argv)
{
    struct boot boot;
    struct err err = {0};
    bool asked, world, full;
    int status;

    if (!boot_settings(&boot, argc, argv, help, settings, &asked, &err))
        return cmd_fail(&err);
    if (asked)
        return 0;
    full = cmd_flag(&boot, "expand");
    world = boot.rest.n > 0 && str_eq(boot.rest.at[0], STR("world"));
    if (!cmd_rest(&boot, world ? 1 : 0, &err))
        status = cmd_fail(&err);
    else if (world)
        status = full ? expand(&boot) : list_worlds();
    else
        status = serve(&boot);
    boot_close(&boot);
    return status;
}
