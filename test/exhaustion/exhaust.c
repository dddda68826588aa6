/*
 * Uses things up in children that end without giving anything back: exhaust ROUNDS [MOST [KIND]]. Afterwards as much memory must be free as before, but for
 * what is kept once for all. In an image.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../guest/errno_name.h"

#define PAGE 4096ul
/* What the first rounds leave behind: slabs, tables, stacks' slots. */
#define WARM_UP 5
#define KEPT_KILOBYTES 64

static int count;

/* Each uses one more of its kind: 0, or -1 with errno. Those with memory of their own touch it. */
static int descriptor(void) { return open("/dev/null", O_RDONLY); }
static int two_ends(void)
{
	int ends[2];
	if (pipe2(ends, O_NONBLOCK))
		return -1;
	char page[PAGE];
	memset(page, 1, sizeof(page));
	return write(ends[1], page, sizeof(page)) == (ssize_t)sizeof(page) ? 0 : -1;
}
static int counter(void) { return eventfd(0, 0); }
static int timer_descriptor(void)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);
	struct itimerspec late = { .it_value = { 1000, 0 } };
	return fd < 0 ? -1 : timerfd_settime(fd, 0, &late, NULL);
}
static int watched(void)
{
	int epoll = epoll_create1(0), fd = eventfd(0, 0);
	return epoll < 0 || fd < 0 ? -1 : epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &(struct epoll_event){ .events = EPOLLIN });
}
static int mapping(void)
{
	/* not beside the one before, which would make it one */
	char *at = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return at == MAP_FAILED ? -1 : munmap(at + PAGE, PAGE);
}
static int shared_mapping(void)
{
	char *at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return -1;
	*at = 1;
	return 0;
}
static int queued_signal(void) { return sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = count }); }
static int posix_timer(void)
{
	timer_t timer;
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 1 };
	return timer_create(CLOCK_MONOTONIC, &event, &timer);
}
static int process(void)
{
	pid_t pid = fork();
	if (!pid) {
		pause();
		_exit(0);
	}
	return pid < 0 ? -1 : 0;
}
static int zombie(void)
{
	pid_t pid = fork();
	if (!pid)
		_exit(0);
	return pid < 0 ? -1 : 0;
}
static void *wait_for_ever(void *argument)
{
	pause();
	return argument;
}
static int thread(void)
{
	pthread_t id;
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 16384);
	errno = pthread_create(&id, &attributes, wait_for_ever, NULL);
	return errno ? -1 : 0;
}
static int file_page(void)
{
	static int fd = -1;
	char page[PAGE];
	memset(page, 2, sizeof(page));
	if (fd < 0) {
		fd = open("/used-up", O_RDWR | O_CREAT | O_TRUNC, 0600);
		unlink("/used-up");
	}
	return write(fd, page, sizeof(page)) == (ssize_t)sizeof(page) ? 0 : -1;
}
/* The last page is had by touching it: who does is ended. */
static int memory(void)
{
	char *at = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return -1;
	for (char *page = at; page < at + 64 * PAGE; page += PAGE)
		*page = 1;
	return 0;
}

static const struct kind {
	const char *name;
	int (*use)(void);
} kinds[] = {
	{ "descriptors", descriptor }, { "pipes", two_ends }, { "eventfds", counter }, { "timerfds", timer_descriptor }, { "epolls", watched },
	{ "mappings", mapping }, { "shared mappings", shared_mapping }, { "signals", queued_signal }, { "timers", posix_timer },
	{ "processes", process }, { "zombies", zombie }, { "threads", thread }, { "files", file_page }, { "memory", memory },
};

/* As many as there are, or `most`; then the end, with all of it in use. An errno is told by the exit status, which needs no memory. */
static void use_up(const struct kind *kind, int most)
{
	sigset_t set;
	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	errno = 0;
	while (count < most && kind->use() >= 0)
		count++;
	_exit(count < most ? errno : 0);
}

static unsigned long free_kilobytes(void)
{
	struct sysinfo info;
	sysinfo(&info);
	return info.freeram * info.mem_unit / 1024;
}

/* How it went: a child used up all it could, and what it left behind is gone. */
static const char *round_of(const struct kind *kind, int most)
{
	int status;
	pid_t child = fork();
	if (child < 0)
		return "no child";
	if (!child) {
		setpgid(0, 0);
		use_up(kind, most);
	}
	if (waitpid(child, &status, 0) != child)
		return "lost";
	kill(-child, SIGKILL);
	while (wait(NULL) > 0) {
	}
	/* Process 1 is not told of orphans. */
	for (int i = 0; !kill(-1, 0) && i < 10000; i++)
		nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
	return WIFEXITED(status) ? errno_name(WEXITSTATUS(status)) : "killed";
}

static int run(const struct kind *kind, int rounds, int most)
{
	unsigned long before = 0;
	const char *ended = "";
	for (int i = 0; i < rounds; i++) {
		if (i == WARM_UP)
			before = free_kilobytes();
		ended = round_of(kind, most);
	}
	long lost = (long)(before - free_kilobytes());
	printf("%s: %s, %s\n", kind->name, ended, lost > KEPT_KILOBYTES ? "MEMORY IS LOST" : "all comes back");
	if (lost > 0)
		fprintf(stderr, "%s: %ld KiB less\n", kind->name, lost);
	fflush(stdout);
	return lost > KEPT_KILOBYTES;
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 10, most = argc > 2 ? atoi(argv[2]) : 1 << 30, failed = 0;
	if (getpid() != 1) {
		fputs("exhaust: only in an image\n", stderr);
		return 1;
	}
	setrlimit(RLIMIT_SIGPENDING, &(struct rlimit){ 1000, 1000 });
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (argc < 4 || !strcmp(argv[3], kinds[i].name))
			failed |= run(&kinds[i], rounds, most);
	return failed;
}
