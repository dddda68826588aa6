/* Options of SOL_SOCKET on AF_UNIX sockets. */
#include "sockets.h"

static int fd;

static void show(const char *name, int option)
{
	int value = -1;
	socklen_t length = sizeof(value);
	if (getsockopt(fd, SOL_SOCKET, option, &value, &length))
		printf("%s: %s\n", name, errno_name(errno));
	else
		printf("%s: %d, length %u\n", name, value, length);
}
#define SHOW(option) show(#option, option)

static void set(const char *name, int option, int value)
{
	printf("%s = %d: ", name, value);
	printf("%s, ", setsockopt(fd, SOL_SOCKET, option, &value, sizeof(value)) ? errno_name(errno) : "ok");
	show(name, option);
}
#define SET(option, value) set(#option, option, value)

static void peek_offset(void)
{
	int pair[2], value = 1;
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	write(pair[0], "abc", 3), write(pair[0], "def", 3);
	SAY(setsockopt(pair[1], SOL_SOCKET, SO_PEEK_OFF, &value, sizeof(value)));
	show_received("from the second on", pair[1], MSG_PEEK, 3);
	show_received("goes on", pair[1], MSG_PEEK, 1);
	show_received("taken from the start", pair[1], 0, 2);
	show_received("goes on", pair[1], MSG_PEEK, 10);
	show_received("behind the end", pair[1], MSG_PEEK | MSG_DONTWAIT, 10);
	close(pair[0]), close(pair[1]);
	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	write(pair[0], "abc", 3), write(pair[0], "def", 3);
	SAY(setsockopt(pair[1], SOL_SOCKET, SO_PEEK_OFF, &value, sizeof(value)));
	show_received("from the second on", pair[1], MSG_PEEK, 10);
	show_received("the next", pair[1], MSG_PEEK, 10);
	show_received("taken", pair[1], 0, 10);
	show_received("what is left of the offset", pair[1], MSG_PEEK | MSG_DONTWAIT, 10);
	close(pair[0]), close(pair[1]);
}

static void low_water(void)
{
	int pair[2];
	socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair);
	fd = pair[1];
	SET(SO_RCVLOWAT, 4);
	write(pair[0], "ab", 2);
	show_ready("less than that", fd);
	show_received("is given all the same", fd, 0, 10);
	close(pair[0]), close(pair[1]);
}

static void stamps(void)
{
	int pair[2], on = 1;
	char control[64], byte;
	struct iovec vector = { &byte, 1 };
	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	fd = pair[1];
	SET(SO_TIMESTAMP, 1);
	write(pair[0], "x", 1);
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	SAY(recvmsg(pair[1], &message, 0));
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	if (header)
		printf("level %d type %d length %zu\n", header->cmsg_level, header->cmsg_type, (size_t)header->cmsg_len);
	SAY(setsockopt(pair[1], SOL_SOCKET, SO_TIMESTAMP, &(int){ 0 }, sizeof(on)));
	close(pair[0]), close(pair[1]);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	SHOW(SO_TYPE), SHOW(SO_PROTOCOL), SHOW(SO_DOMAIN), SHOW(SO_ERROR), SHOW(SO_ACCEPTCONN), SHOW(SO_SNDBUF), SHOW(SO_RCVBUF), SHOW(SO_RCVLOWAT), SHOW(SO_SNDLOWAT);
	SHOW(SO_LINGER), SHOW(SO_PEEK_OFF), SHOW(SO_PRIORITY), SHOW(SO_MARK), SHOW(SO_TIMESTAMP), SHOW(SO_BSDCOMPAT);
	SET(SO_REUSEADDR, 1), SET(SO_DEBUG, 1), SET(SO_DONTROUTE, 1), SET(SO_BROADCAST, 7), SET(SO_KEEPALIVE, 1), SET(SO_OOBINLINE, 1), SET(SO_NO_CHECK, 1);
	SET(SO_PASSCRED, 1), SET(SO_PASSCRED, 0);
	SET(SO_SNDBUF, 10000), SET(SO_SNDBUF, 0), SET(SO_SNDBUF, 1), SET(SO_RCVBUF, 10000), SET(SO_RCVBUF, 0);
	SET(SO_SNDBUFFORCE, 1000000), SHOW(SO_SNDBUF), SET(SO_RCVBUFFORCE, 1000000), SHOW(SO_RCVBUF);
	SET(SO_RCVLOWAT, 0), SET(SO_RCVLOWAT, 100), SET(SO_RCVLOWAT, -1), SET(SO_SNDLOWAT, 5);
	SET(SO_PRIORITY, 5), SET(SO_PEEK_OFF, 3), SET(SO_PEEK_OFF, -1), SET(SO_TYPE, 1), SET(SO_ERROR, 1), SET(SO_ACCEPTCONN, 1), SET(SO_DOMAIN, 1);
	struct linger linger = { 5, 10 }, shown = { 0 };
	socklen_t length = sizeof(shown);
	SAY(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)));
	SAY(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, 4));
	SAY(getsockopt(fd, SOL_SOCKET, SO_LINGER, &shown, &length));
	printf("linger %d %d, length %u\n", shown.l_onoff, shown.l_linger, length);
	length = 2;
	int value = 0;
	SAY(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &length));
	printf("cut to %u\n", length);
	length = 0;
	SAY(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &length));
	SAY(getsockopt(fd, 6, 1, &value, &length));
	close(fd);
	peek_offset();
	low_water();
	stamps();
	return 0;
}
