/* sched(7), getcpu(2), ioprio_set(2), membarrier(2), futex_waitv(2). */
#include "calls.h"
#include <linux/futex.h>
#include <linux/ioprio.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>
#include <sys/resource.h>

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

struct parameter {
	int priority;
};

static void policies(void)
{
	struct parameter zero = { 0 }, one = { 1 }, hundred = { 100 }, got = { 7 };
	struct timespec slice;
	CALL(sched_getscheduler, "one's own", 0);
	CALL(sched_getscheduler, "no such thread", 999999);
	CALL(sched_getscheduler, "below zero", -1);
	CALL(sched_getparam, "one's own", 0, &got);
	SHOWS(sched_getparam, "the priority", "%d", got.priority);
	CALL(sched_getparam, "no such thread", 999999, &got);
	CALL(sched_getparam, "below zero", -1, &got);
	CALL(sched_getparam, "no pointer", 0, NULL);
	CALL(sched_getparam, "a wild pointer", 0, BAD);
	CALL(sched_setscheduler, "SCHED_BATCH", 0, SCHED_BATCH, &zero);
	CALL(sched_getscheduler, "then", 0);
	CALL(sched_setscheduler, "SCHED_OTHER", 0, SCHED_OTHER, &zero);
	CALL(sched_setscheduler, "SCHED_OTHER with a priority", 0, SCHED_OTHER, &one);
	CALL(sched_setscheduler, "SCHED_FIFO without a priority", 0, SCHED_FIFO, &zero);
	CALL(sched_setscheduler, "SCHED_FIFO with too high a priority", 0, SCHED_FIFO, &hundred);
	CALL(sched_setscheduler, "no such policy", 0, 99, &zero);
	CALL(sched_setscheduler, "a policy below zero", 0, -1, &zero);
	CALL(sched_setscheduler, "no such thread", 999999, SCHED_OTHER, &zero);
	CALL(sched_setscheduler, "a thread below zero", -1, SCHED_OTHER, &zero);
	CALL(sched_setscheduler, "no pointer", 0, SCHED_OTHER, NULL);
	CALL(sched_setscheduler, "a wild pointer", 0, SCHED_OTHER, BAD);
	CALL(sched_setparam, "one's own", 0, &zero);
	CALL(sched_setparam, "a priority for SCHED_OTHER", 0, &one);
	CALL(sched_setparam, "no such thread", 999999, &zero);
	CALL(sched_setparam, "below zero", -1, &zero);
	CALL(sched_setparam, "no pointer", 0, NULL);
	CALL(sched_setparam, "a wild pointer", 0, BAD);
	CALL(sched_get_priority_max, "SCHED_FIFO", SCHED_FIFO);
	CALL(sched_get_priority_max, "SCHED_OTHER", SCHED_OTHER);
	CALL(sched_get_priority_max, "no such policy", 99);
	CALL(sched_get_priority_min, "SCHED_RR", SCHED_RR);
	CALL(sched_get_priority_min, "SCHED_IDLE", SCHED_IDLE);
	CALL(sched_get_priority_min, "no such policy", 99);
	CALL(sched_rr_get_interval, "one's own", 0, &slice);
	EFFECT(sched_rr_get_interval, "is a time", slice.tv_sec == 0 && slice.tv_nsec >= 0);
	CALL(sched_rr_get_interval, "no such thread", 999999, &slice);
	CALL(sched_rr_get_interval, "below zero", -1, &slice);
	CALL(sched_rr_get_interval, "a wild pointer", 0, BAD);
	CALL(sched_yield, "to nobody");
}

static void as_user(void)
{
	struct parameter one = { 1 };
	struct rlimit none = { 0, 0 };
	setrlimit(RLIMIT_RTPRIO, &none);
	int parent = getppid();
	RAW(setresuid, 1000, 1000, 1000);
	CALL(sched_setscheduler, "SCHED_FIFO without privilege", 0, SCHED_FIFO, &one);
	unsigned long cpus = 1;
	CALL(sched_setaffinity, "another user's process", parent, sizeof(cpus), &cpus);
	CALL(sched_setparam, "another user's process", parent, (&(struct parameter[1]){ 0 }));
}

