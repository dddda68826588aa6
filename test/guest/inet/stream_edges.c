/* What streams do at their edges: ports, refusals, full queues, who is woken, partial results. socket(7), tcp(7), listen(2), accept(2). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
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

static int stream(void) { return socket(AF_INET, SOCK_STREAM, 0); }
static int listener(int backlog)
{
	int fd = stream();
	bind_port(fd, 0);
	listen(fd, backlog);
	return fd;
}

static void set(int fd, int level, int name, int value) { setsockopt(fd, level, name, &value, sizeof(value)); }

static void pair(int ends[2])
{
	int fd = listener(1);
	ends[0] = stream();
	connect_port(ends[0], port_of(fd));
	ends[1] = accept(fd, NULL, NULL);
	close(fd);
}

static int ready(int fd, int wait)
{
	struct pollfd poll_for = { fd, POLLIN | POLLOUT | POLLRDHUP, 0 };
	poll(&poll_for, 1, wait);
	return poll_for.revents;
}

static void names(void)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	int one = stream(), two = stream(), three = stream();
	SAY(bind_port(one, 0));
	unsigned port = port_of(one);
	printf("a port was chosen: %d\n", port >= 1024);
	SAY(bind_port(one, 0));
	SAY(bind_port(two, port));
	set(two, SOL_SOCKET, SO_REUSEADDR, 1);
	SAY(bind_port(two, port));
	set(one, SOL_SOCKET, SO_REUSEADDR, 1);
	SAY(bind_port(two, port));
	SAY(listen(one, 1));
	SAY(listen(two, 1));
	set(three, SOL_SOCKET, SO_REUSEADDR, 1);
	SAY(bind_port(three, port));
	close(three);
	three = stream();
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(port) }, foreign = { .sin_family = AF_INET, .sin_addr = { htonl(0xc0000201) } };
	SAY(bind(three, (struct sockaddr *)&any, sizeof(any)));
	SAY(bind(three, (struct sockaddr *)&foreign, sizeof(foreign)));
	set(three, SOL_IP, IP_FREEBIND, 1);
	SAY(bind(three, (struct sockaddr *)&foreign, sizeof(foreign)));
	close(one), close(two), close(three);
	int ends[2];
	pair(ends);
	SAY(connect(ends[0], &none, sizeof(none)));
	SAY(send(ends[0], "x", 1, MSG_NOSIGNAL));
	printf("the other end: %#x\n", ready(ends[1], 10000) & ~POLLOUT);
	one = listener(1);
	SAY(connect_port(ends[0], port_of(one)));
	SAY(connect_port(ends[0], port_of(one)));
	close(one), close(ends[0]), close(ends[1]);
	one = stream();
	SAY(connect(one, &none, sizeof(none)));
	SAY(listen(one, 1));
	SAY(connect_port(one, 9));
	close(one);
}

static void itself(void)
{
	int fd = stream();
	char bytes[8] = "";
	bind_port(fd, 0);
	SAY(connect_port(fd, port_of(fd)));
	SAY(send(fd, "echo", 4, 0));
	SAY(recv(fd, bytes, sizeof(bytes), 0));
	printf("%s\n", bytes);
	SAY(shutdown(fd, SHUT_WR));
	SAY(recv(fd, bytes, sizeof(bytes), 0));
	close(fd);
}

static void refused(void)
{
	int fd = stream(), port, value = -1;
	socklen_t length = sizeof(value);
	bind_port(fd, 0);
	port = port_of(fd);
	int client = stream();
	SAY(connect_port(client, port));
	SAY(connect_port(client, port));
	close(client);
	client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	SAY(connect_port(client, port));
	printf("ready %#x\n", ready(client, 10000));
	SAY(getsockopt(client, SOL_SOCKET, SO_ERROR, &value, &length));
	printf("%s\n", errno_name(value));
	SAY(getsockopt(client, SOL_SOCKET, SO_ERROR, &value, &length));
	printf("%d\n", value);
	SAY(recv(client, &value, 1, 0));
	close(client), close(fd);
}

/* A queue for one connection holds two; a third waits in the client's handshake. */
static void full(void)
{
	int fd = listener(1), clients[2], late = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	for (int i = 0; i < 2; i++) {
		clients[i] = stream();
		SAY(connect_port(clients[i], port_of(fd)));
	}
	SAY(connect_port(late, port_of(fd)));
	printf("late: %#x\n", ready(late, 100));
	SAY(connect_port(late, port_of(fd)));
	for (int i = 0; i < 2; i++)
		close(accept(fd, NULL, NULL));
	printf("late, when there is room: %#x\n", ready(late, 20000) & POLLOUT);
	SAY_OK(accept(fd, NULL, NULL));
	close(fd), close(late), close(clients[0]), close(clients[1]);
}

