/* clone(2), fork(2), vfork(2), execve(2), exit(2), wait4(2), waitid(2). */
#include "calls.h"
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static char long_name[300];

static int child_that_exits(int status)
{
	int pid = fork();
	if (pid == 0)
		_exit(status);
	return pid;
}
static int child_that_waits(void)
{
	int pid = fork();
	if (pid == 0) {
		for (;;)
			pause();
	}
	return pid;
}

static void making(void)
{
	int status = 0, value = 1;
	fflush(stdout);
	long pid = RAW(fork);
	if (pid == 0)
		_exit(value == 1 ? 7 : 8);
	EFFECT(fork, "a child with this memory", pid > 0 && waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 7);
	volatile int shared = 1;
	pid = vfork();
	if (pid == 0) {
		shared = 2;
		_exit(9);
	}
	EFFECT(vfork, "a child in this memory", pid > 0 && shared == 2 && waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 9);
	int parent_number = 0, child_number = 0;
	pid = RAW(clone, SIGCHLD | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID, 0, &parent_number, &child_number, 0);
	if (pid == 0)
		_exit(child_number == RAW(gettid) ? 5 : 6);
	EFFECT(clone, "a child told its number", pid > 0 && parent_number == pid && waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 5);
	CALL(clone, "a thread without its process's memory", CLONE_THREAD, 0, 0, 0, 0);
	CALL(clone, "signal handlers without memory", CLONE_SIGHAND, 0, 0, 0, 0);
	CALL(clone, "a thread without signal handlers", CLONE_THREAD | CLONE_VM, 0, 0, 0, 0);
	CALL(clone, "a new root and a shared one", CLONE_NEWNS | CLONE_FS, 0, 0, 0, 0);
}

static void many_as_user(void)
{
	struct rlimit limit = { 1, 1 };
	setrlimit(RLIMIT_NPROC, &limit);
	RAW(setresuid, 4321, 4321, 4321);
	int pid = child_that_waits();
	long more = RAW(fork);
	if (more == 0)
		_exit(0);
	calls_tell("fork", "beyond RLIMIT_NPROC", more, 0);
	more = vfork();
	if (more == 0)
		_exit(0);
	calls_tell("vfork", "beyond RLIMIT_NPROC", more, 0);
	more = RAW(clone, SIGCHLD, 0, 0, 0, 0);
	if (more == 0)
		_exit(0);
	calls_tell("clone", "beyond RLIMIT_NPROC", more, 0);
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}

