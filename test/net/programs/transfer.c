/*
 * transfer serve PORT CONNECTIONS                     answer so many connections and every datagram, then end
 * transfer call ADDRESS PORT CONNECTIONS SEED MOST    open so many at once, each with up to MOST bytes both ways, and send datagrams meanwhile
 * transfer both ADDRESS PORT CONNECTIONS SEED MOST    both, as two processes, to a `both` there
 *
 * Bytes follow from a key, so each side knows what must come; a half-close ends each direction. Ends with 0 when all has arrived intact.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST_CONNECTIONS 64
#define SECONDS 100
#define MAGIC 0x7472616e73666572u
#define DATAGRAMS 60
#define MOST_DATAGRAM 4000
#define TRY_FOR_MS 20000
#define CHUNK 32768u

struct request {
	uint64_t magic, key;
	uint32_t up, down;
};
struct connection {
	int fd;
	bool caller, shut, ended, open; /* shut: all is sent; ended: all is received */
	struct request request;
	uint32_t header, to_send, sent, to_receive, received; /* header: bytes of the request that have passed */
};
struct datagram {
	uint64_t magic, key;
	uint32_t number, length;
};

static struct connection connections[MOST_CONNECTIONS];
static uint64_t state = 1, bytes_out, bytes_in;

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}
static uint32_t below(uint32_t n) { return n ? (uint32_t)(mix(state += 0x9e3779b97f4a7c15u) % n) : 0; }

static void fail(const char *what, const struct connection *connection)
{
	fprintf(stderr, "transfer: %s: %s", what, strerror(errno));
	if (connection)
		fprintf(stderr, " (%s %d: sent %u of %u, received %u of %u)", connection->caller ? "calling" : "serving", connection->fd, connection->sent, connection->to_send, connection->received, connection->to_receive);
	fprintf(stderr, "\n");
	exit(1);
}

static void fill(uint8_t *to, uint64_t key, uint32_t at, size_t length)
{
	for (size_t i = 0; i < length; i++, at++)
		to[i] = (uint8_t)(mix(key + at / 8) >> at % 8 * 8);
}

static long now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static uint64_t key_of(const struct connection *connection, bool sending) { return mix(connection->request.key + (connection->caller == sending)); }

static void plan(struct connection *connection)
{
	connection->to_send = connection->caller ? connection->request.up : connection->request.down;
	connection->to_receive = connection->caller ? connection->request.down : connection->request.up;
}

static bool would_block(void) { return errno == EAGAIN || errno == EWOULDBLOCK; }

static void send_some(struct connection *connection)
{
	uint8_t buffer[CHUNK];
	ssize_t n = 1;
	if (connection->caller && connection->header < sizeof(connection->request)) {
		n = write(connection->fd, (char *)&connection->request + connection->header, sizeof(connection->request) - connection->header);
		connection->header += n > 0 ? (uint32_t)n : 0;
	}
	while (n > 0 && connection->header == sizeof(connection->request) && connection->sent < connection->to_send) {
		uint32_t length = connection->to_send - connection->sent, chunk = 1 + below(CHUNK);
		length = length < chunk ? length : chunk;
		fill(buffer, key_of(connection, true), connection->sent, length);
		n = write(connection->fd, buffer, length);
		connection->sent += n > 0 ? (uint32_t)n : 0;
		bytes_out += n > 0 ? (uint64_t)n : 0;
	}
	if (n < 0 && !would_block())
		fail("write", connection);
	if (connection->header == sizeof(connection->request) && connection->sent == connection->to_send && !connection->shut) {
		if (shutdown(connection->fd, SHUT_WR))
			fail("shutdown", connection);
		connection->shut = true;
	}
}

