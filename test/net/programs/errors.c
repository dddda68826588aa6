/* What sockets tell when the other side is another host (peer.c): the same program runs on Linux in the image's place, and must print the same. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "../../guest/errno_name.h"

#define PEER "10.77.0.1"
#define OWN "10.77.0.2"

static struct sockaddr_in address(const char *ip, int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = inet_addr(ip) };
}

static const char *result(long n) { return n < 0 ? errno_name(errno) : "well"; }
static void say(const char *what, long n) { printf("%s: %ld %s\n", what, n < 0 ? -1 : n, result(n)); }

static int error_of(int fd)
{
	int error = 0;
	socklen_t length = sizeof(error);
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
	return error;
}

static void say_poll(const char *what, int fd, int events, int ms)
{
	static const struct { int bit; const char *name; } bits[] = { { POLLIN, "IN" }, { POLLOUT, "OUT" }, { POLLPRI, "PRI" }, { POLLHUP, "HUP" }, { POLLRDHUP, "RDHUP" }, { POLLERR, "ERR" } };
	struct pollfd entry = { fd, (short)events, 0 };
	int n = poll(&entry, 1, ms);
	printf("%s: poll %d", what, n);
	for (size_t i = 0; i < sizeof(bits) / sizeof(*bits); i++)
		if (entry.revents & bits[i].bit)
			printf(" %s", bits[i].name);
	printf("\n");
}

static void wait_for(int fd, int events)
{
	struct pollfd entry = { fd, (short)events, 0 };
	poll(&entry, 1, 5000);
}

static int called(const char *ip, int port)
{
	struct sockaddr_in to = address(ip, port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fd, (void *)&to, sizeof(to))) {
		printf("connect to port %d: %s\n", port, errno_name(errno));
		exit(1);
	}
	return fd;
}

/* Connecting, not waited for; `attempts` beside the first, 0: as many as usual. */
static int calling(const char *ip, int port, int attempts)
{
	struct sockaddr_in to = address(ip, port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (attempts)
		setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &attempts, sizeof(attempts));
	if (!connect(fd, (void *)&to, sizeof(to)) || errno != EINPROGRESS)
		printf("connect to %s: %s\n", ip, errno_name(errno));
	return fd;
}

static void say_last(const char *what)
{
	char text[100];
	int fd = called(PEER, 5008);
	ssize_t n = read(fd, text, sizeof(text));
	printf("%s: the other side has seen %.*s\n", what, (int)(n > 0 ? n : 0), text);
	close(fd);
}

static void order(int port, const char *text)
{
	char line[20];
	int fd = called(PEER, port);
	if (write(fd, text, strlen(text)) < 0)
		perror("order");
	if (port == 5007 && read(fd, line, sizeof(line)) <= 0)
		perror("answer");
	close(fd);
}

static void wait_until_reachable(void)
{
	struct sockaddr_in to = address(PEER, 5002);
	for (int tries = 0; tries < 500; tries++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0), error = connect(fd, (void *)&to, sizeof(to));
		close(fd);
		if (!error)
			break;
		nanosleep(&(struct timespec){ 0, 20000000 }, NULL);
	}
	say_last("the first one");
}

static void refused(void)
{
	struct sockaddr_in to = address(PEER, 4999);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	say("connect to a closed port", connect(fd, (void *)&to, sizeof(to)));
	say("and again", connect(fd, (void *)&to, sizeof(to)));
	close(fd);
	fd = calling(PEER, 4999, 0);
	say_poll("not waited for", fd, POLLIN | POLLOUT | POLLRDHUP, 5000);
	printf("its error: %s\n", errno_name(error_of(fd)));
	say("its error, taken: connect", connect(fd, (void *)&to, sizeof(to)));
	close(fd);
}

/* All at once: each takes its seconds. */
static void unreachable(void)
{
	static const struct { const char *what, *ip; int attempts; } where[] = {
		{ "network unreachable", "10.88.0.1", 0 }, { "host unreachable", "10.88.1.1", 0 }, { "protocol unreachable", "10.88.2.1", 0 }, { "port unreachable", "10.88.3.1", 0 },
		{ "administratively prohibited", "10.88.13.1", 0 }, { "no answer at all", "10.88.99.1", 1 }, { "nobody has this address", "10.77.0.99", 0 },
	};
	enum { COUNT = sizeof(where) / sizeof(*where) };
	int fds[COUNT];
	for (int i = 0; i < COUNT; i++)
		fds[i] = calling(where[i].ip, 80, where[i].attempts);
	for (int i = 0; i < COUNT; i++) {
		say_poll(where[i].what, fds[i], POLLOUT, 20000);
		printf("%s: %s\n", where[i].what, errno_name(error_of(fds[i])));
		close(fds[i]);
	}
}

