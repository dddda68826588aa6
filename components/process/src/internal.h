/* Private to the process component. */
#pragma once
#include <rr/process.h>

/* A call was ended by a signal and may have to be done again: RR_ERESTART*. */
static inline bool rr_is_restart(uint64_t result) { return -result - RR_ERESTARTSYS <= RR_ERESTART_BLOCK - RR_ERESTARTSYS; }

/* Files, handlers, timers: what a zombie no longer has. */
void rr_process_release_resources(struct rr_process *process);
/* The process ends by signal `number`, whatever it does. Any context. */
void rr_process_kill(struct rr_process *process, int number);
/* End what is attached to `process`; `exec`: but for what survives that. */
void rr_process_end_attachments(struct rr_process *process, bool exec);
/* An exception of the running program, or of the libOS. */
void rr_process_exception(struct rr_regs *regs, uint64_t address, bool in_libos);
/* For rr_vfs_raise. */
void rr_process_raise(int signal);
/* End the process by `info->signo`, with a crash report if that is its default; `message` for the report. */
RR_NORETURN void rr_signal_die(struct rr_regs *regs, const struct rr_abi_siginfo *info, const char *message);
/* Ends the running thread, which is not the machine's last one. NULL until rr_process_enable_others(): then there is none but that. */
extern RR_NORETURN void (*rr_process_end_task)(struct rr_task *task);
/*
 * Lets the program continue in its handler for `number`; `between`: it was interrupted between two instructions, not by one. NULL until
 * rr_signal_enable_handlers(): then there is no handler either.
 */
typedef void rr_signal_handler_runner(struct rr_regs *regs, int number, const struct rr_abi_siginfo *info, bool between);
extern rr_signal_handler_runner *rr_signal_run_handler;
/* rr_signal_restart(), NULL until rr_signal_enable_restart(). */
extern void (*rr_signal_again)(struct rr_regs *regs);
/* For a crash report: the other threads' registers. NULL until rr_process_enable_others(): then there are none. */
extern void (*rr_signal_report_others)(const struct rr_task *crashed);

/* A thread no longer takes `signals`, which are pending for its process: others may have to. NULL until rr_process_enable_others(). */
extern void (*rr_signal_retarget)(struct rr_process *process, uint64_t signals);
/* `task`, which does not block it, was sent `number`, which may be the end of its process. NULL until rr_process_enable_others(). */
extern void (*rr_signal_end_others)(struct rr_task *task, int number);
/* Signals whose default action comes with a crash report. */
#define RR_SIGNAL_CORE                                                                                        \
	(RR_SIGNAL_BIT(SIGQUIT) | RR_SIGNAL_BIT(SIGILL) | RR_SIGNAL_BIT(SIGTRAP) | RR_SIGNAL_BIT(SIGABRT) | RR_SIGNAL_BIT(SIGBUS) |  \
	 RR_SIGNAL_BIT(SIGFPE) | RR_SIGNAL_BIT(SIGSEGV) | RR_SIGNAL_BIT(SIGXCPU) | RR_SIGNAL_BIT(SIGXFSZ) | RR_SIGNAL_BIT(SIGSYS))

/* What makes processes stop and go on: rr_process_enable_stop(). NULL before: nobody sends such signals. */
struct rr_stop_ops {
	/* A stop signal or SIGCONT is sent to `process`. Any context. */
	void (*sent)(struct rr_process *process, int number);
	/* The default action of a stop signal, for the running thread. */
	void (*stop)(struct rr_process *process, int number);
	/* The running thread stops until its process goes on or ends. */
	void (*park)(const struct rr_regs *regs);
};
extern const struct rr_stop_ops *rr_stop;
/* A thread of `process` has ended: others may have waited for it to stop. */
void rr_stop_recount(struct rr_process *process);
/* After `process`, whose parent is or was `parent`, moved or ended: a group that is orphaned by it and has stopped members is sent SIGHUP and SIGCONT. */
void rr_process_check_orphaned(struct rr_process *process, struct rr_process *parent, const struct rr_process *ending);

/* Queue signal `number` with what came with it (NULL: nothing), unless there are `limit` entries. 0; -EAGAIN: no room, and it must not be lost. */
int rr_sigqueue_add(struct rr_sigqueue *queue, int number, const struct rr_abi_siginfo *info, uint64_t limit);
/* The same with an entry of the caller's, which is in no queue. */
void rr_sigqueue_add_entry(struct rr_sigqueue *queue, struct rr_sigentry *entry);
/* Take pending signal `number` out of `queue` with what came with it. */
void rr_sigqueue_take(struct rr_sigqueue *queue, int number, struct rr_abi_siginfo *info);
