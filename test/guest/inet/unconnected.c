/* Sockets that are not connected: not yet, not any more, or whose attempt has failed. What stays of them, what calls say. tcp(7), connect(2), shutdown(2), bind(2). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include "../sockets/sockets.h"

static struct sockaddr_in at(const char *ip, unsigned port) { return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = { inet_addr(ip) } }; }

static unsigned port_of(int fd)
{
	struct sockaddr_in name = { 0 };
	socklen_t length = sizeof(name);
	getsockname(fd, (struct sockaddr *)&name, &length);
	return ntohs(name.sin_port);
}

static int bind_at(int fd, const char *ip, unsigned port)
{
	struct sockaddr_in name = at(ip, port);
	return bind(fd, (struct sockaddr *)&name, sizeof(name));
}
static int connect_at(int fd, const char *ip, unsigned port)
{
	struct sockaddr_in name = at(ip, port);
	return connect(fd, (struct sockaddr *)&name, sizeof(name));
}
static int disconnect(int fd) { return connect(fd, &(struct sockaddr){ .sa_family = AF_UNSPEC }, sizeof(struct sockaddr)); }

static int stream(int flags) { return socket(AF_INET, SOCK_STREAM | flags, 0); }

/* To a port that was asked for: one that the system chooses is given up with the connection. */
static int bound(const char *ip)
{
	for (unsigned port = 20000;; port++) {
		int fd = stream(0);
		if (!bind_at(fd, ip, port))
			return fd;
		close(fd);
	}
}

static int listener(int backlog)
{
	int fd = bound("127.0.0.1");
	listen(fd, backlog);
	return fd;
}

static void pair(int ends[2])
{
	int fd = listener(1);
	ends[0] = stream(0);
	connect_at(ends[0], "127.0.0.1", port_of(fd));
	ends[1] = accept(fd, NULL, NULL);
	close(fd);
}

static void show_name(const char *what, int fd)
{
	struct sockaddr_in name = { 0 };
	socklen_t length = sizeof(name);
	getsockname(fd, (struct sockaddr *)&name, &length);
	printf("%s: %s\n", what, inet_ntoa(name.sin_addr));
}

static int wait_for(int fd, int events)
{
	struct pollfd entry = { fd, (short)events, 0 };
	poll(&entry, 1, 10000);
	return entry.revents;
}

/* A port where nobody listens, and which nobody else takes meanwhile. */
static int nobody(unsigned *port)
{
	int fd = stream(0);
	bind_at(fd, "127.0.0.1", 0);
	*port = port_of(fd);
	return fd;
}

/* A connect that has told why it failed leaves a socket as it was before. */
static void failed(void)
{
	unsigned port;
	int holder = nobody(&port), fd = stream(0), other = stream(0);
	char byte;
	SAY(connect_at(fd, "127.0.0.1", port));
	show_ready("refused", fd);
	SAY(recv(fd, &byte, 1, MSG_DONTWAIT));
	show_name("refused", fd);
	SAY(listen(fd, 1));
	show_ready("listens now", fd);
	close(fd);
	fd = bound("127.0.0.2");
	unsigned own = port_of(fd);
	SAY(connect_at(fd, "127.0.0.1", port));
	printf("its port stays: %d\n", port_of(fd) == own);
	show_name("its address stays", fd);
	SAY(bind_at(other, "127.0.0.2", own)); /* it is still taken */
	SAY(bind_at(fd, "127.0.0.2", 0));
	close(fd);
	SAY(bind_at(other, "127.0.0.2", own));
	close(other), close(holder);
	/* a port that the system chose is not kept */
	fd = stream(0), other = stream(0);
	SAY(bind_at(fd, "127.0.0.2", 0));
	own = port_of(fd);
	holder = nobody(&port);
	SAY(connect_at(fd, "127.0.0.1", port));
	SAY(bind_at(other, "127.0.0.2", own));
	SAY(bind_at(fd, "127.0.0.2", 0));
	close(fd), close(other), close(holder);
}

