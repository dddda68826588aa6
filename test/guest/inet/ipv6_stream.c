/* Streams over ::1, and the two families in one socket: IPV6_V6ONLY, mapped addresses, names and their errors. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../errno_name.h"

#define SAY(what, call) do { errno = 0; long result_ = (call); printf("%s: %ld %s\n", what, result_, result_ < 0 ? errno_name(errno) : ""); } while (0)

static struct sockaddr_in6 v6(const char *text, unsigned port)
{
	struct sockaddr_in6 at = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	inet_pton(AF_INET6, text, &at.sin6_addr);
	return at;
}

static void show(const char *what, int fd, int (*get)(int, struct sockaddr *, socklen_t *))
{
	struct sockaddr_storage at;
	socklen_t length = sizeof(at);
	char text[64] = "";
	if (get(fd, (void *)&at, &length)) {
		printf("%s: %s\n", what, errno_name(errno));
		return;
	}
	struct sockaddr_in6 *in6 = (void *)&at;
	struct sockaddr_in *in = (void *)&at;
	bool six = at.ss_family == AF_INET6;
	inet_ntop(at.ss_family, six ? (void *)&in6->sin6_addr : (void *)&in->sin_addr, text, sizeof(text));
	printf("%s: %s, %u bytes, port %d, scope %u\n", what, text, (unsigned)length, !!(six ? in6->sin6_port : in->sin_port), six ? in6->sin6_scope_id : 0);
}

static unsigned port_of(int fd)
{
	struct sockaddr_storage at;
	socklen_t length = sizeof(at);
	getsockname(fd, (void *)&at, &length);
	return ntohs(((struct sockaddr_in6 *)&at)->sin6_port);
}

static int listener(const char *text, int only)
{
	struct sockaddr_in6 at = v6(text, 0);
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only)) || bind(fd, (void *)&at, sizeof(at)) || listen(fd, 5))
		perror("listener");
	return fd;
}

static void talk(int client, int server)
{
	char buffer[200000];
	static char sent[200000];
	size_t out = 0, in = 0;
	for (size_t i = 0; i < sizeof(sent); i++)
		sent[i] = (char)(i * 7 + i / 251);
	while (in < sizeof(buffer)) {
		if (out < sizeof(sent)) {
			long n = send(client, sent + out, sizeof(sent) - out, MSG_DONTWAIT);
			out += n > 0 ? (size_t)n : 0;
		}
		long n = recv(server, buffer + in, sizeof(buffer) - in, out < sizeof(sent) ? MSG_DONTWAIT : 0);
		if (!n)
			break;
		in += n > 0 ? (size_t)n : 0;
	}
	printf("%zu bytes, intact: %d\n", in, !memcmp(buffer, sent, sizeof(sent)));
}

static void over_loopback(void)
{
	int listening = listener("::1", 0), client = socket(AF_INET6, SOCK_STREAM, 0);
	struct sockaddr_in6 to = v6("::1", port_of(listening));
	show("listener", listening, getsockname);
	SAY("connect", connect(client, (void *)&to, sizeof(to)));
	int server = accept(listening, NULL, NULL);
	show("client", client, getsockname);
	show("its peer", client, getpeername);
	show("server", server, getsockname);
	show("its peer", server, getpeername);
	talk(client, server);
	int mss = 0;
	socklen_t length = sizeof(mss);
	getsockopt(client, IPPROTO_TCP, TCP_MAXSEG, &mss, &length);
	printf("segments are large: %d\n", mss > 10000);
	SAY("shutdown", shutdown(client, SHUT_WR));
	char c;
	SAY("end of input", recv(server, &c, 1, 0));
	close(server);
	close(client);
	close(listening);
	client = socket(AF_INET6, SOCK_STREAM, 0);
	SAY("nobody listens", connect(client, (void *)&to, sizeof(to)));
	close(client);
}

/* Whoever connects to a socket of both families. */
static void both_families(void)
{
	int listening = listener("::", 0);
	unsigned port = port_of(listening);
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 mapped = v6("::ffff:127.0.0.1", port), six = v6("::1", port), any = v6("::", port);
	struct { const char *what; int family; void *to; socklen_t length; } ways[] = {
		{ "IPv4", AF_INET, &v4, sizeof(v4) }, { "mapped", AF_INET6, &mapped, sizeof(mapped) }, { "IPv6", AF_INET6, &six, sizeof(six) },
		{ "any", AF_INET6, &any, sizeof(any) }, { "IPv4 by a socket of IPv6", AF_INET6, &v4, sizeof(v4) }, { "IPv6 by one of IPv4", AF_INET, &six, sizeof(six) },
	};
	show("listener", listening, getsockname);
	for (unsigned i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		int client = socket(ways[i].family, SOCK_STREAM, 0);
		SAY(ways[i].what, connect(client, ways[i].to, ways[i].length));
		if (errno) {
			close(client);
			continue;
		}
		int server = accept(listening, NULL, NULL);
		show("  client", client, getsockname);
		show("  its peer", client, getpeername);
		show("  server", server, getsockname);
		show("  its peer", server, getpeername);
		close(server);
		close(client);
	}
	close(listening);
}

