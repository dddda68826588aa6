/* epoll_wait(2) and its kin. */
#include <rr/abi/time.h>
#include <rr/deadline.h>
#include <rr/process.h>
#include "epoll.h"

#define MOST_EVENTS (INT32_MAX / (int)sizeof(struct rr_abi_epoll_event))

long rr_sys_epoll_wait(int fd, uint64_t events, int most, int milliseconds);
long rr_sys_epoll_pwait(int fd, uint64_t events, int most, int milliseconds, uint64_t mask, uint64_t mask_size);
long rr_sys_epoll_pwait2(int fd, uint64_t events, int most, uint64_t timeout, uint64_t mask, uint64_t mask_size);

/* Move all of `from` to the front of `to`. */
static void move_ready(struct rr_list *from, struct rr_list *to)
{
	if (!rr_list_empty(from)) {
		from->prev->next = to->next;
		to->next->prev = from->prev;
		from->next->prev = to;
		to->next = from->next;
		rr_list_init(from);
	}
}

/* An event has been told: what the interest does next. */
static void told(struct epoll *epoll, struct rr_interest *interest)
{
	if (!interest->file)
		return; /* removed while the event was copied */
	if (interest->event.events & EPOLLONESHOT)
		interest->event.events &= HOW;
	else if (!(interest->event.events & EPOLLET))
		epoll_push(interest, &epoll->ready, false); /* level: behind the others, so that each gets its turn */
}

/* Tell one interest's event, if there is one. 1, 0, -EFAULT. */
static int tell(struct epoll *epoll, struct rr_interest *interest, struct rr_list *batch, uint64_t to)
{
	struct rr_abi_epoll_event event = { epoll_ask(interest), interest->event.data };
	if (!event.events)
		return 0;
	interest->refs++; /* a page that is brought in may take its time */
	int error = rr_put_user(event, to);
	if (!error)
		told(epoll, interest);
	else if (interest->file)
		epoll_push(interest, batch, true);
	epoll_put(interest);
	return error ? error : 1;
}

/* What is ready now, at most `most`: how many, or -EFAULT when not even the first could be told. */
static long collect(struct epoll *epoll, uint64_t to, int most)
{
	struct rr_list batch = RR_LIST_INIT(batch);
	struct rr_interest *interest;
	long count = 0;
	int one = 0;
	move_ready(&epoll->ready, &batch);
	while (count < most && one >= 0 && (interest = epoll_pop(&batch))) {
		one = tell(epoll, interest, &batch, to + count * sizeof(struct rr_abi_epoll_event));
		count += one > 0;
	}
	move_ready(&batch, &epoll->ready);
	if (!rr_list_empty(&epoll->ready))
		rr_wake_one(&epoll->waiting); /* another thread may take the rest */
	return count ? count : one;
}

/* Sleep until something may be ready. 0, -ETIMEDOUT, -RR_ERESTARTSYS. */
static int sleep(struct epoll *epoll, uint64_t deadline)
{
	struct rr_waiter waiter = { .thread = rr_current_thread() };
	int error = 0;
	rr_list_init(&waiter.link);
	rr_waiter_add(&epoll->waiting, &waiter);
	rr_wait_prepare(RR_INTERRUPTIBLE);
	if (rr_list_empty(&epoll->ready))
		error = rr_wait_sleep(deadline);
	else
		rr_wait_cancel();
	rr_waiter_remove(&waiter);
	return error;
}

/* As on Linux: events come before the end of the time, that before signals. */
static long wait_for_events(struct epoll *epoll, uint64_t to, int most, uint64_t deadline)
{
	int error = deadline ? 0 : -ETIMEDOUT;
	for (;;) {
		long count = rr_list_empty(&epoll->ready) ? 0 : collect(epoll, to, most);
		if (count)
			return count;
		if (error)
			return error == -ETIMEDOUT ? 0 : -EINTR;
		error = sleep(epoll, deadline);
	}
}

static int check(const struct rr_file *file, uint64_t to, int most)
{
	if (most <= 0 || most > MOST_EVENTS)
		return -EINVAL;
	if (to > RR_VM_MAX - most * sizeof(struct rr_abi_epoll_event))
		return -EFAULT; /* without waiting for an event first */
	return epoll_of(file) ? 0 : -EINVAL;
}

static long wait(int fd, uint64_t to, int most, uint64_t deadline)
{
	struct rr_file *file = rr_fd_get(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	long result = check(file, to, most);
	if (!result)
		result = wait_for_events(file->data, to, most, deadline);
	rr_file_put(file);
	return result;
}

static uint64_t deadline_of(int milliseconds)
{
	uint64_t deadline = RR_FOREVER;
	if (milliseconds >= 0)
		rr_deadline_after(milliseconds / 1000, milliseconds % 1000 * 1000000l, &deadline);
	return deadline;
}

long rr_sys_epoll_wait(int fd, uint64_t events, int most, int milliseconds) { return wait(fd, events, most, deadline_of(milliseconds)); }

static long wait_with_mask(int fd, uint64_t events, int most, uint64_t deadline, uint64_t mask, uint64_t mask_size)
{
	long result = rr_signal_begin_wait_mask(mask, mask_size);
	if (result)
		return result;
	result = wait(fd, events, most, deadline);
	rr_signal_end_wait_mask(mask, result == -EINTR);
	return result;
}

long rr_sys_epoll_pwait(int fd, uint64_t events, int most, int milliseconds, uint64_t mask, uint64_t mask_size)
{
	return wait_with_mask(fd, events, most, deadline_of(milliseconds), mask, mask_size);
}

long rr_sys_epoll_pwait2(int fd, uint64_t events, int most, uint64_t timeout, uint64_t mask, uint64_t mask_size)
{
	struct rr_abi_timespec time;
	uint64_t deadline = RR_FOREVER;
	if (timeout && rr_get_user(time, timeout))
		return -EFAULT;
	if (timeout && !rr_deadline_after(time.sec, time.nsec, &deadline))
		return -EINVAL;
	return wait_with_mask(fd, events, most, deadline, mask, mask_size);
}
