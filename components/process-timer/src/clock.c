/* Clocks by number: clock_getres(2), clock_getcpuclockid(3). */
#include <rr/abi/errno.h>
#include <rr/abi/time.h>
#include <rr/process-timer.h>

/* The CPU clock of a process or thread is ~id << 3 | these (linux/posix-timers.h). */
#define CPU_CLOCK_THREAD 4
#define CPU_CLOCK_KIND 3
#define CPU_CLOCK_SCHED 2

static int find_cpu_clock(int number, struct rr_process_clock *out)
{
	int id = ~(number >> 3);
	if ((number & CPU_CLOCK_KIND) > CPU_CLOCK_SCHED)
		return -EINVAL;
	if (number & CPU_CLOCK_THREAD) {
		const struct rr_task *task = id ? rr_task_find(id) : rr_current_task();
		if (!task || task->process != rr_current_process())
			return -EINVAL;
		*out = (struct rr_process_clock){ RR_CLOCK_THREAD, task->tid };
	} else {
		const struct rr_process *process = id ? rr_process_find(id) : rr_current_process();
		if (!process)
			return -EINVAL;
		*out = (struct rr_process_clock){ RR_CLOCK_PROCESS, process->pid };
	}
	return 0;
}

int rr_process_clock_find(int number, struct rr_process_clock *out)
{
	*out = (struct rr_process_clock){ RR_CLOCK_MONOTONIC, 0 };
	switch (number) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_REALTIME_ALARM:
	case CLOCK_TAI:
		out->kind = RR_CLOCK_WALL;
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		return 0;
	case CLOCK_PROCESS_CPUTIME_ID:
		*out = (struct rr_process_clock){ RR_CLOCK_PROCESS, rr_current_process()->pid };
		return 0;
	case CLOCK_THREAD_CPUTIME_ID:
		*out = (struct rr_process_clock){ RR_CLOCK_THREAD, rr_current_task()->tid };
		return 0;
	default:
		return number < 0 ? find_cpu_clock(number, out) : -EINVAL;
	}
}

bool rr_process_clock_read(const struct rr_process_clock *clock, uint64_t *ns)
{
	const struct rr_process *process;
	const struct rr_task *task;
	switch (clock->kind) {
	case RR_CLOCK_MONOTONIC:
		*ns = rr_clock_monotonic();
		return true;
	case RR_CLOCK_WALL:
		*ns = rr_clock_realtime();
		return true;
	case RR_CLOCK_PROCESS:
		process = rr_process_find(clock->id);
		*ns = process ? rr_process_cpu_time(process) : 0;
		return process;
	default:
		task = rr_task_find(clock->id);
		*ns = task ? rr_thread_cpu_time(&task->thread) : 0;
		return task;
	}
}