static void no_longer(void)
{
	int ends[2], fd = bound("127.0.0.1"), other = stream(0);
	unsigned port = port_of(fd);
	SAY(disconnect(fd));
	printf("its port stays: %d\n", port_of(fd) == port);
	SAY(bind_at(other, "127.0.0.1", port));
	SAY(listen(fd, 1));
	SAY(connect_at(other, "127.0.0.1", port));
	SAY(disconnect(fd));
	printf("its port stays: %d\n", port_of(fd) == port);
	show_ready("does not listen any more", fd);
	close(fd), close(other);
	pair(ends);
	send(ends[1], "unread", 6, 0);
	wait_for(ends[0], POLLIN);
	SAY(disconnect(ends[0]));
	show_ready("left", ends[0]);
	show_error("left", ends[0]);
	show_name("left", ends[0]);
	SAY(recv(ends[0], &(char){ 0 }, 1, 0));
	printf("the other end: %#x\n", wait_for(ends[1], POLLIN));
	close(ends[0]), close(ends[1]);
}

/* An attempt that nobody answers: the listener's queue is full. */
static int attempt(int listening, int others[2])
{
	int fd = stream(SOCK_NONBLOCK);
	for (int i = 0; i < 2; i++) {
		others[i] = stream(0);
		connect_at(others[i], "127.0.0.1", port_of(listening));
	}
	SAY(connect_at(fd, "127.0.0.1", port_of(listening)));
	return fd;
}

static int blocked_fd, blocked_port;
static void *connector(void *unused)
{
	(void)unused;
	return connect_at(blocked_fd, "127.0.0.1", blocked_port) < 0 ? (void *)errno_name(errno) : "well";
}

static void shut_while_connecting(void)
{
	int fd = listener(1), others[2], late = attempt(fd, others);
	show_ready("connecting", late);
	SAY(shutdown(late, SHUT_RDWR));
	show_ready("shut", late);
	show_error("shut", late);
	SAY(recv(late, &(char){ 0 }, 1, 0));
	blocked_port = port_of(fd);
	blocked_fd = late;
	fcntl(late, F_SETFL, 0);
	pthread_t thread;
	void *told;
	pthread_create(&thread, NULL, connector, NULL);
	struct tcp_info info;
	do {
		usleep(1000);
		socklen_t length = sizeof(info);
		getsockopt(late, SOL_TCP, TCP_INFO, &info, &length);
	} while (info.tcpi_state != TCP_SYN_SENT);
	SAY(shutdown(late, SHUT_RD));
	pthread_join(thread, &told);
	printf("blocked connect: %s\n", (char *)told);
	close(late), close(others[0]), close(others[1]), close(fd);
}

/* What shutdown(2) says of an unconnected socket, it has an effect. */
static void shut_before(void)
{
	int fd = stream(SOCK_NONBLOCK), listening = listener(5);
	show_ready("fresh", fd);
	SAY(shutdown(fd, SHUT_RD));
	show_ready("shut for reading", fd);
	SAY(recv(fd, &(char){ 0 }, 1, 0));
	SAY(send(fd, "x", 1, MSG_NOSIGNAL));
	SAY(shutdown(fd, SHUT_WR));
	show_ready("shut", fd);
	close(fd);
	unsigned port = port_of(listening);
	SAY(shutdown(listening, SHUT_WR));
	show_ready("listens all the same", listening);
	SAY(shutdown(listening, SHUT_RD));
	show_ready("no listener any more", listening);
	printf("its port stays: %d\n", port_of(listening) == port);
	SAY(listen(listening, 5));
	printf("and again: %d\n", port_of(listening) == port);
	fd = stream(0);
	SAY(connect_at(fd, "127.0.0.1", port));
	close(fd), close(listening);
}

