/* Signals of the Linux x86-64 interface: signal(7), asm/signal.h, asm/siginfo.h, asm/ucontext.h, asm/sigcontext.h. */
#pragma once
#include <rr/types.h>

#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGILL 4
#define SIGTRAP 5
#define SIGABRT 6
#define SIGBUS 7
#define SIGFPE 8
#define SIGKILL 9
#define SIGUSR1 10
#define SIGSEGV 11
#define SIGUSR2 12
#define SIGPIPE 13
#define SIGALRM 14
#define SIGTERM 15
#define SIGSTKFLT 16
#define SIGCHLD 17
#define SIGCONT 18
#define SIGSTOP 19
#define SIGTSTP 20
#define SIGTTIN 21
#define SIGTTOU 22
#define SIGURG 23
#define SIGXCPU 24
#define SIGXFSZ 25
#define SIGVTALRM 26
#define SIGPROF 27
#define SIGWINCH 28
#define SIGIO 29
#define SIGPWR 30
#define SIGSYS 31

#define SIG_DFL 0ul
#define SIG_IGN 1ul
#define SA_NOCLDSTOP 1ul
#define SA_NOCLDWAIT 2ul
#define SA_SIGINFO 4ul
#define SA_EXPOSE_TAGBITS 0x800ul
#define SA_ONSTACK 0x08000000ul
#define SA_RESTART 0x10000000ul
#define SA_NODEFER 0x40000000ul
#define SA_RESETHAND 0x80000000ul
#define SA_RESTORER 0x04000000ul
#define SIG_BLOCK 0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2
#define SS_ONSTACK 1u
#define SS_DISABLE 2u
#define SS_AUTODISARM (1u << 31)

#define SI_USER 0
#define SI_KERNEL 0x80
#define SI_QUEUE (-1)
#define SI_TIMER (-2)
#define SI_TKILL (-6)
#define ILL_ILLOPN 2
#define FPE_INTDIV 1
#define FPE_FLTDIV 3
#define FPE_FLTOVF 4
#define FPE_FLTUND 5
#define FPE_FLTRES 6
#define FPE_FLTINV 7
#define SEGV_MAPERR 1
#define SEGV_ACCERR 2
#define BUS_ADRALN 1
#define BUS_ADRERR 2
#define TRAP_BRKPT 1
#define TRAP_TRACE 2
#define CLD_EXITED 1
#define CLD_KILLED 2
#define CLD_DUMPED 3
#define CLD_STOPPED 5
#define CLD_CONTINUED 6

/* The kernel's struct sigaction (rt_sigaction(2)). */
struct rr_abi_sigaction {
	uint64_t handler;
	uint64_t flags;
	uint64_t restorer;
	uint64_t mask;
};
_Static_assert(sizeof(struct rr_abi_sigaction) == 32, "rt_sigaction");

struct rr_abi_siginfo {
	int32_t signo, error, code, pad;
	union {
		struct { int32_t pid; uint32_t uid; union { uint64_t value; struct { int32_t status; int32_t pad2; uint64_t utime, stime; }; }; };
		struct { uint64_t address; int16_t address_lsb; };
		struct { int32_t timerid, overrun; uint64_t timer_value; };
		struct { int64_t band; int32_t fd; };
		uint8_t bytes[112];
	};
};
_Static_assert(sizeof(struct rr_abi_siginfo) == 128, "siginfo_t");

struct rr_abi_stack {
	uint64_t sp;
	int32_t flags;
	uint32_t pad;
	uint64_t size;
};
_Static_assert(sizeof(struct rr_abi_stack) == 24, "stack_t");

/* struct sigcontext: r8..r15 rdi rsi rbp rbx rdx rax rcx rsp rip eflags cs gs fs ss err trapno oldmask cr2 fpstate reserved[8] */
struct rr_abi_mcontext {
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, rflags;
	uint16_t cs, gs, fs, ss;
	uint64_t err, trapno, oldmask, cr2;
	uint64_t fpstate;
	uint64_t reserved[8];
};
_Static_assert(sizeof(struct rr_abi_mcontext) == 256, "struct sigcontext");

struct rr_abi_ucontext {
	uint64_t flags;
	uint64_t link;
	struct rr_abi_stack stack;
	struct rr_abi_mcontext mcontext;
	uint64_t sigmask;
};
_Static_assert(sizeof(struct rr_abi_ucontext) == 304, "struct ucontext");