static int woken_fd, woken;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *acceptor(void *unused)
{
	int fd = accept(woken_fd, NULL, NULL);
	pthread_mutex_lock(&lock);
	woken++;
	pthread_mutex_unlock(&lock);
	close(fd);
	return unused;
}

static void several_accept(void)
{
	pthread_t threads[4];
	woken_fd = listener(8);
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, acceptor, NULL);
	for (int i = 0; i < 4; i++) {
		int fd = stream();
		connect_port(fd, port_of(woken_fd));
		char byte;
		recv(fd, &byte, 1, 0); /* until it was accepted and closed */
		close(fd);
	}
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	printf("accepted by %d threads\n", woken);
	close(woken_fd);
}

/* Of several epolls that wait exclusively one hears of a connection; of those that do not, all. */
static void exclusive(void)
{
	for (int with = 0; with < 2; with++) {
		int fd = listener(8), epolls[3], client = stream(), told = 0;
		for (int i = 0; i < 3; i++) {
			struct epoll_event event = { .events = EPOLLIN | (with ? EPOLLEXCLUSIVE : 0) };
			epolls[i] = epoll_create1(0);
			epoll_ctl(epolls[i], EPOLL_CTL_ADD, fd, &event);
		}
		connect_port(client, port_of(fd));
		for (int i = 0; i < 3; i++) {
			struct epoll_event event;
			told += epoll_wait(epolls[i], &event, 1, 0) == 1;
		}
		printf("%s: told %s\n", with ? "exclusive" : "shared", told >= 1 ? "at least one" : "none");
		for (int i = 0; i < 3; i++)
			close(epolls[i]);
		close(fd), close(client);
	}
}

