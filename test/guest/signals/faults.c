/* Signals of instructions: code and address, registers that a handler changes, faults that are blocked or ignored. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

static sigjmp_buf back;
static volatile char *volatile nowhere = (volatile char *)24;
static siginfo_t info;
static int spoil_how;
static volatile uint64_t trap, error, cr2, rip;

static void leave(int number, siginfo_t *what, void *context)
{
	const ucontext_t *c = context;
	(void)number;
	info = *what;
	trap = c->uc_mcontext.gregs[REG_TRAPNO];
	error = c->uc_mcontext.gregs[REG_ERR];
	cr2 = c->uc_mcontext.gregs[REG_CR2];
	rip = c->uc_mcontext.gregs[REG_RIP];
	siglongjmp(back, 1);
}

static void install(int number, void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags };
	sigaction(number, &action, NULL);
}

/* `address`: what si_addr should be, or the instruction's own (0). */
static void show(const char *what, const void *address)
{
	const char *at = info.si_addr == address ? "right" : info.si_addr == (void *)rip ? "the instruction's" : info.si_addr ? "other" : "none";
	printf("%s: signal %d code %d address %s, trap %d", what, info.si_signo, info.si_code, at, (int)trap);
	if (trap == 14)
		printf(" error %d cr2 right %d", (int)(error & ~4), cr2 == (uint64_t)info.si_addr);
	printf("\n");
	fflush(stdout);
}

#define TRY(what, address, ...)                       \
	do {                                          \
		if (!sigsetjmp(back, 1)) {            \
			__VA_ARGS__;                  \
			printf("%s: nothing\n", what); \
		} else                                \
			show(what, address);          \
	} while (0)

static volatile int zero; /* vector units' exceptions are not tried: QEMU without KVM does not raise them */

static void memory(void)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *volatile nothing = (char *)16;
	munmap(page + 4096, 4096);
	TRY("read of nothing", nothing, (void)*(volatile char *)nothing);
	TRY("write to nothing", nothing, *(volatile char *)nothing = 1);
	TRY("behind a mapping", page + 4096, page[4096] = 1);
	page[0] = (char)0xc3;
	mprotect(page, 4096, PROT_READ);
	TRY("write to what is read-only", page + 5, ((volatile char *)page)[5] = 1);
	void (*volatile call)(void) = (void (*)(void))page;
	TRY("call of data", page, call());
	call = (void (*)(void))(uintptr_t)32;
	TRY("call of nothing", (void *)32, call());
	mprotect(page, 4096, PROT_NONE);
	TRY("read of what is hidden", page + 7, (void)((volatile char *)page)[7]);
	TRY("not canonical", (void *)0x8000000000000000, (void)*(volatile char *)0x8000000000000000);
	TRY("write to text", (void *)((uintptr_t)memory), *(volatile char *)(uintptr_t)memory = 1);
	int fd = open("rr-faults", O_RDWR | O_CREAT | O_TRUNC, 0600);
	ftruncate(fd, 100);
	char *file = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	TRY("behind a file", file + 5000, file[5000] = 1);
	TRY("read behind a file", file + 4096, (void)((volatile char *)file)[4096]);
	unlink("rr-faults");
	TRY("a string across the end", page + 4096, __asm__ volatile("rep stosb" : : "D"(page + 4096), "c"(10), "a"(0) : "memory"));
}

static void arithmetic(void)
{
	volatile int one = 1;
	TRY("division by zero", NULL, one = one / zero);
	TRY("division overflow", NULL, one = -1; __asm__ volatile("idivl %0" : : "r"(one), "a"(0x80000000), "d"(0xffffffff)));
	TRY("invalid instruction", NULL, __asm__ volatile("ud2"));
	TRY("breakpoint", NULL, __asm__ volatile("int3"));
	unsigned short x87 = 0x37f & ~4, plain = 0x37f;
	TRY("x87 division by zero", NULL, __asm__ volatile("fldcw %0; fldz; fld1; fdivp; fwait" : : "m"(x87)));
	__asm__ volatile("fninit; fldcw %0" : : "m"(plain));
}

static int skipped;
static void skip(int number, siginfo_t *what, void *context)
{
	ucontext_t *c = context;
	(void)number, (void)what;
	skipped++;
	c->uc_mcontext.gregs[REG_RIP] += 2; /* ud2 */
	c->uc_mcontext.gregs[REG_RBX] = 0x1234567;
	c->uc_mcontext.gregs[REG_R12] ^= 0xff;
	fpregset_t fp = c->uc_mcontext.fpregs;
	uint64_t pattern[2] = { 0x1111222233334444, 0x5555666677778888 };
	memcpy(&fp->_xmm[5], pattern, sizeof(pattern));
	memcpy(pattern, &fp->_xmm[6], sizeof(pattern));
	pattern[0]++;
	memcpy(&fp->_xmm[7], pattern, sizeof(pattern));
}

