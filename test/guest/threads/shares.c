/* Nice values share the CPU: of two busy threads the nicer one gets clearly less, also between processes; so does an idle one. */
#include <sys/resource.h>
#include "threads.h"

struct counters { volatile uint64_t count[2]; volatile int stop; };

static void burn(struct counters *shared, int which)
{
	while (!shared->stop)
		shared->count[which]++;
}

static struct counters threads_shared;
static int nices[2];

static void *run(void *which)
{
	long me = (long)which;
	setpriority(PRIO_PROCESS, 0, nices[me]);
	burn(&threads_shared, (int)me);
	return NULL;
}

static const char *compare(const struct counters *shared)
{
	double ratio = (double)shared->count[0] / (double)(shared->count[1] + 1);
	return ratio > 2.5 ? "more" : ratio > 0.4 ? "equal" : "less"; /* wide: the host may be busy */
}

static void of_threads(int first, int second)
{
	pthread_t threads[2];
	memset(&threads_shared, 0, sizeof(threads_shared));
	nices[0] = first;
	nices[1] = second;
	for (long i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, run, (void *)i);
	usleep(600000);
	threads_shared.stop = 1;
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	printf("threads, %d and %d: the first gets %s\n", first, second, compare(&threads_shared));
}

static void of_processes(int nice, int policy)
{
	struct counters *shared = shared_page();
	struct sched_param param = { 0 };
	pid_t children[2];
	for (int i = 0; i < 2; i++)
		if (!(children[i] = fork())) {
			setpriority(PRIO_PROCESS, 0, i ? nice : 0);
			if (i)
				syscall(SYS_sched_setscheduler, 0, policy, &param);
			burn(shared, i);
			_exit(0);
		}
	usleep(600000);
	shared->stop = 1;
	for (int i = 0; i < 2; i++)
		waitpid(children[i], NULL, 0);
	printf("processes, nice %d, policy %d: the first gets %s\n", nice, policy, compare(shared));
}

int main(void)
{
	cpu_set_t one;
	setvbuf(stdout, NULL, _IONBF, 0);
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	setpriority(PRIO_PROCESS, 0, -10); /* not kept from measuring */
	of_threads(0, 0);
	of_threads(0, 8);
	of_processes(8, SCHED_OTHER);
	of_processes(0, SCHED_IDLE);
	return 0;
}
