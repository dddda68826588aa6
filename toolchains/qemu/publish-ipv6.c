/*
 * libslirp listens on IPv4 addresses only. RR_PUBLISH, "127.255.254.0=::1,...", says which of them stand for IPv6 ones: a socket that is bound to such an address becomes one
 * of IPv6, and its clients seem to come from 127.0.0.1.
 */
#include "next.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Whether an address stands for another, and for which. */
static int stands_for(const struct sockaddr_in *at, struct in6_addr *real)
{
	char wanted[INET_ADDRSTRLEN + 1], text[INET6_ADDRSTRLEN];
	const char *list = getenv("RR_PUBLISH");
	inet_ntop(AF_INET, &at->sin_addr, wanted, INET_ADDRSTRLEN);
	strcat(wanted, "=");
	for (const char *entry = list; entry && *entry; entry += *entry == ',') {
		size_t length = strcspn(entry, ","), prefix = strlen(wanted);
		if (length > prefix && !strncmp(entry, wanted, prefix) && length - prefix < sizeof(text)) {
			memcpy(text, entry + prefix, length - prefix);
			text[length - prefix] = 0;
			return inet_pton(AF_INET6, text, real) == 1;
		}
		entry += length;
	}
	return 0;
}

/* Put a socket of IPv6 in the place of one of IPv4. */
static int replace(int fd)
{
	int type = 0, on = 1, flags = fcntl(fd, F_GETFL), descriptor_flags = fcntl(fd, F_GETFD);
	socklen_t length = sizeof(type);
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length))
		return -1;
	int six = socket(AF_INET6, type, 0);
	if (six < 0)
		return -1;
	setsockopt(six, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	setsockopt(six, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	int result = dup2(six, fd);
	close(six);
	if (result >= 0) {
		fcntl(fd, F_SETFL, flags);
		fcntl(fd, F_SETFD, descriptor_flags);
	}
	return result < 0 ? -1 : 0;
}

int bind(int fd, const struct sockaddr *at, socklen_t length)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	if (length < sizeof(in) || at->sa_family != AF_INET)
		return NEXT(bind)(fd, at, length);
	memcpy(&in, at, sizeof(in));
	if (!stands_for(&in, &in6.sin6_addr))
		return NEXT(bind)(fd, at, length);
	in6.sin6_port = in.sin_port;
	return replace(fd) ? -1 : NEXT(bind)(fd, (struct sockaddr *)&in6, sizeof(in6));
}

/* What libslirp is told of an IPv6 address, none of which it knows on a published port. */
static void seem_local(const struct sockaddr_storage *real, struct sockaddr *at, socklen_t *length, socklen_t room)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = ((const struct sockaddr_in6 *)real)->sin6_port, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	memcpy(at, &in, room < sizeof(in) ? room : sizeof(in));
	*length = sizeof(in);
}

/* Only when there are stand-ins: other IPv6 sockets of QEMU's are its own business. */
static int is_ours(const struct sockaddr_storage *real) { return real->ss_family == AF_INET6 && getenv("RR_PUBLISH"); }

int accept(int fd, struct sockaddr *at, socklen_t *length)
{
	struct sockaddr_storage real;
	socklen_t room = length ? *length : 0, size = sizeof(real);
	int result = NEXT(accept)(fd, at, length);
	if (result >= 0 && at && length && !getpeername(result, (struct sockaddr *)&real, &size) && is_ours(&real))
		seem_local(&real, at, length, room);
	return result;
}

int getsockname(int fd, struct sockaddr *at, socklen_t *length)
{
	struct sockaddr_storage real;
	socklen_t room = *length, size = sizeof(real);
	int result = NEXT(getsockname)(fd, at, length);
	if (!result && !NEXT(getsockname)(fd, (struct sockaddr *)&real, &size) && is_ours(&real))
		seem_local(&real, at, length, room);
	return result;
}
