/* Streams over the loopback interface: connecting, data, both ways to end, errors, what poll says. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *name(int error)
{
	static const struct { int error; const char *name; } names[] = {
		{ 0, "0" }, { EAGAIN, "EAGAIN" }, { ECONNREFUSED, "ECONNREFUSED" }, { ECONNRESET, "ECONNRESET" }, { EPIPE, "EPIPE" }, { EINPROGRESS, "EINPROGRESS" },
		{ EALREADY, "EALREADY" }, { EISCONN, "EISCONN" }, { ENOTCONN, "ENOTCONN" }, { EADDRINUSE, "EADDRINUSE" }, { EINVAL, "EINVAL" }, { EBADF, "EBADF" },
		{ EADDRNOTAVAIL, "EADDRNOTAVAIL" }, { EAFNOSUPPORT, "EAFNOSUPPORT" }, { EDESTADDRREQ, "EDESTADDRREQ" }, { EOPNOTSUPP, "EOPNOTSUPP" }, { EFAULT, "EFAULT" },
		{ ENOPROTOOPT, "ENOPROTOOPT" }, { EMSGSIZE, "EMSGSIZE" }, { EACCES, "EACCES" }, { EPROTONOSUPPORT, "EPROTONOSUPPORT" },
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].error == error)
			return names[i].name;
	return strerror(error);
}

#define SAY(what, call) do { errno = 0; long result_ = (call); printf("%s: %ld %s\n", what, result_, name(result_ < 0 ? errno : 0)); } while (0)

static struct sockaddr_in loopback(int port) { return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) }; }

static int listener(int backlog, struct sockaddr_in *at)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t length = sizeof(*at);
	*at = loopback(0);
	if (fd < 0 || bind(fd, (void *)at, sizeof(*at)) || listen(fd, backlog) || getsockname(fd, (void *)at, &length)) {
		perror("listener");
		exit(1);
	}
	return fd;
}

static void connected_pair(int *client, int *server)
{
	struct sockaddr_in at;
	int fd = listener(5, &at);
	*client = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(*client, (void *)&at, sizeof(at)))
		perror("connect");
	*server = accept(fd, NULL, NULL);
	close(fd);
}

static void show_poll(const char *what, int fd, int wait)
{
	static const struct { int bit; const char *name; } bits[] = { { POLLIN, "IN" }, { POLLOUT, "OUT" }, { POLLHUP, "HUP" }, { POLLRDHUP, "RDHUP" }, { POLLERR, "ERR" }, { POLLPRI, "PRI" } };
	struct pollfd entry = { fd, POLLIN | POLLOUT | POLLRDHUP | POLLPRI, 0 };
	poll(&entry, 1, wait);
	printf("%s: poll", what);
	for (size_t i = 0; i < sizeof(bits) / sizeof(*bits); i++)
		if (entry.revents & bits[i].bit)
			printf(" %s", bits[i].name);
	printf("\n");
}

/* Until the other side has heard: events are the loopback's, so soon. */
static void wait_for(int fd, int events)
{
	struct pollfd entry = { fd, events, 0 };
	poll(&entry, 1, 5000);
}

static void names(void)
{
	struct sockaddr_in at, own, peer;
	socklen_t length = sizeof(own);
	int fd = listener(5, &at), client = socket(AF_INET, SOCK_STREAM, 0);
	SAY("peer of an unconnected socket", getpeername(client, (void *)&peer, &length));
	show_poll("unconnected", client, 0);
	SAY("connect", connect(client, (void *)&at, sizeof(at)));
	SAY("connect again", connect(client, (void *)&at, sizeof(at)));
	length = sizeof(own);
	getsockname(client, (void *)&own, &length);
	int server = accept(fd, (void *)&peer, &length);
	printf("accept knows the client: %d, a port from the ephemeral range: %d\n", !memcmp(&own, &peer, sizeof(own)), ntohs(own.sin_port) >= 32768);
	length = sizeof(peer);
	getpeername(client, (void *)&peer, &length);
	printf("the client knows the server: %d\n", !memcmp(&at, &peer, sizeof(at)));
	SAY("second listener there", bind(socket(AF_INET, SOCK_STREAM, 0), (void *)&at, sizeof(at)));
	struct sockaddr_in foreign = loopback(0);
	foreign.sin_addr.s_addr = inet_addr("192.0.2.1");
	SAY("bind to an address of nobody", bind(socket(AF_INET, SOCK_STREAM, 0), (void *)&foreign, sizeof(foreign)));
	SAY("bind twice", bind(fd, (void *)&at, sizeof(at)));
	SAY("accept of a client", accept(client, NULL, NULL));
	SAY("listen of a client", listen(client, 1));
	close(client), close(server), close(fd);
}

