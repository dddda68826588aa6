/* wait4(2), waitid(2). */
#include <rr/abi/errno.h>
#include <rr/pidfd.h>
#include <rr/process.h>
#include <rr/string.h>
#include <rr/uaccess.h>

#define WNOHANG 1u
#define WUNTRACED 2u
#define WEXITED 4u
#define WCONTINUED 8u
#define WNOWAIT 0x1000000u
#define WNOTHREAD 0x20000000u
#define WALL 0x40000000u
#define WCLONE 0x80000000u
#define WAIT_LINUX (WNOTHREAD | WALL | WCLONE)
#define P_ALL 0
#define P_PID 1
#define P_PGID 2
#define P_PIDFD 3

/* Whom to wait for, and for what. */
struct wanted {
	int pid;          /* as wait4(2) has it */
	bool by_pidfd;    /* the process `named`, NULL: it is gone */
	const struct rr_process *named;
	unsigned options;
};

/* What there is to tell of a child. */
struct news {
	struct rr_process *child; /* NULL: nothing */
	int code;                 /* CLD_* */
	int status;               /* exit code or signal */
};

static bool matches(const struct rr_process *child, const struct wanted *wanted)
{
	bool clone = child->exit_signal != SIGCHLD;
	if (child->adopted || (child->zombie && !(wanted->options & WEXITED)))
		return false; /* it will never stop or go on */
	if (!(wanted->options & WALL) && clone != !!(wanted->options & WCLONE))
		return false;
	if (wanted->options & WNOTHREAD && child->creator != rr_current_task()->tid)
		return false;
	if (wanted->by_pidfd)
		return child == wanted->named;
	if (wanted->pid > 0)
		return child->pid == wanted->pid;
	if (wanted->pid == 0)
		return child->pgid == rr_current_process()->pgid;
	return wanted->pid == -1 || child->pgid == -wanted->pid;
}

static bool has_news(struct rr_process *child, unsigned options, struct news *news)
{
	int signal = child->exit_status & 0x7f;
	if (child->zombie)
		*news = (struct news){ child, signal ? CLD_KILLED : CLD_EXITED, signal ? signal : child->exit_status >> 8 };
	else if (child->stop_status && options & WUNTRACED)
		*news = (struct news){ child, CLD_STOPPED, child->stop_status };
	else if (child->continued && options & WCONTINUED)
		*news = (struct news){ child, CLD_CONTINUED, SIGCONT };
	else
		return false;
	return true;
}

/* It is the child of `task`, a thread of this process. One that a thread of another process made (CLONE_PARENT) is the first thread's. */
static bool is_child_of(const struct rr_process *child, const struct rr_task *task)
{
	if (child->creator == task->tid || &task->link != rr_current_process()->tasks.next)
		return child->creator == task->tid;
	const struct rr_task *creator = rr_task_find(child->creator);
	return !creator || creator->process != rr_current_process();
}

/* The first of the wanted children that the thread `task` has with something to tell; *any is set when there are wanted ones at all. */
static bool find_of(const struct rr_task *task, const struct wanted *wanted, struct news *news, bool *any)
{
	rr_list_for_each(node, &rr_current_process()->children) {
		struct rr_process *child = rr_list_entry(node, struct rr_process, sibling);
		if (!is_child_of(child, task) || !matches(child, wanted))
			continue;
		*any = true;
		if (has_news(child, wanted->options, news))
			return true;
	}
	return false;
}

/* Linux keeps children with the thread that made them, and asks the calling thread's first, then those of the threads that came after it, round to the one before it. */
static bool find(const struct wanted *wanted, struct news *news, bool *any)
{
	const struct rr_list *tasks = &rr_current_process()->tasks, *first = &rr_current_task()->link, *node = first;
	*any = false;
	do {
		if (node != tasks && find_of(rr_list_entry(node, const struct rr_task, link), wanted, news, any))
			return true;
		node = node->next;
	} while (node != first);
	return false;
}

/* 0 and the news (without a child for WNOHANG with none), or -errno. */
static int wait_for(const struct wanted *wanted, struct news *news)
{
	bool any, found;
	*news = (struct news){ 0 };
	int error = rr_wait_until(&rr_current_process()->child_event, (found = find(wanted, news, &any)) || !any || wanted->options & WNOHANG,
	                          RR_FOREVER, RR_INTERRUPTIBLE);
	if (error)
		return error;
	if (!found)
		news->child = NULL;
	return any ? 0 : -ECHILD;
}

