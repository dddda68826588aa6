/* Address space is plenty, memory is what is touched. Needs 32 MB of memory. */
#define _GNU_SOURCE
#include "probe.h"
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define PAGE 4096ul
#define RW (PROT_READ | PROT_WRITE)

int main(void)
{
	probe_init();
	/* Sparse: reserved, not had. */
	size_t size = 64ul << 30;
	char *a = mmap(NULL, size, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	for (size_t at = 0; at < size; at += 1ul << 30)
		a[at + 12345] = (char)(at >> 30);
	long sum = 0;
	for (size_t at = 0; at < size; at += 1ul << 30)
		sum += a[at + 12345] + a[at + (1ul << 29)];
	printf("sparse %ld\n", sum);
	printf("unmap %d\n", munmap(a, size));

	/* Reserved without rights, then made usable piece by piece, as allocators do. */
	a = mmap(NULL, 1ul << 40, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < 20; i++) {
		mprotect(a + i * 65536, 65536, RW);
		memset(a + i * 65536, i, 65536);
	}
	printf("arena %d %s\n", a[19 * 65536], probe(a + 20 * 65536, PROBE_WRITE));
	munmap(a, 1ul << 40);

	/* The same memory, again and again: it does come back. */
	for (int i = 0; i < 40; i++) {
		char *p = malloc(8 << 20);
		memset(p, i, 8 << 20);
		sum += p[i * 1000];
		free(p);
	}
	char *grow = NULL;
	for (size_t n = 1; n <= 12 << 20; n = n * 3 / 2 + 1000) {
		grow = realloc(grow, n);
		grow[n - 1] = 1;
		sum += grow[0];
	}
	free(grow);
	printf("reused %ld\n", sum);
	volatile size_t absurd = (size_t)1 << 33;
	printf("absurd %d %d\n", malloc(absurd << 29) == NULL, calloc(absurd, absurd) == NULL);

	struct rlimit limit = { 256ul << 20, 256ul << 20 };
	setrlimit(RLIMIT_AS, &limit);
	SHOW(mmap(NULL, 300ul << 20, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	SHOW(mmap(NULL, 1ul << 20, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	return 0;
}
