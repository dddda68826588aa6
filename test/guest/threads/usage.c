/* CPU time, of program and system apart, of threads, processes and children; switches, faults, memory. Bounds only: what passes is the machine's business. */
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include "threads.h"

static double seconds(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec / 1e6; }
static double clock_now(clockid_t clock)
{
	struct timespec t;
	FAIL_IF(clock_gettime(clock, &t));
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct rusage usage_of(int who)
{
	struct rusage usage;
	FAIL_IF(getrusage(who, &usage));
	return usage;
}

static volatile unsigned long sink;

static void compute(double time)
{
	double end = clock_now(CLOCK_THREAD_CPUTIME_ID) + time;
	do
		for (int i = 0; i < 300000; i++)
			sink += (unsigned long)i * 7;
	while (clock_now(CLOCK_THREAD_CPUTIME_ID) < end);
}

/* Large reads: the time is the system's. */
static void call(double time)
{
	static char buffer[1 << 20];
	FILE *zero = fopen("/dev/zero", "r");
	double end = clock_now(CLOCK_THREAD_CPUTIME_ID) + time;
	FAIL_IF(!zero);
	do
		for (int i = 0; i < 20; i++)
			FAIL_IF(read(fileno(zero), buffer, sizeof(buffer)) != sizeof(buffer));
	while (clock_now(CLOCK_THREAD_CPUTIME_ID) < end);
	fclose(zero);
}

static const char *mostly(double user, double system)
{
	return user > 3 * system ? "mostly user" : system > 3 * user ? "mostly system" : "mixed";
}

/* Where time went is sampled, and a machine that is held up has few samples: what does not look right is looked at again. */
#define TRIES 5

static void split(const char *what, void (*run)(double), int who, const char *expected)
{
	char text[100];
	for (int i = 0; i < TRIES; i++) {
		struct rusage before = usage_of(who);
		run(0.2);
		struct rusage after = usage_of(who);
		double user = seconds(after.ru_utime) - seconds(before.ru_utime), system = seconds(after.ru_stime) - seconds(before.ru_stime);
		snprintf(text, sizeof(text), "%s, in all %s", mostly(user, system), user + system > 0.19 && user + system < 0.6 ? "right" : "wrong");
		if (!strcmp(text, expected))
			break;
	}
	printf("%s: %s\n", what, text);
}

static void *work(void *unused)
{
	split("thread of its own", compute, RUSAGE_THREAD, "mostly user, in all right");
	return unused;
}

static void of_threads(void)
{
	pthread_t thread;
	clockid_t clock;
	double before = clock_now(CLOCK_PROCESS_CPUTIME_ID);
	struct rusage mine = usage_of(RUSAGE_THREAD);
	pthread_create(&thread, NULL, work, NULL);
	FAIL_IF(pthread_getcpuclockid(thread, &clock));
	FAIL_IF(clock_now(clock) < 0);
	pthread_join(thread, NULL);
	struct rusage still = usage_of(RUSAGE_THREAD);
	printf("waiting for it: %s\n", seconds(still.ru_utime) + seconds(still.ru_stime) - seconds(mine.ru_utime) - seconds(mine.ru_stime) < 0.1 ? "little" : "much");
	printf("the process has its time: %s\n", clock_now(CLOCK_PROCESS_CPUTIME_ID) - before > 0.19 ? "yes" : "no");
	printf("and its clock: %d\n", clock_gettime(clock, &(struct timespec){ 0 }) ? errno : 0);
}

static void of_children(char *text, size_t size)
{
	struct rusage usage, before = usage_of(RUSAGE_CHILDREN);
	struct tms at_first, at_last;
	clockid_t clock;
	times(&at_first);
	pid_t child = fork();
	if (!child) {
		pid_t own = fork();
		if (!own) {
			compute(0.15);
			_exit(0);
		}
		waitpid(own, NULL, 0);
		call(0.15);
		static char memory[20 << 20];
		memset(memory, 1, sizeof(memory));
		_exit(0);
	}
	FAIL_IF(clock_getcpuclockid(child, &clock));
	usleep(100000);
	FAIL_IF(clock_now(clock) < 0);
	FAIL_IF(wait4(child, NULL, 0, &usage) != child);
	times(&at_last);
	struct rusage after = usage_of(RUSAGE_CHILDREN);
	int length = snprintf(text, size, "child: user %s, system %s, memory %s, faults %s\n", seconds(usage.ru_utime) > 0.12 ? "right" : "wrong",
	                      seconds(usage.ru_stime) > 0.1 ? "right" : "wrong", usage.ru_maxrss >= 20 << 10 ? "right" : "wrong", usage.ru_minflt > 10 ? "some" : "none");
	length += snprintf(text + length, size - (size_t)length, "children: user %s, system %s, memory %s\n",
	                   seconds(after.ru_utime) - seconds(before.ru_utime) > 0.12 ? "right" : "wrong",
	                   seconds(after.ru_stime) - seconds(before.ru_stime) > 0.1 ? "right" : "wrong", after.ru_maxrss >= 20 << 10 ? "right" : "wrong");
	length += snprintf(text + length, size - (size_t)length, "times: %s %s\n", at_last.tms_cutime - at_first.tms_cutime >= 12 ? "right" : "wrong",
	                   at_last.tms_cstime - at_first.tms_cstime >= 10 ? "right" : "wrong");
	snprintf(text + length, size - (size_t)length, "its clock is gone: %d\n", clock_gettime(clock, &(struct timespec){ 0 }) ? errno : 0);
}

static void switches(void)
{
	struct rusage before = usage_of(RUSAGE_THREAD);
	for (int i = 0; i < 20; i++)
		usleep(1000);
	struct rusage after = usage_of(RUSAGE_THREAD);
	printf("voluntary: %s\n", after.ru_nvcsw - before.ru_nvcsw >= 20 ? "right" : "wrong");
}

static void memory(void)
{
	struct rusage before = usage_of(RUSAGE_SELF);
	char *pages = mmap(NULL, 30 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (long i = 0; i < 30 << 20; i += 4096)
		pages[i] = 1;
	munmap(pages, 30 << 20);
	struct rusage after = usage_of(RUSAGE_SELF);
	printf("most memory: %s, faults: %s\n", after.ru_maxrss >= 30 << 10 ? "right" : "wrong", after.ru_minflt > before.ru_minflt ? "some" : "none");
}

static void never_back(void)
{
	double user = 0, system = 0;
	for (int i = 0; i < 2000; i++) {
		struct rusage now = usage_of(RUSAGE_SELF);
		FAIL_IF(seconds(now.ru_utime) < user || seconds(now.ru_stime) < system);
		user = seconds(now.ru_utime);
		system = seconds(now.ru_stime);
	}
}

static void proc(void)
{
	char line[1000];
	unsigned long user, system;
	long priority, nice, threads;
	FILE *file = fopen("/proc/self/stat", "r");
	FAIL_IF(!file || !fgets(line, sizeof(line), file));
	fclose(file);
	FAIL_IF(sscanf(strrchr(line, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %*d %*d %ld %ld %ld", &user, &system, &priority, &nice, &threads) != 5);
	printf("stat: times %s, priority %ld, nice %ld, threads %ld\n", user > 25 && system > 8 ? "right" : "wrong", priority, nice, threads);
	float loads[3];
	file = fopen("/proc/loadavg", "r");
	FAIL_IF(!file || fscanf(file, "%f %f %f", &loads[0], &loads[1], &loads[2]) != 3);
	fclose(file);
	struct sysinfo info;
	FAIL_IF(sysinfo(&info));
	printf("load: %s\n", loads[0] >= 0 && loads[0] < 1000 && info.procs > 0 ? "there" : "none");
}

int main(void)
{
	char text[400];
	setvbuf(stdout, NULL, _IONBF, 0);
	split("computing", compute, RUSAGE_SELF, "mostly user, in all right");
	split("calling", call, RUSAGE_SELF, "mostly system, in all right");
	of_threads();
	for (int i = 0; i < TRIES && (!i || strstr(text, "wrong")); i++)
		of_children(text, sizeof(text));
	printf("%s", text);
	switches();
	memory();
	never_back();
	proc();
	printf("errors: %d", getrusage(5, &(struct rusage){ 0 }) ? errno : 0);
	printf(" %d\n", syscall(SYS_getrusage, RUSAGE_SELF, 0x1000) ? errno : 0);
	return 0;
}
