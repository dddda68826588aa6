#define _GNU_SOURCE
#include "lab.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/route.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static void fail(const char *what)
{
	fprintf(stderr, "lab: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fail(path);
	close(fd);
}

static void become_root(void)
{
	char map[64];
	unsigned uid = getuid(), gid = getgid();
	if (unshare(CLONE_NEWUSER))
		fail("a user namespace");
	put("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", uid);
	put("/proc/self/uid_map", map);
	snprintf(map, sizeof(map), "0 %u 1", gid);
	put("/proc/self/gid_map", map);
}

static void interface_up(int fd, struct ifreq *request)
{
	if (ioctl(fd, SIOCGIFFLAGS, request))
		fail("SIOCGIFFLAGS");
	request->ifr_flags |= IFF_UP | IFF_RUNNING;
	if (ioctl(fd, SIOCSIFFLAGS, request))
		fail("SIOCSIFFLAGS");
}

void namespace_enter(void)
{
	struct ifreq lo = { .ifr_name = "lo" };
	if (geteuid())
		become_root();
	if (unshare(CLONE_NEWNET))
		fail("a network namespace");
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	interface_up(fd, &lo);
	close(fd);
}

/* /dev may be bare, as in a container. */
static int open_tun(const char *directory)
{
	char path[256];
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0)
		return fd;
	snprintf(path, sizeof(path), "%s/tun", directory);
	if (mknod(path, S_IFCHR | 0600, makedev(10, 200)) && errno != EEXIST)
		fail("/dev/net/tun");
	if ((fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK)) < 0)
		fail("/dev/net/tun");
	return fd;
}

static struct sockaddr socket_address(uint32_t address)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(address) };
	struct sockaddr out;
	memcpy(&out, &in, sizeof(out));
	return out;
}

int namespace_tap(const char *name, uint32_t address, const char *directory)
{
	struct ifreq request = { 0 };
	int tap = open_tun(directory), fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	request.ifr_flags = IFF_TAP | IFF_NO_PI;
	if (ioctl(tap, TUNSETIFF, &request))
		fail("TUNSETIFF");
	request.ifr_addr = socket_address(address);
	if (ioctl(fd, SIOCSIFADDR, &request))
		fail("SIOCSIFADDR");
	request.ifr_netmask = socket_address(0xffffff00);
	if (ioctl(fd, SIOCSIFNETMASK, &request))
		fail("SIOCSIFNETMASK");
	interface_up(fd, &request);
	if (address != OUTSIDE) {
		struct rtentry route = { .rt_dst = socket_address(0), .rt_genmask = socket_address(0), .rt_gateway = socket_address(OUTSIDE), .rt_flags = RTF_UP | RTF_GATEWAY };
		if (ioctl(fd, SIOCADDRT, &route))
			fail("SIOCADDRT");
	}
	close(fd);
	return tap;
}

int namespace_hold(void)
{
	pid_t parent = getpid(), child = fork();
	if (child < 0)
		fail("fork");
	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		for (;;)
			pause();
	_exit(0);
}
