/* Datagram sockets in all their states: shut, with an error that waits, of both versions, and which address a packet comes from. udp(7), shutdown(2), ipv6(7). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include "../sockets/sockets.h"

static unsigned port_of(int fd)
{
	struct sockaddr_in6 name = { 0 };
	socklen_t length = sizeof(name);
	getsockname(fd, (struct sockaddr *)&name, &length);
	return ntohs(name.sin6_port); /* where sin_port is */
}

/* An address of the socket's version. */
static const struct sockaddr *to(const char *ip, unsigned port, socklen_t *length)
{
	static struct sockaddr_in v4;
	static struct sockaddr_in6 v6;
	if (strchr(ip, ':')) {
		v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(port) };
		inet_pton(AF_INET6, ip, &v6.sin6_addr);
		*length = sizeof(v6);
		return (struct sockaddr *)&v6;
	}
	v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = { inet_addr(ip) } };
	*length = sizeof(v4);
	return (struct sockaddr *)&v4;
}

static int bind_at(int fd, const char *ip, unsigned port)
{
	socklen_t length;
	const struct sockaddr *name = to(ip, port, &length);
	return bind(fd, name, length);
}
static int connect_at(int fd, const char *ip, unsigned port)
{
	socklen_t length;
	const struct sockaddr *name = to(ip, port, &length);
	return connect(fd, name, length);
}
static long send_at(int fd, int flags, const char *ip, unsigned port)
{
	socklen_t length;
	const struct sockaddr *name = to(ip, port, &length);
	return sendto(fd, "x", 1, flags | MSG_NOSIGNAL, name, length);
}

static int datagram(int family) { return socket(family, SOCK_DGRAM | SOCK_NONBLOCK, 0); }

static int bound(const char *ip)
{
	int fd = datagram(strchr(ip, ':') ? AF_INET6 : AF_INET);
	bind_at(fd, ip, 0);
	return fd;
}

static void show_from(const char *what, int fd)
{
	struct sockaddr_in6 from = { 0 };
	socklen_t length = sizeof(from);
	char byte, text[64] = "";
	struct pollfd entry = { fd, POLLIN, 0 };
	poll(&entry, 1, 1000);
	long got = recvfrom(fd, &byte, 1, 0, (struct sockaddr *)&from, &length);
	if (got >= 0 && from.sin6_family == AF_INET)
		inet_ntop(AF_INET, &((struct sockaddr_in *)&from)->sin_addr, text, sizeof(text));
	else if (got >= 0)
		inet_ntop(AF_INET6, &from.sin6_addr, text, sizeof(text));
	printf("%s: %s from %s\n", what, got < 0 ? errno_name(errno) : "a byte", text);
}

static void show_name(const char *what, int fd)
{
	struct sockaddr_in6 name = { 0 };
	socklen_t length = sizeof(name);
	char text[64] = "";
	getsockname(fd, (struct sockaddr *)&name, &length);
	inet_ntop(name.sin6_family, name.sin6_family == AF_INET ? (void *)&((struct sockaddr_in *)&name)->sin_addr : &name.sin6_addr, text, sizeof(text));
	printf("%s: %s\n", what, text);
}

static int waiting;
static void *receiver(void *unused)
{
	char byte;
	(void)unused;
	return (void *)recv(waiting, &byte, 1, 0);
}

/* What shutdown(2) says of an unconnected socket, who waits is woken. */
static void shut(void)
{
	int fd = datagram(AF_INET), peer = bound("127.0.0.1");
	char byte;
	show_ready("fresh", fd);
	SAY(shutdown(fd, SHUT_RD));
	show_ready("shut for reading", fd);
	SAY(recv(fd, &byte, 1, 0));
	fcntl(fd, F_SETFL, 0);
	SAY(recv(fd, &byte, 1, 0));
	SAY(send_at(fd, 0, "127.0.0.1", port_of(peer)));
	SAY(recv(peer, &byte, 1, 0));
	SAY(shutdown(fd, SHUT_WR));
	show_ready("shut", fd);
	SAY(send_at(fd, 0, "127.0.0.1", port_of(peer)));
	SAY(send(fd, "x", 1, MSG_NOSIGNAL));
	close(fd), close(peer);
	waiting = socket(AF_INET, SOCK_DGRAM, 0);
	bind_at(waiting, "127.0.0.1", 0);
	pthread_t thread;
	void *got;
	pthread_create(&thread, NULL, receiver, NULL);
	usleep(50000);
	SAY(shutdown(waiting, SHUT_RDWR));
	pthread_join(thread, &got);
	printf("received meanwhile: %ld\n", (long)got);
	close(waiting);
}

/* An error that waits is told before that the socket is shut, and after what is wrong with the call. */
static void errors(void)
{
	int nobody, fd = datagram(AF_INET);
	unsigned port = 21000; /* none that the system might choose for `fd` */
	while (nobody = datagram(AF_INET), bind_at(nobody, "127.0.0.1", port))
		close(nobody), port++;
	close(nobody);
	SAY(connect_at(fd, "127.0.0.1", port));
	SAY(send(fd, "x", 1, 0));
	SAY(shutdown(fd, SHUT_WR));
	SAY(send_at(fd, 0, "127.0.0.1", 0));
	SAY(send(fd, "x", 1, MSG_NOSIGNAL));
	SAY(send(fd, "x", 1, MSG_NOSIGNAL));
	close(fd);
	/* within the machine none is lost */
	int told = 0;
	for (int i = 0; i < 300; i++) {
		char byte;
		fd = datagram(AF_INET);
		connect_at(fd, "127.0.0.1", port);
		send(fd, "x", 1, 0);
		struct pollfd entry = { fd, POLLIN, 0 };
		poll(&entry, 1, 100);
		told += recv(fd, &byte, 1, 0) < 0 && errno == ECONNREFUSED;
		close(fd);
		usleep(1000);
	}
	printf("told %d times\n", told);
}

