/* Datagrams over ::1: both families in one socket, control messages, options, errors. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../errno_name.h"

#define SAY(what, call) do { errno = 0; long result_ = (call); printf("%s: %ld %s\n", what, result_, result_ < 0 ? errno_name(errno) : ""); } while (0)

static struct sockaddr_in6 v6(const char *text, unsigned port)
{
	struct sockaddr_in6 at = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	inet_pton(AF_INET6, text, &at.sin6_addr);
	return at;
}

static int bound(const char *text, struct sockaddr_in6 *at)
{
	socklen_t length = sizeof(*at);
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	*at = v6(text, 0);
	if (bind(fd, (void *)at, sizeof(*at)) || getsockname(fd, (void *)at, &length))
		perror("bind");
	return fd;
}

static void set(int fd, int level, int name, int value)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)))
		printf("option %d of %d: %s\n", name, level, errno_name(errno));
}

static void wait_for(int fd) { poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, 5000); }

/* Receive one, and show all that comes with it. */
static void receive(const char *what, int fd)
{
	char data[100], control[300], text[64];
	struct sockaddr_in6 from;
	struct iovec space = { data, sizeof(data) };
	struct msghdr message = { .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &space, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	wait_for(fd);
	long n = recvmsg(fd, &message, MSG_DONTWAIT);
	if (n < 0) {
		printf("%s: %s\n", what, errno_name(errno));
		return;
	}
	inet_ntop(AF_INET6, &from.sin6_addr, text, sizeof(text));
	printf("%s: \"%.*s\" from %s scope %u flags %x\n", what, (int)n, data, text, from.sin6_scope_id, message.msg_flags);
	for (struct cmsghdr *each = CMSG_FIRSTHDR(&message); each; each = CMSG_NXTHDR(&message, each)) {
		struct in6_pktinfo info;
		struct in_pktinfo info4;
		int number = 0;
		size_t length = each->cmsg_len - CMSG_LEN(0);
		if (each->cmsg_level == IPPROTO_IPV6 && each->cmsg_type == IPV6_PKTINFO) {
			memcpy(&info, CMSG_DATA(each), sizeof(info));
			inet_ntop(AF_INET6, &info.ipi6_addr, text, sizeof(text));
			printf("  IPV6_PKTINFO %s by %d\n", text, info.ipi6_ifindex);
		} else if (each->cmsg_level == IPPROTO_IP && each->cmsg_type == IP_PKTINFO) {
			memcpy(&info4, CMSG_DATA(each), sizeof(info4));
			printf("  IP_PKTINFO %s by %d", inet_ntoa(info4.ipi_addr), info4.ipi_ifindex);
			printf(" own %s\n", inet_ntoa(info4.ipi_spec_dst));
		} else {
			memcpy(&number, CMSG_DATA(each), length < 4 ? length : 4);
			printf("  level %d type %d: %zu bytes, %d\n", each->cmsg_level, each->cmsg_type, length, number);
		}
	}
}

static long send_with(int fd, const struct sockaddr_in6 *to, int level, int type, const void *data, size_t length)
{
	union { char bytes[200]; struct cmsghdr align; } control = { { 0 } };
	struct iovec space = { (char *)"with", 4 };
	struct msghdr message = { .msg_name = (void *)to, .msg_namelen = sizeof(*to), .msg_iov = &space, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_SPACE(length) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	*header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(length), .cmsg_level = level, .cmsg_type = type };
	memcpy(CMSG_DATA(header), data, length);
	return sendmsg(fd, &message, 0);
}

static void control_messages(void)
{
	struct sockaddr_in6 at, any, mapped;
	int sender = socket(AF_INET6, SOCK_DGRAM, 0), fd = bound("::", &any), number;
	at = v6("::1", ntohs(any.sin6_port));
	mapped = v6("::ffff:127.0.0.1", ntohs(any.sin6_port));
	set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
	set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
	set(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
	sendto(sender, "plain", 5, 0, (void *)&at, sizeof(at));
	receive("plain", fd);
	set(sender, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 7);
	set(sender, IPPROTO_IPV6, IPV6_TCLASS, 0x40);
	sendto(sender, "set", 3, 0, (void *)&at, sizeof(at));
	receive("set", fd);
	SAY("IPV6_HOPLIMIT", send_with(sender, &at, IPPROTO_IPV6, IPV6_HOPLIMIT, &(int){ 9 }, sizeof(int)));
	receive("of 9", fd);
	SAY("IPV6_TCLASS", send_with(sender, &at, IPPROTO_IPV6, IPV6_TCLASS, &(int){ 0x20 }, sizeof(int)));
	receive("of 32", fd);
	SAY("too many hops", send_with(sender, &at, IPPROTO_IPV6, IPV6_HOPLIMIT, &(int){ 256 }, sizeof(int)));
	SAY("a short number", send_with(sender, &at, IPPROTO_IPV6, IPV6_HOPLIMIT, &number, 2));
	SAY("an unknown one", send_with(sender, &at, IPPROTO_IPV6, 99, &number, sizeof(number)));
	struct in6_pktinfo info = { .ipi6_ifindex = 1, .ipi6_addr = at.sin6_addr };
	SAY("IPV6_PKTINFO", send_with(sender, &at, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info)));
	receive("from ::1", fd);
	info.ipi6_ifindex = 4711;
	SAY("by no interface", send_with(sender, &at, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info)));
	info.ipi6_ifindex = 0;
	inet_pton(AF_INET6, "2001:db8::1", &info.ipi6_addr);
	SAY("from elsewhere", send_with(sender, &at, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info)));
	sendto(sender, "mapped", 6, 0, (void *)&mapped, sizeof(mapped));
	receive("mapped", fd);
	set(fd, IPPROTO_IP, IP_PKTINFO, 1);
	set(fd, IPPROTO_IP, IP_RECVTTL, 1);
	set(fd, IPPROTO_IP, IP_RECVTOS, 1);
	sendto(sender, "mapped", 6, 0, (void *)&mapped, sizeof(mapped));
	receive("with IPv4's", fd);
	close(fd);
	close(sender);
}

