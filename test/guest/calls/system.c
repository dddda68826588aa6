/* Limits, names of the machine, usage, prctl(2), personality(2), priorities and scheduling, randomness. */
#include "calls.h"
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <linux/random.h>

static void as_user(void (*run)(void))
{
	int status;
	fflush(NULL);
	if (fork() == 0) {
		RAW(setresuid, 1000, 1000, 1000);
		run();
		fflush(NULL);
		_exit(0);
	}
	wait(&status);
}

static void limits_as_user(void)
{
	struct rlimit limit = { 10, 20 }, more = { 10, 21 };
	CALL(setrlimit, "less", RLIMIT_CORE, &limit);
	CALL(setrlimit, "more, without privilege", RLIMIT_CORE, &more);
	CALL(prlimit64, "more, without privilege", 0, RLIMIT_CORE, &more, NULL);
}

static void limits(void)
{
	struct rlimit limit = { 7, 9 }, got = { 0, 0 }, upside_down = { 9, 7 }, huge = { 1 << 30, 1 << 30 };
	CALL(setrlimit, "a soft and a hard one", RLIMIT_CORE, &limit);
	CALL(getrlimit, "which are", RLIMIT_CORE, &got);
	SHOWS(getrlimit, "the same", "%ld %ld", (long)got.rlim_cur, (long)got.rlim_max);
	CALL(setrlimit, "soft above hard", RLIMIT_CORE, &upside_down);
	CALL(setrlimit, "no such resource", 99, &limit);
	CALL(setrlimit, "a wild pointer", RLIMIT_CORE, BAD);
	CALL(setrlimit, "more descriptors than there can be", RLIMIT_NOFILE, &huge);
	CALL(getrlimit, "no such resource", 99, &got);
	CALL(getrlimit, "a wild pointer", RLIMIT_CORE, BAD);
	limit.rlim_cur = 8;
	CALL(prlimit64, "both ways", 0, RLIMIT_CORE, &limit, &got);
	SHOWS(prlimit64, "the old ones", "%ld %ld", (long)got.rlim_cur, (long)got.rlim_max);
	CALL(prlimit64, "another process", getpid(), RLIMIT_CORE, NULL, &got);
	SHOWS(prlimit64, "its", "%ld %ld", (long)got.rlim_cur, (long)got.rlim_max);
	CALL(prlimit64, "soft above hard", 0, RLIMIT_CORE, &upside_down, NULL);
	CALL(prlimit64, "no such process", 999999, RLIMIT_CORE, NULL, &got);
	CALL(prlimit64, "no such resource", 0, 99, NULL, &got);
	CALL(prlimit64, "a wild old one", 0, RLIMIT_CORE, NULL, BAD);
	CALL(prlimit64, "a wild new one", 0, RLIMIT_CORE, BAD, NULL);
	as_user(limits_as_user);
}

static void names_as_user(void)
{
	CALL(sethostname, "without privilege", "x", 1);
	CALL(setdomainname, "without privilege", "x", 1);
}

static void names(void)
{
	struct utsname names;
	char long_one[70];
	memset(long_one, 'n', sizeof(long_one));
	CALL(uname, "this machine", &names);
	SHOWS(uname, "is a", "%s on %s", names.sysname, names.machine);
	CALL(uname, "a wild pointer", BAD);
	CALL(sethostname, "65 bytes", long_one, 65);
	CALL(sethostname, "bytes below zero", long_one, -1);
	CALL(sethostname, "a wild pointer", BAD, 5);
	CALL(setdomainname, "65 bytes", long_one, 65);
	CALL(setdomainname, "bytes below zero", long_one, -1);
	CALL(setdomainname, "a wild pointer", BAD, 5);
	CALL(sethostname, "what it is", names.nodename, strlen(names.nodename));
	CALL(setdomainname, "what it is", names.domainname, strlen(names.domainname));
	as_user(names_as_user);
}

static void usage(void)
{
	struct rusage usage;
	struct sysinfo info;
	struct tms tms;
	CALL(getrusage, "one's own", RUSAGE_SELF, &usage);
	EFFECT(getrusage, "some memory", usage.ru_maxrss > 0);
	CALL(getrusage, "the children's", RUSAGE_CHILDREN, &usage);
	CALL(getrusage, "the thread's", RUSAGE_THREAD, &usage);
	CALL(getrusage, "no such", 5, &usage);
	CALL(getrusage, "a wild pointer", RUSAGE_SELF, BAD);
	CALL(sysinfo, "this machine", &info);
	EFFECT(sysinfo, "makes sense", info.totalram >= info.freeram && info.freeram > 0 && info.procs > 0 && info.mem_unit > 0);
	CALL(sysinfo, "a wild pointer", BAD);
	long ticks = CALL_OK(times, "now", &tms);
	EFFECT(times, "later is not earlier", RAW(times, NULL) >= ticks);
	CALL(times, "a wild pointer", BAD);
}

