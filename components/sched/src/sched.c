/*
 * Round robin over one run queue, unless a policy orders it (rr/policy.h); a time slice is counted only while somebody else is runnable, so there is no tick.
 */
#include <rr/abi/errno.h>
#include <rr/clock.h>
#include <rr/cpu.h>
#include <rr/fpu.h>
#include <rr/idle.h>
#include <rr/irq.h>
#include <rr/heap.h>
#include <rr/panic.h>
#include <rr/paging.h>
#include <rr/policy.h>
#include <rr/regs.h>
#include <rr/sched-init.h>
#include <rr/string.h>
#include <rr/thread.h>
#include <rr/trap.h>
#include <rr/wait.h>
#include "x86_64/switch.h"

_Static_assert(offsetof(struct rr_thread, work) == 8 && offsetof(struct rr_thread, stack_top) == 16, "assembly");

#define SLICE_NS 10000000ul
#define MSR_FS_BASE 0xc0000100u

const struct rr_sched_policy *rr_sched_policy;

static struct rr_list run_queue = RR_LIST_INIT(run_queue);
static unsigned waiting;                         /* threads in the run queue, the policy's or ours */
static struct rr_timer slice_timer;
static struct rr_thread *previous;               /* whom the last switch left */
static void (*dead_reaper)(void *);
static void *dead_argument;

static void set_work(struct rr_thread *thread, uint32_t bits) { __atomic_or_fetch(&thread->work, bits, __ATOMIC_RELAXED); }

static uint64_t slice_of(const struct rr_thread *thread) { return RR_UNLIKELY(rr_sched_policy) ? rr_sched_policy->slice(thread) : SLICE_NS; }

static void arm_slice(uint64_t ns)
{
	if (ns != RR_FOREVER)
		rr_timer_arm(&slice_timer, rr_clock_monotonic() + ns);
}

/* The timer runs on when threads switch, which they may do very often: who came later gets the rest of its slice now. */
static void slice_ended(struct rr_timer *timer)
{
	struct rr_thread *current = rr_current_thread();
	uint64_t ran = rr_clock_monotonic() - current->slice_start, slice = slice_of(current);
	(void)timer;
	if (!waiting)
		return;
	if (ran < slice)
		arm_slice(slice == RR_FOREVER ? RR_FOREVER : slice - ran);
	else
		set_work(current, RR_WORK_RESCHED);
}

static void start_slice(struct rr_thread *runs)
{
	if (waiting && !rr_timer_armed(&slice_timer)) {
		slice_timer.fire = slice_ended;
		arm_slice(slice_of(runs));
	}
}

static void put(struct rr_thread *thread)
{
	thread->queued = true;
	waiting++;
	if (RR_UNLIKELY(rr_sched_policy))
		rr_sched_policy->put(thread);
	else
		rr_list_push_back(&run_queue, &thread->run_link);
}

/* Take out who runs next, NULL if nobody waits. */
static struct rr_thread *take(void)
{
	struct rr_thread *thread;
	if (!waiting)
		return NULL;
	if (RR_UNLIKELY(rr_sched_policy)) {
		thread = rr_sched_policy->take();
	} else {
		thread = rr_list_entry(run_queue.next, struct rr_thread, run_link);
		rr_list_remove(&thread->run_link);
	}
	thread->queued = false;
	waiting--;
	return thread;
}

/* The current thread is not queued: it runs, or idles and looks whether it may (idle()). */
static void enqueue(struct rr_thread *thread)
{
	struct rr_thread *current = rr_current_thread();
	thread->state = RR_THREAD_RUNNABLE;
	if (thread->queued || thread == current)
		return;
	put(thread);
	if (current->state != RR_THREAD_RUNNABLE)
		return;
	/* a device or a timer: it has waited long enough; among real-time threads of one priority there is no such favour */
	if (thread->band > current->band || (rr_this_cpu()->irq_depth && !current->band))
		set_work(current, RR_WORK_RESCHED);
	else if (thread->band == current->band)
		start_slice(current);
}

void rr_thread_wake(struct rr_thread *thread)
{
	if (thread->state == RR_THREAD_WAITING)
		enqueue(thread);
}

void rr_thread_start(struct rr_thread *thread) { rr_thread_wake(thread); }

static void halt(void)
{
	if (rr_sched_idle_check)
		rr_sched_idle_check();
	rr_irq_off();
	if (!rr_irq_is_pending())
		__asm__ volatile("sti; hlt" : : : "memory"); /* sti holds interrupts back until hlt has begun (SDM vol. 2, STI) */
	else
		rr_irq_on();
}

