/* Timers as files: one-shot and periodic, relative and absolute, how often they have expired, who waits for them. */
#include "../files/files.h"
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>

#define MS 1000000l
#define S 1000000000l

static long now(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return t.tv_sec * S + t.tv_nsec;
}

static void rest(long ns) { nanosleep(&(struct timespec){ ns / S, ns % S }, NULL); }

static long set(int fd, int flags, long value, long interval)
{
	struct itimerspec timer = { { interval / S, interval % S }, { value / S, value % S } };
	return timerfd_settime(fd, flags, &timer, NULL);
}

static long take(int fd)
{
	uint64_t count = 0;
	return read(fd, &count, sizeof(count)) == sizeof(count) ? (long)count : -1;
}

static int ready(int fd)
{
	struct pollfd entry = { .fd = fd, .events = POLLIN | POLLOUT | POLLPRI };
	poll(&entry, 1, 0);
	return entry.revents;
}

/* The setting, with what is left as whether it lies in (low, high]. */
static void show(int fd, long low, long high)
{
	struct itimerspec timer;
	SAY(timerfd_gettime(fd, &timer));
	long left = timer.it_value.tv_sec * S + timer.it_value.tv_nsec;
	printf("  %s, every %ld ns\n", left == 0 ? "off" : left > low && left <= high ? "as expected" : "not as expected",
	       (long)timer.it_interval.tv_sec * S + timer.it_interval.tv_nsec);
}

static void one_shot(clockid_t clock)
{
	int fd = timerfd_create(clock, TFD_NONBLOCK);
	SAY(take(fd));
	show(fd, 0, 0);
	SAY(set(fd, 0, 100 * MS, 0));
	SAY(ready(fd));
	SAY(take(fd));
	show(fd, 0, 100 * MS);
	rest(101 * MS);
	SAY(ready(fd));
	show(fd, 0, 0);
	SAY(take(fd));
	SAY(take(fd));
	SAY(ready(fd));
	/* Absolute, in the future and the past. */
	long start = now(clock);
	SAY(set(fd, TFD_TIMER_ABSTIME, start + 5 * MS, 0));
	fcntl(fd, F_SETFL, 0);
	SAY(take(fd));
	printf("late enough: %d\n", now(clock) >= start + 5 * MS);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	SAY(set(fd, TFD_TIMER_ABSTIME, 1, 0));
	SAY(ready(fd));
	SAY(take(fd));
	SAY(take(fd));
	SAY(set(fd, 0, 3600 * S, 0));
	show(fd, 3599 * S, 3600 * S);
	SAY(set(fd, 0, 0, 0));
	show(fd, 0, 0);
	/* Setting it anew forgets what has expired. */
	SAY(set(fd, 0, 1, 0));
	rest(2 * MS);
	SAY(ready(fd));
	SAY(set(fd, 0, 3600 * S, 0));
	SAY(ready(fd));
	SAY(take(fd));
	SAY(set(fd, 0, INT64_MAX / S * S, 0));
	close(fd);
}

static void periodic(void)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);
	long start = now(CLOCK_MONOTONIC), sum = 0;
	SAY(set(fd, 0, 50 * MS, 2 * MS));
	show(fd, 0, 50 * MS);
	while (sum < 10)
		sum += take(fd);
	long passed = now(CLOCK_MONOTONIC) - start;
	printf("not early: %d\n", passed >= 50 * MS + (sum - 1) * 2 * MS);
	rest(20 * MS);
	show(fd, 0, 2 * MS);
	SAY(ready(fd));
	long count = take(fd);
	printf("missed ones are counted: %d\n", count >= 9);
	/* The first expiry far in the past: all periods since. */
	start = now(CLOCK_MONOTONIC);
	SAY(set(fd, TFD_TIMER_ABSTIME, start - 100 * MS, 10 * MS));
	count = take(fd);
	printf("past ones too: %d\n", count >= 11 && count <= 11 + (now(CLOCK_MONOTONIC) - start) / (10 * MS) + 1);
	struct itimerspec timer = { { 0, 0 }, { 0, 0 } }, old;
	SAY(timerfd_settime(fd, 0, &timer, &old));
	printf("%ld %ld %d\n", (long)old.it_interval.tv_sec, old.it_interval.tv_nsec, old.it_value.tv_nsec > 0 && old.it_value.tv_nsec <= 10 * MS);
	SAY(ready(fd));
	SAY(timerfd_settime(fd, 0, &timer, &old));
	printf("%ld %ld\n", old.it_interval.tv_nsec, old.it_value.tv_nsec);
	close(fd);
}

