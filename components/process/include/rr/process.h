/* Processes and their threads. Thread context under the big lock unless said otherwise. */
#pragma once
#include <rr/credentials.h>
#include <rr/list.h>
#include <rr/regs.h>
#include <rr/signal.h>
#include <rr/thread.h>
#include <rr/usage.h>
#include <rr/wait.h>

struct rr_aspace;
struct rr_image_program;
struct rr_fdtable;
struct rr_fs_context;

#define RR_LIMIT_COUNT 16

/* What a process has and an optional component looks after: it ends with the process, or with its program. */
struct rr_attachment {
	struct rr_attachment *next, **previous;
	bool survives_exec;
	void (*end)(struct rr_attachment *attachment); /* must detach it */
};
void rr_process_attach(struct rr_process *process, struct rr_attachment *attachment);
void rr_process_detach(struct rr_attachment *attachment);

struct rr_process {
	int pid, pgid, sid;
	int parent_pid;                   /* parent's, 0 without: getppid(2) is one load */
	struct rr_process *parent;
	struct rr_list children, sibling;
	struct rr_list tasks;             /* of struct rr_task.link */
	unsigned task_count;
	struct rr_aspace *space;
	bool space_borrowed;              /* vfork: the parent's, until exec or exit */
	struct rr_fdtable *fds;
	struct rr_fs_context *fs;
	struct rr_sighand *sighand;       /* handlers; shared by CLONE_SIGHAND */
	struct rr_sigqueue pending;       /* for any of its threads */
	struct rr_waitqueue child_event;  /* woken when a child changes state */
	struct rr_waitqueue state_event;  /* woken when it goes on after a stop, a thread of it has ended, a child no longer borrows its space */
	struct rr_list all_link;
	struct rr_list pidfds;            /* descriptors that name it: rr/pidfd.h */
	const struct rr_image_program *program;
	char name[64];
	struct rr_credentials credentials;
	int death_signal;                 /* prctl(2) PR_SET_PDEATHSIG */
	uint32_t barriers;                /* membarrier(2): commands it has registered for */
	int creator;                      /* the parent's thread that made it */
	uint32_t persona;                 /* personality(2): kept and shown */
	bool undumpable, reaper;          /* prctl(2) PR_SET_DUMPABLE; PR_SET_CHILD_SUBREAPER: takes over its descendants' orphans */
	uint64_t timer_slack;             /* PR_SET_TIMERSLACK, ns: kept and shown */
	uint64_t limits[RR_LIMIT_COUNT][2]; /* RLIMIT_*: soft, hard */
	uint64_t start_time;              /* monotonic ns */
	struct rr_account dead;           /* what threads used that have ended */
	struct rr_usage children_usage;   /* what children used that were waited for */
	uint64_t told_times[2];           /* user and system time never step back */
	uint64_t most_resident;           /* pages, in the spaces of programs it has left */
	int exit_status;                  /* wait status, once exiting */
	int exit_signal;                  /* to the parent; SIGCHLD */
	int stop_signal;                  /* not 0: its threads stop on their way out of the libOS */
	unsigned stopped_tasks;           /* those that have */
	int stop_status;                  /* signal for wait4(2), once all have, until it is waited for */
	bool stop_complete;               /* all have, and the parent was told */
	bool continued;                   /* for wait4(2): it goes on */
	int notice;                       /* CLD_STOPPED or CLD_CONTINUED: to be told to the parent */
	bool adopted;                     /* its parent has ended, and pid 1 stands in: it cannot wait for it and does not hear of its end */
	bool executed;                    /* it runs another program than it was born with */
	bool no_terminal;                 /* it gave up its session's terminal */
	bool exiting, zombie;
	bool unwanted;                    /* a zombie that nobody will wait for */
	bool user;                        /* runs at ring 3 */
	bool out_of_memory;               /* ended for want of memory */
	struct rr_attachment *attachments; /* NULL: none */
	int next_timer_id;                /* timer_create(2) */
	unsigned timer_count;
	uint64_t alarm_interval;
	struct rr_timer alarm;            /* ITIMER_REAL */
};

/* A thread of a process. */
struct rr_task {
	struct rr_thread thread;          /* first */
	int tid;
	struct rr_process *process;
	struct rr_list link;
	uint64_t sigmask, saved_sigmask;
	bool restore_sigmask;             /* put saved_sigmask back once a signal was or was not delivered */
	bool ending;                      /* ends on its way out of the libOS */
	bool killable;                    /* in rr_process_wait_killable() */
	uint64_t awaited_signals;         /* sigtimedwait(2) takes these though they are blocked */
	struct rr_sigqueue pending;
	uint64_t restart_deadline;        /* of a wait that is taken up again (RR_ERESTART_BLOCK); 0: none */
	uint64_t altstack, altstack_size;
	uint32_t altstack_flags;
	uint64_t clear_child_tid, robust_list;
	struct rr_list pi_owned;          /* sys-futex: locks of this thread others wait for; zero: not in use yet */
	void *pi_waiting;                 /* sys-futex: the lock it waits for */
	uint64_t told_times[2];           /* as the process's */
	uint16_t io_priority;             /* ioprio_set(2) */
	char comm[16];
};