static void one_family(void)
{
	int listening = listener("::", 1), on = 1, off = 0;
	unsigned port = port_of(listening);
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 mapped = v6("::ffff:127.0.0.1", port), any = v6("::", port);
	int client = socket(AF_INET, SOCK_STREAM, 0);
	SAY("IPv4 to IPv6 only", connect(client, (void *)&v4, sizeof(v4)));
	close(client);
	client = socket(AF_INET6, SOCK_STREAM, 0);
	SAY("V6ONLY", setsockopt(client, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)));
	SAY("mapped from IPv6 only", connect(client, (void *)&mapped, sizeof(mapped)));
	SAY("bind to mapped", bind(client, (void *)&mapped, sizeof(mapped)));
	close(client);
	int second = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in any4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	SAY("IPv4's port beside IPv6's", bind(second, (void *)&any4, sizeof(any4)));
	SAY("listen", listen(second, 1));
	int third = socket(AF_INET6, SOCK_STREAM, 0);
	SAY("both families now", bind(third, (void *)&any, sizeof(any)));
	close(second);
	close(third);
	SAY("V6ONLY once bound", setsockopt(listening, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)));
	close(listening);
	listening = listener("::", 0);
	any4.sin_port = v4.sin_port = htons(port_of(listening));
	second = socket(AF_INET, SOCK_STREAM, 0);
	SAY("IPv4's port beside both", bind(second, (void *)&any4, sizeof(any4)));
	SAY("127.0.0.1 beside both", bind(second, (void *)&v4, sizeof(v4)));
	close(second);
	close(listening);
}

static void names(void)
{
	struct sockaddr_in6 at = v6("::1", 0), link = v6("fe80::1", 1), elsewhere = v6("2001:db8::1", 0);
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	SAY("short", bind(fd, (void *)&at, 20));
	SAY("IPv4's structure", bind(fd, (void *)&v4, sizeof(v4)));
	at.sin6_family = AF_UNIX;
	SAY("another family", bind(fd, (void *)&at, sizeof(at)));
	at.sin6_family = AF_INET6;
	SAY("not ours", bind(fd, (void *)&elsewhere, sizeof(elsewhere)));
	SAY("link-local without a scope", bind(fd, (void *)&link, sizeof(link)));
	SAY("connect there", connect(fd, (void *)&link, sizeof(link)));
	SAY("as of RFC 2133", bind(fd, (void *)&at, 24));
	SAY("again", bind(fd, (void *)&at, sizeof(at)));
	show("bound", fd, getsockname);
	show("no peer", fd, getpeername);
	close(fd);
	SAY("a group", connect(socket(AF_INET6, SOCK_STREAM, 0), (void *)&(struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = 1, .sin6_scope_id = 1, .sin6_addr = { { { 0xff, 2, [15] = 1 } } } }, sizeof(at)));
}

static void options(void)
{
	static const struct { const char *what; int name; } numbers[] = {
		{ "IPV6_V6ONLY", IPV6_V6ONLY }, { "IPV6_UNICAST_HOPS", IPV6_UNICAST_HOPS }, { "IPV6_TCLASS", IPV6_TCLASS }, { "IPV6_RECVPKTINFO", IPV6_RECVPKTINFO },
		{ "IPV6_RECVHOPLIMIT", IPV6_RECVHOPLIMIT }, { "IPV6_RECVTCLASS", IPV6_RECVTCLASS }, { "IPV6_RECVERR", IPV6_RECVERR }, { "IPV6_MULTICAST_HOPS", IPV6_MULTICAST_HOPS },
		{ "none", 999 },
	};
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	for (unsigned i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		for (int value = -2; value <= 260; value += value < 2 ? 1 : 86) {
			int got = -77;
			if (!value && numbers[i].name == IPV6_UNICAST_HOPS)
				continue; /* Linux shows it and sends nothing that arrives */
			socklen_t length = sizeof(got);
			int result = setsockopt(fd, IPPROTO_IPV6, numbers[i].name, &value, sizeof(value));
			const char *error = result ? errno_name(errno) : "ok";
			bool shows = numbers[i].name != IPV6_MULTICAST_HOPS && !getsockopt(fd, IPPROTO_IPV6, numbers[i].name, &got, &length);
			printf("%s %d: %s, then %d\n", numbers[i].what, value, error, shows ? got : -77);
		}
	char byte = 1;
	SAY("a byte", setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &byte, 1));
	struct ipv6_mreq mreq = { .ipv6mr_interface = 1 };
	inet_pton(AF_INET6, "ff02::99", &mreq.ipv6mr_multiaddr);
	SAY("a stream joins a group", setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &mreq, sizeof(mreq)));
	close(fd);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	int value = 1;
	SAY("IPv6's option of an IPv4 socket", setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &value, sizeof(value)));
	close(fd);
}

int main(void)
{
	over_loopback();
	both_families();
	one_family();
	names();
	options();
	return 0;
}
