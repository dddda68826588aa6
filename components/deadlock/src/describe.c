#include <rr/print.h>
#include <rr/string.h>
#include <rr/uaccess.h>
#include <rr/vfs.h>
#include "internal.h"

#define CALL_READ 0
#define CALL_WRITE 1
#define CALL_READV 19
#define CALL_WRITEV 20
#define CALL_WAIT4 61
#define CALL_FLOCK 73
#define CALL_FUTEX 202
#define CALL_WAITID 247
#define CALL_VFORK 58
#define FUTEX_COMMAND 0x7fu
#define FUTEX_LOCK_PI 6
#define FUTEX_LOCK_PI2 13
#define FUTEX_TID_MASK 0x3fffffffu

static void describe_word(const struct rr_regs *regs, char text[DETAIL_SIZE])
{
	unsigned operation = regs->rsi & FUTEX_COMMAND;
	uint32_t value;
	if (rr_get_user(value, regs->rdi))
		return;
	if (operation == FUTEX_LOCK_PI || operation == FUTEX_LOCK_PI2)
		rr_snprintf(text, DETAIL_SIZE, "thread %u has the lock", value & FUTEX_TID_MASK);
	else
		rr_snprintf(text, DETAIL_SIZE, "the word is %u (0x%x)", value, value);
}

static void describe_file(const struct rr_task *task, int fd, char text[DETAIL_SIZE])
{
	char name[DETAIL_SIZE / 2] = "";
	struct rr_file *file = task->process->fds ? rr_fd_get(task->process->fds, fd) : NULL;
	if (!file)
		return;
	if (file->ops->describe)
		name[file->ops->describe(file, name, sizeof(name) - 1)] = 0;
	rr_file_put(file);
	if (name[0])
		rr_snprintf(text, DETAIL_SIZE, "descriptor %d is %s", fd, name);
}

static void describe_children(const struct rr_task *task, char text[DETAIL_SIZE])
{
	unsigned count = 0;
	int first = 0;
	rr_list_for_each(node, &task->process->children)
		if (!count++)
			first = rr_list_entry(node, struct rr_process, sibling)->pid;
	if (count == 1)
		rr_snprintf(text, DETAIL_SIZE, "its child is process %d", first);
	else
		rr_snprintf(text, DETAIL_SIZE, "it has %u children", count);
}

void describe_wait(const struct rr_task *task, char text[DETAIL_SIZE])
{
	const struct rr_regs *regs = rr_thread_regs(&task->thread);
	text[0] = 0;
	switch (regs->number) {
	case CALL_READ:
	case CALL_WRITE:
	case CALL_READV:
	case CALL_WRITEV:
	case CALL_FLOCK: describe_file(task, (int)regs->rdi, text); break;
	case CALL_FUTEX: describe_word(regs, text); break;
	case CALL_WAIT4:
	case CALL_WAITID:
	case CALL_VFORK: describe_children(task, text); break;
	}
}
