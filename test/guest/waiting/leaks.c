/* What is made for waiting comes back when it is closed, and when its process ends: after many rounds there is as much memory as before. */
#include "../files/files.h"
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>

static void watch(int ep, int fd)
{
	struct epoll_event event = { EPOLLIN | EPOLLOUT, { .fd = fd } };
	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event);
}

static void *writer(void *argument)
{
	char byte = 0;
	usleep(100);
	(void)!write(*(int *)argument, &byte, 1);
	return NULL;
}

/* Everything once, closed or left open for the end of the process. */
static void round_of(int close_all)
{
	int ends[2], other[2], id;
	char bytes[3000];
	sigset_t set;
	pthread_t thread;
	struct itimerspec time = { { 0, 1 }, { 0, 1 } };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN };
	struct epoll_event ready[10];
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	int ep = epoll_create1(0), inner = epoll_create1(0), counter = eventfd(1, 0), timer = timerfd_create(CLOCK_MONOTONIC, 0), signals = signalfd(-1, &set, 0);
	(void)!pipe(ends);
	(void)!pipe2(other, O_DIRECT);
	timerfd_settime(timer, 0, &time, NULL);
	syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &id);
	syscall(SYS_timer_settime, id, 0, &time, NULL);
	raise(SIGUSR1);
	for (int i = 0; i < 3; i++) {
		(void)!write(ends[1], bytes, sizeof(bytes));
		(void)!write(other[1], bytes, sizeof(bytes));
	}
	(void)!tee(ends[0], other[1], 5000, 0);
	(void)!splice(ends[0], NULL, other[1], NULL, 1000, 0);
	(void)!read(other[0], bytes, 10);
	int all[] = { counter, timer, signals, ends[0], ends[1], other[0], other[1], inner };
	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		watch(inner, all[i]);
		watch(ep, all[i]);
	}
	epoll_wait(ep, ready, 10, 0);
	pthread_create(&thread, NULL, writer, &ends[1]);
	struct pollfd entries[] = { { counter, POLLPRI, 0 }, { other[0], POLLPRI, 0 } };
	poll(entries, 2, 1);
	pthread_join(thread, NULL);
	setitimer(ITIMER_PROF, &(struct itimerval){ { 0, 0 }, { 1000, 0 } }, NULL);
	if (!close_all)
		return;
	syscall(SYS_timer_delete, id);
	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		close(all[i]);
	close(ep);
	while (sigtimedwait(&set, NULL, &(struct timespec){ 0, 0 }) > 0)
		;
}

static void rounds(int count, int in_child)
{
	for (int i = 0; i < count; i++) {
		pid_t child = in_child ? fork() : 0;
		if (child) {
			waitpid(child, NULL, 0);
			continue;
		}
		round_of(!in_child);
		if (in_child)
			_exit(0);
	}
}

/* 0 where others use memory, too: the host. */
static long free_memory(void)
{
	struct sysinfo info;
	sysinfo(&info);
	return info.totalram * info.mem_unit < 1ul << 30 ? info.freeram * info.mem_unit : 0;
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int in_child = 0; in_child < 2; in_child++) {
		rounds(100, in_child);
		long before = free_memory();
		rounds(1000, in_child);
		long lost = before - free_memory();
		printf("%s: %s\n", in_child ? "in children" : "closed", lost > 100000 ? "memory was lost" : "nothing was lost");
	}
	return 0;
}
