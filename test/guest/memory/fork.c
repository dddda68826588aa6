/* Copy-on-write over fork, and memory that is shared instead. */
#define _GNU_SOURCE
#include "probe.h"
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096ul
#define RW (PROT_READ | PROT_WRITE)

static char data[3 * PAGE] = "data";
static char bss[3 * PAGE];

static int in_child(void (*body)(void))
{
	fflush(stdout);
	pid_t pid = fork();
	if (!pid) {
		body();
		fflush(stdout);
		_exit(5);
	}
	int status = -1;
	waitpid(pid, &status, 0);
	return status;
}

static char *private, *shared, *heap;

static void write_all(void)
{
	printf("child sees %s %s %s %s %d\n", data, heap, private, shared, bss[0]);
	strcpy(data, "child");
	strcpy(heap, "child");
	strcpy(private + 2 * PAGE, "child");
	strcpy(shared, "from the child");
	bss[0] = 9;
	printf("and has %s %s %s %s %d\n", data, heap, private + 2 * PAGE, shared, bss[0]);
}

static void touch_protected(void) { printf("write there: %s\n", probe(private, PROBE_WRITE)); }

static void crash(void)
{
	signal(SIGSEGV, SIG_DFL);
	*(volatile char *)8 = 1;
}

int main(void)
{
	probe_init();
	private = mmap(NULL, 3 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	shared = mmap(NULL, 3 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	heap = malloc(100);
	strcpy(heap, "heap");
	strcpy(private, "private");
	strcpy(shared, "shared");
	printf("status %x\n", (unsigned)in_child(write_all));
	printf("parent has %s %s %s %d %s %d\n", data, heap, private, private[2 * PAGE], shared, bss[0]);
	mprotect(private, PAGE, PROT_READ);
	printf("status %x\n", (unsigned)in_child(touch_protected));
	mprotect(private, PAGE, RW);
	printf("writable here: %s\n", probe(private, PROBE_WRITE));
	printf("status %x\n", (unsigned)in_child(crash) & ~0x80u); /* core or not */
	for (int i = 0; i < 20; i++) {
		memset(bss, i, sizeof bss);
		if (in_child(touch_protected) != 5 << 8)
			printf("failed\n");
	}
	return bss[0];
}
