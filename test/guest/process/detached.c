/* Detached threads free their own stacks. */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

static sem_t done;

static void *run(void *argument)
{
	(void)argument;
	sem_post(&done);
	return NULL;
}

int main(void)
{
	pthread_attr_t attributes;
	int started = 0;
	sem_init(&done, 0, 0);
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	for (int i = 0; i < 300; i++) {
		pthread_t thread;
		started += !pthread_create(&thread, &attributes, run, NULL);
		sem_wait(&done);
	}
	printf("%d threads\n", started);
	pthread_exit(NULL);
}
