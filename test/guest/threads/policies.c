/* sched(7): which policies and priorities are taken, what is kept, what children inherit; nice values, affinity, barriers. */
#include "threads.h"
#include <sys/resource.h>

#ifndef SCHED_RESET_ON_FORK
#define SCHED_RESET_ON_FORK 0x40000000
#endif

struct attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
	uint32_t util_min, util_max;
	uint64_t later[2];
};

static long e(long result) { return result < 0 ? -errno : result; }
static long set(int pid, int policy, int priority) { return e(syscall(SYS_sched_setscheduler, pid, policy, &priority)); }
static long setparam(int pid, int priority) { return e(syscall(SYS_sched_setparam, pid, &priority)); }
static long get(int pid) { return e(syscall(SYS_sched_getscheduler, pid)); }
static long getparam(int pid)
{
	int priority = -1;
	long result = e(syscall(SYS_sched_getparam, pid, &priority));
	return result ? result : priority;
}

static void set_and_get(void)
{
	static const int tries[][2] = { { SCHED_OTHER, 0 }, { SCHED_OTHER, 1 }, { SCHED_FIFO, 0 }, { SCHED_FIFO, 1 }, { SCHED_FIFO, 99 }, { SCHED_FIFO, 100 },
		{ SCHED_FIFO, -1 }, { SCHED_RR, 50 }, { SCHED_BATCH, 0 }, { SCHED_BATCH, 1 }, { SCHED_IDLE, 0 }, { 4, 0 }, { 77, 0 }, { -1, 0 },
		{ SCHED_FIFO | SCHED_RESET_ON_FORK, 3 }, { SCHED_OTHER, 0 } };
	for (unsigned i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		printf("policy %x priority %d: %ld", tries[i][0], tries[i][1], set(0, tries[i][0], tries[i][1]));
		printf(", now %lx %ld\n", get(0), getparam(0));
	}
	SHOW(set(-1, SCHED_OTHER, 0));
	SHOW(set(0x7ffffff0, SCHED_OTHER, 0));
	SHOW(e(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, NULL)));
	SHOW(e(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, 0x1000)));
	SHOW(get(-1));
	SHOW(get(0x7ffffff0));
	SHOW(e(syscall(SYS_sched_getparam, 0, NULL)));
	SHOW(e(syscall(SYS_sched_getparam, 0, 0x1000)));
	SHOW(e(syscall(SYS_sched_getparam, -1, 0x1000)));
	SHOW(e(syscall(SYS_sched_getparam, 0x7ffffff0, 0x1000)));
	SHOW(setparam(0, 1));
	SHOW(setparam(0, 0));
	set(0, SCHED_RR, 7);
	SHOW(setparam(0, 0));
	SHOW(setparam(0, 9));
	SHOW(getparam(0));
	set(0, SCHED_OTHER, 0);
	for (int policy = 0; policy < 7; policy++)
		printf("policy %d: %ld to %ld\n", policy, e(syscall(SYS_sched_get_priority_min, policy)), e(syscall(SYS_sched_get_priority_max, policy)));
}

static void intervals(void)
{
	struct timespec t = { 0, 0 };
	set(0, SCHED_RR, 7);
	printf("round robin: %ld,", e(syscall(SYS_sched_rr_get_interval, 0, &t)));
	printf(" %ld ns\n", t.tv_nsec);
	set(0, SCHED_FIFO, 7);
	printf("fifo: %ld,", e(syscall(SYS_sched_rr_get_interval, 0, &t)));
	printf(" %ld ns\n", t.tv_nsec);
	set(0, SCHED_OTHER, 0);
	SHOW(e(syscall(SYS_sched_rr_get_interval, -1, &t)));
	SHOW(e(syscall(SYS_sched_rr_get_interval, 0x7ffffff0, &t)));
	SHOW(e(syscall(SYS_sched_rr_get_interval, 0, 0x1000)));
}

static long set_attributes(struct attributes with) { return e(syscall(SYS_sched_setattr, 0, &with, 0)); }

static void show_attributes(void)
{
	struct attributes a;
	memset(&a, 0, sizeof(a));
	long result = e(syscall(SYS_sched_getattr, 0, &a, sizeof(a), 0));
	printf("attributes: %ld, size %u policy %u flags %lx nice %d priority %u\n", result, a.size, a.policy, (long)a.flags, a.nice, a.priority);
}