/* As wait4(2) packs it. */
static int wait_status(const struct news *news)
{
	switch (news->code) {
	case CLD_EXITED: return news->status << 8;
	case CLD_STOPPED: return news->status << 8 | 0x7f;
	case CLD_CONTINUED: return 0xffff;
	default: return news->status;
	}
}

/* With what its own children used. */
static struct rr_usage usage_of(struct rr_process *child)
{
	struct rr_usage usage;
	rr_usage_of_process(child, &usage);
	rr_usage_add(&usage, &child->children_usage);
	return usage;
}

static void fill_usage(struct rr_process *child, struct rr_abi_rusage *out)
{
	struct rr_usage usage = usage_of(child);
	rr_usage_tell(&usage, out);
}

static void bury(struct rr_process *child)
{
	struct rr_usage usage = usage_of(child);
	rr_usage_add(&rr_current_process()->children_usage, &usage);
	rr_process_free(child);
}

/* It was told: not again. */
static void consume(const struct news *news)
{
	if (news->code == CLD_STOPPED)
		news->child->stop_status = 0;
	else if (news->code == CLD_CONTINUED)
		news->child->continued = false;
	else
		bury(news->child);
}

long rr_sys_wait4(int pid, uint64_t status, unsigned options, uint64_t usage_to);
long rr_sys_wait4(int pid, uint64_t status_to, unsigned options, uint64_t usage_to)
{
	struct wanted wanted = { .pid = pid, .options = options | WEXITED };
	struct news news;
	struct rr_abi_rusage usage;
	if (options & ~(WNOHANG | WUNTRACED | WCONTINUED | WAIT_LINUX))
		return -EINVAL;
	if (pid == INT32_MIN)
		return -ESRCH;
	int error = wait_for(&wanted, &news);
	if (error || !news.child)
		return error;
	int number = news.child->pid, status = wait_status(&news);
	fill_usage(news.child, &usage);
	consume(&news);
	if ((status_to && rr_put_user(status, status_to)) || (usage_to && rr_put_user(usage, usage_to)))
		return -EFAULT;
	return number;
}

static int select_by_pidfd(int fd, struct wanted *wanted, bool *nonblocking)
{
	struct rr_process *process;
	if (fd < 0)
		return -EINVAL;
	int error = rr_pidfd_get(fd, &process, nonblocking);
	wanted->by_pidfd = true;
	wanted->named = process;
	return error;
}

/* The children waitid(2) names. *nonblocking: by a descriptor that makes it not wait. */
static int select_children(int which, int id, struct wanted *wanted, bool *nonblocking)
{
	*nonblocking = false;
	if (which == P_PIDFD)
		return select_by_pidfd(id, wanted, nonblocking);
	if (which == P_ALL)
		wanted->pid = -1;
	else if (which == P_PID && id > 0)
		wanted->pid = id;
	else if (which == P_PGID && id >= 0)
		wanted->pid = -id;
	else
		return -EINVAL;
	return 0;
}

long rr_sys_waitid(int which, int id, uint64_t info_to, unsigned options, uint64_t usage_to);
long rr_sys_waitid(int which, int id, uint64_t info_to, unsigned options, uint64_t usage_to)
{
	struct wanted wanted = { .options = options };
	struct news news;
	struct rr_abi_rusage usage;
	struct rr_abi_siginfo info = { 0 };
	if (options & ~(WNOHANG | WUNTRACED | WEXITED | WCONTINUED | WNOWAIT | WAIT_LINUX) || !(options & (WEXITED | WUNTRACED | WCONTINUED)))
		return -EINVAL;
	bool nonblocking;
	int error = select_children(which, id, &wanted, &nonblocking);
	if (nonblocking)
		wanted.options |= WNOHANG;
	if (!error)
		error = wait_for(&wanted, &news);
	if (!error && !news.child && nonblocking && !(options & WNOHANG))
		error = -EAGAIN;
	if (error)
		return error;
	if (news.child) {
		info = (struct rr_abi_siginfo){ .signo = SIGCHLD, .code = news.code, .pid = news.child->pid,
			.uid = news.child->credentials.uid[0], .status = news.status };
		fill_usage(news.child, &usage);
		if (!(options & WNOWAIT))
			consume(&news);
		if (usage_to && rr_put_user(usage, usage_to))
			return -EFAULT;
	}
	return info_to && rr_put_user(info, info_to) ? -EFAULT : 0;
}
