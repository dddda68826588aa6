/* ioctls about interfaces, on the one that every machine has: netdevice(7). */
#include <arpa/inet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include "sockets.h"

static struct ifreq named(const char *name)
{
	struct ifreq request = { 0 };
	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	return request;
}

static void address(int fd, const char *what, unsigned long command, const char *name)
{
	struct ifreq request = named(name);
	if (ioctl(fd, command, &request))
		printf("%s of %s: %s\n", what, name, errno_name(errno));
	else
		printf("%s of %s: %s\n", what, name, inet_ntoa(((struct sockaddr_in *)&request.ifr_addr)->sin_addr));
}

static void about(int fd, const char *name)
{
	struct ifreq request = named(name);
	SAY(ioctl(fd, SIOCGIFFLAGS, &request));
	printf("flags %#x\n", request.ifr_flags & 0xffff & (IFF_UP | IFF_LOOPBACK | IFF_RUNNING | IFF_BROADCAST | IFF_MULTICAST));
	request = named(name);
	SAY(ioctl(fd, SIOCGIFINDEX, &request));
	printf("index %d\n", request.ifr_ifindex);
	request = named(name);
	SAY(ioctl(fd, SIOCGIFMTU, &request));
	printf("MTU %d\n", request.ifr_mtu);
	request = named(name);
	SAY(ioctl(fd, SIOCGIFMETRIC, &request));
	printf("metric %d\n", request.ifr_metric);
	request = named(name);
	SAY(ioctl(fd, SIOCGIFTXQLEN, &request));
	printf("queue %d\n", request.ifr_qlen);
	request = named(name);
	SAY(ioctl(fd, SIOCGIFHWADDR, &request));
	printf("hardware %d %02x\n", request.ifr_hwaddr.sa_family, request.ifr_hwaddr.sa_data[0]);
	address(fd, "address", SIOCGIFADDR, name);
	address(fd, "mask", SIOCGIFNETMASK, name);
	address(fd, "broadcast", SIOCGIFBRDADDR, name);
	address(fd, "destination", SIOCGIFDSTADDR, name);
}

/* Those that name no interface, or a wrong one. */
static void wrong(int fd)
{
	struct ifreq request = named("nosuch7");
	SAY(ioctl(fd, SIOCGIFFLAGS, &request));
	SAY(ioctl(fd, SIOCGIFADDR, &request));
	SAY(ioctl(fd, SIOCGIFINDEX, &request));
	request.ifr_ifindex = 12345;
	SAY(ioctl(fd, SIOCGIFNAME, &request));
	SAY(ioctl(fd, SIOCGIFMTU, (void *)8));
	SAY(ioctl(fd, SIOCGIFCONF, (void *)8));
	request = named("lo");
	request.ifr_addr.sa_family = AF_INET;
	SAY(ioctl(fd, 0x8950, &request));
}

static void list(int fd)
{
	struct ifreq all[16];
	struct ifconf conf = { .ifc_len = sizeof(all), .ifc_req = all };
	SAY(ioctl(fd, SIOCGIFCONF, &conf));
	for (unsigned i = 0; i < conf.ifc_len / sizeof(*all); i++)
		if (!strcmp(all[i].ifr_name, "lo"))
			printf("%s %s %d\n", all[i].ifr_name, inet_ntoa(((struct sockaddr_in *)&all[i].ifr_addr)->sin_addr), all[i].ifr_addr.sa_family);
	int whole = conf.ifc_len;
	conf = (struct ifconf){ .ifc_len = 0 };
	SAY(ioctl(fd, SIOCGIFCONF, &conf));
	printf("length without a buffer: %s\n", conf.ifc_len == whole ? "the same" : "another");
	conf = (struct ifconf){ .ifc_len = sizeof(*all) - 1, .ifc_req = all };
	SAY(ioctl(fd, SIOCGIFCONF, &conf));
	printf("length with too small a buffer: %d\n", conf.ifc_len);
}

int main(void)
{
	int families[] = { AF_INET, AF_UNIX };
	for (unsigned i = 0; i < 2; i++) {
		int fd = socket(families[i], SOCK_DGRAM, 0);
		printf("family %d\n", families[i]);
		about(fd, "lo");
		wrong(fd);
		list(fd);
		close(fd);
	}
	char name[IF_NAMESIZE];
	printf("%u %s\n", if_nametoindex("lo"), if_indextoname(1, name));
	SAY(if_nametoindex("nosuch7") ? 0 : -1);
	SAY(if_indextoname(12345, name) ? 0 : -1);
	return 0;
}
