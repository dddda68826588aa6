/* The front: HTTP (RFC 9112) on port 8080 (or PORT). GET /NAME asks the back end how often NAME was asked for. `web [STORE [PORT [STORE'S PORT]]]`. */
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static const char *store = "store", *store_port = "7000";

/* What the back end says of `name`; 0: it cannot be reached. It may be started later, end, and come again with another address: its name is looked up each time. */
static unsigned long ask(const char *name)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM }, *there;
	unsigned long count = 0;
	char answer[32] = "";
	if (getaddrinfo(store, store_port, &hints, &there))
		return 0;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){ .tv_sec = 5 }, sizeof(struct timeval));
	if (!connect(fd, there->ai_addr, there->ai_addrlen) && dprintf(fd, "%s\n", name) > 0 && recv(fd, answer, sizeof(answer) - 1, 0) > 0)
		count = strtoul(answer, NULL, 10);
	close(fd);
	freeaddrinfo(there);
	return count;
}

static void reply(int fd, const char *status, const char *text)
{
	dprintf(fd, "HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s", status, strlen(text), text);
}

static void serve(int fd)
{
	char line[256], name[60] = "", text[128];
	FILE *in = fdopen(fd, "r");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){ .tv_sec = 5 }, sizeof(struct timeval));
	int understood = in && fgets(line, sizeof(line), in) && sscanf(line, "GET /%59[a-z] HTTP/1.", name) == 1;
	while (in && fgets(line, sizeof(line), in) && line[0] != '\r' && line[0] != '\n')
		; /* the rest of the request's header */
	unsigned long count = understood ? ask(name) : 0;
	snprintf(text, sizeof(text), "%s was asked for %lu times\n", name, count);
	if (!understood)
		reply(fd, "400 Bad Request", "GET /name, in small letters\n");
	else if (!count)
		reply(fd, "503 Service Unavailable", "there is no back end\n");
	else
		reply(fd, "200 OK", text);
	if (in)
		fclose(in);
	else
		close(fd);
}

static void stop(int signal) { _exit(signal != SIGTERM); }

int main(int argc, char **argv)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons((in_port_t)(argc > 2 ? atoi(argv[2]) : 8080)) };
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	store = argc > 1 ? argv[1] : store;
	store_port = argc > 3 ? argv[3] : store_port;
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	if (bind(listener, (struct sockaddr *)&any, sizeof(any)) || listen(listener, 128))
		return perror("web"), 1;
	signal(SIGTERM, stop);
	signal(SIGPIPE, SIG_IGN);
	for (int fd; (fd = accept(listener, NULL, NULL)) >= 0;)
		serve(fd);
	return 1;
}
