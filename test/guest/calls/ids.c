/* User and group identities, groups, capabilities, process groups and sessions. */
#include "calls.h"
#include <linux/capability.h>
#include <signal.h>

static unsigned r, e, s;
static int uids(unsigned real, unsigned effective, unsigned saved) { return RAW(getresuid, &r, &e, &s) == 0 && r == real && e == effective && s == saved; }
static int gids(unsigned real, unsigned effective, unsigned saved) { return RAW(getresgid, &r, &e, &s) == 0 && r == real && e == effective && s == saved; }

static void asking(void)
{
	CALL(getuid, "root", 0);
	CALL(geteuid, "root", 0);
	CALL(getgid, "root", 0);
	CALL(getegid, "root", 0);
	CALL(getresuid, "all three", &r, &e, &s);
	CALL(getresuid, "a wild pointer", BAD, &e, &s);
	CALL(getresuid, "another", &r, &e, BAD);
	CALL(getresgid, "all three", &r, &e, &s);
	CALL(getresgid, "a wild pointer", &r, BAD, &s);
	CALL_OK(getpid, "this process");
	CALL_OK(gettid, "this thread");
	EFFECT(gettid, "is the process's first", RAW(gettid) == RAW(getpid));
	CALL_OK(getppid, "the parent");
}

static void as_user(void)
{
	CALL(setresuid, "to a user who keeps root", 1000, 1001, 0);
	EFFECT(setresuid, "is done", uids(1000, 1001, 0));
	CALL(setresuid, "to somebody else", -1, 1002, -1);
	CALL(setuid, "to somebody else", 1002);
	CALL(setreuid, "to somebody else", 1002, -1);
	CALL(setreuid, "the real one to the saved one", 0, -1);
	CALL(setuid, "to the saved one", 0);
	EFFECT(setuid, "the effective one only", uids(1000, 0, 0));
	CALL(setuid, "by root", 1000);
	EFFECT(setuid, "all three", uids(1000, 1000, 1000));
	CALL(setuid, "back to root", 0);
	CALL(setgid, "without privilege", 5);
	CALL(setgroups, "without privilege", 0, NULL);
	CALL(setregid, "without privilege", 5, 5);
	CALL(setresgid, "without privilege", 5, 5, 5);
	CALL(setresuid, "to itself", 1000, 1000, 1000);
	CALL(sethostname, "without privilege", "x", 1);
	CALL(setdomainname, "without privilege", "x", 1);
}

static void users(void)
{
	CALL(setuid, "nobody's number", -1);
	CALL(setreuid, "the effective one", -1, 7);
	EFFECT(setreuid, "and the saved one", uids(0, 7, 7));
	RAW(setreuid, -1, 0);
	CALL(setfsuid, "the old one", 9);
	CALL(setfsuid, "which it was now", -1);
	RAW(setfsuid, 0);
	calls_apart(as_user);
}

static void groups(void)
{
	unsigned list[3] = { 3, 4, 5 }, got[3] = { 0 };
	CALL(setgroups, "three", 3, list);
	CALL(getgroups, "how many", 0, NULL);
	CALL(getgroups, "three", 3, got);
	EFFECT(getgroups, "are those", got[0] == 3 && got[1] == 4 && got[2] == 5);
	CALL(getgroups, "room for less", 2, got);
	CALL(getgroups, "room below zero", -1, got);
	CALL(getgroups, "a wild pointer", 3, BAD);
	CALL(setgroups, "a wild pointer", 3, BAD);
	CALL(setgroups, "more than there may be", 65537, list);
	CALL(setgroups, "below zero", -1, list);
	static unsigned many[1000];
	for (unsigned i = 0; i < 1000; i++)
		many[i] = i;
	CALL(setgroups, "a thousand", 1000, many);
	CALL(getgroups, "a thousand", 1000, many);
	CALL(setgroups, "none", 0, NULL);
	CALL(getgroups, "none", 0, NULL);
	CALL(setresgid, "all three", 1, 2, 3);
	EFFECT(setresgid, "is done", gids(1, 2, 3));
	CALL(setregid, "two", 4, 5);
	EFFECT(setregid, "and the saved one", gids(4, 5, 5));
	CALL(setgid, "nobody's number", -1);
	CALL(setgid, "by root", 6);
	EFFECT(setgid, "all three", gids(6, 6, 6));
	CALL(setfsgid, "the old one", 9);
	CALL(setfsgid, "which it was now", -1);
	RAW(setgid, 0);
}

