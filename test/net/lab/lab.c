/*
 * lab DIRECTORY qemu|linux SEED [TROUBLE...]
 *
 * Makes the network, says "ready OUTSIDE-PID INSIDE-PID" (whose namespaces they are, for nsenter; the second one only with "linux"), and relays until its standard
 * input ends, whose lines are trouble as in relay_configure(). With "qemu", QEMU connects to DIRECTORY/guest.sock (-netdev stream). DIRECTORY/inject.sock takes
 * datagrams: 'F' and a frame for inside, which suffers no trouble; 'C' and trouble; 'W' and the path of a datagram socket that is to get copies of all that leaves.
 */
#define _GNU_SOURCE
#include "lab.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define QEMU_ROOM (1u << 20)
#define BURST 64

static int outside, inside = -1, listener = -1, qemu = -1, orders, watcher;
static struct sockaddr_un watching;
static uint8_t to_qemu[QEMU_ROOM + MOST_FRAME + 4], from_qemu[2 * (MOST_FRAME + 4)];
static size_t to_qemu_bytes, from_qemu_bytes;

uint64_t now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int unix_socket(int type, const char *directory, const char *name)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if ((size_t)snprintf(at.sun_path, sizeof(at.sun_path), "%s/%s", directory, name) >= sizeof(at.sun_path) || bind(fd, (struct sockaddr *)&at, sizeof(at)) ||
	    (type == SOCK_STREAM && listen(fd, 1))) {
		perror(name);
		exit(2);
	}
	return fd;
}

static void push_to_qemu(void)
{
	ssize_t n;
	while (to_qemu_bytes && (n = write(qemu, to_qemu, to_qemu_bytes)) > 0)
		memmove(to_qemu, to_qemu + n, to_qemu_bytes -= (size_t)n);
}

bool lab_send(enum direction direction, const uint8_t *frame, size_t length)
{
	if (direction == OUT_OF)
		return write(outside, frame, length) >= 0 || errno != EAGAIN;
	if (inside >= 0)
		return write(inside, frame, length) >= 0 || errno != EAGAIN;
	if (qemu < 0)
		return true;
	if (to_qemu_bytes > QEMU_ROOM)
		return false;
	uint8_t *at = to_qemu + to_qemu_bytes;
	at[0] = at[1] = 0;
	at[1] = (uint8_t)(length >> 16), at[2] = (uint8_t)(length >> 8), at[3] = (uint8_t)length;
	memcpy(at + 4, frame, length);
	to_qemu_bytes += 4 + length;
	push_to_qemu();
	return true;
}

static void leaves(const uint8_t *frame, size_t length)
{
	if (watching.sun_family)
		sendto(watcher, frame, length, MSG_DONTWAIT, (struct sockaddr *)&watching, sizeof(watching));
	relay_take(OUT_OF, frame, length);
}

static void read_tap(int tap, enum direction direction)
{
	uint8_t frame[MOST_FRAME];
	ssize_t n;
	for (int i = 0; i < BURST && (n = read(tap, frame, sizeof(frame))) > 0; i++)
		direction == OUT_OF ? leaves(frame, (size_t)n) : relay_take(INTO, frame, (size_t)n);
}