static inline struct rr_task *rr_current_task(void) { return rr_container_of(rr_current_thread(), struct rr_task, thread); }
static inline struct rr_process *rr_current_process(void) { return rr_current_task()->process; }

/* From now on there may be other threads and processes than the first. For clone and its kin, before they make one. */
void rr_process_enable_others(void);
/* By number; NULL when there is none (any more). */
struct rr_process *rr_process_find(int pid);
struct rr_task *rr_task_find(int tid);
/* Next after `process` in the order of creation; NULL to begin, NULL at the end. */
struct rr_process *rr_process_next(struct rr_process *process);
/* Threads there are, and the most there can be: numbers go to Linux's default pid_max. */
extern unsigned rr_task_total;
#define RR_TASK_MOST 32000u
/* A number for a new process or thread. */
int rr_task_new_id(void);

/* A process `pid` without threads, child of `parent` (NULL: the first). The caller fills in space, fds, fs, sighand. NULL: no memory. */
struct rr_process *rr_process_create(struct rr_process *parent, int pid);
/* Free a process that has no threads (any more): what it holds and its number. */
void rr_process_free(struct rr_process *process);
/* Add a zeroed task to `process`; tid is set by the caller. */
void rr_task_attach(struct rr_task *task, struct rr_process *process);

/* CPU time of all threads, also those that have ended, ns. */
uint64_t rr_process_cpu_time(const struct rr_process *process);

/* From now on processes can be stopped; for calls that send signals. */
void rr_process_enable_stop(void);

/* End the running process with a wait status (code << 8, or signal). When it is pid 1, the machine ends. */
RR_NORETURN void rr_process_exit(int status);
/* End the running thread; the process with it when it is the last. */
RR_NORETURN void rr_task_exit(int status);
/* Let all threads of `process` but `except` (may be NULL) end on their way out of the libOS. Any context. */
void rr_process_end_threads(struct rr_process *process, const struct rr_task *except);
/* Wait until `condition`, or until the running thread is to end: false. For waits that signals with handlers do not end. */
#define rr_process_wait_killable(queue, condition)                                                            \
	({                                                                                                    \
		rr_current_task()->killable = true;                                                           \
		while (!(condition) && !rr_current_task()->ending) {                                          \
			rr_signal_work_done();                                                                \
			rr_wait_until((queue), (condition) || rr_current_task()->ending, RR_FOREVER, RR_INTERRUPTIBLE); \
		}                                                                                             \
		rr_current_task()->killable = false;                                                          \
		rr_thread_interrupt(rr_current_thread()); /* look at what came meanwhile */                   \
		!rr_current_task()->ending;                                                                   \
	})
/* Descriptors and handlers of its own, not shared with other processes any more: 0 or -ENOMEM. */
int rr_process_unshare(struct rr_process *process);
/* The running thread leaves its program: whoever waits for it there is told (CLONE_CHILD_CLEARTID, robust locks). */
void rr_process_release_thread(struct rr_task *task);
/* `child` no longer borrows its parent's space (exec, exit): a parent in vfork goes on. */
void rr_vfork_release(struct rr_process *child);
/* Wake who waits in wait4(2) for children of `process`'s parent, and send `signal`, unless 0, with `code` and `status` as siginfo has them. */
void rr_process_tell_parent(struct rr_process *process, int signal, int code, int status);
/* A process has become a zombie, or (`freed`) its parent has waited for it; set by pidfd, NULL until then. */
extern void (*rr_process_end_hook)(struct rr_process *process, bool freed);
/* The leader of a session ends; set by job control, NULL until then. */
extern void (*rr_process_session_ended)(const struct rr_process *leader);
/* No process of the group has a parent in another group of its session (POSIX: orphaned). `ignored`, which is about to end, does not count. */
bool rr_process_group_is_orphaned(int pgid, const struct rr_process *ignored);
/* Let the running process end with status 137 and the report that memory ran out, as soon as it leaves the libOS. */
void rr_process_out_of_memory(void);

/*
 * Before the program runs on: reschedule, signals, end of the process. `regs`: the program's, on the libOS stack's top. True when they must be
 * restored in full (rr_trap_return); then interrupts are off. Called by the boundary and by traps.
 */
bool rr_process_return(struct rr_regs *regs);
/* Called by rr_process_leave(); NULL: nobody. Set by call tracing. */
extern void (*rr_process_leaving)(const struct rr_regs *regs, long result);
/* Leave a call for good through rr_process_return(), result in rax; for calls that must not return by the stack (vfork, sigreturn). */
RR_NORETURN void rr_process_leave(struct rr_regs *regs, long result);

/* Set by sys-futex when it is in the image: a dying thread wakes who joins it, and gives up its locks when it ends or runs another program. */
extern void (*rr_futex_wake_hook)(uint64_t address);
extern void (*rr_futex_exit_hook)(struct rr_task *task);

/* Exceptions of programs, work on return: install the trap hooks. Once, at start. */
void rr_process_init(void);
