/* Cancellation at all of musl's cancellation points that need no network: with the request made before the call, and while it waits. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static int empty[2], full[2], file, spare, epoll;
static pid_t child;
static pthread_t sleeper;
static sem_t semaphore;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static char bytes[4096], *mapping;
static struct iovec vector = { bytes, 1 };
static struct flock everything = { .l_type = F_WRLCK };
static const struct timespec late = { 4000000000, 0 };
static sigset_t usr1;
static siginfo_t info;
static fd_set set;

static fd_set *watch(int fd) { FD_ZERO(&set); FD_SET(fd, &set); return &set; }

#define POINT(name, call) static void name(void) { (void)!(call); }
POINT(do_open, open("/dev/null", O_RDONLY))
POINT(do_openat, openat(AT_FDCWD, "/dev/null", O_RDONLY))
POINT(do_creat, creat("rr-cancel-created", 0600))
POINT(do_close, close(spare))
POINT(do_read, read(empty[0], bytes, 1))
POINT(do_readv, readv(empty[0], &vector, 1))
POINT(do_pread, pread(file, bytes, 1, 0))
POINT(do_preadv, preadv(file, &vector, 1, 0))
POINT(do_write, write(full[1], bytes, sizeof(bytes)))
POINT(do_writev, writev(full[1], &(struct iovec){ bytes, sizeof(bytes) }, 1))
POINT(do_pwrite, pwrite(file, "x", 1, 0))
POINT(do_pwritev, pwritev(file, &vector, 1, 0))
POINT(do_fsync, fsync(file))
POINT(do_fdatasync, fdatasync(file))
POINT(do_msync, msync(mapping, 4096, MS_SYNC))
POINT(do_getrandom, getrandom(bytes, 1, 0))
POINT(do_setlkw, fcntl(file, F_SETLKW, &everything))
POINT(do_poll, poll(&(struct pollfd){ empty[0], POLLIN, 0 }, 1, -1))
POINT(do_ppoll, ppoll(&(struct pollfd){ empty[0], POLLIN, 0 }, 1, NULL, NULL))
POINT(do_select, select(empty[0] + 1, watch(empty[0]), NULL, NULL, NULL))
POINT(do_pselect, pselect(empty[0] + 1, watch(empty[0]), NULL, NULL, NULL, NULL))
POINT(do_epoll_wait, epoll_wait(epoll, &(struct epoll_event){ 0 }, 1, -1))
POINT(do_epoll_pwait, epoll_pwait(epoll, &(struct epoll_event){ 0 }, 1, -1, NULL))
POINT(do_pause, pause())
POINT(do_sigsuspend, sigsuspend(&usr1))
POINT(do_sigtimedwait, sigtimedwait(&usr1, &info, &late))
POINT(do_sigwaitinfo, sigwaitinfo(&usr1, &info))
static void do_sigwait(void) { int number; sigwait(&usr1, &number); }
POINT(do_nanosleep, nanosleep(&late, NULL))
POINT(do_clock_nanosleep, clock_nanosleep(CLOCK_MONOTONIC, 0, &late, NULL))
POINT(do_sleep, sleep(1000000))
POINT(do_usleep, usleep(900000000))
POINT(do_wait, wait(NULL))
POINT(do_waitpid, waitpid(child, NULL, 0))
POINT(do_waitid, waitid(P_PID, child, &info, WEXITED))
POINT(do_tcdrain, tcdrain(empty[0]))
static void do_join(void) { pthread_join(sleeper, NULL); }
POINT(do_sem_wait, sem_wait(&semaphore))
POINT(do_sem_timedwait, sem_timedwait(&semaphore, &late))
static void unlock(void *argument) { pthread_mutex_unlock(argument); }
static void do_cond_wait(void)
{
	pthread_mutex_lock(&mutex);
	pthread_cleanup_push(unlock, &mutex);
	pthread_cond_wait(&condition, &mutex);
	pthread_cleanup_pop(1);
}
static void do_cond_timedwait(void)
{
	pthread_mutex_lock(&mutex);
	pthread_cleanup_push(unlock, &mutex);
	pthread_cond_timedwait(&condition, &mutex, &late);
	pthread_cleanup_pop(1);
}
static void do_testcancel(void) { pthread_testcancel(); }
POINT(do_fifo, open("rr-cancel-fifo", O_RDONLY))

/* 1: it would wait for ever */
static const struct { const char *name; void (*call)(void); int waits; } points[] = {
	{ "open", do_open, 0 }, { "openat", do_openat, 0 }, { "creat", do_creat, 0 }, { "close", do_close, 0 }, { "read", do_read, 1 },
	{ "readv", do_readv, 1 }, { "pread", do_pread, 0 }, { "preadv", do_preadv, 0 }, { "write", do_write, 1 }, { "writev", do_writev, 1 },
	{ "pwrite", do_pwrite, 0 }, { "pwritev", do_pwritev, 0 }, { "fsync", do_fsync, 0 }, { "fdatasync", do_fdatasync, 0 }, { "msync", do_msync, 0 },
	{ "getrandom", do_getrandom, 0 }, { "F_SETLKW", do_setlkw, 0 }, { "poll", do_poll, 1 }, { "ppoll", do_ppoll, 1 }, { "select", do_select, 1 },
	{ "pselect", do_pselect, 1 }, { "epoll_wait", do_epoll_wait, 1 }, { "epoll_pwait", do_epoll_pwait, 1 }, { "pause", do_pause, 1 },
	{ "sigsuspend", do_sigsuspend, 1 }, { "sigtimedwait", do_sigtimedwait, 1 }, { "sigwaitinfo", do_sigwaitinfo, 1 }, { "sigwait", do_sigwait, 1 },
	{ "nanosleep", do_nanosleep, 1 }, { "clock_nanosleep", do_clock_nanosleep, 1 }, { "sleep", do_sleep, 1 }, { "usleep", do_usleep, 1 },
	{ "wait", do_wait, 1 }, { "waitpid", do_waitpid, 1 }, { "waitid", do_waitid, 1 }, { "tcdrain", do_tcdrain, 0 }, { "pthread_join", do_join, 1 },
	{ "sem_wait", do_sem_wait, 1 }, { "sem_timedwait", do_sem_timedwait, 1 }, { "pthread_cond_wait", do_cond_wait, 1 },
	{ "pthread_cond_timedwait", do_cond_timedwait, 1 }, { "pthread_testcancel", do_testcancel, 0 }, { "open of a fifo", do_fifo, 1 },
};
#define COUNT (sizeof(points) / sizeof(points[0]))