static bool receive_some(struct connection *connection)
{
	uint8_t buffer[CHUNK], expected[CHUNK];
	ssize_t n;
	if (!connection->caller && connection->header < sizeof(connection->request)) {
		n = read(connection->fd, (char *)&connection->request + connection->header, sizeof(connection->request) - connection->header);
		if (n <= 0)
			return n < 0 && would_block() ? true : (fail("no request", connection), false);
		connection->header += (uint32_t)n;
		if (connection->header == sizeof(connection->request)) {
			if (connection->request.magic != MAGIC)
				fail("a damaged request", connection);
			plan(connection);
		}
		return true;
	}
	while ((n = read(connection->fd, buffer, 1 + below(CHUNK))) > 0) {
		if ((uint32_t)n > connection->to_receive - connection->received)
			fail("too many bytes", connection);
		fill(expected, key_of(connection, false), connection->received, (size_t)n);
		if (memcmp(buffer, expected, (size_t)n))
			fail("damaged data", connection);
		connection->received += (uint32_t)n;
		bytes_in += (uint64_t)n;
	}
	if (n < 0 && !would_block())
		fail("read", connection);
	if (!n && connection->received < connection->to_receive)
		fail("an early end", connection);
	return n < 0;
}

/* False: both directions have ended. */
static bool work(struct connection *connection, short events)
{
	if (events & (POLLIN | POLLHUP | POLLERR) && !connection->ended)
		connection->ended = !receive_some(connection);
	if (events & POLLOUT || (connection->ended && !connection->shut))
		send_some(connection);
	if (!connection->ended || !connection->shut)
		return true;
	close(connection->fd);
	connection->open = false;
	return false;
}

static short wanted(const struct connection *connection)
{
	bool sends = connection->caller || connection->header == sizeof(connection->request);
	return (short)((connection->ended ? 0 : POLLIN) | (sends && !connection->shut ? POLLOUT : 0));
}

/* --- datagrams --- */

static void make_datagram(uint8_t *to, uint64_t key, uint32_t number)
{
	struct datagram head = { MAGIC, key, number, (uint32_t)(sizeof(head) + mix(key + number) % (MOST_DATAGRAM - sizeof(head))) };
	fill(to, key + number, 0, head.length);
	memcpy(to, &head, sizeof(head));
}

static void check_datagram(const uint8_t *at, ssize_t length)
{
	uint8_t expected[MOST_DATAGRAM];
	struct datagram head;
	if (length < (ssize_t)sizeof(head))
		fail("a short datagram", NULL);
	memcpy(&head, at, sizeof(head));
	if (head.magic != MAGIC || (ssize_t)head.length != length)
		fail("a damaged datagram's head", NULL);
	make_datagram(expected, head.key, head.number);
	if (memcmp(at, expected, (size_t)length))
		fail("a damaged datagram", NULL);
}

static void echo(int fd)
{
	uint8_t buffer[MOST_DATAGRAM];
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	ssize_t n;
	while ((n = recvfrom(fd, buffer, sizeof(buffer), MSG_DONTWAIT, (void *)&from, &size)) >= 0) {
		check_datagram(buffer, n);
		sendto(fd, buffer, (size_t)n, MSG_DONTWAIT, (void *)&from, size);
	}
}

/* --- the two sides --- */

static int bound(int type, uint16_t port)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, type | SOCK_NONBLOCK, 0), one = 1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (void *)&any, sizeof(any)))
		fail("bind", NULL);
	return fd;
}

static void serve(uint16_t port, unsigned count)
{
	struct pollfd fds[MOST_CONNECTIONS + 2];
	struct connection *of[MOST_CONNECTIONS + 2];
	int listener = bound(SOCK_STREAM, port), udp = bound(SOCK_DGRAM, port);
	unsigned ended = 0;
	if (listen(listener, 64))
		fail("listen", NULL);
	while (ended < count) {
		nfds_t n = 0;
		fds[n++] = (struct pollfd){ listener, POLLIN, 0 };
		fds[n++] = (struct pollfd){ udp, POLLIN, 0 };
		for (struct connection *connection = connections; connection < connections + MOST_CONNECTIONS; connection++)
			if (connection->open) {
				of[n] = connection;
				fds[n++] = (struct pollfd){ connection->fd, wanted(connection), 0 };
			}
		poll(fds, n, -1);
		if (fds[1].revents)
			echo(udp);
		for (nfds_t i = 2; i < n; i++)
			if (fds[i].revents)
				ended += !work(of[i], fds[i].revents);
		int fd = fds[0].revents ? accept4(listener, NULL, NULL, SOCK_NONBLOCK) : -1;
		if (fds[0].revents && fd < 0 && !would_block())
			fail("accept", NULL);
		for (struct connection *connection = connections; fd >= 0; connection++)
			if (!connection->open) {
				*connection = (struct connection){ .fd = fd, .open = true };
				break;
			}
	}
	printf("served %u connections, %llu bytes in, %llu out\n", ended, (unsigned long long)bytes_in, (unsigned long long)bytes_out);
}