static void processors(void)
{
	unsigned long cpus[16] = { 0 }, none[16] = { 0 }, first[16] = { 0 };
	unsigned cpu = 99999, node = 99999;
	EFFECT(sched_getaffinity, "some", CALL_OK(sched_getaffinity, "one's own", 0, sizeof(cpus), cpus) >= 8 && cpus[0]);
	CALL(sched_getaffinity, "no such thread", 999999, sizeof(cpus), cpus);
	CALL(sched_getaffinity, "no room", 0, 0, cpus);
	CALL(sched_getaffinity, "room that is no whole number of words", 0, 9, cpus);
	CALL(sched_getaffinity, "a wild pointer", 0, sizeof(cpus), BAD);
	CALL(sched_setaffinity, "the same", 0, sizeof(cpus), cpus);
	first[0] = cpus[0] & -cpus[0];
	CALL(sched_setaffinity, "the first only", 0, sizeof(first), first);
	EFFECT(sched_setaffinity, "is done", RAW(sched_getaffinity, 0, sizeof(none), none) > 0 && none[0] == first[0]);
	CALL(getcpu, "which one", &cpu, &node, NULL);
	EFFECT(getcpu, "is the first", 1ul << cpu == first[0]);
	CALL(getcpu, "nobody asks", NULL, NULL, NULL);
	CALL(getcpu, "a wild pointer", BAD, NULL, NULL);
	CALL(getcpu, "a wild node", NULL, BAD, NULL);
	memset(none, 0, sizeof(none));
	CALL(sched_setaffinity, "none", 0, sizeof(none), none);
	CALL(sched_setaffinity, "no such thread", 999999, sizeof(cpus), cpus);
	CALL(sched_setaffinity, "a wild pointer", 0, sizeof(cpus), BAD);
	RAW(sched_setaffinity, 0, sizeof(cpus), cpus);
}

/* struct sched_attr: linux/sched/types.h. */
struct attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
	uint32_t least, most;
};

static void attributes(void)
{
	struct attributes batch = { .size = sizeof(batch), .policy = SCHED_BATCH, .nice = 3 }, got = { 0 }, bad = batch, larger[2] = { batch };
	CALL(sched_setattr, "SCHED_BATCH and nice", 0, &batch, 0);
	CALL(sched_getattr, "then", 0, &got, sizeof(got), 0);
	SHOWS(sched_getattr, "policy and nice value", "%u %d", got.policy, got.nice);
	CALL(sched_getattr, "room for less than the first form", 0, &got, 20, 0);
	CALL(sched_getattr, "a flag", 0, &got, sizeof(got), 1);
	CALL(sched_getattr, "no such thread", 999999, &got, sizeof(got), 0);
	CALL(sched_getattr, "no pointer", 0, NULL, sizeof(got), 0);
	CALL(sched_getattr, "a wild pointer", 0, BAD, sizeof(got), 0);
	CALL(sched_setattr, "a flag", 0, &batch, 1);
	CALL(sched_setattr, "no such thread", 999999, &batch, 0);
	CALL(sched_setattr, "no pointer", 0, NULL, 0);
	CALL(sched_setattr, "a wild pointer", 0, BAD, 0);
	bad.policy = 99;
	CALL(sched_setattr, "no such policy", 0, &bad, 0);
	bad = batch;
	bad.flags = 1ull << 40;
	CALL(sched_setattr, "no such flag within", 0, &bad, 0);
	bad = batch;
	bad.size = 20;
	CALL(sched_setattr, "less than the first form", 0, &bad, 0);
	larger[0].size = sizeof(larger), larger[1].size = 1;
	CALL(sched_setattr, "more than is known, not zero", 0, larger, 0);
	batch.policy = SCHED_OTHER, batch.nice = 0;
	CALL(sched_setattr, "as before", 0, &batch, 0);
}

