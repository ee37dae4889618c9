/*
 * conf/: where settings come from, and what is refused.
 *
 * TEST_WRITE=1 build/unit/test_conf rewrites docs/settings.md (from the
 * repository's root, as all tests run).
 */
#include "base/arena.h"
#include "base/strs.h"
#include "conf/setting.h"
#include "test.h"

#include <sys/stat.h>
#include <unistd.h>

static struct arena *a;
static char folder[] = "/tmp/adwright-conf-XXXXXX";

/* A load from words; `file` is the text of <data>/adwright.conf, NULL for none. */
struct trial {
    const char *file;
    const char *environment[5];
    const char *flags[9];
};

struct outcome {
    bool ok;
    struct conf conf;
    struct strs rest;
    struct err err;
};

static char *mutable(const char *text)
{
    return (char *)(uintptr_t)str_c(a, str(text));
}

static struct outcome load(struct trial trial)
{
    struct outcome o = {0};
    char *flags[12], *environment[5] = {0};
    int n = 0;
    const char *path = str_fmt(a, "%s/adwright.conf", folder).p;

    (void)unlink(path);
    if (trial.file) {
        FILE *f = fopen(path, "w");
        CHECK(f && fputs(trial.file, f) >= 0 && fclose(f) == 0, "%s", path);
    }
    flags[n++] = mutable(str_fmt(a, "--data=%s", folder).p);
    for (size_t i = 0; trial.flags[i]; i++)
        flags[n++] = mutable(trial.flags[i]);
    for (size_t i = 0; trial.environment[i]; i++)
        environment[i] = mutable(trial.environment[i]);
    o.ok = conf_load(a, n, flags, environment, &o.conf, &o.rest, &o.err);
    return o;
}

static void later_sources_win(void)
{
    struct outcome o = load((struct trial){0});
    CHECK(o.ok && o.conf.port == 8080 && o.conf.feature_tiktok && !o.conf.allow_private_urls &&
              str_eq(o.conf.tiktok_api_version, STR("v1.3")) && o.conf.tiktok_app_secret.n == 0,
          "defaults: %s", o.err.text);
    CHECK(str_eq(o.conf.data, str(folder)), "flag");

    struct trial t = {
        .file = "port = 1001\nworkers = 11\nlog = debug\naddress = 0.0.0.0\n",
        .environment = {"ADWRIGHT_PORT=1002", "ADWRIGHT_WORKERS=12", "ADWRIGHT_LOG=warn"},
        .flags = {"--port", "1003", "--workers=13"}};
    o = load(t);
    CHECK(o.ok && o.conf.port == 1003 && o.conf.workers == 13, "flags win: %s", o.err.text);
    CHECK(str_eq(o.conf.log, STR("warn")), "then the environment");
    CHECK(str_eq(o.conf.address, STR("0.0.0.0")), "then the file");
    CHECK(o.conf.job_workers == 4, "then the default");
}

static void founding_names_are_read(void)
{
    struct outcome o = load((struct trial){
        .environment = {"TIKTOK_APP_ID=77", "TIKTOK_APP_SECRET=s", "TIKTOK_API_VERSION=v1.9"}});
    CHECK(o.ok && str_eq(o.conf.tiktok_app_id, STR("77")) &&
              str_eq(o.conf.tiktok_app_secret, STR("s")) &&
              str_eq(o.conf.tiktok_api_version, STR("v1.9")),
          "%s", o.err.text);
    o = load((struct trial){.environment = {"TIKTOK_WEBHOOK_SECRET=w",
                                            "ADWRIGHT_TIKTOK_APP_ID=1", "TIKTOK_APP_ID=2"}});
    CHECK(o.ok && str_eq(o.conf.tiktok_webhook_secret, STR("w")), "%s", o.err.text);
    CHECK(str_eq(o.conf.tiktok_app_id, STR("1")), "the ADWRIGHT_ name wins");
    o = load((struct trial){.environment = {"TIKTOK_OTHER=x", "PATH=/bin", "ADWRIGHT=x"}});
    CHECK(o.ok, "names of others are left alone: %s", o.err.text);
    o = load((struct trial){.environment = {"ADWRIGHT_PORT=", "TIKTOK_API_VERSION="}});
    CHECK(o.ok && o.conf.port == 8080 && str_eq(o.conf.tiktok_api_version, STR("v1.3")),
          "empty is not set: %s", o.err.text);
}

