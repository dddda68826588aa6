/* mmap and munmap: zeroed memory, placement, replacement, holes, and each way to ask wrongly. */
#define _GNU_SOURCE
#include "probe.h"
#include <stdint.h>
#include <sys/mman.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#define PAGE 4096ul
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static char *map(size_t pages, int prot) { return mmap(NULL, pages * PAGE, prot, ANON, -1, 0); }

static int all_zero(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return 0;
	return 1;
}

static void errors(void)
{
	SHOW(mmap(NULL, 0, RW, ANON, -1, 0));
	SHOW(mmap(NULL, PAGE, RW, MAP_ANONYMOUS, -1, 0));
	SHOW(mmap(NULL, PAGE, RW, ANON | MAP_SHARED, -1, 0)); /* 3: MAP_SHARED_VALIDATE, which means shared */
	SHOW(mmap(NULL, PAGE, RW, MAP_PRIVATE, -1, 0));
	SHOW(mmap(NULL, PAGE, RW, MAP_PRIVATE, 99, 0));
	SHOW(mmap((void *)123, PAGE, RW, ANON | MAP_FIXED, -1, 0));
	SHOW(mmap((void *)(1ul << 47), PAGE, RW, ANON | MAP_FIXED, -1, 0));
	SHOW(mmap((void *)(PAGE * 3), PAGE, RW, 3 | MAP_ANONYMOUS | 0x8000000, -1, 0));
	SHOW(mmap(NULL, SIZE_MAX, RW, ANON, -1, 0));
	SHOW(mmap(NULL, SIZE_MAX - PAGE, RW, ANON, -1, 0));
	SHOW(mmap(NULL, 1ul << 47, PROT_NONE, ANON, -1, 0));
	SHOW(mmap(NULL, 1ul << 45, RW, ANON, -1, 0)); /* more than any machine has */
	SHOW(munmap((void *)1, PAGE));
	SHOW(munmap((void *)PAGE, 0));
	SHOW(munmap((void *)(1ul << 47), PAGE));
	SHOW(munmap((void *)(1ul << 40), PAGE)); /* nothing there: fine */
}

int main(void)
{
	probe_init();
	errors();

	char *a = map(8, RW);
	printf("zero %d aligned %d\n", all_zero(a, 8 * PAGE), (uintptr_t)a % PAGE == 0);
	memset(a, 'x', 8 * PAGE);
	printf("hole: %d\n", munmap(a + 2 * PAGE, 3 * PAGE));
	printf("below %s, in %s %s, above %s\n", probe(a + 2 * PAGE - 1, PROBE_WRITE), probe(a + 2 * PAGE, PROBE_READ),
	       probe(a + 5 * PAGE - 1, PROBE_WRITE), probe(a + 5 * PAGE, PROBE_READ));

	char *b = mmap(a + 2 * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0);
	printf("into the hole: %d zero %d\n", b == a + 2 * PAGE, all_zero(b, PAGE));
	printf("not over it: %s\n", mmap(a, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED ? errno_name(errno) : "mapped");
	b = mmap(a + 3 * PAGE, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0);
	printf("beside it: %d\n", b == a + 3 * PAGE);
	b = mmap(a, 8 * PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0);
	printf("over all: %d zero %d write %s\n", b == a, all_zero(a, 8 * PAGE), probe(a, PROBE_WRITE));
	printf("part of a page: %d then %s\n", munmap(a, 1), probe(a, PROBE_READ));
	munmap(a, 8 * PAGE);

	char *hint = (char *)0x123456780000;
	b = mmap(hint, PAGE, RW, ANON, -1, 0);
	printf("free hint taken %d\n", b == hint);
	char *c = mmap(hint, PAGE, RW, ANON, -1, 0);
	printf("used hint not taken %d\n", c != hint && c != MAP_FAILED);
	munmap(b, PAGE);
	munmap(c, PAGE);

	a = map(1, PROT_NONE);
	printf("none: %s %s\n", probe(a, PROBE_READ), probe(a, PROBE_WRITE));
	b = map(1, PROT_READ);
	printf("read: %s %s\n", probe(b, PROBE_READ), probe(b, PROBE_WRITE));
	c = map(1, RW);
	printf("write: %s %s, exec %s\n", probe(c, PROBE_WRITE), probe(c, PROBE_READ), probe(c, PROBE_EXEC));
	printf("null: %s %s\n", probe(NULL, PROBE_READ), probe((void *)8, PROBE_WRITE));
	printf("text: %s, rodata: %s\n", probe((void *)(uintptr_t)main, PROBE_WRITE), probe("literal", PROBE_WRITE));

	/* Many small ones, every second one gone again, and back. */
	static char *many[300];
	for (int i = 0; i < 300; i++)
		*(many[i] = map(1, i % 2 ? RW : PROT_READ | PROT_WRITE)) = (char)i;
	for (int i = 0; i < 300; i += 2)
		munmap(many[i], PAGE);
	int good = 0;
	for (int i = 1; i < 300; i += 2)
		good += *many[i] == (char)i;
	for (int i = 0; i < 300; i += 2)
		good += *(many[i] = map(1, RW)) == 0;
	printf("many %d\n", good);
	return 0;
}