static void read_qemu(void)
{
	ssize_t n = read(qemu, from_qemu + from_qemu_bytes, sizeof(from_qemu) - from_qemu_bytes);
	if (n == 0 || (n < 0 && errno != EAGAIN)) {
		close(qemu);
		qemu = -1;
		to_qemu_bytes = from_qemu_bytes = 0;
		return;
	}
	from_qemu_bytes += n > 0 ? (size_t)n : 0;
	size_t at = 0;
	while (from_qemu_bytes - at >= 4) {
		const uint8_t *head = from_qemu + at;
		size_t length = (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
		if (head[0] || length > MOST_FRAME) {
			fprintf(stderr, "lab: QEMU sends a frame of %zu bytes\n", length);
			exit(2);
		}
		if (from_qemu_bytes - at < 4 + length)
			break;
		leaves(head + 4, length);
		at += 4 + length;
	}
	memmove(from_qemu, from_qemu + at, from_qemu_bytes -= at);
}

static void read_orders(void)
{
	char order[MOST_FRAME + 2];
	ssize_t n;
	for (int i = 0; i < BURST && to_qemu_bytes <= QEMU_ROOM && (n = recv(orders, order, sizeof(order) - 1, 0)) > 0; i++) {
		order[n] = 0;
		if (order[0] == 'F' && n > 1)
			lab_send(INTO, (uint8_t *)order + 1, (size_t)n - 1);
		else if (order[0] == 'W' && (size_t)n < sizeof(watching.sun_path))
			watching.sun_family = AF_UNIX, memcpy(watching.sun_path, order + 1, (size_t)n);
		else if (order[0] != 'C' || !relay_configure(order + 1))
			fprintf(stderr, "lab: unknown order \"%s\"\n", order);
	}
}

/* False: there will be no more. */
static bool read_input(void)
{
	static char line[1024];
	static size_t length;
	ssize_t n = read(0, line + length, sizeof(line) - 1 - length);
	char *end;
	if (n <= 0)
		return false;
	length += (size_t)n;
	line[length] = 0;
	while ((end = strchr(line, '\n'))) {
		*end = 0;
		if (!relay_configure(line))
			fprintf(stderr, "lab: unknown trouble\n");
		length -= (size_t)(end + 1 - line);
		memmove(line, end + 1, length + 1);
	}
	return length < sizeof(line) - 1;
}

static void relay(void)
{
	for (;;) {
		int64_t wait = relay_run();
		bool full = to_qemu_bytes > QEMU_ROOM;
		struct pollfd fds[] = { { 0, POLLIN, 0 }, { full ? -1 : outside, POLLIN, 0 }, { inside, POLLIN, 0 }, { listener, POLLIN, 0 },
			{ qemu, (short)(POLLIN | (to_qemu_bytes ? POLLOUT : 0)), 0 }, { full ? -1 : orders, POLLIN, 0 } };
		struct timespec time = { wait / 1000000, wait % 1000000 * 1000 };
		if (ppoll(fds, sizeof(fds) / sizeof(*fds), wait < 0 ? NULL : &time, NULL) < 0)
			continue;
		if (fds[0].revents && !read_input())
			return;
		if (fds[1].revents)
			read_tap(outside, INTO);
		if (fds[2].revents)
			read_tap(inside, OUT_OF);
		if (fds[3].revents && qemu < 0)
			qemu = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		else if (fds[4].revents & POLLOUT)
			push_to_qemu();
		if (qemu >= 0 && fds[4].revents & (POLLIN | POLLHUP | POLLERR))
			read_qemu();
		if (fds[5].revents)
			read_orders();
	}
}

int main(int argc, char **argv)
{
	if (argc < 4) {
		fprintf(stderr, "usage: lab DIRECTORY qemu|linux SEED [TROUBLE...]\n");
		return 2;
	}
	bool linux_inside = !strcmp(argv[2], "linux");
	relay_seed(strtoull(argv[3], NULL, 0));
	for (int i = 4; i < argc; i++)
		if (!relay_configure(argv[i])) {
			fprintf(stderr, "lab: no trouble is called \"%s\"\n", argv[i]);
			return 2;
		}
	signal(SIGPIPE, SIG_IGN);
	orders = unix_socket(SOCK_DGRAM, argv[1], "inject.sock");
	watcher = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	namespace_enter();
	outside = namespace_tap("out0", OUTSIDE, argv[1]);
	int holder = namespace_hold(), here = 0;
	if (linux_inside) {
		namespace_enter();
		inside = namespace_tap("in0", INSIDE, argv[1]);
		here = namespace_hold();
	} else {
		listener = unix_socket(SOCK_STREAM, argv[1], "guest.sock");
	}
	printf("ready %d %d\n", holder, here);
	fflush(stdout);
	relay();
	return 0;
}