static void attributes(void)
{
	struct attributes a;
	memset(&a, 0, sizeof(a));
	SHOW(e(syscall(SYS_sched_getattr, 0, NULL, 48, 0)));
	SHOW(e(syscall(SYS_sched_getattr, 0, &a, 47, 0)));
	SHOW(e(syscall(SYS_sched_getattr, 0, &a, 5000, 0)));
	SHOW(e(syscall(SYS_sched_getattr, 0, &a, 48, 1)));
	SHOW(e(syscall(SYS_sched_getattr, 0x7ffffff0, &a, 48, 0)));
	SHOW(e(syscall(SYS_sched_getattr, 0, 0x1000, 48, 0)));
	SHOW(e(syscall(SYS_sched_setattr, 0, NULL, 0)));
	SHOW(e(syscall(SYS_sched_setattr, 0, 0x1000, 0)));
	SHOW(e(syscall(SYS_sched_setattr, 0, &a, 1)));
	SHOW(e(syscall(SYS_sched_setattr, 0x7ffffff0, &a, 0)));
	SHOW(set_attributes((struct attributes){ .size = 47 }));
	a.size = 47;
	syscall(SYS_sched_setattr, 0, &a, 0);
	printf("size told: %u\n", a.size);
	SHOW(set_attributes((struct attributes){ .size = 48, .policy = SCHED_FIFO, .priority = 11 }));
	show_attributes();
	SHOW(set_attributes((struct attributes){ .size = 0, .policy = SCHED_OTHER, .nice = 5 }));
	show_attributes();
	SHOW(set_attributes((struct attributes){ .size = 56, .policy = SCHED_BATCH, .nice = -7, .flags = 1 }));
	show_attributes();
	SHOW(set_attributes((struct attributes){ .size = sizeof(a), .policy = SCHED_OTHER, .nice = 100 }));
	show_attributes();
	SHOW(set_attributes((struct attributes){ .size = sizeof(a), .policy = SCHED_OTHER, .later = { 0, 1 } }));
	SHOW(set_attributes((struct attributes){ .size = 56, .policy = SCHED_OTHER, .flags = 1 << 20 }));
	SHOW(set_attributes((struct attributes){ .size = 56, .policy = -1 }));
	SHOW(set_attributes((struct attributes){ .size = 56, .policy = 77, .flags = 8, .nice = 3 }));
	show_attributes();
	SHOW(set_attributes((struct attributes){ .size = 56, .policy = SCHED_OTHER }));
}

