/* Process groups and sessions: who may be moved where, and what becomes of stopped members of a group that nobody can continue. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void result(const char *what, long value) { printf("%s: %s\n", what, value < 0 ? strerror(errno) : "ok"); fflush(stdout); }
static void check(const char *what, int holds) { printf("%s: %s\n", what, holds ? "yes" : "NO"); fflush(stdout); }

static int to_child[2], to_parent[2];

static void tell(int fd, char byte) { if (write(fd, &byte, 1) != 1) _exit(90); }
static char hear(int fd) { char byte = '?'; if (read(fd, &byte, 1) != 1) return '-'; return byte; }

static void make_pipes(void)
{
	if (pipe(to_child) || pipe(to_parent))
		exit(91);
}

static void end(pid_t pid)
{
	int status;
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

static void moving(const char *self)
{
	pid_t me = getpid(), first = fork();
	if (!first)
		for (;;)
			pause();
	pid_t second = fork();
	if (!second)
		for (;;)
			pause();
	check("born into my group", getpgid(first) == getpgrp() && getsid(first) == getsid(0));
	result("child's own group", setpgid(first, first));
	check("it is", getpgid(first) == first);
	result("once more", setpgid(first, 0));
	result("second joins it", setpgid(second, first));
	check("it is", getpgid(second) == first);
	result("back to mine", setpgid(second, getpgrp()));
	result("a group that is not", setpgid(second, second + 1000));
	result("negative", setpgid(second, -5));
	result("no process", setpgid(second + 1000, 0));
	end(second);
	result("nobody's now", setpgid(second, 0));
	end(first);

	make_pipes();
	pid_t executed = fork();
	if (!executed) {
		char in[12], out[12];
		snprintf(in, sizeof(in), "%d", to_child[0]);
		snprintf(out, sizeof(out), "%d", to_parent[1]);
		execl("/proc/self/exe", self, "executed", in, out, NULL);
		_exit(92);
	}
	check("executed", hear(to_parent[0]) == 'x');
	result("too late", setpgid(executed, executed));
	tell(to_child[1], 'q');
	waitpid(executed, NULL, 0);

	pid_t leader = fork();
	if (!leader) {
		result("new session", setsid());
		check("leads it", getsid(0) == getpid() && getpgrp() == getpid());
		result("again", setsid());
		result("moving a leader", setpgid(0, 0));
		result("to my parent's group", setpgid(0, getpgid(me)));
		tell(to_parent[1], 's');
		hear(to_child[0]);
		_exit(0);
	}
	hear(to_parent[0]);
	result("child of another session", setpgid(leader, getpgrp()));
	tell(to_child[1], 'q');
	waitpid(leader, NULL, 0);

	pid_t group_leader = fork();
	if (!group_leader) {
		setpgid(0, 0);
		pid_t member = fork();
		if (!member) {
			result("a member's session", setsid());
			_exit(0);
		}
		waitpid(member, NULL, 0);
		result("a group leader's session", setsid());
		_exit(0);
	}
	waitpid(group_leader, NULL, 0);
}

static void on_signal(int number)
{
	tell(to_parent[1], number == SIGHUP ? 'H' : 'C');
}

/* A stopped grandchild whose group's last connection to the session ends. */
static void orphans(void)
{
	make_pipes();
	pid_t middle = fork();
	if (!middle) {
		setpgid(0, 0);
		pid_t last = fork();
		if (!last) {
			signal(SIGHUP, on_signal);
			signal(SIGCONT, on_signal);
			signal(SIGTTIN, SIG_DFL);
			tell(to_parent[1], 'r');
			raise(SIGSTOP);
			/* continued: a stop of job control does nothing in an orphaned group */
			raise(SIGTSTP);
			raise(SIGTTIN);
			raise(SIGTTOU);
			tell(to_parent[1], getppid() == getpid() ? '!' : 'e');
			_exit(0);
		}
		int status;
		waitpid(last, &status, WUNTRACED);
		_exit(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP ? 7 : 8);
	}
	close(to_parent[1]);
	check("ready", hear(to_parent[0]) == 'r');
	int status;
	waitpid(middle, &status, 0);
	check("middle saw it stopped and ended", WIFEXITED(status) && WEXITSTATUS(status) == 7);
	char first = hear(to_parent[0]), second = hear(to_parent[0]);
	check("SIGHUP and SIGCONT", first + second == 'H' + 'C');
	check("stops are ignored", hear(to_parent[0]) == 'e');
	check("and it ends", hear(to_parent[0]) == '-');
}

/* A whole group hears a signal sent to it. */
static void group_kill(void)
{
	make_pipes();
	pid_t pids[3];
	for (int i = 0; i < 3; i++) {
		pids[i] = fork();
		if (!pids[i]) {
			close(to_child[1]);
			hear(to_child[0]);
			pause();
		}
		setpgid(pids[i], pids[0]);
	}
	result("nothing to a group", kill(-pids[0], 0));
	result("to a group", kill(-pids[0], SIGUSR1));
	for (int i = 0; i < 3; i++) {
		int status;
		pid_t pid = waitpid(-pids[0], &status, 0);
		check("one of them", (pid == pids[0] || pid == pids[1] || pid == pids[2]) && WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
	}
	result("nobody left", kill(-pids[0], 0));
	result("wait for nobody", waitpid(-pids[0], NULL, 0));
	result("waitid for a group", waitid(P_PGID, pids[0], NULL, WEXITED));
	result("signal 65", kill(getpid(), 65));
	result("signal -1", kill(getpid(), -1));
}

int main(int argc, char **argv)
{
	if (argc > 3 && !strcmp(argv[1], "executed")) {
		tell(atoi(argv[3]), 'x');
		hear(atoi(argv[2]));
		return 0;
	}
	moving(argv[0]);
	orphans();
	group_kill();
	return 0;
}
