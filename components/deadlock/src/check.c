#include <rr/control.h>
#include <rr/idle.h>
#include <rr/irq.h>
#include <rr/platform.h>
#include <rr/print.h>
#include <rr/timer.h>
#include "internal.h"

void rr_deadlock_init(void);

#define CALL_PAUSE 34
#define CALL_SIGTIMEDWAIT 128
#define CALL_SIGSUSPEND 130
/* What `rr run` forwards, `rr stop` sends or a terminal makes. */
#define FROM_HOST (RR_SIGNAL_BIT(SIGHUP) | RR_SIGNAL_BIT(SIGINT) | RR_SIGNAL_BIT(SIGQUIT) | RR_SIGNAL_BIT(SIGTERM) | RR_SIGNAL_BIT(SIGUSR1) | \
	RR_SIGNAL_BIT(SIGUSR2) | RR_SIGNAL_BIT(SIGWINCH) | RR_SIGNAL_BIT(SIGCONT))

static bool reported;

/* A handler may do what others wait for, sem_post(3) for one. */
static bool catches_signals(const struct rr_process *process)
{
	for (uint64_t left = FROM_HOST; process->sighand && left; left &= left - 1) {
		uint64_t handler = process->sighand->actions[__builtin_ctzl(left)].handler;
		if (handler != SIG_DFL && handler != SIG_IGN)
			return true;
	}
	return false;
}

static bool waits_for_signal(const struct rr_task *task)
{
	uint64_t call = rr_thread_regs(&task->thread)->number;
	return call == CALL_PAUSE || call == CALL_SIGTIMEDWAIT || call == CALL_SIGSUSPEND;
}

static bool can_go_on(const struct rr_process *process)
{
	if (process->stop_signal || catches_signals(process))
		return true;
	rr_list_for_each(node, &process->tasks)
		if (waits_for_signal(rr_list_entry(node, struct rr_task, link)))
			return true;
	return false;
}

static bool deadlocked(void)
{
	if (rr_irq_is_pending() || rr_timer_first() != RR_FOREVER || rr_wake_source_any())
		return false;
	for (struct rr_process *process = NULL; (process = rr_process_next(process));)
		if (can_go_on(process))
			return false;
	return true;
}

/* Sending may wait for a slow host, and come back here. */
static void check(void)
{
	if (reported || !deadlocked())
		return;
	reported = true;
	unsigned count = report_threads();
	if (!rr_control_present())
		rr_log("deadlock: all %u threads wait, and nothing can wake them", count);
	rr_control_exit(RR_EXIT_DEADLOCK, 0);
	rr_platform_end();
}

void rr_deadlock_init(void) { rr_sched_idle_check = check; }