static void datagrams(void)
{
	static const struct { const char *what, *ip; int port; } where[] = { { "a closed port", PEER, 5010 }, { "host unreachable", "10.88.1.1", 9 }, { "prohibited", "10.88.13.1", 9 }, { "protocol unreachable", "10.88.2.1", 9 } };
	static char big[20000], back[20000];
	struct sockaddr_in to = address(PEER, 5009);
	for (size_t i = 0; i < sizeof(where) / sizeof(*where); i++) {
		to = address(where[i].ip, where[i].port);
		int fd = socket(AF_INET, SOCK_DGRAM, 0), loose = socket(AF_INET, SOCK_DGRAM, 0);
		if (connect(fd, (void *)&to, sizeof(to)))
			perror("connect");
		printf("a datagram to %s\n", where[i].what);
		say("send", send(fd, "x", 1, 0));
		say_poll("connected", fd, POLLIN, 700);
		printf("its error: %s\n", errno_name(error_of(fd)));
		say("sendto, not connected", sendto(loose, "x", 1, 0, (void *)&to, sizeof(to)));
		say_poll("not connected", loose, POLLIN, 300);
		close(fd);
		close(loose);
	}
	to = address(PEER, 5009);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (char)(i * 7 + i / 251);
	say("a large datagram", sendto(fd, big, sizeof(big), 0, (void *)&to, sizeof(to)));
	say("comes back", recv(fd, back, sizeof(back), 0));
	printf("the same: %d\n", !memcmp(big, back, sizeof(big)));
	close(fd);
}

static void reset(void)
{
	char buffer[10];
	int fd = called(PEER, 5001);
	say("write to who will reset", write(fd, "x", 1));
	wait_for(fd, POLLIN);
	say_poll("reset", fd, POLLIN | POLLOUT | POLLRDHUP, 5000);
	say("read", read(fd, buffer, 1));
	say("read again", read(fd, buffer, 1));
	say("write", write(fd, "x", 1));
	close(fd);
	fd = called(PEER, 5001);
	say("write to who will reset", write(fd, "x", 1));
	say_poll("reset", fd, POLLIN, 5000);
	say("write first", write(fd, "x", 1));
	say("then read", read(fd, buffer, 1));
	close(fd);
}

static void closed(void)
{
	char buffer[10];
	int fd = called(PEER, 5003);
	wait_for(fd, POLLIN);
	say_poll("closed by the other side", fd, POLLIN | POLLOUT | POLLRDHUP, 5000);
	say("read", read(fd, buffer, 1));
	say("write", write(fd, "x", 1));
	say_poll("after its reset", fd, POLLERR, 5000);
	say("write again", write(fd, "x", 1));
	say("read again", read(fd, buffer, 1));
	close(fd);
}

static void half_closed(void)
{
	char buffer[10];
	int fd = called(PEER, 5002);
	say("request", write(fd, "hello", 5));
	say("shutdown", shutdown(fd, SHUT_WR));
	say("write after it", write(fd, "x", 1));
	say("answer", recv(fd, buffer, sizeof(buffer), MSG_WAITALL));
	say("end", read(fd, buffer, 1));
	say_poll("both ways", fd, POLLIN | POLLOUT | POLLRDHUP, 0);
	close(fd);
	say_last("half-closed");
}

static void lingering(void)
{
	static char much[200000];
	struct linger now = { 1, 0 }, some = { 1, 5 };
	int fd = called(PEER, 5002);
	say("write", write(fd, "hello", 5));
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	say("close, lingering for 0 s", close(fd));
	say_last("linger 0");
	fd = called(PEER, 5002);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &some, sizeof(some));
	say("write", write(fd, much, sizeof(much)));
	say("close, lingering for 5 s", close(fd));
	say_last("linger 5");
	/* nothing but its end is under way, and the other side stays */
	struct timespec began, ended;
	fd = called(PEER, 5004);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &some, sizeof(some));
	clock_gettime(CLOCK_MONOTONIC, &began);
	say("close, lingering for 5 s, all said", close(fd));
	clock_gettime(CLOCK_MONOTONIC, &ended);
	printf("takes %s\n", ended.tv_sec - began.tv_sec < 4 ? "little" : "all of it");
	fd = called(PEER, 5002);
	say("write", write(fd, much, sizeof(much)));
	say("close", close(fd));
	say_last("close");
}

