/* epoll(7), eventfd(2), timerfd_create(2), signalfd(2): waiting for many things, and things as files. */
#include "calls.h"
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>

static int ends[2], file;
static void nothing(int number) { (void)number; }
static void interrupt_soon(void) { ualarm(20000, 0); }

static void counters(void)
{
	uint64_t value = 3;
	int fd = CALL_OK(eventfd2, "a counter", 5, EFD_NONBLOCK | EFD_CLOEXEC);
	EFFECT(eventfd2, "its flags are set", fcntl(fd, F_GETFD) == FD_CLOEXEC && fcntl(fd, F_GETFL) & O_NONBLOCK);
	CALL(write, "to a counter", fd, &value, 8);
	CALL(read, "a counter", fd, &value, 8);
	SHOWS(eventfd2, "the sum", "%lu", (unsigned long)value);
	CALL(read, "a counter at zero", fd, &value, 8);
	CALL(read, "a counter, less than it", fd, &value, 4);
	value = ~0ull;
	CALL(write, "to a counter more than it takes", fd, &value, 8);
	CALL(write, "to a counter less than it", fd, &value, 4);
	CALL(eventfd2, "no such flag", 0, 0x10);
	close(fd);
	fd = CALL_OK(eventfd2, "a semaphore", 2, EFD_SEMAPHORE);
	CALL(read, "a semaphore", fd, &value, 8);
	SHOWS(eventfd2, "one of it", "%lu", (unsigned long)value);
	close(fd);
	fd = CALL_OK(eventfd, "a counter", 1);
	EFFECT(eventfd, "is readable", read(fd, &value, 8) == 8 && value == 1);
	close(fd);
}

static void timers(void)
{
	struct itimerspec soon = { { 0, 0 }, { 0, 1000000 } }, later = { { 5, 0 }, { 100, 0 } }, bad = { { 0, 0 }, { 0, 1000000000 } }, got, none = { 0 };
	uint64_t value = 0;
	int fd = CALL_OK(timerfd_create, "a timer", CLOCK_MONOTONIC, TFD_NONBLOCK);
	CALL(timerfd_create, "no such clock", 99, 0);
	CALL(timerfd_create, "a processor's clock", CLOCK_PROCESS_CPUTIME_ID, 0);
	CALL(timerfd_create, "no such flag", CLOCK_MONOTONIC, 1);
	CALL(read, "a timer that is off", fd, &value, 8);
	CALL(timerfd_settime, "in 100 s, then each 5", fd, 0, &later, NULL);
	CALL(timerfd_gettime, "what is left", fd, &got);
	EFFECT(timerfd_gettime, "is most of it", got.it_value.tv_sec >= 98 && got.it_value.tv_sec <= 100 && got.it_interval.tv_sec == 5);
	CALL(timerfd_settime, "in 1 ms", fd, 0, &soon, &got);
	EFFECT(timerfd_settime, "the old one", got.it_value.tv_sec >= 98 && got.it_interval.tv_sec == 5);
	poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, -1);
	CALL(read, "a timer that has rung", fd, &value, 8);
	SHOWS(timerfd_settime, "has rung", "%lu", (unsigned long)value);
	CALL(timerfd_settime, "off", fd, 0, &none, NULL);
	CALL(timerfd_settime, "a billion nanoseconds", fd, 0, &bad, NULL);
	CALL(timerfd_settime, "no such flag", fd, 4, &soon, NULL);
	CALL(timerfd_settime, "a wild pointer", fd, 0, BAD, NULL);
	CALL(timerfd_settime, "the old one to a wild pointer", fd, 0, &none, BAD);
	CALL(timerfd_settime, "no such descriptor", 99, 0, &soon, NULL);
	CALL(timerfd_settime, "a file", file, 0, &soon, NULL);
	CALL(timerfd_gettime, "no such descriptor", 99, &got);
	CALL(timerfd_gettime, "a file", file, &got);
	CALL(timerfd_gettime, "a wild pointer", fd, BAD);
	close(fd);
}

