/*
 * The server that is measured, over sockets: HTTP on 80 (one fixed reply), a sink on 5001, a source on 5002, UDP echo on 7. One thread, epoll, edge-triggered
 * nowhere: the simplest server that is fast.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
			    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789";
static char buffer[65536];
static unsigned short port_of[1024];

static int listener(int epoll, int type, unsigned short port)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, type | SOCK_NONBLOCK, 0), one = 1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&any, sizeof(any)) || (type == SOCK_STREAM && listen(fd, 1024)))
		perror("listen");
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = (unsigned)fd | 0x10000 };
	epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
	port_of[fd] = port;
	return fd;
}

static void accept_all(int epoll, int fd)
{
	int client, one = 1;
	while ((client = accept4(fd, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		if (client >= 1024) {
			close(client);
			continue;
		}
		port_of[client] = port_of[fd];
		setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		struct epoll_event event = { .events = port_of[fd] == 5002 ? EPOLLOUT : EPOLLIN, .data.u32 = (unsigned)client };
		epoll_ctl(epoll, EPOLL_CTL_ADD, client, &event);
	}
}

static void echo(int fd)
{
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	ssize_t n;
	while ((n = recvfrom(fd, buffer, 2048, 0, (struct sockaddr *)&from, &size)) >= 0)
		sendto(fd, buffer, (size_t)n, 0, (struct sockaddr *)&from, size);
}

static void serve(int fd)
{
	ssize_t n;
	if (port_of[fd] == 5002) {
		if (write(fd, buffer, sizeof(buffer)) < 0)
			close(fd);
		return;
	}
	n = read(fd, buffer, sizeof(buffer));
	if (n <= 0)
		close(fd);
	else if (port_of[fd] == 80 && n >= 4 && !memcmp(buffer + n - 4, "\r\n\r\n", 4) && write(fd, reply, sizeof(reply) - 1) < 0)
		close(fd);
}

int main(void)
{
	struct epoll_event events[64];
	int epoll = epoll_create1(0), udp;
	signal(SIGPIPE, SIG_IGN);
	listener(epoll, SOCK_STREAM, 80);
	listener(epoll, SOCK_STREAM, 5001);
	listener(epoll, SOCK_STREAM, 5002);
	udp = listener(epoll, SOCK_DGRAM, 7);
	puts("serving");
	fflush(stdout);
	for (;;) {
		int count = epoll_wait(epoll, events, 64, -1);
		for (int i = 0; i < count; i++) {
			int fd = events[i].data.u32 & 0xffff;
			if (fd == udp)
				echo(fd);
			else if (events[i].data.u32 & 0x10000)
				accept_all(epoll, fd);
			else
				serve(fd);
		}
	}
}