/* Halt until somebody is runnable; the current thread may be that one. */
__attribute__((noinline)) static struct rr_thread *idle(struct rr_thread *current)
{
	struct rr_thread *next;
	current->slice_start = UINT64_MAX; /* it uses no CPU: rr_thread_cpu_time() may be asked by a timer */
	if (rr_sched_idle_change)
		rr_sched_idle_change(true);
	do {
		halt();
		if (rr_irq_is_pending())
			rr_irq_run_pending();
		if (current->state == RR_THREAD_RUNNABLE && !current->queued)
			put(current);
	} while (!(next = take()));
	if (rr_sched_idle_change)
		rr_sched_idle_change(false);
	next->slice_start = rr_clock_monotonic();
	return next;
}

/* Give the CPU to the next runnable thread. */
static void reschedule(void)
{
	struct rr_thread *current = rr_current_thread();
	uint64_t now = rr_clock_monotonic();
	current->cpu_time += now - current->slice_start;
	current->slice_start = now;
	__atomic_and_fetch(&current->work, ~RR_WORK_RESCHED, __ATOMIC_RELAXED);
	bool waits = current->state != RR_THREAD_RUNNABLE;
	current->voluntary_switches += waits;
	if (rr_irq_is_pending())
		rr_irq_run_pending();
	if (current->state == RR_THREAD_RUNNABLE)
		put(current);
	struct rr_thread *next = take();
	if (next)
		next->slice_start = now;
	else
		next = idle(current);
	if (RR_UNLIKELY(rr_sched_policy))
		rr_timer_cancel(&slice_timer); /* turns are not all of one length */
	start_slice(next); /* before the switch: a new thread does not come back here */
	if (next != current) {
		current->involuntary_switches += !waits;
		if (current->fpu_full)
			rr_fpu_save(current->fpu);
		struct rr_cpu *cpu = rr_this_cpu();
		rr_irq_off(); /* while stack_top and the stack pointer disagree */
		previous = current;
		cpu->current = next;
		cpu->stack_top = next->stack_top;
		if (next->root != current->root)
			__asm__ volatile("mov %0, %%cr3" : : "r"(next->root) : "memory");
		if (next->fs_base != current->fs_base)
			rr_wrmsr(MSR_FS_BASE, next->fs_base);
		rr_switch_stacks(&current->saved_rsp, next->saved_rsp);
		rr_switch_finish();
		rr_irq_on();
	}
}

void rr_switch_finish(void)
{
	struct rr_thread *current = rr_current_thread();
	if (rr_irq_is_pending())
		set_work(current, RR_WORK_IRQ); /* noted when another thread was running */
	if (current->fpu_full)
		rr_fpu_restore(current->fpu);
	if (previous->state == RR_THREAD_DEAD && dead_reaper) {
		void (*reaper)(void *) = dead_reaper;
		dead_reaper = NULL;
		reaper(dead_argument);
	}
}

void rr_thread_set_fs_base(uint64_t base)
{
	rr_current_thread()->fs_base = base;
	rr_wrmsr(MSR_FS_BASE, base);
}

void rr_thread_set_root(uint64_t root)
{
	rr_current_thread()->root = root;
	__asm__ volatile("mov %0, %%cr3" : : "r"(root) : "memory");
}

void rr_thread_yield(void)
{
	if (waiting)
		reschedule();
	else
		__atomic_and_fetch(&rr_current_thread()->work, ~RR_WORK_RESCHED, __ATOMIC_RELAXED);
}

bool rr_thread_keep_state(bool keep)
{
	struct rr_thread *current = rr_current_thread();
	if (keep && !current->fpu)
		current->fpu = rr_fpu_alloc();
	current->fpu_full = keep && current->fpu;
	return current->fpu_full == keep;
}

/* The program's vector state must survive, since it was interrupted anywhere: without memory for that it goes on running. */
void rr_thread_preempt(void)
{
	if (!rr_thread_keep_state(true)) {
		__atomic_and_fetch(&rr_current_thread()->work, ~RR_WORK_RESCHED, __ATOMIC_RELAXED);
		return;
	}
	rr_thread_yield();
	rr_thread_keep_state(false);
}

int rr_thread_init(struct rr_thread *thread, void (*entry)(void *), void *argument)
{
	void *top;
	int error = rr_stack_alloc(RR_STACK_SIZE / RR_PAGE_SIZE, &thread->stack_low, &top);
	if (error)
		return error;
	thread->stack_top = (uint64_t)top;
	thread->saved_rsp = rr_switch_prepare(thread->stack_top, entry, argument);
	thread->root = rr_paging_kernel_root();
	thread->state = RR_THREAD_WAITING;
	rr_list_init(&thread->run_link);
	if (rr_sched_policy)
		rr_sched_policy->inherit(rr_current_thread(), thread);
	return 0;
}

void rr_sched_set_policy(const struct rr_sched_policy *policy)
{
	struct rr_list moving = RR_LIST_INIT(moving);
	struct rr_thread *thread;
	while ((thread = take()))
		rr_list_push_back(&moving, &thread->run_link);
	rr_sched_policy = policy;
	rr_list_for_each_safe(node, &moving) {
		rr_list_remove(node);
		put(rr_list_entry(node, struct rr_thread, run_link));
	}
}