static void signals(void)
{
	struct signalfd_siginfo info;
	unsigned long set = 1ul << (SIGUSR1 - 1), more = set | 1ul << (SIGUSR2 - 1);
	RAW(rt_sigprocmask, SIG_BLOCK, &more, NULL, 8);
	int fd = CALL_OK(signalfd4, "one signal", -1, &set, 8, SFD_NONBLOCK | SFD_CLOEXEC);
	CALL(read, "none waits", fd, &info, sizeof(info));
	kill(getpid(), SIGUSR1);
	CALL(read, "one waits", fd, &info, sizeof(info));
	EFFECT(signalfd4, "is that", info.ssi_signo == SIGUSR1 && info.ssi_pid == (unsigned)getpid());
	CALL(read, "less than one", fd, &info, 10);
	EFFECT(signalfd4, "changed to two", RAW(signalfd4, fd, &more, 8, 0) == fd);
	kill(getpid(), SIGUSR2);
	EFFECT(signalfd4, "the other is told", read(fd, &info, sizeof(info)) == sizeof(info) && info.ssi_signo == SIGUSR2);
	CALL(signalfd4, "no such descriptor", 99, &set, 8, 0);
	CALL(signalfd4, "a file", file, &set, 8, 0);
	CALL(signalfd4, "no such flag", -1, &set, 8, 1);
	CALL(signalfd4, "another size of sets", -1, &set, 16, 0);
	CALL(signalfd4, "a wild pointer", -1, BAD, 8, 0);
	int old = CALL_OK(signalfd, "one signal", -1, &set, 8);
	kill(getpid(), SIGUSR1);
	EFFECT(signalfd, "is told", read(old, &info, sizeof(info)) == sizeof(info) && info.ssi_signo == SIGUSR1);
	CALL(signalfd, "no such descriptor", 99, &set, 8);
	CALL(signalfd, "a file", file, &set, 8);
	CALL(signalfd, "another size of sets", -1, &set, 16);
	CALL(signalfd, "a wild pointer", -1, BAD, 8);
	close(fd), close(old);
}