static void changing(void)
{
	uint64_t rbx = 1, r12 = 0xf0f0, five[2] = { 0, 0 }, six[2] = { 41, 9 }, seven[2] = { 0, 0 };
	install(SIGILL, skip, 0);
	__asm__ volatile("mov %0, %%rbx; mov %1, %%r12; movups %3, %%xmm6; ud2; mov %%rbx, %0; mov %%r12, %1; movups %%xmm5, %2; movups %%xmm7, %4"
	                 : "+m"(rbx), "+m"(r12), "=m"(five), "+m"(six), "=m"(seven)
	                 :
	                 : "rbx", "r12", "xmm5", "xmm6", "xmm7", "memory");
	printf("skipped %d: %llx %llx, %llx %llx, %lld %lld\n", skipped, (long long)rbx, (long long)r12, (long long)five[0], (long long)five[1],
	       (long long)seven[0], (long long)seven[1]);
}

static char *guarded;
static void open_up(int number, siginfo_t *what, void *context)
{
	(void)number, (void)context;
	mprotect((void *)((uintptr_t)what->si_addr & ~4095ul), 4096, PROT_READ | PROT_WRITE);
}

/* What garbage collectors do: pages are opened when they are touched. */
static void barriers(void)
{
	int sum = 0;
	guarded = mmap(NULL, 16 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	install(SIGSEGV, open_up, 0);
	for (int i = 0; i < 16; i++)
		guarded[i * 4096 + 100] = (char)i;
	for (int i = 0; i < 16; i++)
		sum += guarded[i * 4096 + 100];
	printf("sum %d\n", sum);
}

static void die(const char *what, int number, int how)
{
	fflush(stdout);
	pid_t pid = fork();
	int status;
	if (!pid) {
		sigset_t set;
		sigemptyset(&set);
		sigaddset(&set, number);
		if (how == 0)
			sigprocmask(SIG_BLOCK, &set, NULL);
		if (how == 1)
			signal(number, SIG_IGN);
		if (how == 2)
			signal(number, SIG_DFL);
		if (number == SIGSEGV)
			*nowhere = 1;
		if (number == SIGILL)
			__asm__ volatile("ud2");
		if (number == SIGFPE)
			zero = 1 / zero;
		if (number == SIGTRAP)
			__asm__ volatile("int3");
		_exit(0);
	}
	waitpid(pid, &status, 0);
	printf("%s: %s %d\n", what, WIFSIGNALED(status) ? "signal" : "exited", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	fflush(stdout);
}

static void fault_again(int number, siginfo_t *what, void *context)
{
	(void)number, (void)what, (void)context;
	*nowhere = 1;
}

/* Frames nobody made, and handlers without a way back. */
static void broken_frames(void)
{
	int status;
	pid_t pid = fork();
	if (!pid) {
		struct { void *handler; unsigned long flags, restorer, mask; } action = { (void *)(uintptr_t)fault_again, 0, 0, 0 };
		syscall(SYS_rt_sigaction, SIGUSR1, &action, NULL, 8);
		signal(SIGSEGV, SIG_DFL);
		raise(SIGUSR1);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	printf("no restorer: signal %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

static void spoil(int number, siginfo_t *what, void *context)
{
	ucontext_t *c = context;
	(void)number, (void)what;
	switch (spoil_how) {
	case 0: c->uc_mcontext.gregs[REG_RIP] = 0x12345; break;
	case 1: c->uc_mcontext.gregs[REG_RIP] = (long)0x8000000000000000; break;
	case 2: c->uc_mcontext.fpregs = (void *)8; break;
	case 3: c->uc_mcontext.gregs[REG_EFL] = ~0x100l; break; /* all but single steps: only what programs may change counts */
	case 4: c->uc_mcontext.gregs[REG_CSGSFS] = 0; break;
	case 5: c->uc_sigmask.__bits[0] = ~0ul; break;
	case 6: memset(c->uc_mcontext.fpregs, 0xff, 24); break;
	}
}

static void spoiled_frames(void)
{
	for (spoil_how = 0; spoil_how < 7; spoil_how++) {
		int status;
		fflush(stdout);
		pid_t pid = fork();
		if (!pid) {
			signal(SIGSEGV, SIG_DFL);
			install(SIGUSR1, spoil, 0);
			raise(SIGUSR1);
			sigset_t set;
			sigprocmask(SIG_SETMASK, NULL, &set);
			_exit(sigismember(&set, SIGUSR2) + 2 * sigismember(&set, SIGKILL));
		}
		waitpid(pid, &status, 0);
		if (spoil_how != 4) /* segments are not looked at here */
			printf("spoiled %d: %s %d\n", spoil_how, WIFSIGNALED(status) ? "signal" : "exited",
			       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	}
}

int main(void)
{
	char folder[] = "/tmp/rr-test-XXXXXX";
	if (!mkdtemp(folder) || chdir(folder))
		return 1;
	int numbers[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP };
	for (int i = 0; i < 5; i++)
		install(numbers[i], leave, 0);
	memory();
	arithmetic();
	changing();
	barriers();
	die("blocked", SIGSEGV, 0);
	die("ignored", SIGSEGV, 1);
	die("default", SIGFPE, 2);
	die("blocked", SIGILL, 0);
	die("ignored", SIGTRAP, 1);
	install(SIGSEGV, fault_again, 0);
	die("in its own handler", SIGSEGV, 3);
	broken_frames();
	spoiled_frames();
	rmdir(folder);
	return 0;
}
