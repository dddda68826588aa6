/* mremap: growing in place and elsewhere, shrinking, moving to an address, duplicating. */
#define _GNU_SOURCE
#include "probe.h"
#include <stdint.h>
#include <sys/mman.h>

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif
#define PAGE 4096ul
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static char *filled(size_t pages)
{
	char *p = mmap(NULL, pages * PAGE, RW, ANON, -1, 0);
	for (size_t i = 0; i < pages; i++)
		p[i * PAGE + 7] = (char)('a' + i);
	return p;
}

static void contents(const char *name, const char *p, size_t pages)
{
	printf("%s: ", name);
	for (size_t i = 0; i < pages; i++)
		putchar(p[i * PAGE + 7] ? p[i * PAGE + 7] : '0');
	putchar('\n');
}

int main(void)
{
	probe_init();
	char *area = mmap(NULL, 64 * PAGE, PROT_NONE, ANON, -1, 0); /* a place of our own */
	char *a = mmap(area, 4 * PAGE, RW, ANON | MAP_FIXED, -1, 0);
	memset(a, 'q', 4 * PAGE);

	SHOW(mremap(a, 4 * PAGE, 8 * PAGE, 0)); /* something is behind */
	munmap(area + 4 * PAGE, 4 * PAGE);
	char *b = mremap(a, 4 * PAGE, 8 * PAGE, 0);
	printf("in place %d, old %c, new zero %d\n", b == a, a[4 * PAGE - 1], a[4 * PAGE] == 0);
	b = mremap(a, 8 * PAGE, 2 * PAGE, 0);
	printf("shrunk %d, inside %s, outside %s\n", b == a, probe(a + 2 * PAGE - 1, PROBE_WRITE), probe(a + 2 * PAGE, PROBE_READ));
	b = mremap(a, 2 * PAGE, 16 * PAGE, MREMAP_MAYMOVE);
	printf("moved %d, old %s, %c %d\n", b != a, probe(a, PROBE_READ), b[2 * PAGE - 2], b[2 * PAGE]);
	munmap(b, 16 * PAGE);

	char *c = filled(6);
	char *d = mremap(c, 6 * PAGE, 6 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, area + 16 * PAGE);
	printf("fixed %d, old %s\n", d == area + 16 * PAGE, probe(c, PROBE_READ));
	contents("there", d, 6);
	/* From the middle of a mapping, and shorter. */
	char *e = mremap(d + 2 * PAGE, 3 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, area + 32 * PAGE);
	contents("middle", e, 2);
	printf("left %s %s %s %s\n", probe(d + PAGE, PROBE_READ), probe(d + 2 * PAGE, PROBE_READ), probe(d + 4 * PAGE, PROBE_READ),
	       probe(d + 5 * PAGE, PROBE_READ));
	/* Over something else, longer. */
	char *f = filled(3);
	char *g = mremap(f, 3 * PAGE, 5 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, e);
	contents("over", g, 5);

	char *h = filled(4);
	char *i = mremap(h, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
	printf("kept %d\n", i != MAP_FAILED && i != h);
	contents("new", i, 4);
	contents("old", h, 4);

	char *s = mmap(NULL, 2 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	strcpy(s, "shared");
	char *t = mremap(s, 0, 2 * PAGE, MREMAP_MAYMOVE);
	printf("twice %d %s\n", t != s, t);
	strcpy(t + PAGE, "both");
	printf("%s\n", s + PAGE);
	t = mremap(t, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE);
	printf("behind the end: %s\n", probe(t + 2 * PAGE, PROBE_READ));

	char *x = filled(4);
	SHOW(mremap(x, 0, PAGE, MREMAP_MAYMOVE));
	SHOW(mremap(x, 4 * PAGE, 0, MREMAP_MAYMOVE));
	SHOW(mremap(x + 1, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
	SHOW(mremap(x, PAGE, PAGE, 8));
	SHOW(mremap(x, PAGE, PAGE, MREMAP_FIXED, area));
	SHOW(mremap(x, PAGE, PAGE, MREMAP_FIXED | MREMAP_MAYMOVE, x));
	SHOW(mremap(x, 2 * PAGE, 2 * PAGE, MREMAP_FIXED | MREMAP_MAYMOVE, x + PAGE));
	SHOW(mremap(x, PAGE, PAGE, MREMAP_FIXED | MREMAP_MAYMOVE, area + 3));
	SHOW(mremap((void *)0x12340000, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
	SHOW(mremap(x, PAGE, 1ul << 47, MREMAP_MAYMOVE));
	SHOW(mremap(x, PAGE, 1ul << 45, MREMAP_MAYMOVE));
	mprotect(x + PAGE, PAGE, PROT_READ);
	SHOW(mremap(x, 4 * PAGE, 5 * PAGE, MREMAP_MAYMOVE)); /* more than one mapping */
	contents("unharmed", x, 4);
	return 0;
}