static void interests(void)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = 7 }, out = { .events = EPOLLOUT, .data.u64 = 8 };
	CALL(epoll_create, "no size", 0);
	CALL(epoll_create, "a size below zero", -1);
	int old = CALL_OK(epoll_create, "any size", 1);
	CALL(epoll_create1, "no such flag", 1);
	int epoll = CALL_OK(epoll_create1, "closed when executing", EPOLL_CLOEXEC);
	EFFECT(epoll_create1, "its flag is set", fcntl(epoll, F_GETFD) == FD_CLOEXEC);
	CALL(epoll_ctl, "added", epoll, EPOLL_CTL_ADD, ends[0], &event);
	CALL(epoll_ctl, "added again", epoll, EPOLL_CTL_ADD, ends[0], &event);
	CALL(epoll_ctl, "changed", epoll, EPOLL_CTL_MOD, ends[0], &event);
	CALL(epoll_ctl, "another added", epoll, EPOLL_CTL_ADD, ends[1], &out);
	CALL(epoll_ctl, "changed, not there", epoll, EPOLL_CTL_MOD, old, &event);
	CALL(epoll_ctl, "removed, not there", epoll, EPOLL_CTL_DEL, old, NULL);
	CALL(epoll_ctl, "no such operation", epoll, 9, ends[0], &event);
	CALL(epoll_ctl, "a file, which is always ready", epoll, EPOLL_CTL_ADD, file, &event);
	CALL(epoll_ctl, "itself", epoll, EPOLL_CTL_ADD, epoll, &event);
	CALL(epoll_ctl, "no such descriptor", epoll, EPOLL_CTL_ADD, 99, &event);
	CALL(epoll_ctl, "by no such descriptor", 99, EPOLL_CTL_ADD, ends[0], &event);
	CALL(epoll_ctl, "by a file", file, EPOLL_CTL_ADD, ends[0], &event);
	CALL(epoll_ctl, "a wild event", epoll, EPOLL_CTL_ADD, old, BAD);
	CALL(epoll_ctl, "one in another", epoll, EPOLL_CTL_ADD, old, &event);
	CALL(epoll_ctl, "in a circle", old, EPOLL_CTL_ADD, epoll, &event);
	event.events = EPOLLIN | EPOLLEXCLUSIVE;
	CALL(epoll_ctl, "exclusively changed", epoll, EPOLL_CTL_MOD, ends[0], &event);
	event.events = EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT;
	CALL(epoll_ctl, "exclusively and once", old, EPOLL_CTL_ADD, ends[0], &event);
	CALL(epoll_ctl, "removed", epoll, EPOLL_CTL_DEL, old, NULL);
	close(old);

	struct epoll_event got[4];
	struct timespec now = { 0, 0 }, bad = { 0, 1000000000 };
	unsigned long set = 0;
	CALL(epoll_wait, "a pipe's two ends", epoll, got, 4, -1);
	EFFECT(epoll_wait, "the writing end", got[0].events == EPOLLOUT && got[0].data.u64 == 8);
	RAW(epoll_ctl, epoll, EPOLL_CTL_DEL, ends[1], NULL);
	CALL(epoll_wait, "none ready", epoll, got, 4, 0);
	CALL(epoll_wait, "that ends", epoll, got, 4, 2);
	CALL(epoll_wait, "room for none", epoll, got, 0, 0);
	CALL(epoll_wait, "room below zero", epoll, got, -1, 0);
	CALL(epoll_wait, "no such descriptor", 99, got, 4, 0);
	CALL(epoll_wait, "a file", file, got, 4, 0);
	interrupt_soon();
	CALL(epoll_wait, "interrupted", epoll, got, 4, -1);
	write(ends[1], "x", 1);
	CALL(epoll_wait, "to a wild pointer", epoll, BAD, 4, 0);
	CALL(epoll_wait, "one ready", epoll, got, 4, 0);
	CALL(epoll_pwait, "one ready", epoll, got, 4, 0, &set, 8);
	CALL(epoll_pwait, "room for none", epoll, got, 0, 0, &set, 8);
	CALL(epoll_pwait, "another size of sets", epoll, got, 4, 0, &set, 16);
	CALL(epoll_pwait, "a wild set", epoll, got, 4, 0, BAD, 8);
	CALL(epoll_pwait, "no such descriptor", 99, got, 4, 0, NULL, 8);
	CALL(epoll_pwait, "a file", file, got, 4, 0, NULL, 8);
	CALL(epoll_pwait2, "one ready", epoll, got, 4, &now, &set, 8);
	CALL(epoll_pwait2, "a billion nanoseconds", epoll, got, 4, &bad, NULL, 8);
	CALL(epoll_pwait2, "a wild time", epoll, got, 4, BAD, NULL, 8);
	CALL(epoll_pwait2, "room for none", epoll, got, 0, &now, NULL, 8);
	CALL(epoll_pwait2, "another size of sets", epoll, got, 4, &now, &set, 16);
	CALL(epoll_pwait2, "no such descriptor", 99, got, 4, &now, NULL, 8);
	if (read(ends[0], &(char){ 0 }, 1) != 1)
		printf("nothing to read\n");
	interrupt_soon();
	CALL(epoll_pwait, "interrupted", epoll, got, 4, -1, &set, 8);
	interrupt_soon();
	CALL(epoll_pwait2, "interrupted", epoll, got, 4, NULL, &set, 8);
	close(epoll);
}

int main(void)
{
	files_enter();
	put_file("f", "text");
	file = open("f", O_RDONLY);
	if (pipe(ends))
		perror("preparing");
	struct sigaction action = { .sa_handler = nothing };
	sigaction(SIGALRM, &action, NULL);
	counters();
	timers();
	signals();
	interests();
	files_leave();
	return 0;
}
