/* A small HTTP/1.1 server (RFC 9112): one thread, epoll, connections that stay open. `http [PORT]` listens on 8080 or PORT; SIGTERM ends it. */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct connection {
	int fd;
	bool last;                   /* close it when the reply is out */
	size_t received, size, sent; /* bytes of the request, of the reply, of that already sent */
	char request[2048], reply[2048];
};

static void stop(int signal) { _exit(signal != SIGTERM); }

/* The request ends with the empty line behind its header, at `end`: GET and HEAD, all that is served, have no body. */
static void answer(struct connection *c, const char *end)
{
	static unsigned long served;
	char method[8] = "", path[1024] = "", version[16] = "", page[256];
	bool understood = sscanf(c->request, "%7[A-Z] %1023[^ \r\n] %15[^ \r\n]", method, path, version) == 3 && !strncmp(version, "HTTP/1.", 7);
	bool head = !strcmp(method, "HEAD"), allowed = head || !strcmp(method, "GET");
	const char *status = !understood ? "400 Bad Request" : !allowed ? "405 Method Not Allowed" : strcmp(path, "/") ? "404 Not Found" : "200 OK";
	/* Of a request that was not understood nobody knows where it ends. */
	c->last = !understood || !allowed || !strcmp(version, "HTTP/1.0") || strcasestr(c->request, "\r\nConnection: close");
	int length = snprintf(page, sizeof(page), "<!doctype html><title>%s</title><p>%s, reply %lu of a machine without an operating system\n", status, status, ++served);
	c->size = (size_t)snprintf(c->reply, sizeof(c->reply), "HTTP/1.1 %s\r\n%sContent-Type: text/html\r\nContent-Length: %d\r\nConnection: %s\r\n\r\n%s",
				   status, allowed ? "" : "Allow: GET, HEAD\r\n", length, c->last ? "close" : "keep-alive", head ? "" : page);
	c->sent = 0;
	c->received -= (size_t)(end - c->request); /* the rest is the next request's */
	memmove(c->request, end, c->received + 1);
}

/* Go on until the connection has nothing for us: epoll tells once, when there is something again. False: the connection is over. */
static bool serve(struct connection *c)
{
	for (char *end;;) {
		if (c->sent < c->size) {
			ssize_t n = send(c->fd, c->reply + c->sent, c->size - c->sent, MSG_NOSIGNAL);
			if (n < 0)
				return errno == EAGAIN;
			c->sent += (size_t)n;
		} else if (c->last) {
			return false;
		} else if ((end = strstr(c->request, "\r\n\r\n"))) {
			end[2] = 0;
			answer(c, end + 4);
		} else {
			ssize_t n = recv(c->fd, c->request + c->received, sizeof(c->request) - 1 - c->received, 0); /* 0: closed, or too long */
			if (n <= 0)
				return n < 0 && errno == EAGAIN;
			c->request[c->received += (size_t)n] = 0;
		}
	}
}

static void accept_all(int listener, int poller)
{
	for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
		struct connection *c = calloc(1, sizeof(*c));
		struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c };
		if (c)
			c->fd = fd;
		if (!c || epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event)) {
			close(fd);
			free(c);
		}
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons((in_port_t)(argc > 1 ? atoi(argv[1]) : 8080)) };
	struct epoll_event events[64] = { { .events = EPOLLIN } }; /* data.ptr NULL: the listener */
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), poller = epoll_create1(0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	if (bind(listener, (struct sockaddr *)&any, sizeof(any)) || listen(listener, 511) || epoll_ctl(poller, EPOLL_CTL_ADD, listener, events))
		return perror("http"), 1;
	signal(SIGTERM, stop);
	fprintf(stderr, "listening on port %d\n", ntohs(any.sin_port));
	for (;;) {
		for (int count = epoll_wait(poller, events, 64, -1), i = 0; i < count; i++) {
			struct connection *c = events[i].data.ptr;
			if (!c) {
				accept_all(listener, poller);
			} else if (!serve(c)) {
				close(c->fd);
				free(c);
			}
		}
	}
}
