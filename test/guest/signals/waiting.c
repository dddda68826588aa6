/* Calls that wait and signals: which start over, which end with EINTR, whose mask holds until when. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/futex.h>

static volatile int handled;
static int ends[2], full[2], lock_fd, event, epoll, empty_queue, full_queue;
static pid_t child;
static uint32_t word;

/* The first signal only interrupts; the second one, for calls that start over, lets them end. */
static void on_alarm(int number)
{
	(void)number;
	if (++handled < 2)
		return;
	char byte[4096];
	(void)!write(ends[1], "x", 1);
	(void)!read(full[0], byte, sizeof(byte));
	kill(child, SIGKILL);
	uint64_t one = 1;
	(void)!write(event, &one, sizeof(one));
	word = 1;
	syscall(SYS_futex, &word, FUTEX_WAKE, 1);
}

static void every_two_ms(int on)
{
	struct itimerval timer = { .it_interval = { 0, on ? 20000 : 0 }, .it_value = { 0, on ? 20000 : 0 } };
	setitimer(ITIMER_REAL, &timer, NULL);
}

static long do_read(void) { char byte; return read(ends[0], &byte, 1); }
static long do_readv(void) { char byte; return syscall(SYS_readv, ends[0], &(struct { void *base; size_t length; }){ &byte, 1 }, 1); }
static long do_write(void) { static char bytes[4096]; return write(full[1], bytes, sizeof(bytes)); }
static long do_wait(void) { return waitpid(child, NULL, 0); }
static long do_waitid(void) { return waitid(P_PID, child, NULL, WEXITED | WNOWAIT); }
static long do_event(void) { uint64_t value; return read(event, &value, sizeof(value)); }
static long do_futex(void) { return syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL); }
static long do_timed_futex(void) { struct timespec t = { 20, 0 }; return syscall(SYS_futex, &word, FUTEX_WAIT, 0, &t); }
static long do_poll(void) { struct pollfd polled = { ends[0], POLLIN, 0 }; return poll(&polled, 1, 20000); }
static long do_ppoll(void) { struct pollfd polled = { ends[0], POLLIN, 0 }; return ppoll(&polled, 1, NULL, NULL); }
static long do_select(void) { fd_set set; FD_ZERO(&set); FD_SET(ends[0], &set); struct timeval t = { 20, 0 }; return select(ends[0] + 1, &set, NULL, NULL, &t); }
static long do_pselect(void) { fd_set set; FD_ZERO(&set); FD_SET(ends[0], &set); return pselect(ends[0] + 1, &set, NULL, NULL, NULL, NULL); }
static long do_epoll(void) { struct epoll_event e; return epoll_wait(epoll, &e, 1, 20000); }
static long do_nanosleep(void) { struct timespec t = { 20, 0 }; return nanosleep(&t, NULL); }
static long do_clock(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); t.tv_sec += 20; int e = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL); errno = e; return e ? -1 : 0; }
static long do_pause(void) { return pause(); }
static long do_suspend(void) { sigset_t set; sigemptyset(&set); return sigsuspend(&set); }
static long do_timedwait(void) { sigset_t set; struct timespec t = { 20, 0 }; sigemptyset(&set); sigaddset(&set, SIGUSR2); return syscall(SYS_rt_sigtimedwait, &set, NULL, &t, 8); }
static long do_receive(void) { struct { long type; char byte; } message; return msgrcv(empty_queue, &message, 1, 0, 0); }
static long do_send(void) { struct { long type; char bytes[8000]; } message = { .type = 1 }; return msgsnd(full_queue, &message, sizeof(message.bytes), 0); }
static long do_flock(void) { return flock(lock_fd, LOCK_EX); }

static const struct { const char *name; long (*call)(void); } calls[] = {
	{ "read", do_read }, { "readv", do_readv }, { "write", do_write }, { "waitpid", do_wait }, { "waitid", do_waitid }, { "read of an eventfd", do_event },
	{ "futex", do_futex }, { "futex with a limit", do_timed_futex }, { "poll", do_poll }, { "ppoll", do_ppoll }, { "select", do_select },
	{ "pselect", do_pselect }, { "epoll_wait", do_epoll }, { "nanosleep", do_nanosleep }, { "clock_nanosleep", do_clock }, { "pause", do_pause },
	{ "sigsuspend", do_suspend }, { "sigtimedwait", do_timedwait }, { "msgrcv", do_receive }, { "msgsnd", do_send },
	{ "flock", do_flock },
};

static void prepare(void)
{
	static char bytes[4096];
	if (pipe(ends) || pipe(full))
		exit(1);
	fcntl(full[1], F_SETPIPE_SZ, 4096);
	fcntl(full[0], F_SETFL, O_NONBLOCK); /* the handler's ends */
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	(void)!write(full[1], bytes, sizeof(bytes));
	event = eventfd(0, 0);
	epoll = epoll_create1(0);
	struct epoll_event e = { .events = EPOLLIN };
	epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &e);
	empty_queue = msgget(IPC_PRIVATE, 0600);
	full_queue = msgget(IPC_PRIVATE, 0600);
	struct { long type; char bytes[8000]; } message = { .type = 1 };
	while (!msgsnd(full_queue, &message, sizeof(message.bytes), IPC_NOWAIT)) {
	}
	word = 0;
	child = fork();
	if (!child)
		for (;;)
			pause();
	handled = 0;
}

