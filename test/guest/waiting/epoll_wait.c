/* epoll_wait: who waits, who is woken, for how long, and with which signals blocked. */
#include "../files/files.h"
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <time.h>

static int ep;

static long control(int operation, int fd, uint32_t events, uint64_t data)
{
	struct epoll_event event = { events, { .u64 = data } };
	return epoll_ctl(ep, operation, fd, &event);
}

static void put(int fd, uint64_t value) { (void)!write(fd, &value, sizeof(value)); }
static long take(int fd)
{
	uint64_t value = 0;
	return read(fd, &value, sizeof(value)) == sizeof(value) ? (long)value : -1;
}

static long now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000 + t.tv_nsec;
}

static void times(void)
{
	struct epoll_event events[4];
	ep = epoll_create1(0);
	long start = now();
	SAY(epoll_wait(ep, events, 4, 20));
	printf("at least 20 ms: %d\n", now() - start >= 20000000);
	start = now();
	SAY(syscall(SYS_epoll_pwait2, ep, events, 4, &(struct timespec){ 0, 3000000 }, NULL, 8));
	printf("at least 3 ms: %d\n", now() - start >= 3000000);
	SAY(syscall(SYS_epoll_pwait2, ep, events, 4, &(struct timespec){ 0, 0 }, NULL, 8));
	SAY(syscall(SYS_epoll_pwait2, ep, events, 4, &(struct timespec){ 0, 1000000000 }, NULL, 8));
	SAY(syscall(SYS_epoll_pwait2, ep, events, 4, &(struct timespec){ -1, 0 }, NULL, 8));
	SAY(syscall(SYS_epoll_pwait2, ep, events, 4, BAD, NULL, 8));
	SAY(syscall(SYS_epoll_pwait2, ep, BAD, 4, &(struct timespec){ 0, 1 }, NULL, 8));
	SAY(syscall(SYS_epoll_pwait2, 99, events, 4, NULL, NULL, 8));
	SAY(syscall(SYS_epoll_pwait, ep, events, 4, 0, BAD, 8));
	SAY(syscall(SYS_epoll_pwait, ep, events, 4, 0, &events, 4));
	SAY(syscall(SYS_epoll_pwait, ep, events, 4, 0, NULL, 4));
	SAY(syscall(SYS_epoll_pwait, 99, events, 4, 0, &events, 4));
	close(ep);
}

static void *late_put(void *argument)
{
	usleep(2000);
	put((int)(long)argument, 7);
	return NULL;
}

static void *late_add(void *argument)
{
	usleep(2000);
	control(EPOLL_CTL_ADD, (int)(long)argument, EPOLLIN, 8);
	return NULL;
}

static void *late_change(void *argument)
{
	usleep(2000);
	control(EPOLL_CTL_MOD, (int)(long)argument, EPOLLOUT, 9);
	return NULL;
}

static void woken_by(void *(*function)(void *), int fd)
{
	pthread_t thread;
	struct epoll_event events[4];
	pthread_create(&thread, NULL, function, (void *)(long)fd);
	int n = epoll_wait(ep, events, 4, -1);
	printf("%d %ld %x\n", n, (long)events[0].data.u64, events[0].events);
	pthread_join(thread, NULL);
}

static void woken(void)
{
	int fd = eventfd(0, EFD_NONBLOCK), outer = epoll_create1(0);
	ep = epoll_create1(0);
	control(EPOLL_CTL_ADD, fd, EPOLLIN, 1);
	woken_by(late_put, fd);
	control(EPOLL_CTL_DEL, fd, 0, 0);
	woken_by(late_add, fd);
	take(fd);
	woken_by(late_change, fd);
	control(EPOLL_CTL_MOD, fd, EPOLLIN, 10);
	int inner = ep;
	ep = outer;
	control(EPOLL_CTL_ADD, inner, EPOLLIN, 11);
	woken_by(late_put, fd);
	close(inner);
	close(outer);
	close(fd);
}

/* Several threads share the work of one epoll: each event goes to one of them. */
#define WORK 2000
static int jobs[4], answers;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long done[4];

static void *worker(void *argument)
{
	struct epoll_event event;
	(void)argument;
	while (epoll_wait(ep, &event, 1, -1) == 1) {
		int which = event.data.u64;
		if (which == 9)
			return NULL;
		long n = take(jobs[which]);
		if (n > 0) {
			pthread_mutex_lock(&lock);
			done[which] += n;
			pthread_mutex_unlock(&lock);
			put(answers, n);
		}
		if (which >= 2)
			control(EPOLL_CTL_MOD, jobs[which], EPOLLIN | EPOLLONESHOT, which);
	}
	return "failed";
}

static void shared(void)
{
	pthread_t threads[5];
	static const uint32_t how[4] = { 0, EPOLLET, EPOLLONESHOT, EPOLLONESHOT | EPOLLET };
	int stop = eventfd(0, EFD_NONBLOCK);
	ep = epoll_create1(0);
	answers = eventfd(0, 0);
	for (int i = 0; i < 4; i++) {
		jobs[i] = eventfd(0, EFD_NONBLOCK);
		control(EPOLL_CTL_ADD, jobs[i], EPOLLIN | how[i], i);
	}
	control(EPOLL_CTL_ADD, stop, EPOLLIN, 9);
	for (int i = 0; i < 5; i++)
		pthread_create(&threads[i], NULL, worker, NULL);
	long sent = 0, got = 0;
	while (sent < WORK) {
		put(jobs[sent % 4], 1);
		if (++sent % 3 == 0)
			got += take(answers);
	}
	while (got < WORK)
		got += take(answers);
	put(stop, 1);
	int failed = 0;
	for (int i = 0; i < 5; i++) {
		void *problem;
		pthread_join(threads[i], &problem);
		failed += problem != NULL;
	}
	printf("%ld %ld %ld %ld, %d failed\n", done[0], done[1], done[2], done[3], failed);
	for (int i = 0; i < 4; i++)
		close(jobs[i]);
	close(answers);
	close(stop);
	close(ep);
}