unsigned rr_sched_waiting(void) { return waiting; }
void rr_sched_look_again(void) { set_work(rr_current_thread(), RR_WORK_RESCHED); }

void rr_thread_fini(struct rr_thread *thread)
{
	rr_timer_cancel(&thread->sleep);
	rr_fpu_free(thread->fpu);
	if (thread->stack_low)
		rr_stack_free(thread->stack_low);
}

void rr_thread_end(void (*reaper)(void *), void *argument)
{
	rr_current_thread()->state = RR_THREAD_DEAD;
	dead_reaper = reaper;
	dead_argument = argument;
	reschedule();
	__builtin_unreachable();
}

struct rr_regs *rr_thread_regs(const struct rr_thread *thread) { return (void *)(thread->stack_top - (RR_REGS_SIZE + 8)); }

uint64_t rr_thread_cpu_time(const struct rr_thread *thread)
{
	uint64_t used = thread->cpu_time;
	uint64_t now = rr_clock_monotonic();
	if (thread == rr_current_thread() && now > thread->slice_start)
		used += now - thread->slice_start;
	return used;
}

void rr_sched_init(struct rr_thread *boot_thread)
{
	struct rr_cpu *cpu = rr_this_cpu();
	rr_list_init(&boot_thread->run_link);
	boot_thread->state = RR_THREAD_RUNNABLE;
	boot_thread->stack_top = cpu->stack_top;
	boot_thread->root = rr_paging_kernel_root();
	boot_thread->slice_start = 0; /* where the clock begins; to read it would cost boot time, its rate has to be found out first */
	cpu->current = boot_thread;
}

/* --- waiting: rr/wait.h --- */

void rr_thread_interrupt(struct rr_thread *thread)
{
	set_work(thread, RR_WORK_SIGNAL);
	if (thread->interruptible)
		rr_thread_wake(thread);
}

void rr_wait_prepare(unsigned flags)
{
	struct rr_thread *current = rr_current_thread();
	current->interruptible = flags & RR_INTERRUPTIBLE;
	__atomic_store_n(&current->state, RR_THREAD_WAITING, __ATOMIC_SEQ_CST);
}

void rr_wait_cancel(void)
{
	struct rr_thread *current = rr_current_thread();
	current->state = RR_THREAD_RUNNABLE;
	current->interruptible = false;
}

static void sleep_ended(struct rr_timer *timer)
{
	struct rr_thread *thread = rr_container_of(timer, struct rr_thread, sleep);
	thread->timed_out = true;
	rr_thread_wake(thread);
}

int rr_wait_sleep(uint64_t deadline)
{
	struct rr_thread *current = rr_current_thread();
	bool signalled = current->interruptible && (current->work & RR_WORK_SIGNAL);
	current->timed_out = false;
	if (current->state == RR_THREAD_WAITING && !signalled) {
		if (deadline != RR_FOREVER) {
			current->sleep.fire = sleep_ended;
			rr_timer_arm(&current->sleep, deadline);
		}
		reschedule();
		rr_timer_cancel(&current->sleep);
		signalled = current->interruptible && (current->work & RR_WORK_SIGNAL);
	}
	current->state = RR_THREAD_RUNNABLE;
	current->interruptible = false;
	if (current->timed_out)
		return -ETIMEDOUT;
	return signalled ? -RR_ERESTARTSYS : 0;
}

int rr_sleep_until(uint64_t deadline, unsigned flags)
{
	for (;;) {
		rr_wait_prepare(flags);
		int error = rr_wait_sleep(deadline);
		if (error)
			return error;
	}
}

struct rr_waitqueue rr_clock_set_event = RR_WAITQUEUE_INIT(rr_clock_set_event);

void rr_waiter_add(struct rr_waitqueue *queue, struct rr_waiter *waiter)
{
	if (rr_list_empty(&waiter->link))
		rr_list_push_back(&queue->waiters, &waiter->link);
}

void rr_waiter_remove(struct rr_waiter *waiter)
{
	rr_list_remove(&waiter->link);
}

/* False: no use for it. */
static bool wake_waiter(struct rr_waiter *waiter)
{
	if (waiter->wake)
		return waiter->wake(waiter);
	rr_list_remove(&waiter->link);
	rr_thread_wake(waiter->thread);
	return true;
}

unsigned rr_wake(struct rr_waitqueue *queue, unsigned n)
{
	unsigned woken = 0;
	rr_list_for_each_safe(node, &queue->waiters) {
		if (woken == n)
			break;
		woken += wake_waiter(rr_list_entry(node, struct rr_waiter, link));
	}
	return woken;
}

void rr_wake_event(struct rr_waitqueue *queue)
{
	bool taken = false;
	rr_list_for_each_safe(node, &queue->waiters) {
		struct rr_waiter *waiter = rr_list_entry(node, struct rr_waiter, link);
		if (waiter->exclusive && taken)
			continue;
		taken |= wake_waiter(waiter) && waiter->exclusive;
	}
}