static void refused(void)
{
	struct sockaddr_in at;
	int fd = listener(1, &at), error;
	socklen_t length = sizeof(error);
	close(fd);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	SAY("connect to nobody", connect(fd, (void *)&at, sizeof(at)));
	SAY("then write", write(fd, "x", 1));
	close(fd);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	SAY("connect to nobody, nonblocking", connect(fd, (void *)&at, sizeof(at)));
	wait_for(fd, POLLOUT);
	show_poll("refused", fd, 1000);
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
	printf("SO_ERROR: %s\n", name(error));
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
	printf("SO_ERROR again: %s\n", name(error));
	close(fd);
}

static void data(void)
{
	int client, server, value = 0;
	char buffer[64] = "";
	connected_pair(&client, &server);
	show_poll("fresh client", client, 0);
	SAY("write", write(client, "hello", 5));
	wait_for(server, POLLIN);
	show_poll("server with data", server, 0);
	ioctl(server, FIONREAD, &value);
	printf("FIONREAD: %d\n", value);
	SAY("peek", recv(server, buffer, 3, MSG_PEEK));
	SAY("read", read(server, buffer, sizeof(buffer)));
	printf("it is \"%s\"\n", buffer);
	SAY("nothing there, MSG_DONTWAIT", recv(server, buffer, sizeof(buffer), MSG_DONTWAIT));
	SAY("to a bad address", (write(client, "abc", 3), wait_for(server, POLLIN), read(server, (void *)8, 3)));
	SAY("it is still there", read(server, buffer, 3));
	SAY("from a bad address", write(client, (void *)8, 3));
	SAY("MSG_TRUNC drops", (write(client, "dropped", 7), wait_for(server, POLLIN), recv(server, NULL, 7, MSG_TRUNC)));
	SAY("MSG_OOB is not there", recv(server, buffer, 1, MSG_OOB | MSG_DONTWAIT));
	close(client), close(server);
}

static void half_close(void)
{
	int client, server;
	char buffer[16];
	connected_pair(&client, &server);
	SAY("shutdown of writing", shutdown(client, SHUT_WR));
	wait_for(server, POLLIN);
	show_poll("server, client has shut", server, 0);
	SAY("end of input", read(server, buffer, sizeof(buffer)));
	SAY("the other way goes on", write(server, "answer", 6));
	wait_for(client, POLLIN);
	SAY("and arrives", read(client, buffer, sizeof(buffer)));
	SAY("write after shutdown", write(client, "x", 1));
	SAY("with MSG_NOSIGNAL", send(client, "x", 1, MSG_NOSIGNAL));
	SAY("shutdown of all", shutdown(server, SHUT_RDWR));
	wait_for(client, POLLRDHUP);
	show_poll("both have shut", client, 0);
	SAY("shutdown of nonsense", shutdown(server, 7));
	close(client), close(server);
	SAY("shutdown of an unconnected socket", shutdown(socket(AF_INET, SOCK_STREAM, 0), SHUT_WR));
}

