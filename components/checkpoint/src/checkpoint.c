/*
 * The first time that only something outside of the machine can make the program go on, the machine stops, and `rr bake` makes an image of its memory. Booted, that goes on in
 * checkpoint(): the processor, the clocks and the devices are made anew, each component's in its `resume`, in the order of their initialisation.
 */
#include <rr/clock.h>
#include <rr/control.h>
#include <rr/cpu.h>
#include <rr/fpu.h>
#include <rr/idle.h>
#include <rr/irq.h>
#include <rr/page.h>
#include <rr/platform.h>
#include <rr/print.h>
#include <rr/random.h>
#include <rr/sched-init.h>
#include <rr/time-init.h>
#include <rr/timer.h>
#include <rr/trap.h>
#include "processor.h"
#include "resume-table.h"
#include "state.h"

void rr_checkpoint_init(void);

/* A program that sleeps for less is still starting. */
#define REST (50 * 1000 * 1000ul)
/* As `rr run` says that it could not do what it was to do. */
#define FAILED 125

static void (*next_check)(void);
static void *fpu_area;

/* Nothing but what comes from outside makes anybody go on for a while. */
static bool rests(void)
{
	if (rr_irq_is_pending() || !rr_wake_source_any())
		return false;
	uint64_t first = rr_timer_first();
	return first == RR_FOREVER || first > rr_clock_monotonic() + REST;
}

RR_NORETURN static void stop(enum rr_control_exit_kind kind, uint8_t value)
{
	rr_this_cpu()->irq_depth++; /* whoever sends must not sleep: all threads are as they shall be found, and interrupts are off */
	rr_control_exit(kind, value);
	rr_platform_end();
}

/* On another machine, at another time; interrupts are off. */
static void go_on(uint64_t stopped_at)
{
	rr_platform_resume = NULL;
	rr_this_cpu()->irq_depth = 0;
	rr_platform_restart(checkpoint_start_info, checkpoint_tsc);
	bool suffices = rr_cpu_resume() && processor_suffices();
	if (suffices)
		rr_fpu_restore(fpu_area);
	rr_thread_set_fs_base(rr_current_thread()->fs_base);
	rr_time_resume(stopped_at);
	rr_random_resume();
	for (void (*const *resume)(void) = rr_resume_table; *resume; resume++)
		(*resume)();
	if (!suffices) {
		rr_log("the program has started on a processor with instructions that this one lacks: take the checkpoint on a machine like this one");
		stop(RR_EXIT_CODE, FAILED);
	}
	rr_control_booted(rr_rdtsc(), 0);
}

static void checkpoint(void)
{
	rr_irq_off();
	rr_page_scrub();
	processor_note();
	rr_fpu_save(fpu_area);
	uint64_t now = rr_clock_monotonic();
	if (!checkpoint_save()) {
		rr_platform_resume = checkpoint_resume;
		stop(RR_EXIT_CHECKPOINT, 0);
	}
	go_on(now);
	rr_irq_on();
}

static void check(void)
{
	static bool done;
	if (!done && fpu_area && rests()) {
		done = true;
		checkpoint();
	} else if (next_check) {
		next_check();
	}
}

void rr_checkpoint_init(void)
{
	next_check = rr_sched_idle_check;
	rr_sched_idle_check = check;
	fpu_area = rr_fpu_alloc();
}