static void time_limits(void)
{
	static char much[1 << 20];
	struct timeval little = { 0, 200000 };
	char byte;
	int fd = called(PEER, 5004), size = 65536;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &little, sizeof(little));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &little, sizeof(little));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	say("read, nothing comes", read(fd, &byte, 1));
	ssize_t n;
	while ((n = write(fd, much, sizeof(much))) > 0)
		;
	say("write, nobody reads", n);
	say_poll("nobody reads", fd, POLLOUT, 0);
	close(fd);
}

/* The link is cut for four seconds while these wait. */
static void cut(void)
{
	static const int idle = 1, interval = 1, count = 2, yes = 1, user_timeout = 1500;
	char byte;
	int alive = called(PEER, 5004), quick = called(PEER, 5004);
	setsockopt(alive, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	setsockopt(alive, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
	setsockopt(alive, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
	setsockopt(alive, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes));
	setsockopt(quick, IPPROTO_TCP, TCP_USER_TIMEOUT, &user_timeout, sizeof(user_timeout));
	order(5007, "cut 7000\n");
	nanosleep(&(struct timespec){ 0, 300000000 }, NULL);
	say("write on a link that is cut", write(quick, "x", 1));
	say_poll("a limit of the user's", quick, POLLIN, 6000);
	say("read", read(quick, &byte, 1));
	say_poll("no answer to keep-alives", alive, POLLIN, 6000);
	say("read", read(alive, &byte, 1));
	say("write", write(alive, "x", 1));
	close(alive);
	close(quick);
	wait_until_reachable();
}

static void urgent(void)
{
	char buffer[10];
	int mark = -1, fd = called(PEER, 5005);
	say_poll("urgent", fd, POLLPRI, 5000);
	ssize_t n = read(fd, buffer, sizeof(buffer));
	printf("read stops at the mark: %zd %.*s\n", n, (int)n, buffer);
	ioctl(fd, SIOCATMARK, &mark);
	printf("at the mark: %d\n", mark);
	n = recv(fd, buffer, 1, MSG_OOB);
	printf("urgent: %zd %.1s\n", n, buffer);
	n = read(fd, buffer, sizeof(buffer));
	printf("behind it: %zd %.*s\n", n, (int)n, buffer);
	close(fd);
}

static void incoming(void)
{
	struct sockaddr_in at = address(OWN, 6000), from;
	socklen_t length = sizeof(from);
	char buffer[20];
	int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
	order(5006, "call 6001 nobody\n");
	say_last("a call to a closed port");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	say("bind", bind(fd, (void *)&at, sizeof(at)));
	say("listen", listen(fd, 5));
	order(5006, "call 6000 hello\n");
	int client = accept(fd, (void *)&from, &length);
	say("accept", client < 0 ? -1 : 0);
	printf("from %s\n", inet_ntoa(from.sin_addr));
	ssize_t n = recv(client, buffer, sizeof(buffer), MSG_WAITALL);
	printf("it says %.*s, and has closed\n", (int)n, buffer);
	say("answer", write(client, "1234567", 7));
	close(client);
	say_last("called");
	order(5006, "call 6000 unread\n");
	client = accept(fd, NULL, NULL);
	say_poll("unread data", client, POLLIN, 5000);
	close(client);
	say_last("closed with unread data");
	order(5006, "call 6000 reset\n");
	say_poll("a call that is reset before it is taken", fd, POLLIN, 5000);
	nanosleep(&(struct timespec){ 0, 200000000 }, NULL);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	client = accept(fd, NULL, NULL);
	say("accept", client < 0 ? -1 : 0);
	if (client >= 0)
		say("read", read(client, buffer, 1));
	close(client);
	close(fd);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	alarm(90);
	wait_until_reachable();
	refused();
	unreachable();
	datagrams();
	reset();
	closed();
	half_closed();
	lingering();
	time_limits();
	urgent();
	incoming();
	cut();
	return 0;
}
