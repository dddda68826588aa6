/* Detached threads free their own stacks: after a thousand of them no more memory is mapped than before. */
#include <semaphore.h>
#include "threads.h"

static sem_t done;

static void *run(void *argument)
{
	char space[5000];
	memset(space, 1, sizeof(space));
	sem_post(&done);
	return argument;
}

static long mapped_kib(void)
{
	char line[200];
	long total = 0;
	FILE *file = fopen("/proc/self/statm", "r");
	FAIL_IF(!file || !fgets(line, sizeof(line), file));
	total = atol(line) * 4;
	fclose(file);
	return total;
}

int main(void)
{
	pthread_attr_t attributes;
	sem_init(&done, 0, 0);
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	long before = 0;
	for (int i = 0; i < 1000; i++) {
		pthread_t thread;
		FAIL_IF(pthread_create(&thread, &attributes, run, NULL));
		sem_wait(&done);
		if (i == 10)
			before = mapped_kib();
	}
	usleep(50000);
	printf("grown %s\n", mapped_kib() > before + 1000 ? "much" : "little");
	return 0;
}