/* Who has said that it will read no more gets what comes all the same, until it has sent all, too. */
static void reads_no_more(void)
{
	int ends[2];
	char bytes[8] = "";
	pair(ends);
	SAY(shutdown(ends[0], SHUT_RD));
	show_ready("shut for reading", ends[0]);
	SAY(recv(ends[0], bytes, 8, 0));
	SAY(send(ends[1], "abc", 3, 0));
	wait_for(ends[0], POLLIN);
	SAY(recv(ends[0], bytes, 8, 0));
	printf("%s\n", bytes);
	SAY(send(ends[0], "def", 3, 0));
	SAY(recv(ends[1], bytes, 8, 0));
	SAY(recv(ends[0], bytes, 8, 0));
	SAY(shutdown(ends[0], SHUT_WR));
	wait_for(ends[1], POLLRDHUP);
	SAY(send(ends[1], "abc", 3, 0));
	printf("reset: %#x\n", wait_for(ends[1], POLLHUP | POLLERR));
	close(ends[0]), close(ends[1]);
}

/* A reset after the end of what comes is nothing to a reader. */
static void reset_after_the_end(void)
{
	int ends[2];
	struct linger hard = { 1, 0 };
	pair(ends);
	SAY(shutdown(ends[0], SHUT_WR));
	wait_for(ends[1], POLLRDHUP);
	setsockopt(ends[0], SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(ends[0]);
	wait_for(ends[1], POLLHUP);
	show_ready("reset", ends[1]);
	SAY(recv(ends[1], &(char){ 0 }, 1, 0));
	SAY(send(ends[1], "x", 1, MSG_NOSIGNAL));
	SAY(send(ends[1], "x", 1, MSG_NOSIGNAL));
	close(ends[1]);
}

/* A connection that was reset while it waited is accepted with its peer's name, and tells then. */
static void reset_in_the_queue(void)
{
	int fd = listener(5), client = stream(0);
	struct linger hard = { 1, 0 };
	struct sockaddr_in name = { 0 };
	socklen_t length = sizeof(name);
	connect_at(client, "127.0.0.1", port_of(fd));
	unsigned port = port_of(client);
	wait_for(fd, POLLIN);
	setsockopt(client, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(client);
	usleep(10000);
	int server = accept(fd, (struct sockaddr *)&name, &length);
	SAY_OK(server);
	printf("its peer: %d\n", name.sin_family == AF_INET && ntohs(name.sin_port) == port);
	SAY(getpeername(server, (struct sockaddr *)&name, &length));
	SAY(recv(server, &(char){ 0 }, 1, 0));
	close(server), close(fd);
}

/* Nothing is read where the urgent byte is. */
static void nothing_at_the_mark(void)
{
	int ends[2];
	char byte = 0;
	pair(ends);
	SAY(send(ends[0], "!", 1, MSG_OOB));
	wait_for(ends[1], POLLPRI);
	SAY(recv(ends[1], &byte, 0, MSG_DONTWAIT));
	SAY(recv(ends[1], &byte, 1, MSG_OOB));
	printf("%c\n", byte);
	close(ends[0]), close(ends[1]);
}

/* The same connection twice, and options of another family. */
static void others(void)
{
	int fd = listener(5), one = stream(0), two = stream(0), value, on = 1;
	socklen_t length = sizeof(value);
	setsockopt(one, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(two, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	SAY(bind_at(one, "127.0.0.1", 0));
	SAY(bind_at(two, "127.0.0.1", port_of(one)));
	SAY(connect_at(one, "127.0.0.1", port_of(fd)));
	SAY(connect_at(two, "127.0.0.1", port_of(fd)));
	SAY(connect(one, &(struct sockaddr){ .sa_family = AF_UNIX }, sizeof(struct sockaddr)));
	SAY(connect(fd, &(struct sockaddr){ .sa_family = AF_UNIX }, sizeof(struct sockaddr)));
	SAY(getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &value, &length));
	SAY(getsockopt(fd, 999, 1, &value, &length));
	close(fd), close(one), close(two);
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	failed();
	no_longer();
	shut_while_connecting();
	shut_before();
	reads_no_more();
	reset_after_the_end();
	reset_in_the_queue();
	nothing_at_the_mark();
	others();
	return 0;
}