static void clean(void)
{
	int fds[] = { ends[0], ends[1], full[0], full[1], event, epoll };
	for (int i = 0; i < 6; i++)
		close(fds[i]);
	msgctl(empty_queue, IPC_RMID, NULL);
	msgctl(full_queue, IPC_RMID, NULL);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void try_all(int flags)
{
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = flags };
	sigaction(SIGALRM, &action, NULL);
	for (unsigned i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (calls[i].call == do_flock)
			continue; /* would wait for ever with SA_RESTART */
		prepare();
		every_two_ms(1);
		long got = calls[i].call();
		int error = errno;
		every_two_ms(0);
		printf("%s: %s after %s\n", calls[i].name, got < 0 ? strerror(error) : "done", handled > 1 ? "more" : "one");
		fflush(stdout);
		clean();
	}
}

/* Stopped and continued, without a handler: most calls go on as if nothing had happened. */
static void stopping(void)
{
	for (unsigned i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (calls[i].call == do_waitid || calls[i].call == do_wait || calls[i].call == do_flock)
			continue;
		prepare();
		pid_t pid = fork();
		int status;
		if (!pid) {
			long got = calls[i].call();
			_exit(got < 0 ? errno : 0);
		}
		usleep(20000);
		kill(pid, SIGSTOP);
		waitpid(pid, &status, WUNTRACED);
		kill(pid, SIGCONT);
		waitpid(pid, &status, WCONTINUED);
		usleep(20000);
		int still = waitpid(pid, &status, WNOHANG) == 0;
		if (still) {
			kill(pid, SIGTERM);
			waitpid(pid, &status, 0);
		}
		printf("%s: %s\n", calls[i].name, still ? "goes on" : strerror(WEXITSTATUS(status)));
		fflush(stdout);
		clean();
	}
}

static int seen_mask;
static void look_at_mask(int number)
{
	sigset_t set;
	sigprocmask(SIG_SETMASK, NULL, &set);
	seen_mask = sigismember(&set, SIGUSR1) | sigismember(&set, SIGUSR2) << 1 | sigismember(&set, SIGHUP) << 2;
	(void)number;
}

static void masks(void)
{
	sigset_t blocked, wait, now;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	sigaddset(&blocked, SIGUSR2);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	signal(SIGUSR1, look_at_mask);
	sigemptyset(&wait);
	sigaddset(&wait, SIGHUP);
	struct timespec zero = { 0, 0 };
	struct pollfd none = { -1, 0, 0 };
	for (int way = 0; way < 4; way++) {
		seen_mask = -1;
		raise(SIGUSR1);
		long got = way == 0 ? sigsuspend(&wait) : way == 1 ? ppoll(&none, 1, NULL, &wait) : way == 2 ? pselect(0, NULL, NULL, NULL, NULL, &wait)
			: epoll_pwait(epoll_create1(0), &(struct epoll_event){ 0 }, 1, -1, &wait);
		int error = errno;
		sigprocmask(SIG_SETMASK, NULL, &now);
		printf("way %d: %s, handler's mask %d, then %d %d %d\n", way, got < 0 ? strerror(error) : "done", seen_mask, sigismember(&now, SIGUSR1),
		       sigismember(&now, SIGUSR2), sigismember(&now, SIGHUP));
	}
	/* nothing to wait for: the pending signal stays, or is it delivered? */
	seen_mask = -1;
	raise(SIGUSR1);
	long got = ppoll(&none, 1, &zero, &wait);
	printf("ppoll without waiting: %s, handled %d\n", got < 0 ? strerror(errno) : "done", seen_mask >= 0);
	sigprocmask(SIG_UNBLOCK, &blocked, NULL);
	printf("handled %d\n", seen_mask >= 0);
}

static void errors(void)
{
	sigset_t set;
	struct timespec limit = { 0, 1000000000 };
	sigemptyset(&set);
	struct { const char *what; long got; int error; } results[] = {
		{ "sigsuspend size", syscall(SYS_rt_sigsuspend, &set, 7), errno }, { "sigsuspend address", syscall(SYS_rt_sigsuspend, 8l, 8), errno },
		{ "sigtimedwait size", syscall(SYS_rt_sigtimedwait, &set, NULL, NULL, 7), errno },
		{ "sigtimedwait set", syscall(SYS_rt_sigtimedwait, 8l, NULL, NULL, 8), errno },
		{ "sigtimedwait limit", syscall(SYS_rt_sigtimedwait, &set, NULL, &limit, 8), errno },
		{ "sigtimedwait limit's address", syscall(SYS_rt_sigtimedwait, &set, NULL, 8l, 8), errno },
	};
	limit.tv_nsec = -1;
	for (unsigned i = 0; i < sizeof(results) / sizeof(results[0]); i++)
		printf("%s: %s\n", results[i].what, results[i].got < 0 ? strerror(results[i].error) : "ok");
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	limit = (struct timespec){ 0, 1000 };
	printf("nothing comes: %ld %s\n", syscall(SYS_rt_sigtimedwait, &set, NULL, &limit, 8), strerror(errno));
	raise(SIGUSR1);
	printf("bad address for what came: %ld %s\n", syscall(SYS_rt_sigtimedwait, &set, 8l, NULL, 8), strerror(errno));
	printf("it is gone: %ld %s\n", syscall(SYS_rt_sigtimedwait, &set, NULL, &limit, 8), strerror(errno));
}

int main(void)
{
	setvbuf(stdout, NULL, _IOFBF, 65536);
	try_all(0);
	puts("with SA_RESTART");
	try_all(SA_RESTART);
	puts("stopped");
	fflush(stdout);
	stopping();
	masks();
	errors();
	return 0;
}
