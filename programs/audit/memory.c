/* What may be read, written and executed: of the program, of the libOS, of both together. */
#define _GNU_SOURCE
#include "audit.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static unsigned char data_code[64] = { RET };
static const char constant[] = "constant";
static const char *volatile constant_address = constant; /* the compiler must not know what it writes to */

static void null_page(void)
{
	char *volatile null = NULL; /* not known to the compiler */
	int read = probe_read(null), write = probe_write(null + 8), last = probe_read(null + 4095), call = probe_call(null);
	report("null-page", read == SIGSEGV && write == SIGSEGV && last == SIGSEGV && call == SIGSEGV, "reading %s, writing %s, calling %s", signal_text(read),
	       signal_text(write), signal_text(call));
}

static void not_executable(const char *check, void *memory)
{
	*(volatile unsigned char *)memory = RET;
	int number = probe_call(memory);
	report(check, number == SIGSEGV, "calling %p: %s", memory, signal_text(number));
}

/* A page more of the classical heap, which libc does not give out; NULL: there is none. */
static void *grow_brk(void)
{
	uint64_t end = (uint64_t)syscall(SYS_brk, 0);
	return (uint64_t)syscall(SYS_brk, end + 4096) == end + 4096 ? (void *)end : NULL;
}

static void data_is_not_code(void)
{
	unsigned char on_stack[64];
	unsigned char *heap = malloc(64), *top = grow_brk(), *mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	not_executable("nx-data", data_code);
	if (heap)
		not_executable("nx-heap", heap);
	if (top)
		not_executable("nx-brk", top);
	if (mapped != MAP_FAILED)
		not_executable("nx-mmap", mapped);
	not_executable("nx-stack", on_stack);
	free(heap);
}

static void read_only(const char *check, uint64_t address)
{
	int readable = probe_read((void *)address), number = probe_write((void *)address);
	report(check, !readable && number == SIGSEGV, "writing to %#lx: %s", address, signal_text(number));
}

static void no_writable_code(void)
{
	void *both = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int mapping = errno;
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int protect = page == MAP_FAILED ? 0 : mprotect(page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC);
	report("wx-refused", both == MAP_FAILED && protect < 0, "mmap: %s, mprotect: %s", both == MAP_FAILED ? strerror(mapping) : "it succeeds",
	       protect < 0 ? strerror(errno) : "it succeeds");
}

/* A byte among the libOS's constants that would return at once; the first one, if there is none. */
static void *find_return(void)
{
	unsigned char *at = (unsigned char *)libos.rodata;
	while (at < (unsigned char *)libos.rodata_end && !probe_read(at) && *at != RET)
		at++;
	return at < (unsigned char *)libos.rodata_end ? at : (void *)libos.rodata;
}

static void libos_memory(void)
{
	read_only("ro-libos-text", libos.text);
	read_only("ro-libos-rodata", libos.rodata);
	not_executable("nx-libos-data", (void *)libos.spare);
	void *constants = find_return();
	int number = probe_call(constants);
	report("nx-libos-rodata", number == SIGSEGV, "calling %p: %s", constants, signal_text(number));
	uint64_t physical = physical_address(data_code);
	data_code[0] = RET;
	void *alias = (void *)(DIRECT_MAP + physical);
	number = physical == ~0ul ? 0 : probe_call(alias);
	report("nx-direct-map", number == SIGSEGV, "calling %p: %s", alias, signal_text(number));
}

/* Where things are; the launcher compares several boots. */
static void places(void)
{
	int local;
	void *mapped = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	fact("aslr-stack", (uint64_t)&local);
	fact("aslr-mmap", (uint64_t)mapped);
	fact("aslr-brk", (uint64_t)sbrk(0));
	const uint64_t *random = (const uint64_t *)getauxval(AT_RANDOM);
	fact("at-random", random ? random[0] ^ random[1] : 0);
}

void audit_memory(void)
{
	places();
	null_page();
	data_is_not_code();
	no_writable_code();
	read_only("ro-text", (uint64_t)audit_memory);
	read_only("ro-rodata", (uint64_t)constant_address);
	libos_memory();
}