static void errors(void)
{
	struct itimerspec timer = { { 0, 0 }, { 1, 0 } };
	char byte[8];
	int ends[2];
	SAY(timerfd_create(CLOCK_PROCESS_CPUTIME_ID, 0));
	SAY(timerfd_create(CLOCK_MONOTONIC_RAW, 0));
	SAY(timerfd_create(-1, 0));
	SAY(timerfd_create(99, 0));
	SAY(timerfd_create(CLOCK_MONOTONIC, 1));
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	SAY(fcntl(fd, F_GETFD));
	SAY(fcntl(fd, F_GETFL));
	SAY(timerfd_settime(fd, 4, &timer, NULL));
	SAY(timerfd_settime(fd, 0, BAD, NULL));
	SAY(timerfd_settime(fd, 0, &timer, BAD));
	show(fd, 0, S);
	SAY(timerfd_gettime(fd, BAD));
	SAY(timerfd_settime(99, 0, &timer, NULL));
	SAY(timerfd_settime(99, 0, BAD, NULL));
	SAY(timerfd_settime(99, 4, &timer, NULL));
	SAY(timerfd_gettime(99, &timer));
	SAY(pipe(ends));
	SAY(timerfd_settime(ends[0], 0, &timer, NULL));
	SAY(timerfd_gettime(ends[0], &timer));
	SAY(set(fd, 0, 0, -1));
	timer.it_value.tv_nsec = S;
	SAY(timerfd_settime(fd, 0, &timer, NULL));
	timer.it_value.tv_nsec = -1;
	SAY(timerfd_settime(fd, 0, &timer, NULL));
	timer.it_value = (struct timespec){ -1, 0 };
	SAY(timerfd_settime(fd, 0, &timer, NULL));
	timer.it_value = (struct timespec){ 0, 0 };
	timer.it_interval.tv_nsec = S;
	SAY(timerfd_settime(fd, 0, &timer, NULL));
	SAY(read(fd, byte, 7));
	SAY(write(fd, byte, 8));
	SAY(set(fd, 0, 1, 0));
	SAY(read(fd, BAD, 8));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	SAY(take(fd));
	char name[50] = "", path[40];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	SAY(readlink(path, name, sizeof(name) - 1) > 0);
	puts(name);
	close(fd);
	close(ends[0]);
	close(ends[1]);
	/* Asking to be told of a clock that is set is not an error for others. */
	fd = timerfd_create(CLOCK_REALTIME, 0);
	SAY(set(fd, TFD_TIMER_CANCEL_ON_SET, 3600 * S, 0));
	SAY(set(fd, TFD_TIMER_CANCEL_ON_SET | TFD_TIMER_ABSTIME, now(CLOCK_REALTIME) + 3600 * S, 0));
	SAY(ready(fd));
	show(fd, 3590 * S, 3600 * S);
	close(fd);
}

static void *wait_for_it(void *argument) { return (void *)take(*(int *)argument); }

static volatile int signals;
static void on_signal(int number) { signals = number == SIGALRM; }

static void waiting(void)
{
	pthread_t threads[2];
	void *counts[2];
	int fd = timerfd_create(CLOCK_MONOTONIC, 0), ep = epoll_create1(0);
	struct epoll_event event = { EPOLLIN | EPOLLET, { .u64 = 7 } };
	pthread_create(&threads[0], NULL, wait_for_it, &fd);
	pthread_create(&threads[1], NULL, wait_for_it, &fd);
	rest(2 * MS);
	SAY(set(fd, 0, 2 * MS, 0));
	rest(6 * MS);
	SAY(set(fd, 0, 2 * MS, 0));
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], &counts[i]);
	printf("%ld %ld\n", (long)counts[0], (long)counts[1]);
	SAY(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event));
	SAY(epoll_wait(ep, &event, 1, 0));
	SAY(set(fd, 0, 2 * MS, 0));
	SAY(epoll_wait(ep, &event, 1, -1));
	SAY(epoll_wait(ep, &event, 1, 0));
	SAY(set(fd, 0, 2 * MS, 1 * MS));
	SAY(epoll_wait(ep, &event, 1, -1));
	SAY(epoll_wait(ep, &event, 1, 20));
	SAY(take(fd) > 0);
	SAY(epoll_wait(ep, &event, 1, -1));
	struct pollfd entry = { .fd = fd, .events = POLLIN };
	SAY(poll(&entry, 1, -1));
	struct sigaction action = { .sa_handler = on_signal };
	sigaction(SIGALRM, &action, NULL);
	SAY(set(fd, 0, 3600 * S, 0));
	SAY_ALARMED(take(fd));
	SAY(signals);
	close(fd);
	close(ep);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	one_shot(CLOCK_MONOTONIC);
	one_shot(CLOCK_REALTIME);
	one_shot(CLOCK_BOOTTIME);
	periodic();
	errors();
	waiting();
	return 0;
}
