/* epoll_create(2), and what an epoll is as a file. */
#include <rr/heap.h>
#include "epoll.h"

long rr_sys_epoll_create1(uint32_t flags);
long rr_sys_epoll_create(int size);

/* Who watches an epoll sees it readable while something it watches is ready. */
static unsigned poll_epoll(struct rr_file *file, struct rr_poll_table *table)
{
	struct epoll *epoll = file->data;
	if (table)
		table->add(table, &epoll->watchers);
	return epoll_any(epoll) ? POLLIN | POLLRDNORM : 0;
}

static size_t describe(struct rr_file *file, char *to, size_t size)
{
	(void)file;
	return rr_file_describe_as("anon_inode:[eventpoll]", to, size);
}

static void release(struct rr_file *file)
{
	struct epoll *epoll = file->data;
	struct rr_tree_node *node;
	while ((node = rr_tree_first(&epoll->interests)))
		epoll_remove(rr_container_of(node, struct rr_interest, node));
	rr_free(epoll);
}

const struct rr_file_ops epoll_file_ops = { .poll = poll_epoll, .describe = describe, .release = release };

long rr_sys_epoll_create1(uint32_t flags)
{
	if (flags & ~O_CLOEXEC)
		return -EINVAL;
	struct epoll *epoll = rr_zalloc(1, sizeof(*epoll));
	if (!epoll)
		return -ENOMEM;
	epoll->interests.compare = epoll_by_file;
	rr_list_init(&epoll->ready);
	rr_waitqueue_init(&epoll->waiting);
	rr_waitqueue_init(&epoll->watchers);
	return rr_fd_install_new(&epoll_file_ops, O_RDWR, epoll, flags & O_CLOEXEC);
}

long rr_sys_epoll_create(int size) { return size <= 0 ? -EINVAL : rr_sys_epoll_create1(0); }