/* Whoever is called may not be there yet, and we may have no address. */
static int called(const struct sockaddr_in *to)
{
	for (long end = now_ms() + TRY_FOR_MS;;) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		if (!connect(fd, (const void *)to, sizeof(*to))) {
			fcntl(fd, F_SETFL, O_NONBLOCK);
			return fd;
		}
		int error = errno;
		close(fd);
		errno = error;
		if (now_ms() > end || (error != ECONNREFUSED && error != ENETUNREACH && error != EHOSTUNREACH))
			fail("connect", NULL);
		nanosleep(&(struct timespec){ 0, 20000000 }, NULL);
	}
}

static void call(const char *address, uint16_t port, unsigned count, uint32_t most)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = inet_addr(address) };
	struct pollfd fds[MOST_CONNECTIONS + 1];
	struct connection *of[MOST_CONNECTIONS + 1];
	unsigned begun = 0, ended = 0, datagrams = 0, answers = 0;
	int udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	uint64_t key = mix(state);
	uint8_t buffer[MOST_DATAGRAM];
	while (ended < count) {
		if (begun < count) {
			struct connection *connection = &connections[begun];
			*connection = (struct connection){ .fd = called(&to), .caller = true, .open = true };
			connection->request = (struct request){ MAGIC, mix(state + begun), below(5) ? below(most) : 0, below(5) ? below(most) : 0 };
			plan(connection);
			begun++;
			if (begun == 1 && connect(udp, (void *)&to, sizeof(to)))
				fail("connect (UDP)", NULL);
		}
		nfds_t n = 0;
		fds[n++] = (struct pollfd){ udp, (short)(POLLIN | (datagrams < DATAGRAMS ? POLLOUT : 0)), 0 };
		for (unsigned i = 0; i < begun; i++)
			if (connections[i].open) {
				of[n] = &connections[i];
				fds[n++] = (struct pollfd){ connections[i].fd, wanted(&connections[i]), 0 };
			}
		poll(fds, n, begun < count ? 0 : -1);
		for (nfds_t i = 1; i < n; i++)
			if (fds[i].revents)
				ended += !work(of[i], fds[i].revents);
		ssize_t length = recv(udp, buffer, sizeof(buffer), MSG_DONTWAIT);
		if (length >= 0) {
			check_datagram(buffer, length);
			answers++;
		}
		if (fds[0].revents & POLLOUT) {
			struct datagram head;
			make_datagram(buffer, key, datagrams++);
			memcpy(&head, buffer, sizeof(head));
			send(udp, buffer, head.length, MSG_DONTWAIT);
		}
	}
	fprintf(stderr, "%u of %u datagrams came back\n", answers, datagrams);
	printf("called %u connections, %llu bytes out, %llu in\n", ended, (unsigned long long)bytes_out, (unsigned long long)bytes_in);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	signal(SIGPIPE, SIG_IGN);
	alarm(SECONDS);
	if (!strcmp(what, "serve") && argc == 4) {
		serve((uint16_t)atoi(argv[2]), (unsigned)atoi(argv[3]));
		return 0;
	}
	if ((strcmp(what, "call") && strcmp(what, "both")) || argc != 7 || atoi(argv[4]) > MOST_CONNECTIONS) {
		fprintf(stderr, "usage: transfer serve PORT CONNECTIONS | call|both ADDRESS PORT CONNECTIONS SEED MOST\n");
		return 2;
	}
	state = mix(strtoull(argv[5], NULL, 0) + 1);
	pid_t child = *what == 'b' ? fork() : -1;
	int status = 0;
	if (child) {
		call(argv[2], (uint16_t)atoi(argv[3]), (unsigned)atoi(argv[4]), (uint32_t)strtoul(argv[6], NULL, 0));
		fflush(stdout);
		if (child > 0 && (waitpid(child, &status, 0) != child || status))
			return 1;
		return 0;
	}
	alarm(SECONDS); /* the parent's is not inherited */
	serve((uint16_t)atoi(argv[3]), (unsigned)atoi(argv[4]));
	return 0;
}
