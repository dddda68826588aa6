/* fork with copy-on-write, wait, exec of oneself, vfork and posix_spawn. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static int global = 1;

static void report(const char *what, int status)
{
	if (WIFEXITED(status))
		printf("%s: exited %d\n", what, WEXITSTATUS(status));
	else
		printf("%s: signal %d\n", what, WTERMSIG(status));
	fflush(stdout);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "again")) {
		printf("executed with %s, %s=%s\n", argv[2], "COLOUR", getenv("COLOUR") ? getenv("COLOUR") : "(none)");
		return 42;
	}
	int status, local = 5;
	char *private = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char *heap = malloc(100000);
	strcpy(private, "parent"); strcpy(private + 4096, "untouched"); strcpy(shared, "parent"); strcpy(heap, "parent");
	fflush(stdout);
	pid_t pid = fork();
	if (!pid) {
		global = 2; local = 6;
		strcpy(private, "child"); strcpy(shared, "child"); strcpy(heap, "child");
		printf("child sees %s, ppid right: %d\n", private + 4096, getppid() != getpid());
		fflush(stdout);
		_exit(global * 10 + local);
	}
	printf("waited: %d\n", waitpid(pid, &status, 0) == pid);
	report("fork", status);
	printf("parent has %d %d %s %s %s\n", global, local, private, shared, heap);
	fflush(stdout);

	pid = fork();
	if (!pid) {
		char *arguments[] = { argv[0], "again", "argument", NULL }, *environment[] = { "COLOUR=red", NULL };
		execve("/proc/self/exe", arguments, environment);
		_exit(errno);
	}
	waitpid(pid, &status, 0);
	report("exec", status);

	pid = vfork();
	if (!pid) {
		char *arguments[] = { argv[0], "again", "vforked", NULL };
		execve("/proc/self/exe", arguments, environ);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	report("vfork", status);

	char *arguments[] = { argv[0], "again", "spawned", NULL };
	int error = posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments, environ);
	printf("posix_spawn: %d\n", error);
	waitpid(pid, &status, 0);
	report("spawn", status);

	pid = fork();
	if (!pid) {
		*(volatile int *)16 = 1;
		_exit(0);
	}
	waitpid(pid, &status, 0);
	report("crash", status);
	pid = fork();
	if (!pid)
		for (;;)
			pause();
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	report("kill", status);
	printf("no child left: %d %s\n", (int)wait(NULL), errno == ECHILD ? "ECHILD" : "?");
	printf("exec of nothing: %d %s\n", execl("/no/such/file", "x", NULL), errno == ENOENT ? "ENOENT" : "?");
	return 0;
}
