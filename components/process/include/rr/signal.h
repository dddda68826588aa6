/* Signals as in signal(7). Thread context under the big lock unless said otherwise. */
#pragma once
#include <rr/abi/signal.h>
#include <rr/list.h>
#include <rr/types.h>

struct rr_process;
struct rr_task;
struct rr_regs;

/* Pending signals. */
struct rr_sigqueue {
	uint64_t set;        /* bit n-1: signal n is pending */
	uint64_t bare;       /* those whose information found no room */
	uint64_t plain;      /* those that came from the libOS, with nothing: before any entry */
	struct rr_list info; /* of struct rr_sigentry: what came with them */
};
/* One pending signal with what came with it. */
struct rr_sigentry {
	struct rr_list link;
	struct rr_sigqueue *queue;  /* it is in; NULL: none */
	struct rr_abi_siginfo info;
	/* Of an entry that somebody owns: it has left the queue. `info` is on its way to the program and may be changed; NULL: it was discarded.
	 * NULL: of the heap, freed. */
	void (*left)(struct rr_sigentry *entry, struct rr_abi_siginfo *info);
};
void rr_sigqueue_init(struct rr_sigqueue *queue);
/* Take back an entry of one's own, if it is pending. */
void rr_sigqueue_withdraw(struct rr_sigentry *entry);
/* Forget all. */
void rr_sigqueue_clear(struct rr_sigqueue *queue);
/* Forget those in `set`. Any context. */
void rr_sigqueue_discard(struct rr_sigqueue *queue, uint64_t set);

struct rr_sighand {
	uint32_t refs;
	struct rr_abi_sigaction actions[64]; /* [n-1] */
};

#define RR_SIGNAL_BIT(number) (1ul << ((number) - 1))
/* Job control: signals whose default is to stop. */
#define RR_SIGNAL_STOPS (RR_SIGNAL_BIT(SIGSTOP) | RR_SIGNAL_BIT(SIGTSTP) | RR_SIGNAL_BIT(SIGTTIN) | RR_SIGNAL_BIT(SIGTTOU))
/* Never blocked, caught or ignored. */
#define RR_SIGNAL_UNSTOPPABLE (RR_SIGNAL_BIT(SIGKILL) | RR_SIGNAL_BIT(SIGSTOP))

/*
 * Send signal `number` (1..64) to a process / a thread. `info` NULL: from the libOS; then any context. -EAGAIN: no room for `info`
 * (RLIMIT_SIGPENDING of the receiver, memory), and it must not be lost.
 */
int rr_signal_process(struct rr_process *process, int number, const struct rr_abi_siginfo *info);
int rr_signal_task(struct rr_task *task, int number, const struct rr_abi_siginfo *info);
/* The same with an entry of the caller's, which is not pending; `task` NULL: to the process. False: nobody wants it, it was not taken. Any context. */
bool rr_signal_send_entry(struct rr_process *process, struct rr_task *task, struct rr_sigentry *entry);
/* To all processes of a group, from the libOS; false when there is none. Any context. */
bool rr_signal_group(int pgid, int number);
/* The running thread did what `regs` shows: signal it now, whatever it blocks or ignores. `message` is for the crash report. */
void rr_signal_fault(int number, int code, uint64_t address, struct rr_regs *regs, const char *message);

/* The action for `number` has changed: when it is to ignore, pending ones are forgotten. */
void rr_signal_forget_ignored(struct rr_process *process, int number);

/* A signal the current task would act on now is pending. */
bool rr_signal_pending(void);
/* Change the current task's mask (SIGKILL and SIGSTOP stay unblocked) and look whether that frees a signal. */
void rr_signal_set_mask(uint64_t mask);

/*
 * For calls that wait with another mask (ppoll and its kin): `address` of the mask in the program's memory, 0: none, and its size. It holds until the
 * end of the wait, or when a signal ended that (`interrupted`) until the signal has been acted on. 0, -EINVAL, -EFAULT.
 */
int rr_signal_begin_wait_mask(uint64_t address, uint64_t size);
void rr_signal_end_wait_mask(uint64_t address, bool interrupted);

/*
 * For waits of a relative length: the deadline they began with when this call is one that goes on after a signal without a handler, else 0. Asked
 * once, at the call's start. rr_restart_later() gives what such a wait returns when a signal ends it.
 */
uint64_t rr_restart_deadline(void);
long rr_restart_later(uint64_t deadline);
/* Told that a signal has become pending for somebody. Any context. Set by signalfd when there is one; NULL: nobody. */
extern void (*rr_signal_arrived_hook)(void);

/* The current task waits for `signals`, though it may block them; 0: it no longer does. */
void rr_signal_await(uint64_t signals);
/* Take the first pending signal of the set `wanted`, with its info. Its number, or 0. */
int rr_signal_take(uint64_t wanted, struct rr_abi_siginfo *info);

/* Signals that came so far are looked at: from here on only a new one makes the running thread look again, or ends its wait. */
void rr_signal_work_done(void);
/* Act on pending signals before the program runs on; `regs` may change. Called by rr_process_return(). */
void rr_signal_deliver(struct rr_regs *regs);

/* The alternate stack of a thread (sigaltstack(2)): `sp` lies on it / lies on it and it is in use, so that it cannot be changed. */
bool rr_altstack_contains(const struct rr_task *task, uint64_t sp);
bool rr_altstack_in_use(const struct rr_task *task, uint64_t sp);
/* Change it, for a thread whose stack pointer is `sp`: 0, -EPERM, -EINVAL, -ENOMEM (too small). */
int rr_altstack_set(struct rr_task *task, const struct rr_abi_stack *stack, uint64_t sp);
void rr_altstack_reset(struct rr_task *task);

/* From now on handlers may be installed. For rt_sigaction. */
void rr_signal_enable_handlers(void);
/* From now on a wait may end for a signal that then does nothing, so that the call is done again. For calls that block signals. */
void rr_signal_enable_restart(void);

/* Called when the running thread acts on a signal, other than by ignoring it; `fatal`: by ending its process. NULL: nobody. Set by call tracing. */
extern void (*rr_signal_traced)(const struct rr_abi_siginfo *info, bool fatal);

/* Per architecture: sigframe.c. */

/* Let the program continue in its handler: build the frame of signal(7) on its stack. False when the stack is unusable. */
bool rr_signal_build_frame(struct rr_regs *regs, int number, const struct rr_abi_siginfo *info, const struct rr_abi_sigaction *action,
                           uint64_t old_mask);
/* Undo it: registers, mask and alternate stack from the frame at `address`. False when it is unusable. */
bool rr_signal_restore_frame(struct rr_regs *regs, uint64_t address);
/* The call whose registers these are returned a restart: make them do it again. */
void rr_signal_restart(struct rr_regs *regs);
/* `regs` were interrupted on the way into a cancellation point's call, at the stub: go back to before it. */
void rr_signal_rewind_stub(struct rr_regs *regs);