static void families(void)
{
	struct sockaddr_in6 any, at;
	int fd = bound("::", &any), four = socket(AF_INET, SOCK_DGRAM, 0), six = socket(AF_INET6, SOCK_DGRAM, 0);
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = any.sin6_port, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	at = v6("::1", ntohs(any.sin6_port));
	SAY("IPv4", sendto(four, "four", 4, 0, (void *)&v4, sizeof(v4)));
	receive("comes", fd);
	SAY("IPv4 by a socket of IPv6", sendto(six, "fours", 5, 0, (void *)&v4, sizeof(v4)));
	receive("comes", fd);
	SAY("IPv6 by one of IPv4", sendto(four, "six", 3, 0, (void *)&at, sizeof(at)));
	SAY("connect with IPv4's", connect(six, (void *)&v4, sizeof(v4)));
	struct sockaddr_in6 name;
	socklen_t length = sizeof(name);
	char text[64];
	getpeername(six, (void *)&name, &length);
	printf("its peer: %s\n", inet_ntop(AF_INET6, &name.sin6_addr, text, sizeof(text)));
	getsockname(six, (void *)&name, &length);
	printf("itself: %s\n", inet_ntop(AF_INET6, &name.sin6_addr, text, sizeof(text)));
	SAY("send", send(six, "peer", 4, 0));
	receive("comes", fd);
	close(six);
	six = socket(AF_INET6, SOCK_DGRAM, 0);
	set(six, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	struct sockaddr_in6 mapped = v6("::ffff:127.0.0.1", ntohs(any.sin6_port));
	SAY("mapped from IPv6 only", sendto(six, "x", 1, 0, (void *)&mapped, sizeof(mapped)));
	SAY("connect there", connect(six, (void *)&mapped, sizeof(mapped)));
	SAY("with IPv4's", connect(six, (void *)&v4, sizeof(v4)));
	SAY("bind there", bind(six, (void *)&mapped, sizeof(mapped)));
	SAY("the port of both", bind(six, (void *)&any, sizeof(any)));
	close(fd);
	SAY("the port, free now", bind(six, (void *)&any, sizeof(any)));
	v4.sin_addr.s_addr = 0;
	SAY("and IPv4's", bind(four, (void *)&v4, sizeof(v4)));
	close(six);
	close(four);
}

static void sizes(void)
{
	static char out[70000], in[70000];
	struct sockaddr_in6 at;
	int fd = bound("::1", &at), sender = socket(AF_INET6, SOCK_DGRAM, 0);
	for (unsigned i = 0; i < sizeof(out); i++)
		out[i] = (char)(i * 31 + i / 255);
	static const unsigned lengths[] = { 0, 1, 1000, 1231, 1232, 1500, 9000, 65000, 65527, 65528, 66000 };
	for (unsigned i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		long n = sendto(sender, out, lengths[i], 0, (void *)&at, sizeof(at));
		if (n < 0) {
			printf("%u: %s\n", lengths[i], errno_name(errno));
			continue;
		}
		wait_for(fd);
		memset(in, 0, sizeof(in));
		long got = recv(fd, in, sizeof(in), MSG_DONTWAIT);
		printf("%u: sent %ld, got %ld, intact: %d\n", lengths[i], n, got, !memcmp(in, out, lengths[i]));
	}
	close(fd);
	SAY("to nobody", sendto(sender, "x", 1, 0, (void *)&at, sizeof(at)));
	SAY("is not told", sendto(sender, "x", 1, 0, (void *)&at, sizeof(at)));
	SAY("connect", connect(sender, (void *)&at, sizeof(at)));
	SAY("to nobody", send(sender, "x", 1, 0));
	wait_for(sender);
	SAY("is refused", send(sender, "x", 1, 0));
	int mtu = 0;
	socklen_t length = sizeof(mtu);
	SAY("IPV6_MTU", getsockopt(sender, IPPROTO_IPV6, IPV6_MTU, &mtu, &length));
	printf("large: %d\n", mtu > 60000);
	close(sender);
	sender = socket(AF_INET6, SOCK_DGRAM, 0);
	SAY("IPV6_MTU of no connection", getsockopt(sender, IPPROTO_IPV6, IPV6_MTU, &mtu, &length));
	close(sender);
}

static void names(void)
{
	struct sockaddr_in6 link = v6("fe80::1", 5), group = v6("ff02::1", 5), at = v6("::1", 5);
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	SAY("no address", send(fd, "x", 1, 0));
	SAY("bind link-local without a scope", bind(fd, (void *)&link, sizeof(link)));
	SAY("connect link-local", connect(fd, (void *)&link, sizeof(link)));
	SAY("connect to a group", connect(fd, (void *)&group, sizeof(group)));
	link.sin6_scope_id = 4711;
	SAY("bind with a scope that is none", bind(socket(AF_INET6, SOCK_DGRAM, 0), (void *)&link, sizeof(link)));
	SAY("short", sendto(fd, "x", 1, 0, (void *)&at, 20));
	at.sin6_port = 0;
	SAY("port 0", sendto(fd, "x", 1, 0, (void *)&at, sizeof(at)));
	close(fd);
}

static void options(void)
{
	static const struct { const char *what; int level, name; } all[] = {
		{ "IPV6_V6ONLY", IPPROTO_IPV6, IPV6_V6ONLY }, { "IPV6_UNICAST_HOPS", IPPROTO_IPV6, IPV6_UNICAST_HOPS }, { "IPV6_MULTICAST_HOPS", IPPROTO_IPV6, IPV6_MULTICAST_HOPS },
		{ "IPV6_MULTICAST_LOOP", IPPROTO_IPV6, IPV6_MULTICAST_LOOP }, { "IPV6_TCLASS", IPPROTO_IPV6, IPV6_TCLASS }, { "IPV6_RECVPKTINFO", IPPROTO_IPV6, IPV6_RECVPKTINFO },
		{ "IPV6_RECVHOPLIMIT", IPPROTO_IPV6, IPV6_RECVHOPLIMIT }, { "IPV6_RECVTCLASS", IPPROTO_IPV6, IPV6_RECVTCLASS }, { "IPV6_RECVERR", IPPROTO_IPV6, IPV6_RECVERR },
		{ "IPV6_MTU_DISCOVER", IPPROTO_IPV6, IPV6_MTU_DISCOVER }, { "IPV6_DONTFRAG", IPPROTO_IPV6, 62 }, { "IPV6_MULTICAST_ALL", IPPROTO_IPV6, 29 },
		{ "IPV6_MULTICAST_IF", IPPROTO_IPV6, IPV6_MULTICAST_IF },
		{ "IP_TOS", IPPROTO_IP, IP_TOS }, { "IP_TTL", IPPROTO_IP, IP_TTL }, { "IP_MULTICAST_TTL", IPPROTO_IP, IP_MULTICAST_TTL }, { "IP_MULTICAST_LOOP", IPPROTO_IP, IP_MULTICAST_LOOP },
		{ "IP_MULTICAST_ALL", IPPROTO_IP, 49 }, { "IP_PKTINFO", IPPROTO_IP, IP_PKTINFO }, { "IP_RECVTTL", IPPROTO_IP, IP_RECVTTL }, { "IP_RECVTOS", IPPROTO_IP, IP_RECVTOS },
		{ "IP_MTU_DISCOVER", IPPROTO_IP, IP_MTU_DISCOVER }, { "IP_RECVERR", IPPROTO_IP, IP_RECVERR },
	};
	static const int values[] = { -2, -1, 1, 2, 5, 6, 255, 256, 1, 0 };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	for (unsigned i = 0; i < sizeof(all) / sizeof(*all); i++)
		for (unsigned j = 0; j < sizeof(values) / sizeof(*values); j++) {
			int got = -77;
			socklen_t length = sizeof(got);
			if (!values[j] && (all[i].name == IPV6_UNICAST_HOPS || all[i].name == IP_MULTICAST_IF))
				continue;
			if (all[i].name == IPV6_MULTICAST_IF && all[i].level == IPPROTO_IPV6 && (values[j] == 2 || values[j] == 5 || values[j] == 6))
				continue; /* which interfaces there are is not the same everywhere */
			int result = setsockopt(fd, all[i].level, all[i].name, &values[j], sizeof(values[j]));
			const char *error = result ? errno_name(errno) : "ok";
			int shows = getsockopt(fd, all[i].level, all[i].name, &got, &length);
			printf("%s %d: %s, then %d of %u bytes\n", all[i].what, values[j], error, shows ? -77 : got, (unsigned)length);
		}
	unsigned char byte = 3;
	socklen_t length = 1;
	SAY("IP_MULTICAST_TTL of a byte", setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &byte, 1));
	byte = 0;
	SAY("and back", getsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &byte, &length));
	printf("%d, %u\n", byte, (unsigned)length);
	SAY("IPV6_MULTICAST_HOPS of a byte", setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &byte, 1));
	SAY("none", setsockopt(fd, IPPROTO_IPV6, 999, &(int){ 1 }, 4));
	close(fd);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	SAY("IPv6's of an IPv4 socket", setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &(int){ 1 }, 4));
	close(fd);
}

int main(void)
{
	control_messages();
	families();
	sizes();
	names();
	options();
	return 0;
}
