/* Private to sys-sched. */
#pragma once
#include <rr/abi/resource.h>
#include <rr/process.h>

/* How calls name sets of threads: getpriority(2), ioprio_get(2). */
enum selection { SELECT_THREAD, SELECT_GROUP, SELECT_USER };
/* The first thread of the selection behind `after` (NULL to begin); NULL at the end. `who` 0: the caller, its group, its user. */
struct rr_task *select_next(enum selection which, int who, struct rr_task *after);
/* May the current process change the priorities of `task`, which may be another user's? */
bool may_change(const struct rr_task *task);
/* The best nice value RLIMIT_NICE allows a thread of `process` without privilege. */
static inline int least_nice(const struct rr_process *process) { return 20 - (int)rr_min(process->limits[RLIMIT_NICE][0], 40ul); }
/* Thread `tid` (0: the running one) for the calls of sched(7): 0, -EINVAL, -ESRCH. */
int find_thread(int tid, struct rr_task **out);
