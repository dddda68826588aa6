/* clone and clone3: what is shared, who is told, descriptors of processes. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x1000
#endif
#define CLEAR_SIGHAND 0x100000000ull
#define P_PIDFD_ 3

struct args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup, more;
};

static void result(const char *what, long value) { printf("%s: %s\n", what, value < 0 ? strerror(errno) : "ok"); fflush(stdout); }
static void check(const char *what, int holds) { printf("%s: %s\n", what, holds ? "yes" : "NO"); fflush(stdout); }

static char stack[65536] __attribute__((aligned(16)));
static volatile int touched;
static struct stat unused;

static void show(const char *what, pid_t pid, int options)
{
	int status = 0;
	pid_t got = waitpid(pid, &status, options);
	if (got != pid)
		printf("%s: %s\n", what, got < 0 ? strerror(errno) : "nothing");
	else if (WIFSIGNALED(status))
		printf("%s: signal %d\n", what, WTERMSIG(status));
	else
		printf("%s: exited %d\n", what, WEXITSTATUS(status));
	fflush(stdout);
}

static void on_usr1(int number) { (void)number; touched += 100; }

/* Runs on `stack`, maybe in the parent's memory: no libc calls that keep state. */
static int shared_child(void *argument)
{
	int fd = *(int *)argument;
	touched++;
	syscall(SYS_close, fd);
	syscall(SYS_chdir, "/tmp");
	syscall(SYS_umask, 077);
	syscall(SYS_fcntl, 40, F_SETFD, 0);
	return 3;
}

static void sharing(int flags, const char *what)
{
	char cwd[100];
	touched = 0;
	chdir("/");
	umask(022);
	int fd = open("/dev/null", O_RDONLY);
	pid_t pid = clone(shared_child, stack + sizeof(stack), flags | SIGCHLD, &fd);
	show(what, pid, 0);
	printf("memory %d, descriptor %s, cwd %s, umask %o\n", touched, fcntl(fd, F_GETFD) < 0 ? "closed" : "open", getcwd(cwd, sizeof(cwd)), umask(022));
	close(fd);
	chdir("/");
}

static int handler_child(void *argument)
{
	struct sigaction action = { .sa_handler = on_usr1 };
	(void)argument;
	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGUSR2, &action, NULL);
	return 0;
}

static void handlers(void)
{
	touched = 0;
	signal(SIGUSR1, SIG_DFL);
	signal(SIGUSR2, SIG_IGN);
	show("CLONE_SIGHAND", clone(handler_child, stack + sizeof(stack), CLONE_VM | CLONE_SIGHAND | SIGCHLD, NULL), 0);
	raise(SIGUSR1);
	raise(SIGUSR2);
	printf("handlers of the child run here: %d\n", touched);
	show("without", clone(handler_child, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL), 0);
}

static int exit_child(void *argument) { return (int)(intptr_t)argument; }

