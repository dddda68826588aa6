/*
 * What is attacked and loaded: echo on TCP and UDP port 7, a discarding port 9, HTTP on 80 (/ is 100 bytes, /N is N bytes, with keep-alive), and on port 8 a line about itself: "free KILOBYTES
 * open CONNECTIONS refused ACCEPTS"; who sends "close" there has all connections to the other ports reset first. `service [DESCRIPTORS]`: so many at most.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#define CHUNK 16384
enum kind { CONNECTION, LISTENER, DATAGRAMS };

struct connection {
	uint16_t port;       /* 0: not in use */
	uint8_t kind;
	uint8_t matched;     /* HTTP: bytes of the blank line that ends a request */
	bool writing;
	uint32_t zeros;      /* HTTP: bytes of the body to be sent */
	uint32_t wanted;     /* size that the request names */
	uint8_t line;        /* HTTP: where in the request line we are */
	uint32_t held;       /* bytes in `out` */
	char *out;
};

static struct connection *connections;
static unsigned most = 1024, open_count;
static unsigned long refused;
static int epoll, listeners[4], listener_count;
static bool accepting = true;

static void watch(int fd, unsigned events, int how)
{
	struct epoll_event event = { .events = events, .data.fd = fd };
	epoll_ctl(epoll, how, fd, &event);
}

static void listen_on(int type, uint16_t port)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, type | SOCK_NONBLOCK, 0), one = 1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (void *)&any, sizeof(any)) || (type == SOCK_STREAM && listen(fd, 1024))) {
		perror("service");
		exit(1);
	}
	connections[fd].port = port;
	connections[fd].kind = type == SOCK_STREAM ? LISTENER : DATAGRAMS;
	if (type == SOCK_STREAM)
		listeners[listener_count++] = fd;
	watch(fd, EPOLLIN, EPOLL_CTL_ADD);
}

static void listen_all(bool on)
{
	accepting = on;
	for (int i = 0; i < listener_count; i++)
		watch(listeners[i], on ? EPOLLIN : 0, EPOLL_CTL_MOD);
}

static void finish(int fd)
{
	free(connections[fd].out);
	connections[fd] = (struct connection){ 0 };
	close(fd);
	open_count--;
	if (!accepting)
		listen_all(true);
}

static void reset_all(void)
{
	struct linger now = { 1, 0 };
	for (unsigned fd = 0; fd < most; fd++)
		if (connections[fd].port && connections[fd].kind == CONNECTION && connections[fd].port != 8) {
			setsockopt((int)fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
			finish((int)fd);
		}
}

static void report(int fd)
{
	struct sysinfo info;
	char line[100], word[8] = "";
	ssize_t n = read(fd, word, sizeof(word) - 1);
	if (n < 0 && errno == EAGAIN)
		return;
	if (!strncmp(word, "close", 5))
		reset_all();
	sysinfo(&info);
	n = snprintf(line, sizeof(line), "free %lu open %u refused %lu\n", info.freeram * info.mem_unit / 1024, open_count - 1, refused);
	if (write(fd, line, (size_t)n) < 0)
		perror("report");
	finish(fd);
}

static void accept_some(int listener)
{
	int one = 1;
	for (int i = 0; i < 64; i++) {
		int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
		if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)) {
			refused++;
			if (open_count)
				listen_all(false); /* until one is closed */
			return;
		}
		if (fd < 0)
			return;
		connections[fd] = (struct connection){ .port = connections[listener].port };
		open_count++;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		watch(fd, EPOLLIN, EPOLL_CTL_ADD);
	}
}

/* What the socket does not take now is kept; nothing more is read meanwhile. */
static bool put(int fd, const char *from, size_t length)
{
	struct connection *connection = &connections[fd];
	ssize_t n = connection->held ? 0 : write(fd, from, length);
	if (n < 0 && errno != EAGAIN)
		return false;
	n = n < 0 ? 0 : n;
	if ((size_t)n < length) {
		connection->out = realloc(connection->out, connection->held + length - (size_t)n);
		if (!connection->out)
			return false;
		memcpy(connection->out + connection->held, from + n, length - (size_t)n);
		connection->held += (uint32_t)(length - (size_t)n);
	}
	return true;
}

