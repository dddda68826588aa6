/* ITIMER_VIRTUAL and ITIMER_PROF. All time a program uses is its own, so both count the same. */
#include <rr/abi/errno.h>
#include <rr/abi/time.h>
#include <rr/heap.h>
#include <rr/process-timer.h>
#include "itimer.h"

struct cpu_itimer {
	struct rr_process_timer timer;
	struct rr_process *process;
	int signal;
};

static void expired(struct rr_process_timer *timer)
{
	struct cpu_itimer *itimer = rr_container_of(timer, struct cpu_itimer, timer);
	timer->expires = timer->interval ? timer->expires : 0;
	if (timer->interval) {
		rr_process_timer_forward(timer);
		rr_process_timer_restart(timer);
	}
	rr_signal_process(itimer->process, itimer->signal, NULL);
}

static void end(struct rr_attachment *attachment)
{
	struct cpu_itimer *itimer = rr_container_of(attachment, struct cpu_itimer, timer.attachment);
	rr_process_timer_fini(&itimer->timer);
	rr_free(itimer);
}

static struct cpu_itimer *find(int signal)
{
	for (struct rr_attachment *attachment = rr_current_process()->attachments; attachment; attachment = attachment->next) {
		struct cpu_itimer *itimer = rr_container_of(attachment, struct cpu_itimer, timer.attachment);
		if (attachment->end == end && itimer->signal == signal)
			return itimer;
	}
	return NULL;
}

static struct cpu_itimer *create(int signal)
{
	struct cpu_itimer *itimer = rr_zalloc(1, sizeof(*itimer));
	if (!itimer)
		return NULL;
	itimer->process = rr_current_process();
	itimer->signal = signal;
	itimer->timer.clock = (struct rr_process_clock){ RR_CLOCK_PROCESS, itimer->process->pid };
	itimer->timer.expired = expired;
	itimer->timer.attachment.end = end;
	itimer->timer.attachment.survives_exec = true;
	rr_process_timer_init(&itimer->timer, itimer->process);
	return itimer;
}

static void set(struct rr_process_timer *timer, const struct setting *new)
{
	rr_process_timer_stop(timer);
	timer->interval = new->interval;
	timer->expires = 0;
	if (!new->value)
		return;
	timer->expires = rr_process_cpu_time(rr_current_process()) + new->value;
	rr_process_timer_start(timer);
}

int cpu_itimer_exchange(int which, const struct setting *new, struct setting *old)
{
	int signal = which == ITIMER_VIRTUAL ? SIGVTALRM : SIGPROF;
	if (which != ITIMER_VIRTUAL && which != ITIMER_PROF)
		return -EINVAL;
	struct cpu_itimer *itimer = find(signal);
	*old = (struct setting){ 0, 0 };
	if (itimer) {
		old->interval = itimer->timer.interval;
		if (itimer->timer.expires)
			old->value = rr_max(rr_process_timer_left(&itimer->timer), 1ul);
	} else if (new && new->value) {
		itimer = create(signal);
		if (!itimer)
			return -ENOMEM;
	}
	if (new && itimer)
		set(&itimer->timer, new);
	return 0;
}
