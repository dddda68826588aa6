/* The calls: fork(2), vfork(2), clone(2), clone3(2). */
#include "clone.h"
#include <rr/abi/errno.h>
#include <rr/page.h>
#include <rr/process.h>
#include <rr/uaccess.h>
#include <rr/vm.h>

long rr_sys_fork(void);
long rr_sys_vfork(void);
long rr_sys_clone(uint64_t flags, uint64_t stack, uint64_t parent_tid, uint64_t child_tid, uint64_t tls);
long rr_sys_clone3(uint64_t arguments, size_t size);

long rr_sys_fork(void) { clone_and_leave(&(struct clone_request){ .exit_signal = SIGCHLD }); }

long rr_sys_vfork(void) { clone_and_leave(&(struct clone_request){ .flags = CLONE_VM | CLONE_VFORK, .exit_signal = SIGCHLD }); }

long rr_sys_clone(uint64_t flags, uint64_t stack, uint64_t parent_tid, uint64_t child_tid, uint64_t tls)
{
	flags &= UINT32_MAX; /* the others are clone3's */
	if (flags & CLONE_PIDFD && flags & (CLONE_PARENT_SETTID | CLONE_DETACHED))
		return -EINVAL; /* the descriptor goes where the number would */
	clone_and_leave(&(struct clone_request){ flags & ~(uint64_t)CSIGNAL, stack, parent_tid, child_tid, tls, parent_tid, flags & CSIGNAL });
}

/* struct clone_args of clone3(2) */
struct arguments {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
	uint64_t set_tid, set_tid_size;
	uint64_t cgroup;
};
_Static_assert(sizeof(struct arguments) == 88, "CLONE_ARGS_SIZE_VER2");
#define FIRST_SIZE 64u /* CLONE_ARGS_SIZE_VER0 */
#define HIGHEST_SIGNAL 64

/* Larger structures of later versions must have zeros where they go on. */
static int read_arguments(uint64_t from, size_t size, struct arguments *to)
{
	*to = (struct arguments){ 0 };
	if (size > RR_PAGE_SIZE)
		return -E2BIG;
	if (size < FIRST_SIZE)
		return -EINVAL;
	if (rr_copy_from_user(to, from, rr_min(size, sizeof(*to))))
		return -EFAULT;
	for (size_t at = sizeof(*to); at < size; at++) {
		uint8_t byte;
		if (rr_get_user(byte, from + at))
			return -EFAULT;
		if (byte)
			return -E2BIG;
	}
	return 0;
}

static bool valid(const struct arguments *a)
{
	if (a->set_tid || a->set_tid_size || a->exit_signal > HIGHEST_SIGNAL)
		return false;
	if (a->flags & (CLONE_DETACHED | CSIGNAL) || (a->flags & CLONE_SIGHAND && a->flags & CLONE_CLEAR_SIGHAND))
		return false;
	if (a->flags & (CLONE_THREAD | CLONE_PARENT) && a->exit_signal)
		return false;
	if (!a->stack != !a->stack_size)
		return false;
	return a->stack < RR_VM_MAX && a->stack_size <= RR_VM_MAX - a->stack;
}

long rr_sys_clone3(uint64_t from, size_t size)
{
	struct arguments a;
	int error = read_arguments(from, size, &a);
	if (error)
		return error;
	if (!valid(&a))
		return -EINVAL;
	clone_and_leave(&(struct clone_request){ a.flags, a.stack + a.stack_size, a.parent_tid, a.child_tid, a.tls, a.pidfd, a.exit_signal });
}
