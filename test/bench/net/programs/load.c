/*
 * Load for serve.c: `load sink|source ADDRESS SECONDS [PORT]` moves bulk data to port 5001 / from port 5002 and prints MB/s; `load udp ADDRESS SECONDS [PORT]`
 * keeps 64 packets of 64 bytes on their way to port 7 and back and prints how many came back a second. Runs on the host.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char buffer[1 << 18];

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int open_socket(int type, const char *address, int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((unsigned short)port) };
	int fd = socket(AF_INET, type, 0);
	if (inet_pton(AF_INET, address, &to.sin_addr) != 1 || connect(fd, (struct sockaddr *)&to, sizeof(to))) {
		perror("connect");
		exit(1);
	}
	return fd;
}

static double bulk(const char *address, int port, double seconds, int out)
{
	int fd = open_socket(SOCK_STREAM, address, port);
	struct timeval limit = { 5, 0 };
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	double begin = now(), end = begin + seconds, total = 0;
	while (now() < end) {
		ssize_t n = out ? write(fd, buffer, sizeof(buffer)) : read(fd, buffer, sizeof(buffer));
		if (n <= 0) {
			perror("bulk");
			break;
		}
		total += (double)n;
	}
	return total / (now() - begin) / 1e6;
}

static double echo(const char *address, int port, double seconds)
{
	int fd = open_socket(SOCK_DGRAM, address, port);
	double begin = now(), end = begin + seconds;
	long back = 0;
	for (int i = 0; i < 64; i++)
		send(fd, buffer, 64, 0);
	while (now() < end) {
		struct pollfd poller = { fd, POLLIN, 0 };
		if (poll(&poller, 1, 20) == 0) { /* some were lost */
			for (int i = 0; i < 64; i++)
				send(fd, buffer, 64, 0);
			continue;
		}
		while (recv(fd, buffer, 64, MSG_DONTWAIT) > 0) {
			back++;
			send(fd, buffer, 64, 0);
		}
	}
	return (double)back / (now() - begin);
}

int main(int argc, char **argv)
{
	if (argc < 4 || argc > 5)
		return 2;
	int udp = !strcmp(argv[1], "udp"), out = !strcmp(argv[1], "sink");
	double seconds = atof(argv[3]);
	int port = argc > 4 ? atoi(argv[4]) : udp ? 7 : out ? 5001 : 5002;
	if (udp)
		printf("%.0f packets/s\n", echo(argv[2], port, seconds));
	else
		printf("%.1f MB/s\n", bulk(argv[2], port, seconds, out));
	return 0;
}
