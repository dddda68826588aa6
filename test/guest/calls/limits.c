/* setrlimit(2): what happens at each limit. */
#include "calls.h"
#include <signal.h>
#include <sys/resource.h>

static void set(int resource, long soft)
{
	struct rlimit limit;
	getrlimit(resource, &limit);
	limit.rlim_cur = soft;
	if (setrlimit(resource, &limit))
		perror("setrlimit");
}

/* How a process of its own ends. */
static void ends(const char *what, void (*run)(void))
{
	int status = 0, pid;
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		set(RLIMIT_CORE, 0);
		run();
		fflush(NULL);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status))
		SHOWS(setrlimit, what, "ended by %s", WTERMSIG(status) == SIGXFSZ ? "SIGXFSZ" : "a signal");
	else
		SHOWS(setrlimit, what, "%d", WEXITSTATUS(status));
}

static void write_much(void)
{
	int fd = open("f", O_RDWR);
	set(RLIMIT_FSIZE, 10);
	if (write(fd, "0123456789", 10) == 10 && write(fd, "x", 1))
		_exit(1);
}
static void truncate_much(void)
{
	set(RLIMIT_FSIZE, 10);
	_exit(truncate("f", 11) ? 2 : 1);
}
static void signals(void)
{
	union sigval value = { 0 };
	sigset_t blocked;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGRTMIN + 1);
	sigaddset(&blocked, SIGUSR1);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	RAW(setresuid, 4322, 4322, 4322);
	set(RLIMIT_SIGPENDING, 2);
	siginfo_t info = { .si_code = SI_QUEUE, .si_value = value };
	CALL(rt_sigqueueinfo, "the first", getpid(), SIGRTMIN + 1, &info);
	CALL(rt_sigqueueinfo, "the second", getpid(), SIGRTMIN + 1, &info);
	CALL(rt_sigqueueinfo, "beyond RLIMIT_SIGPENDING", getpid(), SIGRTMIN + 1, &info);
	CALL(kill, "an ordinary signal beyond RLIMIT_SIGPENDING", getpid(), SIGUSR1);
}

int main(void)
{
	files_enter();
	put_file("f", "");
	ends("writing beyond RLIMIT_FSIZE", write_much);
	ends("lengthening beyond RLIMIT_FSIZE", truncate_much);
	calls_apart(signals);
	files_leave();
	return 0;
}