static void capabilities(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];
	CALL(capget, "one's own", &header, data);
	EFFECT(capget, "is permitted what root does most", data[0].effective & data[0].permitted & 1u << CAP_CHOWN && data[0].effective & 1u << CAP_SETUID);
	struct __user_cap_data_struct dropped[2] = { data[0], data[1] };
	dropped[0].effective &= ~(1u << CAP_SYS_CHROOT);
	CALL(capset, "one less", &header, dropped);
	CALL(capset, "all again", &header, data);
	header.pid = 999999;
	CALL(capget, "no such process", &header, data);
	CALL(capset, "another process", &header, data);
	header.pid = -1;
	CALL(capget, "a process below zero", &header, data);
	header = (struct __user_cap_header_struct){ 0x12345678, 0 };
	CALL(capget, "no such version", &header, data);
	EFFECT(capget, "tells the version", header.version == _LINUX_CAPABILITY_VERSION_3);
	header.version = 1;
	CALL(capget, "asking for the version", &header, NULL);
	header.version = 1;
	CALL(capset, "no such version", &header, data);
	CALL(capget, "a wild header", BAD, data);
	CALL(capget, "wild data", &header, BAD);
	CALL(capset, "a wild header", BAD, data);
	CALL(capset, "wild data", &header, BAD);
	dropped[0].permitted = 0;
	dropped[0].effective = 1;
	CALL(capset, "effective without permitted", &header, dropped);
}

static void dropping(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { { 0 }, { 0 } };
	CALL(capset, "none at all", &header, data);
	CALL(capget, "what is left", &header, data);
	EFFECT(capget, "is nothing", data[0].effective == 0 && data[0].permitted == 0);
	data[0].permitted = data[0].effective = 1;
	CALL(capset, "more than permitted", &header, data);
	CALL(setuid, "without the capability", 5);
	CALL(setgroups, "without the capability", 0, NULL);
}

static void child(void)
{
	EFFECT(getpgid, "as its parent", RAW(getpgid, 0) == RAW(getpgid, RAW(getppid)));
	CALL(setpgid, "the parent", getppid(), 0);
	CALL(setpgid, "a group of its own", 0, 0);
	EFFECT(setpgid, "is its number", RAW(getpgrp) == RAW(getpid) && RAW(getpgid, 0) == RAW(getpid));
	CALL(setsid, "as the leader of a group");
	CALL(setpgid, "to a group that is not there", 0, 999999);
}

static void leader(void)
{
	CALL_OK(setsid, "a new session");
	EFFECT(setsid, "and group", RAW(getsid, 0) == RAW(getpid) && RAW(getpgrp) == RAW(getpid));
	CALL(setsid, "again");
	CALL(setpgid, "as the leader of a session", 0, 0);
	int status, pid = fork();
	if (pid == 0) {
		pause();
		_exit(0);
	}
	CALL(setpgid, "a child to a group of its own", pid, pid);
	EFFECT(setpgid, "is done", RAW(getpgid, pid) == pid && RAW(getsid, pid) == RAW(getpid));
	CALL(setpgid, "a child back to this group", pid, getpid());
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

static void sessions(void)
{
	CALL_OK(getpgid, "one's own", 0);
	CALL(getpgid, "no such process", 999999);
	CALL(getpgid, "a process below zero", -1);
	CALL_OK(getpgrp, "one's own");
	CALL_OK(getsid, "one's own", 0);
	CALL(getsid, "no such process", 999999);
	CALL(setpgid, "no such process", 999999, 0);
	CALL(setpgid, "a group below zero", 0, -1);
	calls_apart(child);
	calls_apart(leader);
}

int main(void)
{
	files_enter();
	asking();
	users();
	groups();
	capabilities();
	calls_apart(dropping);
	sessions();
	files_leave();
	return 0;
}