static volatile int cleaned;
static void clean(void *argument) { cleaned = *(int *)argument; }

static pid_t tid;

static void *run(void *argument)
{
	long index = (long)argument, before = index < 0;
	int mark = 7, state;
	__atomic_store_n(&tid, syscall(SYS_gettid), __ATOMIC_SEQ_CST);
	pthread_cleanup_push(clean, &mark);
	if (before) {
		pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
		pthread_cancel(pthread_self());
		pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &state);
		index = -1 - index;
	}
	points[index].call();
	pthread_cleanup_pop(0);
	return NULL;
}

static void end(const char *how, unsigned i, pthread_t thread)
{
	void *result;
	pthread_join(thread, &result);
	printf("%s, %s: %s, cleaned up %d\n", points[i].name, how, result == PTHREAD_CANCELED ? "cancelled" : "NOT CANCELLED", cleaned == 7);
	fflush(stdout);
	cleaned = 0;
}

/* In state S: it waits. /proc tells so, here and there. */
static void until_it_waits(void)
{
	char path[64], state = 0;
	pid_t number;
	while (!(number = __atomic_load_n(&tid, __ATOMIC_SEQ_CST)))
		usleep(500);
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", number);
	for (int i = 0; i < 10 && state != 'S'; i++) {
		FILE *stat = fopen(path, "r");
		if (stat && fscanf(stat, "%*d %*s %c", &state) != 1)
			state = 0;
		if (stat)
			fclose(stat);
		usleep(2000);
	}
}

static void *sleep_forever(void *argument)
{
	sigset_t all;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	for (;;)
		pause();
	return argument;
}

static void prepare(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	if (pipe(empty) || pipe(full))
		exit(1);
	fcntl(full[1], F_SETPIPE_SZ, 4096);
	(void)!write(full[1], bytes, sizeof(bytes));
	file = open("rr-cancel", O_RDWR | O_CREAT | O_TRUNC, 0600);
	ftruncate(file, 4096);
	mapping = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	epoll = epoll_create1(0);
	epoll_ctl(epoll, EPOLL_CTL_ADD, empty[0], &event);
	sem_init(&semaphore, 0, 0);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	mknod("rr-cancel-fifo", S_IFIFO | 0600, 0);
	spare = open("/dev/null", O_RDONLY);
	child = fork();
	if (!child)
		for (;;)
			pause();
	pthread_create(&sleeper, NULL, sleep_forever, NULL);
}

int main(void)
{
	pthread_t thread;
	char folder[] = "/tmp/rr-test-XXXXXX";
	if (!mkdtemp(folder) || chdir(folder))
		return 1;
	prepare();
	for (unsigned i = 0; i < COUNT; i++) {
		pthread_create(&thread, NULL, run, (void *)(-1 - (long)i));
		end("before", i, thread);
	}
	printf("nothing happened: %d %d\n", access("rr-cancel-created", F_OK), fcntl(spare, F_GETFD));
	for (unsigned i = 0; i < COUNT; i++) {
		if (!points[i].waits)
			continue;
		tid = 0;
		pthread_create(&thread, NULL, run, (void *)(long)i);
		until_it_waits();
		pthread_cancel(thread);
		end("while it waits", i, thread);
	}
	kill(child, SIGKILL);
	unlink("rr-cancel");
	unlink("rr-cancel-fifo");
	rmdir(folder);
	return 0;
}
