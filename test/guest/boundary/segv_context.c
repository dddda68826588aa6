/* A SIGSEGV handler edits the ucontext: skips the instruction, and changes a register. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

static char *volatile page;
static volatile int seen;

static void handler(int number, siginfo_t *info, void *context)
{
	ucontext_t *c = context;
	seen++;
	if (info->si_addr == (void *)0x18) {
		printf("signal %d code %s\n", number, info->si_code == SEGV_MAPERR ? "MAPERR" : "?");
		c->uc_mcontext.gregs[REG_RIP] += 3; /* mov (%rax),%rbx: 3 bytes */
		c->uc_mcontext.gregs[REG_RBX] = 4711;
	} else {
		printf("signal %d code %s at offset %ld\n", number, info->si_code == SEGV_ACCERR ? "ACCERR" : "?", (long)((char *)info->si_addr - page));
		mprotect(page, 4096, PROT_READ | PROT_WRITE);
	}
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
	sigaction(SIGSEGV, &action, NULL);
	long value = 1;
	__asm__ volatile("mov $0x18, %%rax; mov (%%rax), %%rbx; mov %%rbx, %0" : "=r"(value) : : "rax", "rbx");
	printf("value %ld\n", value);
	page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	page[100] = 'x';
	printf("stored %c, handler ran %d times\n", page[100], seen);
	double d = 1.5;
	page[0] = 0;
	mprotect(page, 4096, PROT_READ);
	page[200] = 'y';
	printf("floating point kept: %.2f\n", d * 2);
	return 0;
}
