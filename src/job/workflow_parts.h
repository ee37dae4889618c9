#ifndef JOB_WORKFLOW_PARTS_H
#define JOB_WORKFLOW_PARTS_H

#include "job/job.h"

/* Inside job/ only: the tables of workflows.  Everything is written under the fence of the
 * workflow's job: ERR_CONFLICT when another worker has taken the job over. */

struct step_row {
    bool exists;
    struct str state;
    struct str request;
    struct str result;
};
bool workflow_db_step(struct workflow *wf, const char *name, struct step_row *out,
                      struct err *err);
/* Before it is sent: state sending, one more attempt, this request. */
bool workflow_db_sending(struct workflow *wf, const char *name, struct str request,
                         struct err *err);
bool workflow_db_settle(struct workflow *wf, const char *name, const char *state,
                        struct str result, struct str error_json, struct err *err);

#endif
