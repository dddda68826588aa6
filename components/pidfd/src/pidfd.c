#include <rr/pidfd.h>
#include <rr/heap.h>
#include <rr/process.h>
#include <rr/string.h>
#include <rr/vfs.h>

/* In a process's list until it is freed or the file closed. */
struct pidfd {
	struct rr_list link;
	struct rr_process *process; /* NULL: gone */
	struct rr_waitqueue event;
};

static struct pidfd *pidfd_of(const struct rr_file *file) { return file->data; }

/* The process has ended, or (`freed`) was waited for. */
static void on_end(struct rr_process *process, bool freed)
{
	rr_list_for_each_safe(node, &process->pidfds) {
		struct pidfd *pidfd = rr_list_entry(node, struct pidfd, link);
		rr_wake_all(&pidfd->event);
		if (!freed)
			continue;
		rr_list_remove(node);
		pidfd->process = NULL;
	}
}

static unsigned poll(struct rr_file *file, struct rr_poll_table *table)
{
	struct pidfd *pidfd = pidfd_of(file);
	if (table && table->add)
		table->add(table, &pidfd->event);
	return !pidfd->process || pidfd->process->zombie ? POLLIN | POLLRDNORM : 0;
}

static size_t describe(struct rr_file *file, char *to, size_t size)
{
	static const char name[] = "anon_inode:[pidfd]";
	size_t length = rr_min(sizeof(name) - 1, size);
	(void)file;
	memcpy(to, name, length);
	return length;
}

static void release(struct rr_file *file)
{
	struct pidfd *pidfd = pidfd_of(file);
	rr_list_remove(&pidfd->link);
	rr_free(pidfd);
}

static const struct rr_file_ops pidfd_ops = { .poll = poll, .describe = describe, .release = release };

int rr_pidfd_install(struct rr_process *process, uint32_t flags)
{
	struct rr_file *file;
	struct pidfd *pidfd = rr_zalloc(1, sizeof(*pidfd));
	if (!pidfd)
		return -ENOMEM;
	rr_waitqueue_init(&pidfd->event);
	rr_list_init(&pidfd->link);
	int error = rr_file_create(&pidfd_ops, NULL, O_RDWR | flags, pidfd, &file);
	if (error) {
		rr_free(pidfd);
		return error;
	}
	pidfd->process = process;
	rr_list_push_back(&process->pidfds, &pidfd->link);
	rr_process_end_hook = on_end;
	int fd = rr_fd_install(rr_current_fdtable(), file, 0, true);
	if (fd < 0)
		rr_file_put(file);
	return fd;
}

int rr_pidfd_get(int fd, struct rr_process **process, bool *nonblocking)
{
	struct rr_file *file = rr_fd_get(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	bool is_pidfd = file->ops == &pidfd_ops;
	if (is_pidfd) {
		*process = pidfd_of(file)->process;
		*nonblocking = file->flags & O_NONBLOCK;
	}
	rr_file_put(file);
	return is_pidfd ? 0 : -EBADF;
}
