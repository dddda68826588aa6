/*
 * Clients of service.c:
 *   client echo ADDRESS COUNT BYTES    COUNT connections, one after the other, each with BYTES there and back; says how long the longest took
 *   client ask ADDRESS [close]         the service's line about itself
 *   client idle ADDRESS COUNT          COUNT connections that say nothing
 *   client slow ADDRESS COUNT          COUNT connections that send a byte of a request now and then
 *   client half ADDRESS COUNT          COUNT connections that are closed one way while data for them is on its way
 *   client greedy ADDRESS COUNT        COUNT connections that ask for much and read nothing
 *   client stuff ADDRESS COUNT         COUNT connections that send requests for as long as they are taken, and read nothing
 *   client churn ADDRESS COUNT         COUNT connections that are reset, closed or dropped at once
 * Those that hold connections say "open N" and stay until their input ends.
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
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SECONDS 100

static struct sockaddr_in service = { .sin_family = AF_INET };

static long now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void fail(const char *what)
{
	fprintf(stderr, "client: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int called(uint16_t port)
{
	service.sin_port = htons(port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, (void *)&service, sizeof(service)))
		fail("connect");
	return fd;
}

static void echo_once(size_t bytes)
{
	static uint8_t out[65536], in[65536];
	size_t sent = 0, received = 0;
	int fd = called(7);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (received < bytes) {
		struct pollfd entry = { fd, (short)(POLLIN | (sent < bytes ? POLLOUT : 0)), 0 };
		poll(&entry, 1, -1);
		if (entry.revents & POLLOUT) {
			size_t length = bytes - sent < sizeof(out) ? bytes - sent : sizeof(out);
			for (size_t i = 0; i < length; i++)
				out[i] = (uint8_t)((sent + i) * 31 + (sent + i) / 253);
			ssize_t n = write(fd, out, length);
			if (n < 0 && errno != EAGAIN)
				fail("write");
			sent += n > 0 ? (size_t)n : 0;
		}
		ssize_t n = read(fd, in, sizeof(in));
		if (!n || (n < 0 && errno != EAGAIN))
			fail("read");
		for (ssize_t i = 0; i < n; i++)
			if (in[i] != (uint8_t)((received + (size_t)i) * 31 + (received + (size_t)i) / 253))
				fail("damaged");
		received += n > 0 ? (size_t)n : 0;
	}
	close(fd);
}

static void echo(unsigned count, size_t bytes)
{
	long longest = 0;
	for (unsigned i = 0; i < count; i++) {
		long began = now_ms();
		echo_once(bytes);
		long took = now_ms() - began;
		longest = took > longest ? took : longest;
	}
	printf("%u served, the longest took %ld ms\n", count, longest);
}

static void ask(const char *what)
{
	char line[200];
	ssize_t n, length = 0;
	int fd = called(8);
	if (write(fd, what, strlen(what)) < 0)
		fail("write");
	while ((n = read(fd, line + length, sizeof(line) - 1 - (size_t)length)) > 0)
		length += n;
	if (n < 0 || !length)
		fail("no line");
	fwrite(line, 1, (size_t)length, stdout);
}

static bool input_ended(int wait_ms)
{
	struct pollfd entry = { 0, POLLIN, 0 };
	char byte;
	return poll(&entry, 1, wait_ms) > 0 && read(0, &byte, 1) <= 0;
}

static void stuff(int fd)
{
	static char requests[24 * 1000];
	for (size_t i = 0; i < 1000; i++)
		memcpy(requests + 24 * i, "GET /100000 HTTP/1.1\r\n\r\n", 24);
	while (send(fd, requests, sizeof(requests), MSG_DONTWAIT) > 0)
		;
}

static void hold(const char *what, unsigned count)
{
	static const char request[] = "GET /1000 HTTP/1.1\r\nHost: slow\r\nX-Filling: ", much[] = "GET /30000000 HTTP/1.1\r\n\r\n";
	int *fds = calloc(count, sizeof(*fds)), least = 4096;
	for (unsigned i = 0; i < count; i++) {
		fds[i] = called(*what == 'i' || *what == 'h' ? 7 : 80);
		if (*what == 'g' || !strcmp(what, "stuff"))
			setsockopt(fds[i], SOL_SOCKET, SO_RCVBUF, &least, sizeof(least));
		if ((*what == 'g' && write(fds[i], much, sizeof(much) - 1) < 0) || (*what == 'h' && (write(fds[i], request, 10) < 0 || shutdown(fds[i], SHUT_WR))))
			fail("write");
	}
	printf("open %u\n", count);
	fflush(stdout);
	for (unsigned round = 0; !input_ended(50); round++) {
		for (unsigned i = 0; !strcmp(what, "stuff") && i < count; i++)
			stuff(fds[i]);
		for (unsigned i = 0; !strcmp(what, "slow") && i < count; i++)
			if (write(fds[i], round < sizeof(request) - 1 ? &request[round] : "x", 1) < 0)
				fail("write");
	}
}

static void churn(unsigned count)
{
	struct linger now = { 1, 0 };
	for (unsigned i = 0; i < count; i++) {
		int fd = called(i % 2 ? 80 : 7);
		if (i % 3)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		if (i % 5 == 0 && write(fd, "GET /100000 HTTP/1.1\r\n\r\n", 24) < 0)
			fail("write");
		close(fd);
	}
	printf("%u called\n", count);
}

int main(int argc, char **argv)
{
	struct rlimit limit;
	unsigned count = argc > 3 ? (unsigned)atoi(argv[3]) : 0;
	if (argc < 3) {
		fprintf(stderr, "usage: client echo|ask|idle|slow|half|greedy|stuff|churn ADDRESS [COUNT [BYTES]]\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	alarm(SECONDS);
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	service.sin_addr.s_addr = inet_addr(argv[2]);
	if (!strcmp(argv[1], "echo"))
		echo(count, argc > 4 ? strtoul(argv[4], NULL, 0) : 100);
	else if (!strcmp(argv[1], "ask"))
		ask(argc > 3 ? argv[3] : "tell");
	else if (!strcmp(argv[1], "churn"))
		churn(count);
	else
		hold(argv[1], count);
	return 0;
}
