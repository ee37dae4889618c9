#ifndef CONF_APP_H
#define CONF_APP_H

/*
 * What a running server hands to every request and job as `app`: the things
 * that live as long as the process.
 */
struct app {
    const struct conf *conf;
    const struct ring *ring;
    struct database *database;
    struct job_runner *runner; /* NULL where no workers run */
};

#endif