static void show_in_child(const char *what)
{
	pid_t child = fork();
	if (!child) {
		printf("%s: policy %lx, priority %ld, nice %d\n", what, get(0), getparam(0), getpriority(PRIO_PROCESS, 0));
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

static void *show_thread(void *what)
{
	printf("%s: policy %lx, priority %ld, nice %d\n", (char *)what, get(0), getparam(0), getpriority(PRIO_PROCESS, 0));
	return NULL;
}

static void inheritance(void)
{
	pthread_t thread;
	setpriority(PRIO_PROCESS, 0, 3);
	set(0, SCHED_BATCH, 0);
	show_in_child("child of batch");
	set(0, SCHED_FIFO, 5);
	show_in_child("child of fifo");
	pthread_create(&thread, NULL, show_thread, "thread of fifo");
	pthread_join(thread, NULL);
	set(0, SCHED_FIFO | SCHED_RESET_ON_FORK, 5);
	show_in_child("reset on fork");
	set(0, SCHED_OTHER | SCHED_RESET_ON_FORK, 0);
	setpriority(PRIO_PROCESS, 0, -5);
	show_in_child("reset on fork, better");
	set(0, SCHED_OTHER, 0);
	setpriority(PRIO_PROCESS, 0, 0);
}

static void *nice_thread(void *argument)
{
	errno = 0;
	setpriority(PRIO_PROCESS, 0, 7);
	SHOW(getpriority(PRIO_PROCESS, 0));
	SHOW(getpriority(PRIO_PROCESS, getpid()));
	setpriority(PRIO_PROCESS, getpid(), 2);
	SHOW(getpriority(PRIO_PROCESS, 0));
	SHOW(getpriority(PRIO_PROCESS, getpid()));
	return argument;
}

static void niceness(void)
{
	pthread_t thread;
	pthread_create(&thread, NULL, nice_thread, NULL);
	pthread_join(thread, NULL);
	SHOW(nice(4));
	SHOW(getpriority(PRIO_PROCESS, 0));
	SHOW(nice(-100));
	SHOW(nice(20));
}

static void affinity(void)
{
	unsigned long mask[16] = { 0 };
	SHOW(e(syscall(SYS_sched_getaffinity, 0, 4, mask)));
	SHOW(e(syscall(SYS_sched_getaffinity, 0, 9, mask)));
	SHOW(e(syscall(SYS_sched_getaffinity, 0, 128, mask)) > 0);
	SHOW(e(syscall(SYS_sched_getaffinity, 0x7ffffff0, 128, mask)));
	SHOW(e(syscall(SYS_sched_getaffinity, 0, 128, 0x1000)));
	SHOW(mask[0] & 1);
	mask[0] = 1;
	SHOW(e(syscall(SYS_sched_setaffinity, 0, 8, mask)));
	SHOW(e(syscall(SYS_sched_setaffinity, 0, 0, mask)));
	SHOW(e(syscall(SYS_sched_setaffinity, 0x7ffffff0, 8, mask)));
	SHOW(e(syscall(SYS_sched_setaffinity, 0, 8, 0x1000)));
	mask[0] = 0;
	SHOW(e(syscall(SYS_sched_setaffinity, 0, 8, mask)));
	unsigned cpu = 9, node = 9;
	SHOW(e(syscall(SYS_getcpu, &cpu, &node, NULL)));
	printf("on %u, node %u\n", cpu, node);
	SHOW(e(syscall(SYS_getcpu, NULL, NULL, NULL)));
	SHOW(e(syscall(SYS_getcpu, 0x1000, NULL, NULL)));
}

static void barriers(void)
{
	long all = e(syscall(SYS_membarrier, 0, 0, 0));
	printf("supported of ours: %lx\n", all & 0x7f);
	SHOW(e(syscall(SYS_membarrier, 0, 1, 0)));
	SHOW(e(syscall(SYS_membarrier, 1 << 20, 0, 0)));
	SHOW(e(syscall(SYS_membarrier, 1, 0, 0)));
	SHOW(e(syscall(SYS_membarrier, 2, 0, 0)));
	SHOW(e(syscall(SYS_membarrier, 8, 0, 0)));
	SHOW(e(syscall(SYS_membarrier, 16, 0, 0)));
	SHOW(e(syscall(SYS_membarrier, 8, 0, 0)));
	SHOW(e(syscall(SYS_membarrier, 32, 0, 0)));
	SHOW(e(syscall(SYS_membarrier, 64, 0, 0)));
	SHOW(e(syscall(SYS_membarrier, 32, 0, 0)));
	SHOW(e(syscall(SYS_membarrier, 4, 0, 0)));
}

static long ioset(int which, int who, int value) { return e(syscall(SYS_ioprio_set, which, who, value)); }
static long ioget(int which, int who) { return e(syscall(SYS_ioprio_get, which, who)); }

static void io_priorities(void)
{
	SHOW(ioset(1, 0, 2 << 13 | 3));
	SHOW(ioget(1, 0));
	SHOW(ioset(1, 0, 1 << 13 | 1));
	SHOW(ioget(1, 0));
	SHOW(ioset(1, 0, 3 << 13));
	SHOW(ioget(1, 0));
	SHOW(ioset(1, 0, 1));
	SHOW(ioset(1, 0, 4 << 13));
	SHOW(ioset(4, 0, 2 << 13));
	SHOW(ioset(0, 0, 2 << 13));
	SHOW(ioset(1, 0x7ffffff0, 2 << 13));
	SHOW(ioget(1, 0x7ffffff0));
	SHOW(ioget(5, 0));
	SHOW(ioset(2, 0, 2 << 13 | 6));
	SHOW(ioget(1, getpid()));
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	if (set(0, SCHED_FIFO, 1) == -EPERM) {
		printf("no real-time policies here\n");
		return 0;
	}
	set(0, SCHED_OTHER, 0);
	setpgid(0, 0);
	set_and_get();
	intervals();
	attributes();
	inheritance();
	niceness();
	affinity();
	barriers();
	io_priorities();
	return 0;
}