static void urgent(void)
{
	int fd = datagram(AF_INET), v6 = datagram(AF_INET6), peer = bound("127.0.0.1"), peer6 = bound("::1");
	SAY(send_at(fd, MSG_OOB, "127.0.0.1", port_of(peer)));
	printf("has a port: %d\n", port_of(fd) != 0);
	SAY(send(fd, "x", 1, MSG_OOB));
	SAY(send_at(v6, MSG_OOB, "::1", port_of(peer6)));
	SAY(send_at(v6, MSG_OOB, "::ffff:127.0.0.1", port_of(peer)));
	SAY(send(v6, "x", 1, MSG_OOB));
	show_from("urgent", peer6);
	close(fd), close(v6), close(peer), close(peer6);
}

/* All of 127.0.0.0/8 is this host; what goes there comes from 127.0.0.1 unless a program says otherwise. */
static void sources(void)
{
	int peer = bound("127.0.0.2"), fd = datagram(AF_INET), own = bound("127.0.0.3");
	unsigned port = port_of(peer);
	SAY(send_at(fd, 0, "127.0.0.2", port));
	show_from("not bound", peer);
	SAY(connect_at(fd, "127.0.0.2", port));
	show_name("connected", fd);
	SAY(send(fd, "x", 1, 0));
	show_from("connected", peer);
	SAY(send_at(own, 0, "127.0.0.2", port));
	show_from("bound", peer);
	SAY(send_at(own, 0, "0.0.0.0", port_of(own)));
	show_from("any address is one's own", own);
	SAY(connect_at(own, "0.0.0.0", port_of(own)));
	SAY(send(own, "x", 1, 0));
	show_from("connected to itself", own);
	close(fd), close(own), close(peer);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	peer = socket(AF_INET, SOCK_STREAM, 0);
	bind_at(peer, "127.0.0.2", 0);
	listen(peer, 1);
	SAY(connect_at(fd, "127.0.0.2", port_of(peer)));
	show_name("a stream", fd);
	close(fd), close(peer);
}

/* An address of one version, and destinations of the other. */
static void versions(void)
{
	int v4 = bound("127.0.0.1"), v6 = bound("::1"), mapped = bound("::ffff:127.0.0.1"), fd = datagram(AF_INET6), value = -1;
	socklen_t length = sizeof(value);
	SAY(send_at(mapped, 0, "::1", port_of(v6)));
	SAY(connect_at(mapped, "::1", port_of(v6)));
	SAY(send_at(mapped, 0, "::", port_of(v4)));
	show_from("any address", v4);
	SAY(send_at(v6, 0, "::ffff:127.0.0.1", port_of(v4)));
	SAY(getsockopt(v6, IPPROTO_IPV6, IPV6_V6ONLY, &value, &length));
	printf("one of IPv6 is for that only: %d\n", value);
	SAY(connect_at(fd, "::1", port_of(v6)));
	SAY(send_at(fd, 0, "::ffff:127.0.0.1", port_of(v4)));
	show_from("by the other version", v4);
	SAY(getsockopt(v4, IPPROTO_IPV6, IPV6_V6ONLY, &value, &length));
	SAY(getsockopt(v4, 999, 1, &value, &length));
	SAY(getsockopt(v6, 999, 1, &value, &length));
	close(v4), close(v6), close(mapped), close(fd);
	int listening = socket(AF_INET6, SOCK_STREAM, 0), stream = socket(AF_INET6, SOCK_STREAM, 0);
	bind_at(listening, "::", 0);
	listen(listening, 1);
	bind_at(stream, "::ffff:127.0.0.1", 0);
	SAY(connect_at(stream, "::1", port_of(listening)));
	SAY(connect_at(stream, "::", port_of(listening)));
	show_name("a stream", stream);
	close(stream);
	stream = socket(AF_INET6, SOCK_STREAM, 0);
	bind_at(stream, "::1", 0);
	SAY(connect_at(stream, "::ffff:127.0.0.1", port_of(listening)));
	close(stream), close(listening);
}

/* Who has asked for errors of one version is not told of the other's. */
static void heard(void)
{
	int nobody = bound("::1"), on = 1, value;
	unsigned port = port_of(nobody);
	socklen_t length = sizeof(value);
	close(nobody);
	for (int i = 0; i < 2; i++) {
		int fd = datagram(AF_INET6);
		setsockopt(fd, i ? IPPROTO_IPV6 : IPPROTO_IP, i ? IPV6_RECVERR : IP_RECVERR, &on, sizeof(on));
		getsockopt(fd, IPPROTO_IP, IP_RECVERR, &value, &length);
		printf("IP_RECVERR %d, ", value);
		getsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &value, &length);
		printf("IPV6_RECVERR %d\n", value);
		SAY(send_at(fd, 0, "::1", port));
		usleep(10000);
		show_ready("of IPv6", fd);
		show_error("of IPv6", fd);
		SAY(send_at(fd, 0, "::ffff:127.0.0.1", port));
		usleep(10000);
		show_error("of IPv4", fd);
		close(fd);
	}
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	shut();
	errors();
	urgent();
	sources();
	versions();
	heard();
	return 0;
}
