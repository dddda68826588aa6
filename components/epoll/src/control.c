/* epoll_ctl(2). */
#include "epoll.h"

#define EXCLUSIVE_MAY (POLLIN | POLLOUT | POLLERR | POLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE)

long rr_sys_epoll_ctl(int epoll_fd, int operation, int fd, uint64_t address);

static int add(struct rr_file *epoll_file, struct rr_file *file, int fd, struct rr_abi_epoll_event *event)
{
	struct epoll *epoll = epoll_file->data, *other = epoll_of(file);
	epoll->file = epoll_file;
	int error = other ? epoll_check_nesting(epoll, other) : 0;
	if (error)
		return error;
	if (epoll_find(epoll, file, fd))
		return -EEXIST;
	event->events |= POLLERR | POLLHUP;
	error = epoll_add(epoll, file, fd, event);
	if (!error && !epoll_few_ways(epoll, file)) {
		epoll_remove(epoll_find(epoll, file, fd));
		error = -EINVAL;
	}
	return error;
}

static int modify(struct rr_interest *interest, struct rr_abi_epoll_event *event)
{
	if (!interest)
		return -ENOENT;
	if (interest->event.events & EPOLLEXCLUSIVE)
		return -EINVAL;
	event->events |= POLLERR | POLLHUP;
	epoll_modify(interest, event);
	return 0;
}

/* The checks in the order in which Linux makes them. */
static int control(struct rr_file *epoll_file, int operation, struct rr_file *file, int fd, struct rr_abi_epoll_event *event)
{
	struct epoll *epoll = epoll_of(epoll_file);
	if (!file->ops->poll)
		return -EPERM;
	if (epoll_file == file || !epoll)
		return -EINVAL;
	if (operation != EPOLL_CTL_DEL && event->events & EPOLLEXCLUSIVE &&
	    (operation == EPOLL_CTL_MOD || epoll_of(file) || event->events & ~EXCLUSIVE_MAY))
		return -EINVAL;
	if (operation == EPOLL_CTL_ADD)
		return add(epoll_file, file, fd, event);
	struct rr_interest *interest = epoll_find(epoll, file, fd);
	if (operation == EPOLL_CTL_MOD)
		return modify(interest, event);
	if (operation != EPOLL_CTL_DEL)
		return -EINVAL;
	if (!interest)
		return -ENOENT;
	epoll_remove(interest);
	return 0;
}

long rr_sys_epoll_ctl(int epoll_fd, int operation, int fd, uint64_t address)
{
	struct rr_abi_epoll_event event = { 0 };
	if (operation != EPOLL_CTL_DEL && rr_get_user(event, address))
		return -EFAULT;
	struct rr_fdtable *table = rr_current_fdtable();
	struct rr_file *epoll_file = rr_fd_get(table, epoll_fd);
	if (!epoll_file)
		return -EBADF;
	struct rr_file *file = rr_fd_get(table, fd);
	int error = -EBADF;
	if (file) {
		error = control(epoll_file, operation, file, fd, &event);
		rr_file_put(file);
	}
	rr_file_put(epoll_file);
	return error;
}