/* With EPOLLEXCLUSIVE one of the epolls is woken, without it all. */
static int shared_fd, sleepers;
static volatile int up[3];

static void *sleeper(void *argument)
{
	struct epoll_event event = { EPOLLIN | (sleepers & 1 ? EPOLLEXCLUSIVE : 0), { .u64 = 0 } };
	int own = epoll_create1(0);
	epoll_ctl(own, EPOLL_CTL_ADD, shared_fd, &event);
	__atomic_add_fetch(&sleepers, 2, __ATOMIC_SEQ_CST);
	int n = epoll_wait(own, &event, 1, 400);
	up[(long)argument] = n;
	close(own);
	return NULL;
}

static void exclusive(int flag)
{
	pthread_t threads[3];
	sleepers = flag;
	shared_fd = eventfd(0, EFD_NONBLOCK);
	for (long i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, sleeper, (void *)i);
	while (sleepers < 6)
		usleep(1000);
	usleep(100000);
	put(shared_fd, 1);
	usleep(100000);
	int woken = up[0] + up[1] + up[2];
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	printf("%s: %d woken\n", flag ? "exclusive" : "all", woken);
	close(shared_fd);
	up[0] = up[1] = up[2] = 0;
}

/* Alarms come again and again, since one could come before the wait. */
static volatile int signals, alarmed;
static void on_signal(int number) { number == SIGALRM ? alarmed = 1 : (signals += 1); }

static void masks(void)
{
	struct epoll_event events[4];
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	sigset_t blocked, none, old;
	sigaction(SIGALRM, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	int fd = eventfd(0, EFD_NONBLOCK);
	ep = epoll_create1(0);
	control(EPOLL_CTL_ADD, fd, EPOLLIN, 1);
	ualarm(2000, 2000);
	SAY(epoll_wait(ep, events, 4, -1));
	ualarm(0, 0);
	SAY(alarmed);
	sigemptyset(&none);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGALRM);
	sigaddset(&blocked, SIGUSR1);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	raise(SIGUSR1);
	SAY(epoll_wait(ep, events, 4, 1));
	SAY(signals);
	SAY(epoll_pwait(ep, events, 4, -1, &none));
	SAY(signals);
	sigprocmask(SIG_BLOCK, NULL, &old);
	printf("blocked again: %d\n", sigismember(&old, SIGALRM) && sigismember(&old, SIGUSR1));
	put(fd, 1);
	raise(SIGUSR1);
	SAY(epoll_pwait(ep, events, 4, -1, &none));
	SAY(signals);
	sigprocmask(SIG_UNBLOCK, &blocked, NULL);
	SAY(signals);
	take(fd);
	alarmed = 0;
	ualarm(2000, 2000);
	SAY(epoll_pwait(ep, events, 4, 20, &blocked));
	ualarm(0, 0);
	SAY(alarmed);
	close(fd);
	close(ep);
}

static void processes(void)
{
	int fd = eventfd(0, EFD_NONBLOCK), status;
	struct epoll_event event;
	ep = epoll_create1(0);
	control(EPOLL_CTL_ADD, fd, EPOLLIN, 3);
	pid_t child = fork();
	if (child == 0) {
		put(fd, 5);
		close(fd);
		_exit(7);
	}
	SAY(epoll_wait(ep, &event, 1, -1));
	SAY(take(fd));
	waitpid(child, &status, 0);
	printf("%d\n", WEXITSTATUS(status));
	child = fork();
	if (child == 0) {
		/* Shared with the parent: what is removed here is removed there. */
		int n = epoll_wait(ep, &event, 1, -1);
		control(EPOLL_CTL_DEL, fd, 0, 0);
		_exit(n);
	}
	put(fd, 1);
	waitpid(child, &status, 0);
	printf("%d\n", WEXITSTATUS(status));
	SAY(epoll_wait(ep, &event, 1, 0));
	control(EPOLL_CTL_ADD, fd, EPOLLIN, 4);
	child = fork();
	if (child == 0) {
		usleep(5000);
		_exit(0);
	}
	/* The file is still open in the child. */
	close(fd);
	SAY(epoll_wait(ep, &event, 1, 0));
	waitpid(child, &status, 0);
	SAY(epoll_wait(ep, &event, 1, 0));
	close(ep);
}

static void many(void)
{
	enum { COUNT = 900 };
	static int fds[COUNT];
	static struct epoll_event events[COUNT];
	long sum = 0;
	ep = epoll_create1(0);
	for (int i = 0; i < COUNT; i++) {
		fds[i] = eventfd(0, EFD_NONBLOCK);
		control(EPOLL_CTL_ADD, fds[i], EPOLLIN, i);
	}
	for (int i = 0; i < COUNT; i += 7)
		put(fds[i], 1);
	int n = epoll_wait(ep, events, COUNT, 0);
	for (int i = 0; i < n; i++)
		sum += events[i].data.u64;
	printf("%d, %ld\n", n, sum);
	for (int i = 0; i < COUNT; i += 2)
		close(fds[i]);
	n = epoll_wait(ep, events, COUNT, 0);
	for (int i = sum = 0; i < n; i++)
		sum += events[i].data.u64;
	printf("%d, %ld\n", n, sum);
	for (int i = 1; i < COUNT; i += 2)
		close(fds[i]);
	SAY(epoll_wait(ep, events, COUNT, 0));
	close(ep);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	times();
	woken();
	shared();
	exclusive(1);
	exclusive(0);
	masks();
	processes();
	many();
	return 0;
}
