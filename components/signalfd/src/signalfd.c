/* signalfd(2). */
#include <rr/heap.h>
#include <rr/idle.h>
#include <rr/process.h>
#include <rr/vfs.h>
#include "record.h"

long rr_sys_signalfd4(int fd, uint64_t mask, size_t mask_size, uint32_t flags);
long rr_sys_signalfd(int fd, uint64_t mask, size_t mask_size);

struct signalfd {
	uint64_t wanted;
};

/* Woken when any signal has come for anybody. */
static struct rr_waitqueue arrived = RR_WAITQUEUE_INIT(arrived);

static void signal_arrived(void) { rr_wake_event(&arrived); }

static bool is_pending(const struct signalfd *signals)
{
	const struct rr_task *task = rr_current_task();
	return (task->pending.set | task->process->pending.set) & signals->wanted;
}

/* The next wanted signal of the running thread or its process. 1, -EAGAIN, -RR_ERESTARTSYS. */
static int take(const struct signalfd *signals, bool wait, struct rr_abi_siginfo *info)
{
	while (!rr_signal_take(signals->wanted, info)) {
		if (!wait)
			return -EAGAIN;
		int error = rr_wait_until(&arrived, is_pending(signals), RR_FOREVER, RR_INTERRUPTIBLE);
		if (error)
			return error;
	}
	return 1;
}

/* As many as there are and fit; waits for the first only. A signal that cannot be delivered is lost, as on Linux. */
static long read_signals(struct rr_file *file, struct rr_uio *uio, uint64_t *position)
{
	long done = 0;
	(void)position;
	if (uio->remaining < sizeof(struct signal_record))
		return -EINVAL;
	while (uio->remaining >= sizeof(struct signal_record)) {
		struct rr_abi_siginfo info;
		int error = take(file->data, !done && !(file->flags & O_NONBLOCK), &info);
		if (error < 0)
			return done ? done : error;
		struct signal_record record = signal_record_of(&info);
		if (rr_uio_write(uio, &record, sizeof(record)))
			return done ? done : -EFAULT;
		done += sizeof(record);
	}
	return done;
}

static unsigned poll_signals(struct rr_file *file, struct rr_poll_table *table)
{
	if (table)
		table->add(table, &arrived);
	return is_pending(file->data) ? POLLIN : 0;
}

static size_t describe(struct rr_file *file, char *to, size_t size)
{
	(void)file;
	return rr_file_describe_as("anon_inode:[signalfd]", to, size);
}

static void release(struct rr_file *file) { rr_free(file->data); }

static const struct rr_file_ops signal_ops = { .read = read_signals, .poll = poll_signals, .describe = describe, .release = release };

/* The host sends signals. */
static bool could_wake(void) { return !rr_list_empty(&arrived.waiters); }

static long create(uint64_t wanted, uint32_t flags)
{
	static struct rr_wake_source host = { .could_wake = could_wake };
	struct signalfd *signals = rr_alloc(sizeof(*signals));
	if (!signals)
		return -ENOMEM;
	signals->wanted = wanted;
	rr_signal_arrived_hook = signal_arrived;
	rr_wake_source_add(&host);
	return rr_fd_install_new(&signal_ops, O_RDWR | (flags & O_NONBLOCK), signals, flags & O_CLOEXEC);
}

static long change(int fd, uint64_t wanted)
{
	struct rr_file *file = rr_fd_get(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	long result = -EINVAL;
	if (file->ops == &signal_ops) {
		((struct signalfd *)file->data)->wanted = wanted;
		rr_wake_event(&arrived);
		result = fd;
	}
	rr_file_put(file);
	return result;
}

long rr_sys_signalfd4(int fd, uint64_t mask, size_t mask_size, uint32_t flags)
{
	uint64_t wanted;
	if (mask_size != sizeof(wanted))
		return -EINVAL;
	if (rr_get_user(wanted, mask))
		return -EFAULT;
	if (flags & ~(O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	wanted &= ~RR_SIGNAL_UNSTOPPABLE;
	return fd == -1 ? create(wanted, flags) : change(fd, wanted);
}

long rr_sys_signalfd(int fd, uint64_t mask, size_t mask_size) { return rr_sys_signalfd4(fd, mask, mask_size, 0); }
