/* Threads that map, protect, move and free at the same time, and the guard below a thread's stack. */
#define _GNU_SOURCE
#include "probe.h"
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define PAGE 4096ul
#define RW (PROT_READ | PROT_WRITE)

static void *work(void *argument)
{
	long id = (long)argument, good = 0;
	for (int round = 0; round < 60; round++) {
		size_t pages = 1 + (size_t)(id * 7 + round) % 20;
		unsigned char *p = mmap(NULL, pages * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		memset(p, (int)(id * 16 + round % 16), pages * PAGE);
		mprotect(p, PAGE, PROT_READ);
		char *block = malloc((size_t)(round * 531 + 1));
		memset(block, (int)id, (size_t)(round * 531 + 1));
		p = mremap(p + (pages - 1) * PAGE, PAGE, (pages + 3) * PAGE, MREMAP_MAYMOVE);
		good += p[0] == id * 16 + round % 16 && p[PAGE] == 0 && block[round * 531] == id;
		munmap(p, (pages + 3) * PAGE);
		free(block);
	}
	return (void *)good;
}

static void *touch_guard(void *argument)
{
	pthread_attr_t attributes;
	void *low;
	size_t size, guard;
	(void)argument;
	pthread_getattr_np(pthread_self(), &attributes);
	pthread_attr_getstack(&attributes, &low, &size);
	pthread_attr_getguardsize(&attributes, &guard);
	char *p = low;
	printf("stack %s %s, guard %d %s\n", probe(p, PROBE_WRITE), probe(p + size / 2, PROBE_WRITE), guard > 0, probe(p - 1, PROBE_WRITE));
	return NULL;
}

int main(void)
{
	probe_init();
	pthread_t threads[8];
	long good = 0;
	for (long i = 0; i < 8; i++)
		pthread_create(&threads[i], NULL, work, (void *)i);
	for (int i = 0; i < 8; i++) {
		void *result;
		pthread_join(threads[i], &result);
		good += (long)result;
	}
	printf("good %ld\n", good);
	pthread_create(&threads[0], NULL, touch_guard, NULL);
	pthread_join(threads[0], NULL);
	return 0;
}