static void flags_have_several_spellings(void)
{
    struct outcome o = load((struct trial){
        .flags = {"--job-workers", "5", "--collect_days=3", "--allow-private-urls",
                  "--feature-facebook=off", "--feature-tiktok", "false"}});
    CHECK(o.ok && o.conf.job_workers == 5 && o.conf.collect_days == 3 &&
              o.conf.allow_private_urls && !o.conf.feature_facebook && !o.conf.feature_tiktok,
          "%s", o.err.text);
    o = load((struct trial){.flags = {"--tiktok-app-id=", "--public-url", "https://a/?b=c"}});
    CHECK(o.ok && o.conf.tiktok_app_id.n == 0 &&
              str_eq(o.conf.public_url, STR("https://a/?b=c")),
          "%s", o.err.text);
    o = load((struct trial){
        .flags = {"--allow-private-urls", "video.mp4", "--once", "-", "--", "--port", "--"}});
    CHECK(o.ok && o.conf.allow_private_urls && o.conf.port == 8080 && o.rest.n == 5, "%s",
          o.err.text);
    if (o.rest.n == 5)
        CHECK(str_eq(o.rest.at[0], STR("video.mp4")) && str_eq(o.rest.at[1], STR("--once")) &&
                  str_eq(o.rest.at[2], STR("-")) && str_eq(o.rest.at[3], STR("--port")) &&
                  str_eq(o.rest.at[4], STR("--")),
              "what is no setting is left, in order");
}

static void files_have_comments_and_blank_lines(void)
{
    struct outcome o =
        load((struct trial){.file = "\xef\xbb\xbf# a comment\r\n\r\n  port=81  \r\n"
                                    "\t# another\n"
                                    "public-url = https://a/#b = c\n"
                                    "tiktok_app_secret = s # part of it\n"
                                    "feature_facebook = no"});
    CHECK(o.ok && o.conf.port == 81 && !o.conf.feature_facebook, "%s", o.err.text);
    CHECK(str_eq(o.conf.public_url, STR("https://a/#b = c")), STR_FMT,
          STR_ARG(o.conf.public_url));
    CHECK(str_eq(o.conf.tiktok_app_secret, STR("s # part of it")), "no comment behind a value");
}