static void resets(void)
{
	int client, server;
	char buffer[16];
	struct linger hard = { 1, 0 };
	connected_pair(&client, &server);
	setsockopt(client, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(client);
	wait_for(server, POLLIN);
	show_poll("reset by linger", server, 0);
	SAY("read", read(server, buffer, sizeof(buffer)));
	SAY("read again", read(server, buffer, sizeof(buffer)));
	SAY("write", write(server, "x", 1));
	close(server);
	connected_pair(&client, &server);
	write(client, "never read", 10);
	wait_for(server, POLLIN);
	close(server);
	wait_for(client, POLLIN | POLLHUP);
	SAY("closed with unread data", read(client, buffer, sizeof(buffer)));
	close(client);
}

static unsigned char at(long position) { return (unsigned char)(position * 7 + position / 251); }

/* A child sends, we read slowly; then the other way. */
static void bulk(long total, int chunk)
{
	int client, server, status;
	long received = 0, wrong = 0, n;
	static unsigned char buffer[65536];
	connected_pair(&client, &server);
	pid_t child = fork();
	if (!child) {
		close(server);
		for (long sent = 0; sent < total; sent += n) {
			long count = total - sent < chunk ? total - sent : chunk;
			for (long i = 0; i < count; i++)
				buffer[i] = at(sent + i);
			n = write(client, buffer, count);
			if (n <= 0)
				_exit(1);
		}
		shutdown(client, SHUT_WR);
		n = read(client, buffer, 1);
		_exit(n == 1 && *buffer == '!' ? 0 : 2);
	}
	close(client);
	while ((n = read(server, buffer, 1 + received % sizeof(buffer))) > 0) {
		for (long i = 0; i < n; i++)
			wrong += buffer[i] != at(received + i);
		received += n;
	}
	write(server, "!", 1);
	waitpid(child, &status, 0);
	printf("%ld bytes by %d: received %ld, wrong %ld, child %d\n", total, chunk, received, wrong, WEXITSTATUS(status));
	close(server);
}

static void options(void)
{
	static const struct { int level, option; const char *name; } all[] = {
		{ IPPROTO_TCP, TCP_NODELAY, "TCP_NODELAY" }, { IPPROTO_TCP, TCP_CORK, "TCP_CORK" }, { IPPROTO_TCP, TCP_KEEPIDLE, "TCP_KEEPIDLE" },
		{ IPPROTO_TCP, TCP_KEEPINTVL, "TCP_KEEPINTVL" }, { IPPROTO_TCP, TCP_KEEPCNT, "TCP_KEEPCNT" }, { IPPROTO_TCP, TCP_SYNCNT, "TCP_SYNCNT" },
		{ SOL_SOCKET, SO_KEEPALIVE, "SO_KEEPALIVE" }, { SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR" }, { SOL_SOCKET, SO_ACCEPTCONN, "SO_ACCEPTCONN" },
		{ SOL_SOCKET, SO_TYPE, "SO_TYPE" }, { SOL_SOCKET, SO_PROTOCOL, "SO_PROTOCOL" }, { SOL_SOCKET, SO_DOMAIN, "SO_DOMAIN" }, { IPPROTO_IP, IP_TTL, "IP_TTL" }, { IPPROTO_IP, IP_TOS, "IP_TOS" },
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0), value, two = 2, zero = 0;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		socklen_t length = sizeof(value);
		value = -1;
		int error = getsockopt(fd, all[i].level, all[i].option, &value, &length);
		printf("%s: %d %d", all[i].name, error, value);
		error = setsockopt(fd, all[i].level, all[i].option, &two, sizeof(two));
		printf(", set %d %s", error, name(error ? errno : 0));
		getsockopt(fd, all[i].level, all[i].option, &value, &length);
		printf(", is %d\n", value);
	}
	SAY("keep idle of 0", setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &zero, sizeof(zero)));
	SAY("no such option", setsockopt(fd, IPPROTO_TCP, 999, &two, sizeof(two)));
	SAY("no such level", setsockopt(fd, 999, 1, &two, sizeof(two)));
	SAY("too short", setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &two, 1));
	SAY("no such protocol", socket(AF_INET, SOCK_STREAM, IPPROTO_UDP));
	close(fd);
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	signal(SIGPIPE, SIG_IGN);
	names();
	refused();
	data();
	half_close();
	resets();
	bulk(3000000, 65536);
	bulk(200000, 100);
	bulk(1, 1);
	options();
	return 0;
}