static void executing(void)
{
	char *arguments[] = { "x", NULL }, *environment[] = { NULL };
	put_file("text", "nothing that could be run\n");
	chmod("text", 0755);
	put_file("closed", "#!/bin/sh\n");
	mkdir("d", 0755);
	if (symlink("loop", "loop"))
		perror("preparing");
	CALL(execve, "nothing there", "absent", arguments, environment);
	CALL(execve, "no name", "", arguments, environment);
	CALL(execve, "what is no program", "text", arguments, environment);
	CALL(execve, "what nobody may execute", "closed", arguments, environment);
	CALL(execve, "a directory", "d", arguments, environment);
	CALL(execve, "below a file", "text/x", arguments, environment);
	CALL(execve, "a link to itself", "loop", arguments, environment);
	CALL(execve, "a long name", long_name, arguments, environment);
	CALL(execve, "a wild path", BAD, arguments, environment);
	CALL(execve, "wild arguments", "/proc/self/exe", BAD, environment);
	CALL(execve, "a wild argument", "/proc/self/exe", ((char *[]){ BAD, NULL }), environment);
	CALL(execve, "a wild environment", "/proc/self/exe", arguments, BAD);
	char *large = mmap(NULL, 200000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(large, 'l', 199999);
	CALL(execve, "a long argument", "/proc/self/exe", ((char *[]){ large, NULL }), environment);
	int status, pid = fork();
	if (pid == 0) {
		RAW(execve, "/proc/self/exe", ((char *[]){ "again", "executed", NULL }), ((char *[]){ "WHERE=here", NULL }));
		_exit(1);
	}
	waitpid(pid, &status, 0);
	EFFECT(execve, "ends as it says", WIFEXITED(status) && WEXITSTATUS(status) == 33);
}

static int run_again(int count, char **arguments)
{
	EFFECT(execve, "has its arguments and environment", count == 2 && strcmp(arguments[0], "again") == 0 && strcmp(getenv("WHERE"), "here") == 0);
	return 33;
}

static void waiting(void)
{
	int status = 0, pid = child_that_exits(3);
	struct rusage usage;
	siginfo_t info;
	EFFECT(wait4, "a child", CALL_OK(wait4, "any", -1, &status, 0, &usage) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 3);
	CALL(wait4, "no child", -1, &status, 0, NULL);
	CALL(wait4, "no such child", 999999, &status, 0, NULL);
	CALL(wait4, "no such option", -1, &status, 0x100, NULL);
	CALL(wait4, "the least number", (long)(int)0x80000000, &status, 0, NULL);
	pid = child_that_waits();
	CALL(wait4, "one that goes on, not waiting", pid, &status, WNOHANG, NULL);
	CALL(wait4, "this group's", 0, &status, WNOHANG, NULL);
	CALL(wait4, "a group without children", -999999, &status, WNOHANG, NULL);
	kill(pid, SIGTERM);
	EFFECT(wait4, "its signal", RAW(wait4, pid, &status, 0, NULL) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	child_that_exits(0);
	CALL(wait4, "to a wild pointer", -1, BAD, 0, NULL);
	CALL(wait4, "which took the child", -1, &status, 0, NULL);

	pid = child_that_exits(4);
	CALL(waitid, "a child, left", P_PID, pid, &info, WEXITED | WNOWAIT, NULL);
	EFFECT(waitid, "tells", info.si_signo == SIGCHLD && info.si_code == CLD_EXITED && info.si_pid == pid && info.si_status == 4);
	CALL(waitid, "the same", P_ALL, 0, &info, WEXITED, &usage);
	EFFECT(waitid, "tells again", info.si_pid == pid && info.si_status == 4);
	CALL(waitid, "no child", P_ALL, 0, &info, WEXITED, NULL);
	CALL(waitid, "no such child", P_PID, 999999, &info, WEXITED, NULL);
	CALL(waitid, "nothing to wait for", P_ALL, 0, &info, 0, NULL);
	CALL(waitid, "no such option", P_ALL, 0, &info, WEXITED | 0x100, NULL);
	CALL(waitid, "no such kind", 7, 0, &info, WEXITED, NULL);
	CALL(waitid, "process 0", P_PID, 0, &info, WEXITED, NULL);
	CALL(waitid, "process below zero", P_PID, -1, &info, WEXITED, NULL);
	pid = child_that_waits();
	info.si_pid = 1;
	CALL(waitid, "one that goes on, not waiting", P_PID, pid, &info, WEXITED | WNOHANG, NULL);
	EFFECT(waitid, "tells of none", info.si_pid == 0);
	kill(pid, SIGSTOP);
	CALL(waitid, "until it stops", P_PID, pid, &info, WSTOPPED, NULL);
	EFFECT(waitid, "tells that", info.si_code == CLD_STOPPED && info.si_status == SIGSTOP);
	kill(pid, SIGCONT);
	CALL(waitid, "until it goes on", P_PID, pid, &info, WCONTINUED, NULL);
	EFFECT(waitid, "tells that", info.si_code == CLD_CONTINUED && info.si_status == SIGCONT);
	kill(pid, SIGKILL);
	CALL(waitid, "its end, to a wild pointer", P_PID, pid, BAD, WEXITED, NULL);
	waitpid(pid, NULL, 0);
}

static void ending(void)
{
	int status = 0;
	fflush(stdout);
	int pid = fork();
	if (pid == 0)
		RAW(exit_group, 0x1ff);
	waitpid(pid, &status, 0);
	EFFECT(exit_group, "eight bits of its status", WIFEXITED(status) && WEXITSTATUS(status) == 0xff);
	pid = fork();
	if (pid == 0)
		RAW(exit, 0x102);
	waitpid(pid, &status, 0);
	EFFECT(exit, "of the last thread: eight bits of its status", WIFEXITED(status) && WEXITSTATUS(status) == 2);
}

/* Whose orphans come to it, and who hears of its parent's end. */
static void orphans(void)
{
	int ends[2], status = 0;
	char byte = 0;
	RAW(prctl, PR_SET_CHILD_SUBREAPER, 1);
	if (pipe(ends))
		return;
	fflush(stdout);
	int middle = fork();
	if (middle == 0) {
		int orphan = fork();
		if (orphan == 0) {
			sigset_t wanted;
			sigemptyset(&wanted);
			sigaddset(&wanted, SIGUSR1);
			sigprocmask(SIG_BLOCK, &wanted, NULL);
			RAW(prctl, PR_SET_PDEATHSIG, SIGUSR1);
			if (write(ends[1], "r", 1) != 1)
				_exit(1);
			siginfo_t info;
			_exit(sigwaitinfo(&wanted, &info) == SIGUSR1 ? 44 : 45);
		}
		_exit(read(ends[0], &byte, 1) == 1 ? 0 : 1);
	}
	waitpid(middle, NULL, 0);
	EFFECT(prctl, "a subreaper gets the orphan, who heard of its parent's end", wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 44);
}

int main(int count, char **arguments)
{
	if (count > 1)
		return run_again(count, arguments);
	files_enter();
	memset(long_name, 'n', 256);
	making();
	calls_apart(many_as_user);
	executing();
	waiting();
	ending();
	calls_apart(orphans);
	files_leave();
	return 0;
}
