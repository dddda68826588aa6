/*
 * peer DIRECTORY: the host outside for errors.c. Each port does one thing with whoever connects; the relay of DIRECTORY (lab) is told when the link is to be cut.
 *   5001 reads a byte, then resets         5002 reads to the end, answers "bye", closes     5003 closes at once
 *   5004 never reads                       5005 sends "ab", urgent "c", "d", waits           5006 "call PORT TEXT": calls back, sends TEXT, closes one way, reads
 *   5007 "cut MILLISECONDS"                5008 tells how the last connection to 5002, 5004 or back ended
 *   5009 UDP echo; nothing on UDP 5010
 */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static char last[100] = "nothing";
static const char *directory;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t told = PTHREAD_COND_INITIALIZER;

static void tell(const char *text)
{
	pthread_mutex_lock(&lock);
	snprintf(last, sizeof(last), "%s", text);
	pthread_cond_broadcast(&told);
	pthread_mutex_unlock(&lock);
}

static void read_to_the_end(int fd)
{
	char buffer[65536], text[100];
	size_t total = 0;
	ssize_t n;
	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		total += (size_t)n;
	snprintf(text, sizeof(text), "%s after %zu bytes", n ? (errno == ECONNRESET ? "reset" : strerror(errno)) : "end", total);
	tell(text);
}

static void order(const char *text)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	snprintf(at.sun_path, sizeof(at.sun_path), "%s/inject.sock", directory);
	if (sendto(fd, text, strlen(text), 0, (void *)&at, sizeof(at)) < 0)
		perror("peer: inject.sock");
	close(fd);
}

static void call_back(int fd, struct sockaddr_in to)
{
	char line[100] = "", text[60] = "";
	int port = 0, back = socket(AF_INET, SOCK_STREAM, 0);
	if (read(fd, line, sizeof(line) - 1) <= 0 || sscanf(line, "call %d %59s", &port, text) != 2)
		return;
	to.sin_port = htons((uint16_t)port);
	if (connect(back, (void *)&to, sizeof(to))) {
		tell(errno == ECONNREFUSED ? "refused" : strerror(errno));
	} else if (!strcmp(text, "reset")) {
		struct linger now = { 1, 0 };
		setsockopt(back, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	} else {
		if (write(back, text, strlen(text)) > 0 && !shutdown(back, SHUT_WR))
			read_to_the_end(back);
	}
	close(back);
}

static void cut(int fd)
{
	char line[100] = "";
	unsigned ms = 0;
	if (read(fd, line, sizeof(line) - 1) <= 0 || sscanf(line, "cut %u", &ms) != 1)
		return;
	if (write(fd, "soon\n", 5) < 0)
		return;
	shutdown(fd, SHUT_WR);
	while (read(fd, line, sizeof(line)) > 0)
		;
	order("Ccut=3");
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
	order("Ccut=0");
}

static void serve(int port, int fd, struct sockaddr_in from)
{
	struct linger now = { 1, 0 };
	char byte;
	switch (port) {
	case 5001:
		if (read(fd, &byte, 1) == 1)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		break;
	case 5002:
		read_to_the_end(fd);
		if (write(fd, "bye", 3) < 0) /* there may be nobody any more */
			errno = 0;
		break;
	case 5004:
		for (;;)
			pause();
	case 5005:
		if (write(fd, "ab", 2) == 2 && send(fd, "c", 1, MSG_OOB) == 1 && write(fd, "d", 1) == 1)
			while (read(fd, &byte, 1) > 0)
				;
		break;
	case 5006: call_back(fd, from); break;
	case 5007: cut(fd); break;
	case 5008:
		pthread_mutex_lock(&lock);
		if (!strcmp(last, "nothing")) {
			struct timespec until;
			clock_gettime(CLOCK_REALTIME, &until);
			until.tv_sec += 10;
			pthread_cond_timedwait(&told, &lock, &until);
		}
		if (write(fd, last, strlen(last)) < 0)
			perror("peer");
		strcpy(last, "nothing");
		pthread_mutex_unlock(&lock);
		break;
	}
}

struct guest {
	int port, fd;
	struct sockaddr_in from;
};

static void *one(void *argument)
{
	struct guest guest = *(struct guest *)argument;
	free(argument);
	serve(guest.port, guest.fd, guest.from);
	close(guest.fd);
	return NULL;
}

static int bound(int type, int port)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, type, 0), yes = 1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, (void *)&any, sizeof(any)) || (type == SOCK_STREAM && listen(fd, 16))) {
		perror("peer: bind");
		exit(1);
	}
	return fd;
}

struct port {
	int port, fd;
};

static void *port_thread(void *argument)
{
	const struct port *port = argument;
	for (;;) {
		pthread_t thread;
		struct guest *guest = malloc(sizeof(*guest));
		socklen_t length = sizeof(guest->from);
		guest->port = port->port;
		guest->fd = accept(port->fd, (void *)&guest->from, &length);
		if (guest->fd < 0) {
			free(guest);
			continue;
		}
		pthread_create(&thread, NULL, one, guest);
		pthread_detach(thread);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	static const int ports[] = { 5001, 5002, 5003, 5004, 5005, 5006, 5007, 5008 };
	static char datagram[65536];
	if (argc != 2)
		return 2;
	directory = argv[1];
	signal(SIGPIPE, SIG_IGN);
	alarm(100);
	for (size_t i = 0; i < sizeof(ports) / sizeof(*ports); i++) {
		pthread_t thread;
		struct port *port = malloc(sizeof(*port));
		*port = (struct port){ ports[i], bound(SOCK_STREAM, ports[i]) };
		pthread_create(&thread, NULL, port_thread, port);
	}
	int udp = bound(SOCK_DGRAM, 5009);
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		struct sockaddr_in from;
		socklen_t length = sizeof(from);
		ssize_t n = recvfrom(udp, datagram, sizeof(datagram), 0, (void *)&from, &length);
		if (n >= 0)
			sendto(udp, datagram, (size_t)n, 0, (void *)&from, length);
	}
}
