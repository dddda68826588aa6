/* madvise, mincore, msync, mlock. */
#define _GNU_SOURCE
#include "probe.h"
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096ul
#define RW (PROT_READ | PROT_WRITE)

static void resident(const char *name, char *p, size_t pages)
{
	unsigned char vector[16];
	printf("%s:", name);
	if (mincore(p, pages * PAGE, vector))
		printf(" %s\n", errno_name(errno));
	else {
		for (size_t i = 0; i < pages; i++)
			printf(" %d", vector[i] & 1);
		printf("\n");
	}
}

int main(void)
{
	probe_init();
	char *a = mmap(NULL, 8 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise(a, 8 * PAGE, MADV_NOHUGEPAGE);
	resident("untouched", a, 8);
	a[0] = 1;
	a[3 * PAGE] = 2;
	a[7 * PAGE] = 3;
	resident("three touched", a, 8);
	SHOW(madvise(a + 2 * PAGE, 2 * PAGE, MADV_DONTNEED));
	resident("given back", a, 8);
	printf("%d %d %d\n", a[0], a[3 * PAGE], a[7 * PAGE]);
	SHOW(madvise(a, 8 * PAGE, MADV_FREE));
	a[5 * PAGE] = 9;
	printf("%d\n", a[5 * PAGE]);
	SHOW(madvise(a, 8 * PAGE, MADV_NORMAL));
	SHOW(madvise(a, 8 * PAGE, MADV_RANDOM));
	SHOW(madvise(a, 8 * PAGE, MADV_SEQUENTIAL));
	SHOW(madvise(a, 8 * PAGE, MADV_WILLNEED));
	SHOW(madvise(a, 8 * PAGE, MADV_DONTDUMP));
	SHOW(madvise(a, 8 * PAGE, 77));
	SHOW(madvise(a + 1, PAGE, MADV_DONTNEED));
	SHOW(madvise(a, 0, MADV_DONTNEED));
	SHOW(madvise(a, SIZE_MAX, MADV_DONTNEED));
	SHOW(madvise(a + PAGE, 100, MADV_DONTNEED));

	char *s = mmap(NULL, 2 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	strcpy(s, "stays");
	SHOW(madvise(s, 2 * PAGE, MADV_DONTNEED));
	printf("%s\n", s); /* shared memory is kept by its object */
	SHOW(madvise(s, 2 * PAGE, MADV_FREE));

	munmap(a + 4 * PAGE, PAGE);
	a[2 * PAGE] = a[6 * PAGE] = 5;
	SHOW(madvise(a, 8 * PAGE, MADV_DONTNEED)); /* works on what is there */
	printf("%d %d\n", a[2 * PAGE], a[6 * PAGE]);
	SHOW(madvise(a, 8 * PAGE, MADV_WILLNEED));
	resident("with a hole", a, 8);

	unsigned char vector[8];
	SHOW(mincore(a + 1, PAGE, vector));
	SHOW(mincore(a, PAGE, (void *)-1l));
	SHOW(mincore((void *)0x12340000, PAGE, vector));

	SHOW(msync(a, PAGE, MS_SYNC));
	SHOW(msync(a, PAGE, MS_ASYNC | MS_SYNC));
	SHOW(msync(a, PAGE, 64));
	SHOW(msync(a + 1, PAGE, MS_SYNC));
	SHOW(msync(a, 8 * PAGE, MS_ASYNC));

	char *l = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	SHOW(mlock(l + 5, PAGE));
	resident("locked", l, 2);
	SHOW(munlock(l, 2 * PAGE));
	SHOW(mlock((void *)0x12340000, PAGE));
	SHOW(munlock((void *)0x12340000, PAGE));
	SHOW(mlockall(0));
	SHOW(mlockall(64));
	SHOW(mlockall(MCL_FUTURE));
	SHOW(munlockall());
	char *p = mmap(NULL, 3 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	resident("populated", p, 3);
	return 0;
}
