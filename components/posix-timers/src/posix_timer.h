#pragma once
#include <rr/process-timer.h>
#include <rr/tree.h>

struct posix_timer {
	struct rr_process_timer timer;
	struct rr_tree_node node;    /* of all timers, by process and number */
	struct rr_process *process;
	int id;
	int32_t notify;              /* SIGEV_* */
	bool wall;                   /* made on a clock of the time of day */
	int thread_id;               /* of SIGEV_THREAD_ID, else 0 */
	bool waiting;                /* periodic, expired, and its signal has not been taken yet */
	uint64_t overrun;            /* expirations since the signal was sent, that of the signal included */
	int32_t last_overrun;        /* as told by the last signal */
	struct rr_sigentry entry;
};

/* A timer of the running process, or NULL. */
struct posix_timer *posix_timer_find(int id);
/* A new one with a number of its own; the caller sets what it does. NULL: no memory. */
struct posix_timer *posix_timer_create(void);
void posix_timer_delete(struct posix_timer *timer);
