/* brk through sbrk-like use of the system call, and malloc beside it. */
#define _GNU_SOURCE
#include "probe.h"
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096ul

static char *set(char *to) { return (char *)syscall(SYS_brk, to); }

int main(void)
{
	static char buffer[BUFSIZ];
	setvbuf(stdout, buffer, _IOFBF, sizeof buffer); /* malloc, which may use the break, must not have begun */
	probe_init();
	char *start = set(0);
	printf("refused: %d %d\n", set((char *)PAGE) == start, set((char *)-1l) == start);
	char *end = set(start + 100000);
	printf("grown: %d\n", end == start + 100000);
	int zero = 1;
	for (long i = 0; i < 100000; i++)
		zero &= start[i] == 0;
	printf("zero: %d\n", zero);
	memset(start, 7, 100000);
	char *page = (char *)(((uintptr_t)start + 100000 + PAGE - 1) & -PAGE);
	printf("end: %s, behind: %s\n", probe(page - 1, PROBE_WRITE), probe(page, PROBE_WRITE));
	set(start + 50000);
	page = (char *)(((uintptr_t)start + 50000 + PAGE - 1) & -PAGE);
	printf("shrunk: %s %s\n", probe(page - 1, PROBE_READ), probe(page, PROBE_READ));
	set(start + 60000);
	printf("again zero: %d\n", page[0]);
	/* Something in the way. */
	char *wall = mmap(page + 64 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	printf("wall: %d\n", wall == page + 64 * PAGE && set(wall + PAGE) == start + 60000);
	printf("too much: %d\n", set(start + (1ul << 45)) == start + 60000);
	set(start);
	void *p[50];
	for (int i = 0; i < 50; i++)
		memset(p[i] = malloc(1000 * (size_t)(i + 1)), i, 1000 * (size_t)(i + 1));
	int good = 0;
	for (int i = 0; i < 50; i++)
		good += ((char *)p[i])[999 * (i + 1)] == i;
	printf("malloc %d\n", good);
	return 0;
}
