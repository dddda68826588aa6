/* clone3(2), execveat(2), pidfd_open(2), pidfd_send_signal(2). */
#include "calls.h"
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>

static int child_that_waits(void)
{
	int pid = fork();
	if (pid == 0) {
		for (;;)
			pause();
	}
	return pid;
}

static void cloning(void)
{
	struct clone_args arguments = { .exit_signal = SIGCHLD }, bad = { .exit_signal = 65 }, thread = { .flags = CLONE_THREAD }, stack = { .stack = 0x10000, .exit_signal = SIGCHLD };
	struct {
		struct clone_args known;
		long more;
	} larger = { .known = arguments, .more = 1 };
	int status = 0, pidfd = -1;
	fflush(stdout);
	long pid = RAW(clone3, &arguments, sizeof(arguments));
	if (pid == 0)
		_exit(21);
	EFFECT(clone3, "a child", pid > 0 && waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 21);
	arguments.flags = CLONE_PIDFD;
	arguments.pidfd = (long)&pidfd;
	pid = RAW(clone3, &arguments, sizeof(arguments));
	if (pid == 0)
		_exit(22);
	EFFECT(clone3, "a child with a descriptor that tells its end", poll(&(struct pollfd){ pidfd, POLLIN, 0 }, 1, -1) == 1 && waitpid(pid, &status, 0) == pid);
	CALL(clone3, "no such signal", &bad, sizeof(bad));
	CALL(clone3, "a thread without its process's memory", &thread, sizeof(thread));
	CALL(clone3, "a stack without a size", &stack, sizeof(stack));
	CALL(clone3, "less than there must be", &arguments, 32);
	CALL(clone3, "more than a page", &arguments, 5000);
	CALL(clone3, "more than is known, not zero", &larger, sizeof(larger));
	CALL(clone3, "a wild pointer", BAD, sizeof(arguments));
}

static void executing(void)
{
	char *arguments[] = { "again", "executed", NULL }, *environment[] = { "WHERE=here", NULL };
	int status, here = open(".", O_RDONLY), file = open("text", O_RDONLY), self = open("/proc/self/exe", O_RDONLY);
	CALL(execveat, "nothing there", here, "absent", arguments, environment, 0);
	CALL(execveat, "no such descriptor", 99, "absent", arguments, environment, 0);
	CALL(execveat, "below a file", file, "x", arguments, environment, 0);
	CALL(execveat, "no name", file, "", arguments, environment, 0);
	CALL(execveat, "no such flag", here, "text", arguments, environment, 0x8000);
	CALL(execveat, "a link that shall not be followed", here, "link", arguments, environment, AT_SYMLINK_NOFOLLOW);
	CALL(execveat, "what is no program", here, "text", arguments, environment, 0);
	CALL(execveat, "what nobody may execute", here, "closed", arguments, environment, 0);
	CALL(execveat, "a wild path", here, BAD, arguments, environment, 0);
	int pid = fork();
	if (pid == 0) {
		RAW(execveat, self, "", arguments, environment, AT_EMPTY_PATH);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	EFFECT(execveat, "the descriptor itself: ends as it says", WIFEXITED(status) && WEXITSTATUS(status) == 33);
}

static int run_again(int count, char **arguments)
{
	EFFECT(execveat, "has its arguments and environment", count == 2 && strcmp(arguments[0], "again") == 0 && strcmp(getenv("WHERE"), "here") == 0);
	return 33;
}

static void descriptors(void)
{
	int pid = child_that_waits(), status;
	siginfo_t info = { .si_signo = SIGUSR1, .si_code = SI_QUEUE };
	int fd = CALL_OK(pidfd_open, "a child", pid, 0);
	CALL(pidfd_open, "no such process", 999999, 0);
	CALL(pidfd_open, "process 0", 0, 0);
	CALL(pidfd_open, "process below zero", -1, 0);
	CALL(pidfd_open, "no such flag", pid, 1);
	EFFECT(pidfd_open, "closed when executing", fcntl(fd, F_GETFD) == FD_CLOEXEC);
	EFFECT(pidfd_open, "not ready while it runs", poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, 0) == 0);
	CALL(pidfd_send_signal, "asked", fd, 0, NULL, 0);
	CALL(pidfd_send_signal, "no such signal", fd, 65, NULL, 0);
	CALL(pidfd_send_signal, "no such flag", fd, 0, NULL, 0x8000);
	CALL(pidfd_send_signal, "a file", 0, SIGUSR1, NULL, 0);
	CALL(pidfd_send_signal, "no such descriptor", 99, SIGUSR1, NULL, 0);
	CALL(pidfd_send_signal, "another signal than it says", fd, SIGUSR2, &info, 0);
	info.si_code = SI_USER;
	CALL(pidfd_send_signal, "as if by kill", fd, SIGUSR1, &info, 0);
	CALL(pidfd_send_signal, "a wild pointer", fd, SIGUSR1, BAD, 0);
	CALL(pidfd_send_signal, "killed", fd, SIGKILL, NULL, 0);
	EFFECT(pidfd_open, "ready when it has ended", poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, -1) == 1);
	waitpid(pid, &status, 0);
	EFFECT(pidfd_send_signal, "it ended by it", WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	CALL(pidfd_send_signal, "one that has been waited for", fd, 0, NULL, 0);
	close(fd);
}

int main(int count, char **arguments)
{
	if (count > 1)
		return run_again(count, arguments);
	files_enter();
	put_file("text", "nothing that could be run\n");
	chmod("text", 0755);
	put_file("closed", "nothing");
	if (symlink("text", "link"))
		perror("preparing");
	cloning();
	executing();
	descriptors();
	files_leave();
	return 0;
}
