/* Process, group, session and user numbers hang together. Prints relations, not values: those differ from system to system. */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static void result(const char *what, long value) { printf("%s: %ld, errno %d\n", what, value, value < 0 ? errno : 0); }
static void check(const char *what, int holds) { printf("%s: %s\n", what, holds ? "ok" : "WRONG"); }

static void *in_thread(void *argument)
{
	long tid = syscall(SYS_gettid);
	check("a thread has the same process", getpid() == *(pid_t *)argument);
	check("and another number", tid != getpid());
	return NULL;
}

int main(void)
{
	pid_t pid = getpid();
	check("a process has a number", pid > 0 && getpid() == pid);
	check("its first thread the same", syscall(SYS_gettid) == pid);
	pthread_t thread;
	pthread_create(&thread, NULL, in_thread, &pid);
	pthread_join(thread, NULL);

	check("group", getpgrp() == getpgid(0) && getpgid(pid) == getpgrp());
	check("session", getsid(0) == getsid(pid));
	result("nobody's group", getpgid(999999));
	result("nobody's session", getsid(999999));
	result("set a negative group", setpgid(0, -1));
	result("set nobody's group", setpgid(999999, 0));

	uid_t real = 1, effective = 2, saved = 3;
	result("users", getresuid(&real, &effective, &saved));
	check("are the same", real == getuid() && effective == geteuid());
	gid_t greal = 1, geffective = 2, gsaved = 3;
	result("groups", getresgid(&greal, &geffective, &gsaved));
	check("are the same", greal == getgid() && geffective == getegid());
	result("setuid to oneself", setuid(getuid()));
	result("setgid", setgid(getgid()));
	result("setreuid to nothing", setreuid(-1, -1));
	result("setresgid", setresgid(-1, -1, -1));
	check("number of groups", getgroups(0, NULL) >= 0);
	result("negative size", syscall(SYS_getgroups, -1, NULL));
	result("bad address", syscall(SYS_getresuid, 8l, 8l, 8l));
	return 0;
}