static void exit_signals(void)
{
	sigset_t set;
	siginfo_t info;
	struct timespec limit = { 20, 0 };
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	pid_t pid = clone(exit_child, stack + sizeof(stack), SIGUSR1, (void *)4);
	int number = sigtimedwait(&set, &info, &limit);
	printf("signal %d code %d status %d of the child %d\n", number, info.si_code, info.si_status, info.si_pid == pid);
	show("as another child", pid, WNOHANG);
	show("with __WCLONE", pid, __WCLONE);
	pid = clone(exit_child, stack + sizeof(stack), 0, (void *)5);
	show("no signal, with __WALL", pid, __WALL);
	limit.tv_sec = 0;
	result("no signal", sigtimedwait(&set, &info, &limit));
	pid = clone(exit_child, stack + sizeof(stack), SIGCHLD, (void *)6);
	show("SIGCHLD, with __WCLONE", pid, __WCLONE);
	show("SIGCHLD", pid, 0);
	number = sigtimedwait(&set, NULL, &limit);
	printf("signal %d\n", number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static long clone3(struct args *args, size_t size) { return syscall(SYS_clone3, args, size); }

static void clone3_errors(void)
{
	struct args args = { .exit_signal = SIGCHLD };
	result("too small", clone3(&args, 63));
	result("too large", clone3(&args, 5000));
	args.more = 1;
	result("something new", clone3(&args, sizeof(args)));
	result("bad address", clone3((struct args *)8, 64));
	const struct { const char *what; struct args args; } wrong[] = {
		{ "signal in flags", { .flags = SIGCHLD } }, { "signal 65", { .exit_signal = 65 } }, { "signal 256", { .exit_signal = 256 } },
		{ "stack without size", { .stack = (uintptr_t)stack } }, { "size without stack", { .stack_size = 4096 } },
		{ "handlers without memory", { .flags = CLONE_SIGHAND } }, { "thread without handlers", { .flags = CLONE_THREAD | CLONE_VM } },
		{ "handlers shared and cleared", { .flags = CLONE_SIGHAND | CLONE_VM | CLEAR_SIGHAND } }, { "detached", { .flags = CLONE_DETACHED } },
		{ "unknown", { .flags = 1ull << 40 } }, { "thread with signal", { .flags = CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, .exit_signal = SIGCHLD } },
		{ "parent with signal", { .flags = CLONE_PARENT, .exit_signal = SIGCHLD } },
		{ "numbers without room", { .set_tid_size = 1 } }, { "too many numbers", { .set_tid = (uintptr_t)&args, .set_tid_size = 40 } },
		{ "wild stack", { .stack = 1ull << 63, .stack_size = 4096 } }, { "endless stack", { .stack = 4096, .stack_size = -4096ull } },
		{ "bad descriptor address", { .flags = CLONE_PIDFD, .pidfd = 8, .exit_signal = SIGCHLD } },
	};
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		args = wrong[i].args;
		result(wrong[i].what, clone3(&args, 88));
	}
}

static void clone3_works(void)
{
	int pidfd = -1, parent_tid = 0, status;
	int *child_tid = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct args args = { .flags = CLONE_PIDFD | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID, .pidfd = (uintptr_t)&pidfd,
		.parent_tid = (uintptr_t)&parent_tid, .child_tid = (uintptr_t)child_tid, .exit_signal = SIGCHLD };
	pid_t pid = clone3(&args, 64);
	if (!pid) {
		while (!*child_tid)
			sched_yield();
		_exit(*child_tid == getpid() ? 21 : 22);
	}
	struct pollfd polled = { pidfd, POLLIN, 0 };
	check("numbers", parent_tid == pid && pidfd > 2 && fcntl(pidfd, F_GETFD) == FD_CLOEXEC);
	check("polled", poll(&polled, 1, 20000) == 1 && polled.revents == POLLIN);
	siginfo_t info = { 0 };
	result("waitid", waitid(P_PIDFD_, pidfd, &info, WEXITED));
	printf("code %d status %d of it %d\n", info.si_code, info.si_status, info.si_pid == pid && *child_tid == pid);
	result("again", waitid(P_PIDFD_, pidfd, &info, WEXITED));
	result("a signal for it", syscall(SYS_pidfd_send_signal, pidfd, SIGTERM, NULL, 0));
	check("still readable", poll(&polled, 1, 0) == 1);
	close(pidfd);

	signal(SIGUSR1, on_usr1);
	signal(SIGUSR2, SIG_IGN);
	args = (struct args){ .flags = CLEAR_SIGHAND, .exit_signal = SIGCHLD };
	pid = clone3(&args, 64);
	if (!pid) {
		struct sigaction one, two;
		sigaction(SIGUSR1, NULL, &one);
		sigaction(SIGUSR2, NULL, &two);
		_exit((one.sa_handler == SIG_DFL) + 2 * (two.sa_handler == SIG_IGN));
	}
	waitpid(pid, &status, 0);
	printf("cleared %d\n", WEXITSTATUS(status));
	signal(SIGUSR1, SIG_DFL);
	signal(SIGUSR2, SIG_DFL);
}

static void pidfds(void)
{
	pid_t pid = fork();
	if (!pid)
		for (;;)
			pause();
	int fd = syscall(SYS_pidfd_open, pid, 0), nonblocking = syscall(SYS_pidfd_open, pid, O_NONBLOCK);
	struct pollfd polled = { fd, POLLIN, 0 };
	siginfo_t info = { 0 };
	char byte, path[64], name[64];
	check("opened", fd >= 0 && nonblocking >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ssize_t length = readlink(path, name, sizeof(name));
	printf("%.*s\n", (int)length, name);
	check("not ready", poll(&polled, 1, 0) == 0);
	result("read", read(fd, &byte, 1));
	result("write", write(fd, &byte, 1));
	result("nothing sent", syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
	result("flags", syscall(SYS_pidfd_send_signal, fd, 0, NULL, 8));
	result("signal 70", syscall(SYS_pidfd_send_signal, fd, 70, NULL, 0));
	result("not a pidfd", syscall(SYS_pidfd_send_signal, 1, 0, NULL, 0));
	result("bad info", syscall(SYS_pidfd_send_signal, fd, SIGUSR1, 8l, 0));
	info.si_signo = SIGUSR1;
	info.si_code = SI_USER;
	result("like the kernel's", syscall(SYS_pidfd_send_signal, fd, SIGUSR1, &info, 0));
	info.si_code = SI_QUEUE;
	result("of another signal", syscall(SYS_pidfd_send_signal, fd, SIGUSR2, &info, 0));
	result("waitid, nonblocking", waitid(P_PIDFD_, nonblocking, &info, WEXITED));
	result("waitid, WNOHANG", waitid(P_PIDFD_, nonblocking, &info, WEXITED | WNOHANG));
	result("queued", syscall(SYS_pidfd_send_signal, fd, SIGUSR1, (info.si_signo = SIGUSR1, info.si_code = SI_QUEUE, &info), 0));
	check("ready", poll(&polled, 1, 20000) == 1);
	result("to a zombie", syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0));
	result("waitid", waitid(P_PIDFD_, fd, &info, WEXITED));
	printf("code %d status %d\n", info.si_code, info.si_status);
	result("no process", syscall(SYS_pidfd_open, pid, 0));
	result("number 0", syscall(SYS_pidfd_open, 0, 0));
	result("negative", syscall(SYS_pidfd_open, -1, 0));
	result("flags", syscall(SYS_pidfd_open, getpid(), 1));
	result("waitid of a bad descriptor", waitid(P_PIDFD_, -1, &info, WEXITED));
	result("waitid of no pidfd", waitid(P_PIDFD_, 1, &info, WEXITED));
	int mine = syscall(SYS_pidfd_open, getpid(), 0);
	result("waitid of myself", waitid(P_PIDFD_, mine, &info, WEXITED));
	close(fd);
	close(nonblocking);
	close(mine);
}

/* Children of a process that has ended. */
static void reapers(void)
{
	int pipes[2], flag = 0;
	char byte;
	if (pipe(pipes))
		exit(1);
	result("subreaper", prctl(PR_SET_CHILD_SUBREAPER, 1));
	prctl(PR_GET_CHILD_SUBREAPER, &flag);
	printf("subreaper %d\n", flag);
	pid_t me = getpid(), middle = fork();
	if (!middle) {
		pid_t last = fork();
		if (!last) {
			prctl(PR_SET_PDEATHSIG, SIGUSR1);
			sigset_t set;
			siginfo_t info;
			sigemptyset(&set);
			sigaddset(&set, SIGUSR1);
			sigprocmask(SIG_BLOCK, &set, NULL);
			pid_t parent = getppid();
			write(pipes[1], "r", 1);
			sigwaitinfo(&set, &info);
			_exit(getppid() == me && info.si_pid == parent && info.si_code == SI_USER ? 33 : 34);
		}
		read(pipes[0], &byte, 1);
		write(pipes[1], &last, sizeof(last));
		_exit(0);
	}
	show("middle", middle, 0);
	pid_t last;
	read(pipes[0], &last, sizeof(last));
	show("adopted", last, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	result("nobody left", waitpid(-1, NULL, 0));
}

/* Without a reaper they are nobody's business here. */
static void orphans(void)
{
	int alive[2], told[2];
	char byte = 0;
	pid_t me = getpid();
	if (pipe(alive) || pipe(told))
		exit(1);
	pid_t middle = fork();
	if (!middle) {
		pid_t parent = getpid();
		if (!fork()) {
			close(alive[1]);
			read(alive[0], &byte, 1);
			while (getppid() == parent)
				usleep(1000);
			byte = getppid() != me || me == 1 ? 'y' : 'n';
			write(told[1], &byte, 1);
			_exit(5);
		}
		_exit(0);
	}
	show("middle", middle, 0);
	result("wait while the orphan lives", waitpid(-1, NULL, 0));
	close(alive[1]);
	close(told[1]);
	read(told[0], &byte, 1);
	printf("not mine: %c\n", byte);
	ssize_t end = read(told[0], &byte, 1);
	printf("it ended: %zd\n", end);
	result("wait when it has ended", waitpid(-1, NULL, 0));
}

/* A brother made by a child: the child waits for its exec or end, though it is not its own. */
static void brothers(void)
{
	pid_t child = fork();
	if (!child) {
		struct args args = { .flags = CLONE_PARENT | CLONE_VFORK | CLONE_VM };
		touched = 0;
		pid_t brother = clone3(&args, 64);
		if (!brother) {
			for (int i = 0; i < 100; i++)
				sched_yield();
			touched = 1;
			_exit(9);
		}
		_exit(touched && waitpid(brother, NULL, 0) < 0 ? 8 : 7);
	}
	int status, codes = 0;
	for (int i = 0; i < 2; i++) {
		wait(&status);
		codes += WEXITSTATUS(status);
	}
	printf("both %d\n", codes);
}

static void limits(void)
{
	result("children that nobody wants", (signal(SIGCHLD, SIG_IGN), 0));
	pid_t pid = fork();
	if (!pid)
		_exit(0);
	result("not waited for", waitpid(pid, NULL, 0));
	signal(SIGCHLD, SIG_DFL);
	struct sigaction action = { .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT };
	sigaction(SIGCHLD, &action, NULL);
	pid = fork();
	if (!pid)
		_exit(0);
	result("not waited for", waitpid(pid, NULL, 0));
	signal(SIGCHLD, SIG_DFL);
	pid = fork();
	if (!pid)
		_exit(0);
	siginfo_t info;
	waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
	signal(SIGCHLD, SIG_IGN);
	result("ended before", waitpid(pid, NULL, 0));
	signal(SIGCHLD, SIG_DFL);
}

int main(void)
{
	(void)unused;
	sharing(0, "nothing");
	sharing(CLONE_VM, "CLONE_VM");
	sharing(CLONE_FILES, "CLONE_FILES");
	sharing(CLONE_FS, "CLONE_FS");
	sharing(CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_FS, "all and CLONE_VFORK");
	handlers();
	exit_signals();
	clone3_errors();
	clone3_works();
	pidfds();
	reapers();
	orphans();
	brothers();
	limits();
	return 0;
}
