/* What the system says of itself, limits, scheduling, prctl. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

static void result(const char *what, long value) { printf("%s: %ld, errno %d\n", what, value, value < 0 ? errno : 0); }
static void check(const char *what, int holds) { printf("%s: %s\n", what, holds ? "ok" : "WRONG"); }

static void limits(void)
{
	struct rlimit limit = { 0, 0 }, lower;
	result("NOFILE", getrlimit(RLIMIT_NOFILE, &limit));
	check("is sensible", limit.rlim_cur >= 64 && limit.rlim_cur <= limit.rlim_max);
	lower = limit;
	lower.rlim_cur = 64;
	result("lower it", setrlimit(RLIMIT_NOFILE, &lower));
	getrlimit(RLIMIT_NOFILE, &lower);
	printf("is %lu\n", (unsigned long)lower.rlim_cur);
	lower.rlim_cur = 101;
	lower.rlim_max = 100;
	result("soft above hard", setrlimit(RLIMIT_NOFILE, &lower));
	result("put it back, old one", prlimit(0, RLIMIT_NOFILE, &limit, &lower));
	printf("was %lu\n", (unsigned long)lower.rlim_cur);
	result("no such limit", getrlimit(99, &limit));
	result("no such process", prlimit(999999, RLIMIT_NOFILE, NULL, &limit));
	result("bad address", syscall(SYS_getrlimit, RLIMIT_NOFILE, 8l));
}

static void scheduling(void)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	result("affinity", sched_getaffinity(0, sizeof(set), &set));
	check("there is a CPU", CPU_COUNT(&set) > 0);
	result("set the same", sched_setaffinity(0, sizeof(set), &set));
	CPU_ZERO(&set);
	result("no CPU", sched_setaffinity(0, sizeof(set), &set));
	result("tiny mask", syscall(SYS_sched_getaffinity, 0, 3, &set));
	result("yield", sched_yield());
	result("least FIFO priority", sched_get_priority_min(SCHED_FIFO));
	result("most", sched_get_priority_max(SCHED_RR));
	result("other", sched_get_priority_max(SCHED_OTHER));
	result("no such policy", sched_get_priority_max(42));
	result("be nice", setpriority(PRIO_PROCESS, 0, 5));
	result("nice", getpriority(PRIO_PROCESS, 0));
	result("no such kind", getpriority(7, 0));
	unsigned cpu = 99999;
	result("getcpu", syscall(SYS_getcpu, &cpu, NULL, NULL));
	check("is small", cpu < 4096);
}

static void names(void)
{
	struct utsname uts;
	result("uname", uname(&uts));
	printf("%s %s\n", uts.sysname, uts.machine);
	check("has a host name and a release", uts.nodename[0] != 0 && uts.release[0] >= '3');
	char name[17] = "";
	result("set name", prctl(PR_SET_NAME, "a name that is too long"));
	result("get name", prctl(PR_GET_NAME, name));
	printf("\"%s\"\n", name);
	int number = 0;
	result("set death signal", prctl(PR_SET_PDEATHSIG, 15));
	result("get it", prctl(PR_GET_PDEATHSIG, &number));
	printf("%d\n", number);
	result("no new privileges", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	result("are there", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	result("no such option", prctl(987654));
}

static void usage(void)
{
	struct rusage usage;
	memset(&usage, 0xff, sizeof(usage));
	result("usage", getrusage(RUSAGE_SELF, &usage));
	check("resident pages", usage.ru_maxrss > 0);
	result("of children", getrusage(RUSAGE_CHILDREN, &usage));
	result("of a thread", getrusage(RUSAGE_THREAD, &usage));
	result("of whom", getrusage(77, &usage));
	struct sysinfo info;
	result("sysinfo", sysinfo(&info));
	check("memory", info.totalram > info.freeram && info.freeram > 0 && info.mem_unit > 0);
	check("processes", info.procs > 0);
	result("page size", sysconf(_SC_PAGESIZE));
	check("CPUs", sysconf(_SC_NPROCESSORS_ONLN) > 0);
}

int main(void)
{
	limits();
	scheduling();
	names();
	usage();
	return 0;
}
