/* mprotect: rights by page, over borders, over holes. */
#define _GNU_SOURCE
#include "probe.h"
#include <stdint.h>
#include <sys/mman.h>

#define PAGE 4096ul
#define RW (PROT_READ | PROT_WRITE)

static void show(const char *name, const char *base, int pages)
{
	printf("%s:", name);
	for (int i = 0; i < pages; i++) {
		int readable = !strcmp(probe(base + i * PAGE, PROBE_READ), "ok");
		const char *write = probe(base + i * PAGE + 8, PROBE_WRITE);
		printf(" %c%c%s", readable ? 'r' : '-', !strcmp(write, "ok") ? 'w' : '-', strstr(write, "MAPERR") ? "!" : "");
	}
	printf("\n");
}

int main(void)
{
	probe_init();
	char *a = mmap(NULL, 8 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < 8; i++)
		a[i * PAGE] = (char)('a' + i);
	show("fresh", a, 8);
	SHOW(mprotect(a + 2 * PAGE, 3 * PAGE, PROT_READ));
	show("middle read", a, 8);
	SHOW(mprotect(a + 4 * PAGE, 2 * PAGE, PROT_NONE));
	show("then none", a, 8);
	SHOW(mprotect(a, 8 * PAGE, PROT_READ));
	show("all read", a, 8);
	SHOW(mprotect(a, 8 * PAGE, RW));
	show("all write", a, 8);
	for (int i = 0; i < 8; i++)
		printf("%c", a[i * PAGE]);
	printf("\n");

	SHOW(mprotect(a + 1, PAGE, PROT_READ));
	SHOW(mprotect(a, PAGE, 0x80));
	SHOW(mprotect(a, 0, PROT_READ));
	SHOW(mprotect(a, SIZE_MAX - 2 * PAGE, PROT_READ));
	SHOW(mprotect((void *)(1ul << 47), PAGE, PROT_READ));
	SHOW(mprotect((void *)0x12340000, PAGE, PROT_READ));
	munmap(a + 4 * PAGE, PAGE);
	SHOW(mprotect(a + 2 * PAGE, 4 * PAGE, PROT_READ)); /* what comes before the hole is changed */
	show("with a hole", a, 8);
	SHOW(mprotect(a, 100, PROT_NONE)); /* whole pages */
	show("rounded up", a, 2);

	/* Generated code: written, then made executable. */
	unsigned char *code = mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memcpy(code, "\xb8\x2a\x00\x00\x00\xc3", 6); /* mov $42,%eax; ret */
	printf("before: %s\n", probe(code, PROBE_EXEC));
	SHOW(mprotect(code, PAGE, PROT_READ | PROT_EXEC));
	printf("generated: %d, write %s\n", ((int (*)(void))code)(), probe(code, PROBE_WRITE));
	SHOW(mprotect(code, PAGE, RW));
	code[1] = 43;
	SHOW(mprotect(code, PAGE, PROT_EXEC));
	printf("again: %d\n", ((int (*)(void))code)());
	return 0;
}