static const struct {
    struct trial trial;
    const char *field, *text, *hint;
} refusals[] = {
    {{.flags = {"--port", "65536"}},
     "port",
     "flag --port: port cannot be \"65536\"",
     "from 0 to 65535"},
    {{.flags = {"--port=-1"}}, "port", "\"-1\"", "from 0 to 65535"},
    {{.flags = {"--port=x"}}, "port", "\"x\"", "whole number"},
    {{.flags = {"--port="}}, "port", "\"\"", "whole number"},
    {{.flags = {"--port"}}, "port", "a value is missing", "--name VALUE"},
    {{.flags = {"--port", "--workers=1"}}, "port", "a value is missing", "--name VALUE"},
    {{.flags = {"--feature-tiktok=maybe"}}, "feature_tiktok", "\"maybe\"", "true or false"},
    {{.flags = {"--log", "a\nb"}}, "log", "no plain text", "one line"},
    {{.flags = {"--log", "\xff"}}, "log", "no plain text", "UTF-8"},
    {{.flags = {"--settings", "/nowhere/adwright.conf"}}, "", "/nowhere/adwright.conf", ""},
    {{.environment = {"ADWRIGHT_PROT=1"}}, "", "ADWRIGHT_PROT", "do you mean ADWRIGHT_PORT?"},
    {{.environment = {"ADWRIGHT_JOBWORKERS=1"}},
     "",
     "ADWRIGHT_JOBWORKERS",
     "do you mean ADWRIGHT_JOB_WORKERS?"},
    {{.environment = {"ADWRIGHT_port=1"}}, "", "ADWRIGHT_port", "do you mean ADWRIGHT_PORT?"},
    {{.environment = {"ADWRIGHT_JOB-WORKERS=1"}},
     "",
     "ADWRIGHT_JOB-WORKERS",
     "do you mean ADWRIGHT_JOB_WORKERS?"},
    {{.environment = {"ADWRIGHT_SOMETHING_ELSE=1"}}, "", "something_else", "adwright settings"},
    {{.environment = {"ADWRIGHT_PORT=99999"}},
     "port",
     "environment variable ADWRIGHT_PORT",
     "65535"},
    {{.file = "port = 1\nprot = 2\n"},
     "",
     "adwright.conf: line 2: no setting is called \"prot\"",
     "do you mean port?"},
    {{.file = "# x\n\nport = 0x10\n"}, "port", "line 3", "from 0 to 65535"},
    {{.file = "port 8080\n"}, "", "line 1: not `name = value`", ""},
    {{.file = "= 8080\n"}, "", "line 1", ""},
    {{.file = "port = 1\nlog = debug\nport = 2\n"},
     "port",
     "line 3: port is set twice",
     "remove"},
    {{.file = "settings = /etc/x\n"}, "settings", "line 1", "--settings"},
    {{.file = "data = /elsewhere\n"}, "data", "cannot move it", "--data"},
    {{.file = "tiktok_app_secret = hush\x01\n"}, "tiktok_app_secret", "line 1", ""},
};

static void mistakes_are_refused_with_a_way_out(void)
{
    for (size_t i = 0; i < countof(refusals); i++) {
        struct outcome o = load(refusals[i].trial);
        CHECK(!o.ok && o.err.kind == ERR_INVALID, "case %zu: accepted", i);
        CHECK(strcmp(o.err.field, refusals[i].field) == 0, "case %zu: field %s", i,
              o.err.field);
        CHECK(strstr(o.err.text, refusals[i].text), "case %zu: %s", i, o.err.text);
        CHECK(strstr(o.err.hint, refusals[i].hint), "case %zu: hint %s", i, o.err.hint);
        CHECK(!strstr(o.err.text, "hush") && !strstr(o.err.hint, "hush"), "a secret is told");
    }
    char *long_value = arena_alloc(a, 5001);
    memset(long_value, 'x', 5000);
    struct outcome o = load((struct trial){.flags = {"--sandbox-seed", long_value}});
    CHECK(!o.ok && strcmp(o.err.field, "sandbox_seed") == 0, "a long value");
}

static void a_named_file_is_read_and_may_name_the_data_folder(void)
{
    char *path = mutable(str_fmt(a, "%s/other", folder).p);
    char *setting = mutable(str_fmt(a, "ADWRIGHT_SETTINGS=%s", path).p);
    FILE *f = fopen(path, "w");

    CHECK(f && fputs("port = 7\ndata = /var/lib/adwright\n", f) >= 0 && fclose(f) == 0, "%s",
          path);
    struct strs rest;
    struct conf conf;
    struct err err = {0};
    char *flags[] = {mutable("--settings"), path}, *environment[] = {setting, NULL};
    CHECK(conf_load(a, 2, flags, NULL, &conf, &rest, &err) && conf.port == 7, "%s", err.text);
    CHECK(str_eq(conf.data, STR("/var/lib/adwright")), "data of the file");
    CHECK(conf_load(a, 0, NULL, environment, &conf, &rest, &err) && conf.port == 7, "%s",
          err.text);

    f = fopen(path, "w");
    for (int i = 0; f && i < 70000; i++)
        (void)fputc('#', f);
    CHECK(f && fclose(f) == 0, "%s", path);
    CHECK(!conf_load(a, 2, flags, NULL, &conf, &rest, &err) && strstr(err.text, "larger"), "%s",
          err.text);
    char *here[] = {mutable("--settings"), folder};
    CHECK(!conf_load(a, 2, here, NULL, &conf, &rest, &err) && err.kind == ERR_INVALID,
          "a folder");
    (void)unlink(path);
}

