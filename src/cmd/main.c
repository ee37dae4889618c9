/* main.c - from argv to a subcommand. */

#include "cmd/cmd.h"
#include "media/media.h"
#include "speech/child.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *sentence;
} commands[] = {
    {"serve", cmd_serve, "run the server: API, webhooks, jobs, autopilot, web pages"},
    {"demo", cmd_demo, "run the whole loop against the sandbox and show what it earned"},
    {"sandbox", cmd_sandbox, "a TikTok Business API to develop and test against"},
    {"migrate", cmd_migrate, "bring the database's schema up to date"},
    {"org", cmd_org, "add and list orgs; make API keys"},
    {"user", cmd_user, "add and list users; set passwords"},
    {"leads", cmd_leads, "pull leads that no webhook brought; import; deliveries"},
    {"report", cmd_report, "ROI per creative as a table or JSON"},
    {"roi", cmd_roi, "make the sums behind the reports anew"},
    {"rates", cmd_rates, "currency rates: list, import a CSV file, ask the bank's feed"},
    {"brain", cmd_brain, "run, show and replay the autopilot's decisions"},
    {"doctor", cmd_doctor, "check this installation and say what to mend"},
    {"settings", cmd_settings, "the manual of all settings"},
    {"routes", cmd_routes, "the HTTP API: method, path, right needed"},
    {"version", cmd_version, "version and build"},
};

static void usage(FILE *out)
{
    fprintf(out, "adwright runs TikTok advertising on your own server.\n\n"
                 "usage: adwright COMMAND [--help] [--SETTING VALUE ...]\n\n");
    for (size_t i = 0; i < countof(commands); i++)
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].sentence);
    fprintf(out, "\nFirst steps: `adwright demo`, then docs/operate.md.\n");
}

int main(int argc, char **argv)
{
    confine_main(argc, argv, media_works); /* as the confined child it does not return */
    confine_main(argc, argv, speech_works);
    if (argc < 2) {
        usage(stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        usage(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0)
        return cmd_version(0, NULL);
    for (size_t i = 0; i < countof(commands); i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 2, argv + 2);
    fprintf(stderr, "adwright: there is no command \"%s\"\n\n", argv[1]);
    usage(stderr);
    return 2;
}
