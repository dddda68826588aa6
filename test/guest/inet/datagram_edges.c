/* What datagram sockets do at their edges: ports, errors that come back, several at once, control messages. udp(7), ip(7), recvmmsg(2). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <time.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include "../sockets/sockets.h"

static struct sockaddr_in loopback(unsigned port) { return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = { htonl(INADDR_LOOPBACK) } }; }

static unsigned port_of(int fd)
{
	struct sockaddr_in name = { 0 };
	socklen_t length = sizeof(name);
	getsockname(fd, (struct sockaddr *)&name, &length);
	return ntohs(name.sin_port);
}

static int bind_port(int fd, unsigned port)
{
	struct sockaddr_in name = loopback(port);
	return bind(fd, (struct sockaddr *)&name, sizeof(name));
}
static int connect_port(int fd, unsigned port)
{
	struct sockaddr_in name = loopback(port);
	return connect(fd, (struct sockaddr *)&name, sizeof(name));
}
static long send_port(int fd, const char *bytes, size_t size, unsigned port)
{
	struct sockaddr_in name = loopback(port);
	return sendto(fd, bytes, size, 0, (struct sockaddr *)&name, sizeof(name));
}

static int datagram(void) { return socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0); }
static void set(int fd, int level, int name, int value) { setsockopt(fd, level, name, &value, sizeof(value)); }

static void names(void)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	int one = datagram(), two = datagram();
	SAY(bind_port(one, 0));
	SAY(bind_port(two, port_of(one)));
	set(two, SOL_SOCKET, SO_REUSEADDR, 1);
	SAY(bind_port(two, port_of(one)));
	set(one, SOL_SOCKET, SO_REUSEADDR, 1);
	SAY(bind_port(two, port_of(one)));
	close(two);
	two = datagram();
	SAY(send(two, "x", 1, 0));
	SAY(connect_port(two, port_of(one)));
	printf("has a port: %d\n", port_of(two) != 0);
	SAY(send(two, "x", 1, 0));
	SAY(connect(two, &none, sizeof(none)));
	SAY(send(two, "x", 1, 0));
	struct sockaddr_in name;
	socklen_t length = sizeof(name);
	SAY(getpeername(two, (struct sockaddr *)&name, &length));
	SAY(getsockname(two, (struct sockaddr *)&name, &length));
	printf("address after it: %s\n", inet_ntoa(name.sin_addr));
	SAY(send_port(two, "x", 1, 0));
	SAY(listen(two, 1));
	SAY(accept(two, NULL, NULL));
	SAY(shutdown(two, SHUT_WR));
	close(one), close(two);
}

static void sizes(void)
{
	int one = datagram(), two = datagram();
	static char large[70000];
	char bytes[8];
	bind_port(one, 0);
	SAY(send_port(two, large, 65507, port_of(one)));
	SAY(send_port(two, large, 65508, port_of(one)));
	SAY(send_port(two, "", 0, port_of(one)));
	SAY(send_port(two, "abcdefghij", 10, port_of(one)));
	int waiting = -1;
	SAY(ioctl(one, FIONREAD, &waiting));
	printf("first of %d\n", waiting);
	SAY(recv(one, bytes, 8, MSG_PEEK | MSG_TRUNC));
	SAY(recv(one, large, sizeof(large), 0));
	SAY(recv(one, bytes, 8, 0));
	struct iovec vector = { bytes, 4 };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };
	SAY(recvmsg(one, &message, 0));
	printf("flags %#x\n", message.msg_flags);
	SAY(recv(one, bytes, 8, 0));
	SAY(recv(one, bytes, 8, MSG_OOB));
	close(one), close(two);
}

static void show_queue(int fd)
{
	char bytes[64] = "", control[256];
	struct sockaddr_in name = { 0 };
	struct iovec vector = { bytes, sizeof(bytes) };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_name = &name, .msg_namelen = sizeof(name), .msg_control = control, .msg_controllen = sizeof(control) };
	long got = recvmsg(fd, &message, MSG_ERRQUEUE);
	if (got < 0) {
		printf("error queue: %s\n", errno_name(errno));
		return;
	}
	printf("error queue: %ld \"%.*s\" flags %#x, to %s", got, (int)got, bytes, message.msg_flags, inet_ntoa(name.sin_addr));
	for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
		const struct sock_extended_err *error = (void *)CMSG_DATA(header);
		const struct sockaddr_in *offender = (void *)SO_EE_OFFENDER(error);
		if (header->cmsg_level == SOL_IP && header->cmsg_type == IP_RECVERR)
			printf("; %s origin %d type %d code %d info %u by %s", errno_name(error->ee_errno), error->ee_origin, error->ee_type, error->ee_code, error->ee_info,
			       inet_ntoa(offender->sin_addr));
	}
	printf("\n");
}

static void errors(void)
{
	int gone = datagram(), fd = datagram(), value = -1;
	socklen_t length = sizeof(value);
	bind_port(gone, 0);
	unsigned port = port_of(gone);
	close(gone);
	SAY(send_port(fd, "lost", 4, port));
	SAY(recv(fd, &value, 1, 0));
	SAY(connect_port(fd, port));
	SAY(send(fd, "lost", 4, 0));
	struct pollfd poll_for = { fd, POLLIN, 0 };
	poll(&poll_for, 1, 0);
	printf("ready %#x\n", poll_for.revents);
	SAY(recv(fd, &value, 1, 0));
	SAY(send(fd, "lost", 4, 0));
	SAY(send(fd, "lost", 4, 0));
	SAY(send(fd, "lost", 4, 0));
	SAY(getsockopt(fd, SOL_SOCKET, SO_ERROR, &value, &length));
	printf("%s\n", errno_name(value));
	show_queue(fd);
	close(fd);
	fd = datagram();
	set(fd, SOL_IP, IP_RECVERR, 1);
	SAY(send_port(fd, "told", 4, port));
	poll_for = (struct pollfd){ fd, POLLIN, 0 };
	poll(&poll_for, 1, 0);
	printf("ready %#x\n", poll_for.revents);
	show_queue(fd);
	SAY(recv(fd, &value, 1, 0));
	SAY(send_port(fd, "told", 4, port));
	SAY(recv(fd, &value, 1, 0));
	show_queue(fd);
	show_queue(fd);
	close(fd);
}

static void several(void)
{
	int one = datagram(), two = datagram();
	char bytes[4][16] = { "first", "second", "third", "fourth" };
	struct iovec vectors[4];
	struct mmsghdr messages[4] = { 0 };
	struct sockaddr_in to;
	struct timespec none = { 0 }, wrong = { 0, -1 };
	bind_port(one, 0);
	to = loopback(port_of(one));
	for (int i = 0; i < 4; i++) {
		vectors[i] = (struct iovec){ bytes[i], strlen(bytes[i]) };
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &vectors[i], .msg_iovlen = 1, .msg_name = &to, .msg_namelen = sizeof(to) };
	}
	messages[3].msg_hdr.msg_iov = BAD;
	SAY(sendmmsg(two, messages, 4, 0));
	printf("lengths %u %u %u\n", messages[0].msg_len, messages[1].msg_len, messages[2].msg_len);
	SAY(sendmmsg(two, &messages[3], 1, 0));
	SAY(sendmmsg(two, messages, 0, 0));
	messages[3].msg_hdr.msg_iov = &vectors[3];
	for (int i = 0; i < 4; i++)
		vectors[i].iov_len = 16, messages[i].msg_hdr.msg_name = NULL, messages[i].msg_hdr.msg_namelen = 0;
	SAY(recvmmsg(one, messages, 2, 0, NULL));
	SAY(recvmmsg(one, messages, 4, 0, &none));
	SAY(recvmmsg(one, messages, 4, 0, NULL));
	SAY(recvmmsg(one, messages, 4, 0, &wrong));
	fcntl(one, F_SETFL, 0);
	SAY(sendto(two, "one", 3, 0, (struct sockaddr *)&to, sizeof(to)));
	SAY(recvmmsg(one, messages, 4, MSG_WAITFORONE, NULL));
	struct timeval time = { 0, 10000 };
	setsockopt(one, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
	SAY(sendto(two, "two", 3, 0, (struct sockaddr *)&to, sizeof(to)));
	SAY(recvmmsg(one, messages, 4, 0, NULL));
	close(one), close(two);
}

static void control(void)
{
	int one = datagram(), two = datagram();
	char bytes[16], space[512];
	bind_port(one, 0);
	set(one, SOL_SOCKET, SO_TIMESTAMP, 1);
	set(one, SOL_IP, IP_PKTINFO, 1);
	set(one, SOL_IP, IP_RECVTTL, 1);
	set(one, SOL_IP, IP_RECVTOS, 1);
	set(one, SOL_IP, IP_RECVORIGDSTADDR, 1);
	set(two, SOL_IP, IP_TTL, 33);
	set(two, SOL_IP, IP_TOS, 0x20);
	for (int round = 0; round < 2; round++) {
		SAY(send_port(two, "x", 1, port_of(one)));
		struct iovec vector = { bytes, sizeof(bytes) };
		struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_control = space, .msg_controllen = round ? 40 : sizeof(space) };
		SAY(recvmsg(one, &message, 0));
		printf("flags %#x\n", message.msg_flags);
		for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
			printf("level %d type %d length %zu", header->cmsg_level, header->cmsg_type, header->cmsg_len);
			if (header->cmsg_level == SOL_IP && header->cmsg_type == IP_TTL)
				printf(": %d", *(int *)CMSG_DATA(header));
			if (header->cmsg_level == SOL_IP && header->cmsg_type == IP_TOS)
				printf(": %d", *CMSG_DATA(header));
			if (header->cmsg_level == SOL_IP && header->cmsg_type == IP_PKTINFO)
				printf(": %d %s", ((struct in_pktinfo *)CMSG_DATA(header))->ipi_ifindex, inet_ntoa(((struct in_pktinfo *)CMSG_DATA(header))->ipi_spec_dst));
			if (header->cmsg_level == SOL_IP && header->cmsg_type == IP_ORIGDSTADDR)
				printf(": %s %d", inet_ntoa(((struct sockaddr_in *)CMSG_DATA(header))->sin_addr), ((struct sockaddr_in *)CMSG_DATA(header))->sin_port == htons(port_of(one)));
			printf("\n");
		}
	}
	close(one), close(two);
}

/* Sockets that share a port: each sender's datagrams go to one of them. */
static void shared(void)
{
	int receivers[4], got = 0, used = 0, torn = 0;
	unsigned port = 0;
	char bytes[8];
	for (int i = 0; i < 4; i++) {
		receivers[i] = datagram();
		set(receivers[i], SOL_SOCKET, SO_REUSEPORT, 1);
		SAY(bind_port(receivers[i], port));
		port = port_of(receivers[i]);
	}
	for (int i = 0; i < 64; i++) {
		int sender = datagram(), seen = -1;
		send_port(sender, "x", 1, port);
		send_port(sender, "x", 1, port);
		for (int j = 0; j < 4; j++)
			while (recv(receivers[j], bytes, sizeof(bytes), 0) == 1) {
				got++;
				torn += seen >= 0 && seen != j;
				seen = j;
				used |= 1 << j;
			}
		close(sender);
	}
	for (int i = 0; i < 4; i++)
		close(receivers[i]);
	printf("%d datagrams, %d apart, to %d sockets\n", got, torn, __builtin_popcount(used));
}

static void merged(void)
{
	int one = datagram(), two = datagram(), segment = 4;
	char bytes[32];
	bind_port(one, 0);
	connect_port(two, port_of(one));
	set(two, SOL_UDP, UDP_CORK, 1);
	SAY(send(two, "ab", 2, 0));
	SAY(send(two, "cd", 2, 0));
	SAY(recv(one, bytes, sizeof(bytes), 0));
	set(two, SOL_UDP, UDP_CORK, 0);
	SAY(recv(one, bytes, sizeof(bytes), 0));
	SAY(send(two, "ef", 2, MSG_MORE));
	SAY(send(two, "gh", 2, 0));
	SAY(recv(one, bytes, sizeof(bytes), 0));
	SAY(setsockopt(two, SOL_UDP, 103, &segment, sizeof(segment)));
	SAY(send(two, "0123456789", 10, 0));
	for (int i = 0; i < 4; i++)
		SAY(recv(one, bytes, sizeof(bytes), 0));
	close(one), close(two);
}

int main(void)
{
	names();
	sizes();
	errors();
	several();
	control();
	shared();
	merged();
	return 0;
}