static void the_nearest_name_is_offered_only_when_near(void)
{
    static const char *const pairs[][2] = {
        {"prot", "port"},
        {"por", "port"},
        {"adress", "address"},
        {"job-worker", "job_workers"},
        {"tiktok_secret", "tiktok_app_secret"},
        {"once", ""},
        {"x", ""},
        {"", ""},
        {"video", ""},
    };

    for (size_t i = 0; i < countof(pairs); i++)
        CHECK(strcmp(conf_nearest(str(pairs[i][0])), pairs[i][1]) == 0, "%s -> %s", pairs[i][0],
              conf_nearest(str(pairs[i][0])));
    char long_name[1000] = {0};
    memset(long_name, 'p', sizeof long_name - 1);
    CHECK(conf_nearest(str(long_name))[0] == 0, "long");
}

static void the_table_is_in_order_and_its_defaults_are_legal(void)
{
    for (size_t i = 0; i < conf_settings_n; i++) {
        const struct setting *s = &conf_settings[i];
        CHECK(i == 0 || strcmp(conf_settings[i - 1].name, s->name) < 0, "%s", s->name);
        CHECK(s->kind != SETTING_IS_INT || (s->low <= s->number && s->number <= s->high), "%s",
              s->name);
        CHECK(s->kind != SETTING_IS_SECRET || s->text.n == 0, "%s has a default", s->name);
        CHECK(s->sentence[0] && !strchr(s->sentence, '|'), "%s", s->name);
    }
}

static void help_shows_what_is_asked_for(void)
{
    static const char *const names[] = {"port", "tiktok_app_secret", "feature_tiktok", NULL};
    struct str text = conf_help(a, names);

    CHECK(str_has(text, STR("  --port N ")) && str_has(text, STR("(0 to 65535) [8080]\n")),
          STR_FMT, STR_ARG(text));
    CHECK(str_has(text, STR("  --tiktok-app-secret SECRET")) &&
              str_has(text, STR("  --feature-tiktok  ")) && !str_has(text, STR("--workers")),
          STR_FMT, STR_ARG(text));
    CHECK(str_has(conf_help(a, NULL), STR("--workers N")), "all");
}

static void docs_settings_md_is_the_manual(void)
{
    const char *path = "docs/settings.md";
    struct str want = conf_manual(a);
    char *text = arena_alloc(a, want.n + 2);

    if (getenv("TEST_WRITE")) {
        FILE *f = fopen(path, "w");
        CHECK(f && fwrite(want.p, 1, want.n, f) == want.n && fclose(f) == 0, "%s", path);
    }
    FILE *f = fopen(path, "r");
    CHECK(f, "%s: run from the repository's root", path);
    if (!f)
        return;
    size_t n = fread(text, 1, want.n + 1, f);
    (void)fclose(f);
    CHECK(str_eq((struct str){text, n}, want),
          "%s is not what `adwright settings --manual` prints: write it anew", path);
}

int main(void)
{
    a = arena_new("test");
    if (!mkdtemp(folder))
        return 1;
    RUN(later_sources_win);
    RUN(founding_names_are_read);
    RUN(flags_have_several_spellings);
    RUN(files_have_comments_and_blank_lines);
    RUN(mistakes_are_refused_with_a_way_out);
    RUN(a_named_file_is_read_and_may_name_the_data_folder);
    RUN(the_nearest_name_is_offered_only_when_near);
    RUN(the_table_is_in_order_and_its_defaults_are_legal);
    RUN(help_shows_what_is_asked_for);
    RUN(docs_settings_md_is_the_manual);
    (void)unlink(str_fmt(a, "%s/adwright.conf", folder).p);
    (void)rmdir(folder);
    arena_free(a);
    return test_report();
}
