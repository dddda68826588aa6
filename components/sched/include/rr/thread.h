/*
 * What the scheduler knows of a thread. A process's thread (rr/process.h) embeds one.
 *
 * libOS code is not preempted: a thread in the libOS runs until it waits or returns to its program. All data not said to be used
 * in interrupts is guarded by the big lock, which is held while in the libOS and given up while waiting. On one CPU that is free.
 */
#pragma once
#include <rr/list.h>
#include <rr/timer.h>
#include <rr/tree.h>

struct rr_regs;
struct rr_aspace;

enum rr_thread_state { RR_THREAD_RUNNABLE, RR_THREAD_WAITING, RR_THREAD_DEAD };

/* Bits of `work`: what to do before the program runs again. */
#define RR_WORK_RESCHED 1u
#define RR_WORK_SIGNAL 2u /* also ends interruptible waits */
/* 4: RR_WORK_IRQ, rr/trap.h */

/* What decides who runs first: sched(7). All zero is an ordinary thread; only the sched-policy component looks at more than that. */
struct rr_sched_entity {
	uint8_t policy;           /* SCHED_* */
	uint8_t priority;         /* of SCHED_FIFO and SCHED_RR, 1 to 99 */
	uint8_t boost;            /* the highest priority that waits for a lock of this thread */
	int8_t nice;
	bool reset_on_fork;
	bool yielded;             /* asked to go behind its equals */
	uint64_t charged;         /* cpu_time up to which `virtual_time` or `slice_used` was counted */
	uint64_t virtual_time;    /* ns of CPU, weighted by nice: the least runs first */
	uint64_t slice_used;      /* of SCHED_RR */
	struct rr_tree_node node;
};

struct rr_thread {
	uint64_t saved_rsp;       /* 0: assembly */
	uint32_t work;            /* 8: assembly; RR_WORK_*; changed with atomic operations */
	uint32_t state;           /* enum rr_thread_state */
	uint64_t stack_top;       /* 16: assembly */
	uint64_t root;            /* 24: page tables to run on */
	uint64_t fs_base;         /* 32: assembly: the program's TLS */
	void *fpu;                /* 40: save area, allocated on first full save */
	struct rr_aspace *space;  /* the address space behind `root`; NULL: the libOS's own */
	void *stack_low;
	bool fpu_full;            /* the program's vector state is live in the CPU: save all when switching away */
	bool interruptible;       /* the current wait may be ended by RR_WORK_SIGNAL */
	bool timed_out;
	bool queued;              /* waits for the CPU */
	uint8_t band;             /* real-time priority it runs with now, 0: none. Higher ones go first, always */
	struct rr_list run_link;
	struct rr_timer sleep;
	uint64_t cpu_time;        /* ns used so far, without the current slice */
	uint64_t slice_start;     /* of the monotonic clock: a count of cycles would change its length whenever the clock's rate is refined */
	uint64_t voluntary_switches, involuntary_switches, minor_faults;
	uint64_t user_ticks, system_ticks; /* samples of where it ran */
	struct rr_sched_entity sched;
};

static inline struct rr_thread *rr_current_thread(void)
{
	struct rr_thread *thread;
	__asm__ volatile("mov %%gs:8, %0" : "=r"(thread));
	return thread;
}

/* The program's registers of a thread that entered the libOS. */
struct rr_regs *rr_thread_regs(const struct rr_thread *thread);

/* Make a new, zeroed `thread` runnable later: allocates its stack and arranges for `entry(argument)` to run on it first. It is scheduled as
 * the current one. 0 or -ENOMEM. */
int rr_thread_init(struct rr_thread *thread, void (*entry)(void *), void *argument);
/* Free stack and save area of a dead thread, from another thread. */
void rr_thread_fini(struct rr_thread *thread);
/* Put a thread on the run queue. Any context. */
void rr_thread_start(struct rr_thread *thread);
/* Give the CPU to others that are runnable. Thread context. */
void rr_thread_yield(void);
/* End the current thread; `reaper(argument)` runs on another stack once this one is no longer used. */
RR_NORETURN void rr_thread_end(void (*reaper)(void *), void *argument);
/* Set RR_WORK_SIGNAL and end an interruptible wait. Any context. */
void rr_thread_interrupt(struct rr_thread *thread);
/* CPU time used, ns. */
uint64_t rr_thread_cpu_time(const struct rr_thread *thread);
