/* Signals read from a file: what they bring, whose they are, who waits for them. */
#include "../files/files.h"
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>

static sigset_t set_of(int first, int second)
{
	sigset_t set;
	sigemptyset(&set);
	if (first)
		sigaddset(&set, first);
	if (second)
		sigaddset(&set, second);
	return set;
}

static int ready(int fd)
{
	struct pollfd entry = { .fd = fd, .events = POLLIN | POLLOUT };
	poll(&entry, 1, 0);
	return entry.revents;
}

static void show(const struct signalfd_siginfo *info)
{
	printf("signal %u errno %d code %d pid %d uid %u value %d %lx status %d overrun %u fd %d addr %lx\n", info->ssi_signo, info->ssi_errno, info->ssi_code,
	       info->ssi_pid == (unsigned)getpid() ? 1 : info->ssi_pid ? 2 : 0, info->ssi_uid == getuid() ? 0 : 1, info->ssi_int, (long)info->ssi_ptr,
	       info->ssi_status, info->ssi_overrun, info->ssi_fd, (long)info->ssi_addr);
}

static void read_all(int fd)
{
	struct signalfd_siginfo infos[4];
	ssize_t n = read(fd, infos, sizeof(infos));
	if (n < 0)
		printf("%s\n", errno_name(errno));
	for (ssize_t i = 0; i < n / (ssize_t)sizeof(*infos); i++)
		show(&infos[i]);
}

static void contents(void)
{
	sigset_t set = set_of(SIGUSR1, SIGRTMIN);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGSEGV);
	sigprocmask(SIG_BLOCK, &set, NULL);
	int fd = signalfd(-1, &set, SFD_NONBLOCK);
	read_all(fd);
	SAY(ready(fd));
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGUSR1);
	SAY(ready(fd));
	read_all(fd);
	read_all(fd);
	raise(SIGUSR1);
	read_all(fd);
	for (int i = 0; i < 6; i++)
		sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_ptr = (void *)(0x123456789l + i) });
	sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_int = -5 });
	read_all(fd);
	read_all(fd);
	read_all(fd);
	kill(getpid(), SIGSEGV);
	read_all(fd);
	pid_t child = fork();
	if (child == 0)
		_exit(3);
	while (!ready(fd))
		usleep(1000);
	read_all(fd);
	waitpid(child, NULL, 0);
	child = fork();
	if (child == 0) {
		kill(getppid(), SIGUSR1);
		raise(SIGKILL);
	}
	waitpid(child, NULL, 0);
	read_all(fd);
	close(fd);
}

static void sizes(void)
{
	struct signalfd_siginfo infos[3];
	sigset_t set = set_of(SIGUSR1, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	int fd = signalfd(-1, &set, SFD_NONBLOCK);
	raise(SIGUSR1);
	raise(SIGUSR2);
	SAY(read(fd, infos, 127));
	SAY(read(fd, infos, 0));
	SAY(read(fd, infos, 200));
	SAY(read(fd, infos, 400));
	SAY(read(fd, infos, 400));
	raise(SIGUSR1);
	SAY(read(fd, BAD, 128));
	SAY(read(fd, infos, 128));
	SAY(write(fd, infos, 128));
	close(fd);
}

static void changes(void)
{
	sigset_t first = set_of(SIGUSR1, SIGKILL), second = set_of(SIGUSR2, SIGSTOP), none = set_of(0, 0);
	int fd = signalfd(-1, &first, SFD_NONBLOCK | SFD_CLOEXEC), ends[2];
	SAY(fcntl(fd, F_GETFD));
	SAY(fcntl(fd, F_GETFL));
	raise(SIGUSR2);
	SAY(ready(fd));
	SAY(signalfd(fd, &second, 0) == fd);
	SAY(ready(fd));
	SAY(signalfd(fd, &none, 0) == fd);
	SAY(ready(fd));
	SAY(signalfd(fd, &second, SFD_NONBLOCK) == fd);
	read_all(fd);
	SAY(signalfd(fd, &second, 1));
	SAY(signalfd(99, &second, 0));
	SAY(signalfd(-2, &second, 0));
	SAY(pipe(ends));
	SAY(signalfd(ends[0], &second, 0));
	SAY(syscall(SYS_signalfd4, -1, &second, 4, 0));
	SAY(syscall(SYS_signalfd4, -1, &second, 16, 0));
	SAY(syscall(SYS_signalfd4, -1, BAD, 8, 0));
	SAY(syscall(SYS_signalfd4, 99, BAD, 8, 0));
	SAY(syscall(SYS_signalfd4, 99, &second, 8, 1));
	int old = syscall(SYS_signalfd, -1, &second, 8);
	SAY(fcntl(old, F_GETFD));
	close(old);
	close(ends[0]);
	close(ends[1]);
	close(fd);
}

static pthread_t main_thread;
static void *send_later(void *argument)
{
	usleep(2000);
	if (argument)
		pthread_kill(main_thread, SIGUSR1);
	else
		kill(getpid(), SIGUSR2);
	return NULL;
}

static volatile int handled;
static void on_signal(int number) { handled |= number == SIGALRM ? 1 : 2; }

static void waits(void)
{
	sigset_t set = set_of(SIGUSR1, SIGUSR2);
	struct epoll_event event = { EPOLLIN, { .u64 = 5 } };
	pthread_t thread;
	int fd = signalfd(-1, &set, 0), ep = epoll_create1(0);
	main_thread = pthread_self();
	pthread_create(&thread, NULL, send_later, &fd);
	read_all(fd);
	pthread_join(thread, NULL);
	pthread_create(&thread, NULL, send_later, NULL);
	read_all(fd);
	pthread_join(thread, NULL);
	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event);
	SAY(epoll_wait(ep, &event, 1, 0));
	pthread_create(&thread, NULL, send_later, &fd);
	SAY(epoll_wait(ep, &event, 1, -1));
	pthread_join(thread, NULL);
	SAY(epoll_wait(ep, &event, 1, 0));
	read_all(fd);
	SAY(epoll_wait(ep, &event, 1, 0));
	struct sigaction action = { .sa_handler = on_signal };
	sigaction(SIGALRM, &action, NULL);
	struct signalfd_siginfo info;
	SAY_ALARMED(read(fd, &info, sizeof(info)));
	SAY(handled);
	/* A signal that is not blocked goes to its handler. */
	sigaction(SIGUSR1, &action, NULL);
	set = set_of(SIGUSR1, 0);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	raise(SIGUSR1);
	SAY(handled);
	read_all(fd);
	close(fd);
	close(ep);
}

/* Another process sees its own signals through the same file. */
static void inherited(void)
{
	sigset_t set = set_of(SIGUSR1, SIGUSR2);
	int status;
	sigprocmask(SIG_BLOCK, &set, NULL);
	int fd = signalfd(-1, &set, SFD_NONBLOCK);
	raise(SIGUSR1);
	pid_t child = fork();
	if (child == 0) {
		int before = ready(fd);
		raise(SIGUSR2);
		struct signalfd_siginfo info = { 0 };
		(void)!read(fd, &info, sizeof(info));
		_exit(before * 100 + info.ssi_signo);
	}
	waitpid(child, &status, 0);
	printf("%d\n", WEXITSTATUS(status));
	read_all(fd);
	read_all(fd);
	close(fd);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	contents();
	sizes();
	changes();
	waits();
	inherited();
	return 0;
}