static void input_output(void)
{
	CALL(ioprio_set, "best effort, 5", IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 5));
	CALL(ioprio_get, "then", IOPRIO_WHO_PROCESS, 0);
	CALL(ioprio_set, "no such kind", 9, 0, 0);
	CALL(ioprio_get, "no such kind", 9, 0);
	CALL(ioprio_set, "no such process", IOPRIO_WHO_PROCESS, 999999, 0);
	CALL(ioprio_get, "no such process", IOPRIO_WHO_PROCESS, 999999);
	CALL(ioprio_set, "no such class", IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(7, 0));
	CALL(ioprio_set, "none", IOPRIO_WHO_PROCESS, 0, 0);
}

static void barriers(void)
{
	CALL_OK(membarrier, "which there are", MEMBARRIER_CMD_QUERY, 0, 0);
	CALL(membarrier, "private, not registered", MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
	CALL(membarrier, "registered", MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
	CALL(membarrier, "private", MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
	CALL(membarrier, "no such command", 1 << 30, 0, 0);
	CALL(membarrier, "no such flag", MEMBARRIER_CMD_QUERY, 1, 0);
}

static uint32_t words[2];
static void *wake_later(void *argument)
{
	struct timespec little = { 0, 5000000 };
	(void)argument;
	nanosleep(&little, NULL);
	__atomic_store_n(&words[1], 1, __ATOMIC_SEQ_CST);
	RAW(futex, &words[1], FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	return NULL;
}

struct waiter {
	uint64_t value, address;
	uint32_t flags, reserved;
};

static void several(void)
{
	pthread_t thread;
	struct timespec past = { 1, 0 }, bad = { 1, 1000000000 };
	struct waiter two[2] = { { 0, (uint64_t)&words[0], 2 | 128, 0 }, { 0, (uint64_t)&words[1], 2 | 128, 0 } }, other[2] = { two[0], two[1] };
	pthread_create(&thread, NULL, wake_later, NULL);
	CALL(futex_waitv, "the second, woken by another thread", two, 2, 0, NULL, CLOCK_MONOTONIC);
	pthread_join(thread, NULL);
	words[1] = 0;
	CALL(futex_waitv, "until what has passed", two, 2, 0, &past, CLOCK_MONOTONIC);
	other[1].value = 5;
	CALL(futex_waitv, "the second for another value", other, 2, 0, &past, CLOCK_MONOTONIC);
	other[1] = two[1];
	other[1].flags = 0x100;
	CALL(futex_waitv, "no such flag of one", other, 2, 0, &past, CLOCK_MONOTONIC);
	other[1] = two[1];
	other[1].reserved = 1;
	CALL(futex_waitv, "something reserved", other, 2, 0, &past, CLOCK_MONOTONIC);
	other[1] = two[1];
	other[1].address++;
	CALL(futex_waitv, "off its alignment", other, 2, 0, &past, CLOCK_MONOTONIC);
	CALL(futex_waitv, "none", two, 0, 0, &past, CLOCK_MONOTONIC);
	CALL(futex_waitv, "more than 128", two, 129, 0, &past, CLOCK_MONOTONIC);
	CALL(futex_waitv, "no such flag", two, 2, 1, &past, CLOCK_MONOTONIC);
	CALL(futex_waitv, "no such clock", two, 2, 0, &past, 99);
	CALL(futex_waitv, "a billion nanoseconds", two, 2, 0, &bad, CLOCK_MONOTONIC);
	CALL(futex_waitv, "a wild time", two, 2, 0, BAD, CLOCK_MONOTONIC);
	CALL(futex_waitv, "wild words", BAD, 2, 0, &past, CLOCK_MONOTONIC);
}

int main(void)
{
	files_enter();
	policies();
	calls_apart(as_user);
	processors();
	calls_apart(attributes);
	calls_apart(input_output);
	calls_apart(barriers);
	several();
	files_leave();
	return 0;
}
