/*
 * load ADDRESS SECONDS: mixed load on service.c, each kind by threads of its own, and a heartbeat against a service of the same kind on 127.0.0.1, which tells the host's own
 * stalls apart. Each ten seconds a line "tick T kind=N ...", each stall "stall T KIND MS WHAT-LINUX-KNOWS heartbeat MS", at the end "lost N". Ends with 1 when something was lost.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define STALL_MS 1000
#define PATIENCE_SECONDS 20
#define TICK_SECONDS 10

enum { SMALL, FRESH, LARGE, REQUESTS, DATAGRAMS, BULK, CHURN, HEARTBEAT, KINDS };
static const char *const names[KINDS] = { "http-small", "http-new", "http-1M", "request", "datagram", "bulk", "churn", "heartbeat" };
static const unsigned threads[KINDS] = { 2, 2, 1, 4, 1, 1, 1, 1 };

static const char *address;
static long began, end;
static atomic_ulong done[KINDS], lost, lost_datagrams;
static atomic_long beat_at, slowest_beat;

static long now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int open_socket(int type, const char *ip, int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = inet_addr(ip) };
	struct timeval patience = { type == SOCK_DGRAM ? 1 : PATIENCE_SECONDS, 0 };
	int fd = socket(AF_INET, type, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, (void *)&to, sizeof(to))) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool exchange(int fd, const char *out, size_t sends, size_t expects)
{
	static _Thread_local char buffer[65536];
	if (write(fd, out, sends) != (ssize_t)sends)
		return false;
	while (expects) {
		ssize_t n = read(fd, buffer, expects < sizeof(buffer) ? expects : sizeof(buffer));
		if (n <= 0)
			return false;
		expects -= (size_t)n;
	}
	return true;
}

static bool http(int fd, unsigned size)
{
	char request[64], head[64];
	int n = snprintf(request, sizeof(request), "GET /%u HTTP/1.1\r\n\r\n", size);
	int header = snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n", size);
	return exchange(fd, request, (size_t)n, (size_t)header + size);
}

/* One of a kind; `fd` is kept from one to the next, -1: there is none. */
static bool once(int kind, int *fd)
{
	static char bytes[65536];
	int port = kind == SMALL || kind == FRESH || kind == LARGE || kind == CHURN ? 80 : 7;
	bool good;
	if (*fd < 0)
		*fd = open_socket(kind == DATAGRAMS ? SOCK_DGRAM : SOCK_STREAM, kind == HEARTBEAT ? "127.0.0.1" : address, port);
	if (*fd < 0)
		return false;
	switch (kind) {
	case SMALL: return http(*fd, 100);
	case FRESH: good = http(*fd, 100); break;
	case LARGE: return http(*fd, 1000000);
	case REQUESTS: return exchange(*fd, bytes, 64, 64);
	case BULK: return exchange(*fd, bytes, 16384, 16384);
	case CHURN: good = true; break;
	case DATAGRAMS:
		good = send(*fd, bytes, 64, 0) == 64 && recv(*fd, bytes, 64, 0) == 64;
		lost_datagrams += !good;
		return true;
	default:
		good = exchange(*fd, bytes, 64, 64);
		nanosleep(&(struct timespec){ 0, 2000000 }, NULL);
		return good;
	}
	close(*fd);
	*fd = -1;
	return good;
}

/* Of a stalled connection: whose packets were lost, and how long one was waited for. */
static void tell_stall(int kind, int fd, long at, long took, long heartbeat)
{
	struct tcp_info info = { 0 };
	socklen_t size = sizeof(info);
	printf("stall %ld %s %ld ", (at - began) / 1000, names[kind], took);
	if (fd >= 0 && !getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size))
		printf("retransmitted %u of %u rto %u ms rtt %u us out-of-order %u of %u ", info.tcpi_total_retrans, info.tcpi_data_segs_out, info.tcpi_rto / 1000, info.tcpi_rtt,
		       info.tcpi_rcv_ooopack, info.tcpi_data_segs_in);
	printf("heartbeat %ld\n", heartbeat);
}

static void *work(void *argument)
{
	int kind = (int)(intptr_t)argument, fd = -1;
	for (long start; (start = now_ms()) < end;) {
		bool good = once(kind, &fd);
		long now = now_ms(), took = now - start;
		if (kind == HEARTBEAT) {
			beat_at = now;
			if (took > slowest_beat)
				slowest_beat = took;
		} else if (took > STALL_MS && kind != DATAGRAMS) { /* of those, one that is lost is waited for */
			long silent = now - beat_at, slow = slowest_beat;
			tell_stall(kind, fd, now, took, silent > slow ? silent : slow);
		}
		if (!good) {
			lost++;
			printf("lost %s after %ld ms: %s\n", names[kind], took, strerror(errno));
			close(fd);
			fd = -1;
			nanosleep(&(struct timespec){ 0, 100000000 }, NULL);
		}
		done[kind]++;
		if (kind == CHURN)
			nanosleep(&(struct timespec){ 0, 5000000 }, NULL);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	if (argc != 3) {
		fprintf(stderr, "usage: load ADDRESS SECONDS\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	address = argv[1];
	began = beat_at = now_ms();
	end = began + atol(argv[2]) * 1000;
	for (int kind = 0; kind < KINDS; kind++)
		for (unsigned i = 0; i < threads[kind]; i++)
			if (pthread_create(&thread, NULL, work, (void *)(intptr_t)kind))
				return 2;
	for (long tick = began + TICK_SECONDS * 1000; tick <= end; tick += TICK_SECONDS * 1000) {
		for (long left; (left = tick - now_ms()) > 0;)
			nanosleep(&(struct timespec){ left / 1000, left % 1000 * 1000000 }, NULL);
		printf("tick %ld", (tick - began) / 1000);
		for (int kind = 0; kind < KINDS; kind++)
			printf(" %s=%lu", names[kind], atomic_exchange(&done[kind], 0));
		printf(" slowest-beat=%ld lost-datagrams=%lu\n", atomic_exchange(&slowest_beat, 0), (unsigned long)lost_datagrams);
	}
	nanosleep(&(struct timespec){ 1, 0 }, NULL);
	printf("lost %lu\n", (unsigned long)lost);
	return lost ? 1 : 0;
}