static void controls(void)
{
	char name[17] = "";
	int number = 0;
	CALL(prctl, "PR_SET_NAME", PR_SET_NAME, "a name that is much too long");
	CALL(prctl, "PR_GET_NAME", PR_GET_NAME, name);
	SHOWS(prctl, "which is", "%s", name);
	CALL(prctl, "PR_SET_NAME, wild", PR_SET_NAME, BAD);
	CALL(prctl, "PR_GET_NAME, wild", PR_GET_NAME, BAD);
	CALL(prctl, "PR_SET_PDEATHSIG", PR_SET_PDEATHSIG, SIGUSR1);
	CALL(prctl, "PR_GET_PDEATHSIG", PR_GET_PDEATHSIG, &number);
	SHOWS(prctl, "which is", "%d", number);
	CALL(prctl, "PR_SET_PDEATHSIG, no such signal", PR_SET_PDEATHSIG, 65);
	CALL(prctl, "PR_GET_PDEATHSIG, wild", PR_GET_PDEATHSIG, BAD);
	CALL(prctl, "PR_SET_DUMPABLE", PR_SET_DUMPABLE, 0);
	CALL(prctl, "PR_GET_DUMPABLE", PR_GET_DUMPABLE);
	CALL(prctl, "PR_SET_DUMPABLE, no such", PR_SET_DUMPABLE, 2);
	CALL(prctl, "PR_SET_DUMPABLE again", PR_SET_DUMPABLE, 1);
	CALL(prctl, "PR_SET_KEEPCAPS", PR_SET_KEEPCAPS, 1);
	CALL(prctl, "PR_GET_KEEPCAPS", PR_GET_KEEPCAPS);
	CALL(prctl, "PR_SET_KEEPCAPS, no such", PR_SET_KEEPCAPS, 2);
	CALL(prctl, "PR_SET_TIMERSLACK", PR_SET_TIMERSLACK, 12345);
	CALL(prctl, "PR_GET_TIMERSLACK", PR_GET_TIMERSLACK);
	CALL(prctl, "PR_SET_TIMERSLACK, the default", PR_SET_TIMERSLACK, 0);
	CALL(prctl, "PR_GET_TIMERSLACK", PR_GET_TIMERSLACK);
	CALL(prctl, "PR_CAPBSET_READ", PR_CAPBSET_READ, 0);
	CALL(prctl, "PR_CAPBSET_READ, no such", PR_CAPBSET_READ, 99);
	CALL(prctl, "PR_CAPBSET_DROP, no such", PR_CAPBSET_DROP, 99);
	CALL(prctl, "PR_SET_CHILD_SUBREAPER", PR_SET_CHILD_SUBREAPER, 1);
	CALL(prctl, "PR_GET_CHILD_SUBREAPER", PR_GET_CHILD_SUBREAPER, &number);
	SHOWS(prctl, "which is", "%d", number);
	CALL(prctl, "PR_SET_CHILD_SUBREAPER, no more", PR_SET_CHILD_SUBREAPER, 0);
	CALL(prctl, "PR_GET_CHILD_SUBREAPER, wild", PR_GET_CHILD_SUBREAPER, BAD);
	CALL(prctl, "PR_GET_NO_NEW_PRIVS", PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
	CALL(prctl, "PR_SET_NO_NEW_PRIVS, not 1", PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0);
	CALL(prctl, "PR_SET_NO_NEW_PRIVS", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	CALL(prctl, "PR_GET_NO_NEW_PRIVS after it", PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
	CALL(prctl, "PR_GET_NO_NEW_PRIVS with an argument", PR_GET_NO_NEW_PRIVS, 1, 0, 0, 0);
	CALL(prctl, "no such option", 9999);
	CALL(personality, "asked", 0xffffffff);
	CALL(personality, "Linux's", 0);
	CALL(personality, "without randomisation", 0x40000);
	CALL(personality, "which it is now", 0xffffffff);
	CALL(personality, "Linux's again", 0);
}

static void priorities_as_user(void)
{
	CALL(setpriority, "better, without privilege", PRIO_PROCESS, 0, -5);
	CALL(setpriority, "another user's process", PRIO_PROCESS, getppid(), 5);
}

static void priorities(void)
{
	CALL(getpriority, "20 less nice", PRIO_PROCESS, 0);
	CALL(setpriority, "nicer", PRIO_PROCESS, 0, 5);
	CALL(getpriority, "then", PRIO_PROCESS, 0);
	CALL(setpriority, "nicer than can be", PRIO_PROCESS, 0, 100);
	CALL(getpriority, "then", PRIO_PROCESS, 0);
	CALL(setpriority, "as root", PRIO_PROCESS, 0, 0);
	CALL(setpriority, "no such kind", 3, 0, 0);
	CALL(getpriority, "no such kind", 3, 0);
	CALL(setpriority, "no such process", PRIO_PROCESS, 999999, 0);
	CALL(getpriority, "no such process", PRIO_PROCESS, 999999);
	CALL(getpriority, "the group", PRIO_PGRP, 0);
	CALL(getpriority, "no such group", PRIO_PGRP, 999999);
	CALL(getpriority, "no such user", PRIO_USER, 999999);
	as_user(priorities_as_user);
}

static void randomness(void)
{
	char a[16] = { 0 }, b[16] = { 0 };
	CALL(getrandom, "16 bytes", a, 16, 0);
	CALL(getrandom, "16 more, not waiting", b, 16, GRND_NONBLOCK);
	EFFECT(getrandom, "others", memcmp(a, b, 16) != 0);
	CALL(getrandom, "as /dev/random", a, 16, GRND_RANDOM);
	CALL(getrandom, "insecure ones", a, 16, 4);
	CALL(getrandom, "none", a, 0, 0);
	CALL(getrandom, "no such flag", a, 16, 8);
	CALL(getrandom, "insecure and as /dev/random", a, 16, GRND_RANDOM | 4);
	CALL(getrandom, "a wild pointer", BAD, 16, 0);
	CALL(getrandom, "across the end of memory", calls_edge() + 4090, 16, 0);
}

int main(void)
{
	files_enter();
	limits();
	names();
	usage();
	calls_apart(controls);
	priorities();
	randomness();
	files_leave();
	return 0;
}
