/* eventfd(2). */
#include <rr/heap.h>
#include <rr/vfs.h>

#define EFD_SEMAPHORE 1u
#define MOST (UINT64_MAX - 1) /* the highest value a counter takes by writing */

struct counter {
	uint64_t value;
	bool semaphore;
	struct rr_waitqueue can_read, can_write;
};

static struct counter *counter_of(const struct rr_file *file) { return file->data; }

static long read_counter(struct rr_file *file, struct rr_uio *uio, uint64_t *position)
{
	struct counter *counter = counter_of(file);
	(void)position;
	if (uio->remaining < sizeof(counter->value))
		return -EINVAL;
	if (!counter->value) {
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		int error = rr_wait_until(&counter->can_read, counter->value, RR_FOREVER, RR_INTERRUPTIBLE);
		if (error)
			return error;
	}
	uint64_t taken = counter->semaphore ? 1 : counter->value;
	counter->value -= taken;
	rr_wake_event(&counter->can_write);
	/* As on Linux, what cannot be delivered is lost. */
	return rr_uio_write(uio, &taken, sizeof(taken)) ? -EFAULT : (long)sizeof(taken);
}

static long write_counter(struct rr_file *file, struct rr_uio *uio, uint64_t *position)
{
	struct counter *counter = counter_of(file);
	uint64_t added;
	(void)position;
	if (uio->remaining != sizeof(added)) /* Linux before 6.8 takes longer ones */
		return -EINVAL;
	if (rr_uio_read(uio, &added, sizeof(added)))
		return -EFAULT;
	if (added > MOST)
		return -EINVAL;
	if (added > MOST - counter->value) {
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		int error = rr_wait_until(&counter->can_write, added <= MOST - counter->value, RR_FOREVER, RR_INTERRUPTIBLE);
		if (error)
			return error;
	}
	counter->value += added;
	rr_wake_event(&counter->can_read);
	return sizeof(added);
}

static unsigned poll_counter(struct rr_file *file, struct rr_poll_table *table)
{
	struct counter *counter = counter_of(file);
	if (table && table->events & (POLLIN | POLLRDNORM))
		table->add(table, &counter->can_read);
	if (table && table->events & (POLLOUT | POLLWRNORM))
		table->add(table, &counter->can_write);
	return (counter->value ? POLLIN : 0) | (counter->value < MOST ? POLLOUT : 0);
}

static size_t describe(struct rr_file *file, char *to, size_t size)
{
	(void)file;
	return rr_file_describe_as("anon_inode:[eventfd]", to, size);
}

static void release(struct rr_file *file) { rr_free(file->data); }

static const struct rr_file_ops counter_ops = {
	.read = read_counter, .write = write_counter, .poll = poll_counter, .describe = describe, .release = release,
};

long rr_sys_eventfd2(uint32_t initial, uint32_t flags);
long rr_sys_eventfd(uint32_t initial);

long rr_sys_eventfd2(uint32_t initial, uint32_t flags)
{
	if (flags & ~(EFD_SEMAPHORE | O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	struct counter *counter = rr_alloc(sizeof(*counter));
	if (!counter)
		return -ENOMEM;
	*counter = (struct counter){ .value = initial, .semaphore = flags & EFD_SEMAPHORE };
	rr_waitqueue_init(&counter->can_read);
	rr_waitqueue_init(&counter->can_write);
	return rr_fd_install_new(&counter_ops, O_RDWR | (flags & O_NONBLOCK), counter, flags & O_CLOEXEC);
}

long rr_sys_eventfd(uint32_t initial) { return rr_sys_eventfd2(initial, 0); }
