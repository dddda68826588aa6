/* Mutexes, condition variables, barriers, thread-local storage, detached threads, many threads at once. */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <unistd.h>

#define THREADS 16
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t done;
static long counter, turn;
static __thread long mine;

static void *count(void *argument)
{
	mine = (long)argument;
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < 2000; i++) {
		pthread_mutex_lock(&lock);
		counter++;
		pthread_mutex_unlock(&lock);
	}
	pthread_mutex_lock(&lock);
	while (turn != mine)
		pthread_cond_wait(&condition, &lock);
	turn++;
	pthread_cond_broadcast(&condition);
	pthread_mutex_unlock(&lock);
	return (void *)(mine * 2);
}

static void *detached(void *argument) { sem_post(&done); return argument; }

int main(void)
{
	pthread_t threads[THREADS];
	long sum = 0;
	pthread_barrier_init(&barrier, NULL, THREADS);
	sem_init(&done, 0, 0);
	for (long i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, count, (void *)i);
	for (int i = 0; i < THREADS; i++) {
		void *result;
		pthread_join(threads[i], &result);
		sum += (long)result;
	}
	printf("counter %ld, sum %ld, turn %ld\n", counter, sum, turn);
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	for (int i = 0; i < 200; i++) {
		pthread_t thread;
		int error = pthread_create(&thread, &attributes, detached, NULL);
		if (error) {
			printf("create %d: error %d\n", i, error);
			break;
		}
		sem_wait(&done);
	}
	puts("detached threads came and went");
	return 0;
}
