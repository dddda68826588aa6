/* timerfd_create(2), timerfd_settime(2), timerfd_gettime(2). */
#include <rr/credentials.h>
#include <rr/heap.h>
#include <rr/timespec.h>
#include <rr/vfs.h>
#include "alarm.h"

long rr_sys_timerfd_create(int clock, uint32_t flags);
long rr_sys_timerfd_settime(int fd, uint32_t flags, uint64_t in, uint64_t out);
long rr_sys_timerfd_gettime(int fd, uint64_t out);

struct timerfd {
	struct alarm alarm;
	bool realtime; /* its clock can be set */
};

static struct timerfd *timerfd_of(const struct rr_file *file) { return file->data; }

static long read_timer(struct rr_file *file, struct rr_uio *uio, uint64_t *position)
{
	struct alarm *alarm = &timerfd_of(file)->alarm;
	int64_t count;
	(void)position;
	if (uio->remaining < sizeof(count))
		return -EINVAL;
	while ((count = alarm_take(alarm)) == 0) {
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		int error = rr_wait_until(&alarm->event, alarm_ready(alarm), RR_FOREVER, RR_INTERRUPTIBLE);
		if (error)
			return error;
	}
	if (count < 0)
		return count;
	return rr_uio_write(uio, &count, sizeof(count)) ? -EFAULT : (long)sizeof(count);
}

static unsigned poll_timer(struct rr_file *file, struct rr_poll_table *table)
{
	struct alarm *alarm = &timerfd_of(file)->alarm;
	if (table)
		table->add(table, &alarm->event);
	return alarm_ready(alarm) ? POLLIN : 0;
}

static size_t describe(struct rr_file *file, char *to, size_t size)
{
	(void)file;
	return rr_file_describe_as("anon_inode:[timerfd]", to, size);
}

static void release(struct rr_file *file)
{
	alarm_stop(&timerfd_of(file)->alarm);
	rr_free(file->data);
}

static const struct rr_file_ops timer_ops = { .read = read_timer, .poll = poll_timer, .describe = describe, .release = release };

long rr_sys_timerfd_create(int clock, uint32_t flags)
{
	bool realtime = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM;
	if (flags & ~(O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	if (!realtime && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME && clock != CLOCK_BOOTTIME_ALARM)
		return -EINVAL;
	if ((clock == CLOCK_REALTIME_ALARM || clock == CLOCK_BOOTTIME_ALARM) && !rr_capable(CAP_WAKE_ALARM))
		return -EPERM;
	struct timerfd *timer = rr_alloc(sizeof(*timer));
	if (!timer)
		return -ENOMEM;
	alarm_init(&timer->alarm);
	timer->realtime = realtime;
	return rr_fd_install_new(&timer_ops, O_RDWR | (flags & O_NONBLOCK), timer, flags & O_CLOEXEC);
}

/* The referenced file of a timer; -EBADF, -EINVAL. */
static int get_timer(int fd, struct rr_file **out)
{
	struct rr_file *file = rr_fd_get(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	if (file->ops != &timer_ops) {
		rr_file_put(file);
		return -EINVAL;
	}
	*out = file;
	return 0;
}

static int put_setting(const struct alarm_setting *setting, uint64_t out)
{
	struct rr_abi_itimerspec time = { rr_timespec_of(setting->interval), rr_timespec_of(setting->value) };
	return rr_put_user(time, out);
}

/* The timer is set; -ECANCELED when it was to be told of the clock being set and that happened before. */
static int set(struct timerfd *timer, uint32_t flags, struct alarm_setting *setting)
{
	bool absolute = flags & TIMER_ABSTIME, wall = timer->realtime && absolute;
	if (setting->value && !absolute)
		setting->value += rr_clock_monotonic();
	alarm_set(&timer->alarm, setting, wall && setting->value, wall && flags & TFD_TIMER_CANCEL_ON_SET);
	return setting->value && alarm_take_cancelled(&timer->alarm) ? -ECANCELED : 0;
}

long rr_sys_timerfd_settime(int fd, uint32_t flags, uint64_t in, uint64_t out)
{
	struct rr_abi_itimerspec time;
	struct alarm_setting setting;
	struct rr_file *file;
	if (rr_get_user(time, in))
		return -EFAULT;
	if (flags & ~(uint32_t)(TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET) || !rr_itimerspec_to_ns(&time, &setting.interval, &setting.value))
		return -EINVAL;
	int error = get_timer(fd, &file);
	if (error)
		return error;
	struct alarm_setting old = alarm_get(&timerfd_of(file)->alarm);
	error = set(timerfd_of(file), flags, &setting);
	rr_file_put(file);
	if (error)
		return error;
	return out ? put_setting(&old, out) : 0;
}

long rr_sys_timerfd_gettime(int fd, uint64_t out)
{
	struct rr_file *file;
	int error = get_timer(fd, &file);
	if (error)
		return error;
	struct alarm_setting setting = alarm_get(&timerfd_of(file)->alarm);
	rr_file_put(file);
	return put_setting(&setting, out);
}