static bool put_body(int fd)
{
	static const char zeros[CHUNK];
	struct connection *connection = &connections[fd];
	while (connection->zeros && !connection->held) {
		size_t length = connection->zeros < CHUNK ? connection->zeros : CHUNK;
		connection->zeros -= (uint32_t)length;
		if (!put(fd, zeros, length))
			return false;
	}
	return true;
}

static bool answer(int fd)
{
	char head[100];
	struct connection *connection = &connections[fd];
	uint32_t size = connection->wanted ? connection->wanted : 100;
	int n = snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n", size);
	connection->zeros += size;
	connection->wanted = connection->line = 0;
	return put(fd, head, (size_t)n) && put_body(fd);
}

/* A request is "GET /N ...", headers, a blank line. Several may come at once. */
static bool take_http(int fd, const char *at, ssize_t n)
{
	static const char end[] = "\r\n\r\n";
	struct connection *connection = &connections[fd];
	for (; n > 0; n--, at++) {
		if (connection->line < 5)
			connection->line++;
		else if (connection->line == 5 && *at >= '0' && *at <= '9')
			connection->wanted = connection->wanted * 10 + (uint32_t)(*at - '0');
		else
			connection->line = 6;
		connection->matched = *at == end[connection->matched] ? connection->matched + 1 : *at == '\r';
		if (connection->matched == 4) {
			connection->matched = 0;
			if (!answer(fd))
				return false;
		}
	}
	return true;
}

static bool take(int fd)
{
	static char buffer[CHUNK];
	ssize_t n = read(fd, buffer, sizeof(buffer));
	if (n < 0)
		return errno == EAGAIN;
	if (!n)
		return false;
	if (connections[fd].port == 7)
		return put(fd, buffer, (size_t)n);
	return connections[fd].port == 80 ? take_http(fd, buffer, n) : true;
}

static bool flush(int fd)
{
	struct connection *connection = &connections[fd];
	ssize_t n = write(fd, connection->out, connection->held);
	if (n < 0)
		return errno == EAGAIN;
	memmove(connection->out, connection->out + n, connection->held -= (uint32_t)n);
	if (!connection->held) {
		free(connection->out);
		connection->out = NULL;
	}
	return put_body(fd);
}

static void echo_datagrams(int fd)
{
	static char buffer[65536];
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	ssize_t n;
	for (int i = 0; i < 64 && (n = recvfrom(fd, buffer, sizeof(buffer), 0, (void *)&from, &size)) >= 0; i++)
		sendto(fd, buffer, (size_t)n, 0, (void *)&from, size);
}

static void serve(int fd, unsigned events)
{
	struct connection *connection = &connections[fd];
	bool good = true;
	if (connection->kind == LISTENER) {
		accept_some(fd);
		return;
	}
	if (connection->kind == DATAGRAMS) {
		echo_datagrams(fd);
		return;
	}
	if (connection->port == 8) {
		report(fd);
		return;
	}
	if (connection->held && events & EPOLLOUT)
		good = flush(fd);
	if (good && !connection->held && events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		good = take(fd);
	if (!good || events & EPOLLERR) {
		finish(fd);
		return;
	}
	bool writing = connection->held;
	if (writing != connection->writing)
		watch(fd, writing ? EPOLLOUT : EPOLLIN, EPOLL_CTL_MOD);
	connection->writing = writing;
}

int main(int argc, char **argv)
{
	struct epoll_event events[256];
	if (argc > 1)
		most = (unsigned)atoi(argv[1]);
	struct rlimit limit = { most, most };
	signal(SIGPIPE, SIG_IGN);
	if (setrlimit(RLIMIT_NOFILE, &limit))
		perror("setrlimit");
	connections = calloc(most, sizeof(*connections));
	epoll = epoll_create1(0);
	listen_on(SOCK_STREAM, 7);
	listen_on(SOCK_STREAM, 8);
	listen_on(SOCK_STREAM, 9);
	listen_on(SOCK_STREAM, 80);
	listen_on(SOCK_DGRAM, 7);
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		int n = epoll_wait(epoll, events, 256, -1);
		for (int i = 0; i < n; i++)
			if (connections[events[i].data.fd].port)
				serve(events[i].data.fd, events[i].events);
	}
}