static void parts(void)
{
	int ends[2];
	char bytes[16] = "";
	pair(ends);
	SAY(send(ends[0], "abc", 3, 0));
	SAY(recv(ends[1], bytes, 10, MSG_PEEK | MSG_WAITALL | MSG_DONTWAIT));
	SAY(recv(ends[1], bytes, 2, MSG_TRUNC));
	SAY(recv(ends[1], bytes, 10, MSG_WAITALL | MSG_DONTWAIT));
	struct timeval time = { 0, 20000 };
	setsockopt(ends[1], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
	SAY(recv(ends[1], bytes, 10, 0));
	SAY(send(ends[0], "defg", 4, 0));
	SAY(recv(ends[1], bytes, 10, MSG_WAITALL));
	set(ends[1], SOL_SOCKET, SO_RCVLOWAT, 5);
	set(ends[0], SOL_TCP, TCP_NODELAY, 1);
	SAY(send(ends[0], "hij", 3, 0));
	printf("fewer than wanted: %#x\n", ready(ends[1], 20) & POLLIN);
	SAY(send(ends[0], "kl", 2, 0));
	printf("as many as wanted: %#x\n", ready(ends[1], 10000) & POLLIN);
	SAY(recv(ends[1], bytes, 10, 0));
	SAY(send(ends[0], "m", 1, MSG_MORE));
	SAY(shutdown(ends[0], SHUT_WR));
	SAY(recv(ends[1], bytes, 10, 0));
	SAY(recv(ends[1], bytes, 10, 0));
	SAY(send(ends[0], "n", 1, MSG_NOSIGNAL));
	SAY(recv(ends[0], bytes, 0, MSG_DONTWAIT));
	printf("half closed: %#x %#x\n", ready(ends[0], 0), ready(ends[1], 0));
	SAY(send(ends[1], "o", 1, 0));
	SAY(recv(ends[0], bytes, 1, 0));
	close(ends[0]), close(ends[1]);
}

static void corked(void)
{
	int ends[2], waiting = -1;
	pair(ends);
	set(ends[0], SOL_TCP, TCP_CORK, 1);
	SAY(send(ends[0], "held", 4, 0));
	SAY(ioctl(ends[1], FIONREAD, &waiting));
	printf("corked: %d\n", waiting);
	set(ends[0], SOL_TCP, TCP_CORK, 0);
	printf("uncorked: %#x\n", ready(ends[1], 10000) & POLLIN);
	close(ends[0]), close(ends[1]);
}

static void ends_hard(void)
{
	int ends[2];
	char byte;
	struct linger hard = { 1, 0 }, soft = { 1, 5 };
	pair(ends);
	setsockopt(ends[0], SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(ends[0]);
	printf("reset: %#x\n", ready(ends[1], 10000));
	SAY(recv(ends[1], &byte, 1, 0));
	SAY(recv(ends[1], &byte, 1, 0));
	SAY(send(ends[1], &byte, 1, MSG_NOSIGNAL));
	close(ends[1]);
	pair(ends);
	send(ends[1], "unread", 6, 0);
	ready(ends[0], 10000);
	close(ends[0]); /* with data that nobody has read */
	printf("unread: %#x\n", ready(ends[1], 10000) & POLLHUP);
	SAY(recv(ends[1], &byte, 1, 0));
	close(ends[1]);
	pair(ends);
	setsockopt(ends[0], SOL_SOCKET, SO_LINGER, &soft, sizeof(soft));
	send(ends[0], "last", 4, 0);
	SAY(close(ends[0]));
	SAY(recv(ends[1], &(char[8]){ 0 }, 8, 0));
	SAY(recv(ends[1], &byte, 1, 0));
	close(ends[1]);
}

/* A connection that was deferred is told of with its first data. */
static void deferred(void)
{
	int fd = stream(), client = stream();
	set(fd, SOL_TCP, TCP_DEFER_ACCEPT, 30);
	bind_port(fd, 0);
	listen(fd, 5);
	SAY(connect_port(client, port_of(fd)));
	printf("before data: %#x\n", ready(fd, 50));
	SAY(send(client, "x", 1, 0));
	printf("with data: %#x\n", ready(fd, 10000));
	int server = accept(fd, NULL, NULL);
	SAY(recv(server, &(char){ 0 }, 1, MSG_DONTWAIT));
	close(fd), close(client), close(server);
}

static void inherited(void)
{
	int fd = stream(), client = stream(), value;
	socklen_t length = sizeof(value);
	static const struct { int level, name; } options[] = { { SOL_TCP, TCP_NODELAY }, { SOL_SOCKET, SO_KEEPALIVE }, { SOL_TCP, TCP_KEEPIDLE }, { SOL_IP, IP_TOS }, { SOL_SOCKET, SO_REUSEADDR },
		{ SOL_TCP, TCP_USER_TIMEOUT }, { SOL_SOCKET, SO_OOBINLINE } };
	for (unsigned i = 0; i < 7; i++)
		set(fd, options[i].level, options[i].name, i == 2 ? 77 : i == 3 ? 0x10 : i == 5 ? 5000 : 1);
	bind_port(fd, 0);
	listen(fd, 5);
	connect_port(client, port_of(fd));
	int server = accept(fd, NULL, NULL);
	for (unsigned i = 0; i < 7; i++) {
		getsockopt(server, options[i].level, options[i].name, &value, &length);
		printf("%d ", value);
	}
	printf("\n");
	close(fd), close(client), close(server);
}

/* Listeners that share a port: each connection goes to one of them, and all of them get some. */
static void shared(void)
{
	int listeners[4], got[4] = { 0 }, total = 0, used = 0;
	unsigned port = 0;
	for (int i = 0; i < 4; i++) {
		listeners[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		set(listeners[i], SOL_SOCKET, SO_REUSEPORT, 1);
		SAY(bind_port(listeners[i], port));
		port = port_of(listeners[i]);
		SAY(listen(listeners[i], 128));
	}
	int other = stream();
	SAY(bind_port(other, port));
	close(other);
	for (int i = 0; i < 64; i++) {
		int client = stream();
		connect_port(client, port);
		close(client);
	}
	for (int i = 0; i < 4; i++) {
		int fd;
		while ((fd = accept(listeners[i], NULL, NULL)) >= 0) {
			got[i]++;
			close(fd);
		}
		total += got[i];
		used += got[i] > 0;
		close(listeners[i]);
	}
	printf("%d connections to %d listeners\n", total, used);
}

static void moved(void)
{
	int ends[2], pipes[2], file = memfd_create("x", 0);
	char bytes[64] = "";
	off_t offset = 1;
	pair(ends);
	pipe(pipes);
	write(file, "0123456789", 10);
	SAY(sendfile(ends[0], file, &offset, 5));
	printf("offset %ld\n", (long)offset);
	SAY(recv(ends[1], bytes, 5, MSG_WAITALL));
	printf("%s\n", bytes);
	write(pipes[1], "spliced", 7);
	SAY(splice(pipes[0], NULL, ends[0], NULL, 7, 0));
	ready(ends[1], 10000);
	SAY(splice(ends[1], NULL, pipes[1], NULL, 64, 0));
	memset(bytes, 0, sizeof(bytes));
	SAY(read(pipes[0], bytes, sizeof(bytes)));
	printf("%s\n", bytes);
	SAY(send(ends[0], "zero", 4, MSG_ZEROCOPY));
	close(ends[0]), close(ends[1]), close(pipes[0]), close(pipes[1]), close(file);
}

/* Who waits for edges of reading is told of what comes, not that what was written has arrived. */
static void one_edge(void)
{
	int ends[2], epoll = epoll_create1(0);
	struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP | EPOLLET };
	pair(ends);
	epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event);
	SAY(send(ends[1], "unread", 6, 0));
	SAY(epoll_wait(epoll, &event, 1, 10000));
	SAY(send(ends[0], "answer", 6, 0));
	SAY(recv(ends[1], &(char[8]){ 0 }, 8, 0));
	SAY(send(ends[0], "more", 4, 0));
	SAY(recv(ends[1], &(char[8]){ 0 }, 8, 0));
	SAY(epoll_wait(epoll, &event, 1, 100));
	SAY(send(ends[1], "another", 7, 0));
	SAY(epoll_wait(epoll, &event, 1, 10000));
	close(ends[0]), close(ends[1]), close(epoll);
}

static void *rest(void *fd)
{
	usleep(50000);
	send(*(int *)fd, "defg", 4, 0);
	return NULL;
}

/* Who looks and wants all waits for all. */
static void all_at_once(void)
{
	int ends[2];
	char bytes[8] = "";
	pthread_t thread;
	pair(ends);
	SAY(send(ends[0], "abc", 3, 0));
	ready(ends[1], 10000);
	pthread_create(&thread, NULL, rest, &ends[0]);
	SAY(recv(ends[1], bytes, 7, MSG_PEEK | MSG_WAITALL));
	printf("%s\n", bytes);
	SAY(recv(ends[1], bytes, 7, 0));
	pthread_join(thread, NULL);
	close(ends[0]), close(ends[1]);
}

static void *resets(void *fd)
{
	struct linger hard = { 1, 0 };
	usleep(50000);
	setsockopt(*(int *)fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(*(int *)fd);
	return NULL;
}

/* The error of a call that has done something already is the next call's. */
static void error_later(void)
{
	static char much[8000000];
	for (int reads = 0; reads < 2; reads++) {
		int ends[2];
		pthread_t thread;
		pair(ends);
		SAY(send(ends[1], "abc", 3, 0));
		ready(ends[0], 10000);
		pthread_create(&thread, NULL, resets, &ends[1]);
		long done = reads ? recv(ends[0], much, 10, MSG_WAITALL) : send(ends[0], much, sizeof(much), MSG_NOSIGNAL);
		printf("a part: %d\n", done > 0 && done < (long)sizeof(much));
		pthread_join(thread, NULL);
		show_error("then", ends[0]);
		close(ends[0]);
	}
}

int main(void)
{
	names();
	itself();
	refused();
	full();
	several_accept();
	exclusive();
	parts();
	corked();
	ends_hard();
	deferred();
	inherited();
	shared();
	moved();
	one_edge();
	all_at_once();
	error_later();
	return 0;
}
