/* For the tests of sockets. */
#pragma once
#include "../files/files.h"
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>

/* A name of the file system, or (with '@' in front) an abstract one; in turn one of four places. */
static inline const struct sockaddr *name_of(const char *text, socklen_t *length)
{
	static struct sockaddr_un names[4];
	static unsigned turn;
	struct sockaddr_un *name = &names[turn++ % 4];
	memset(name, 0, sizeof(*name));
	name->sun_family = AF_UNIX;
	memcpy(name->sun_path, text, strlen(text));
	if (text[0] == '@')
		name->sun_path[0] = 0;
	*length = offsetof(struct sockaddr_un, sun_path) + strlen(text) + (text[0] != '@');
	return (struct sockaddr *)name;
}

static inline int bind_to(int fd, const char *text)
{
	socklen_t length;
	const struct sockaddr *name = name_of(text, &length);
	return bind(fd, name, length);
}
static inline int connect_to(int fd, const char *text)
{
	socklen_t length;
	const struct sockaddr *name = name_of(text, &length);
	return connect(fd, name, length);
}
static inline long send_to(int fd, const char *bytes, size_t size, int flags, const char *text)
{
	socklen_t length;
	const struct sockaddr *name = name_of(text, &length);
	return sendto(fd, bytes, size, flags, name, length);
}

/* What is received, as text: bytes, flags, sender. */
static inline void show_received(const char *what, int fd, int flags, size_t room)
{
	char bytes[256] = "";
	struct sockaddr_un from = { 0 };
	struct iovec vector = { bytes, room };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_name = &from, .msg_namelen = sizeof(from) };
	long got = recvmsg(fd, &message, flags);
	if (got < 0) {
		printf("%s: %s\n", what, errno_name(errno));
		return;
	}
	int path_length = (int)message.msg_namelen - (int)offsetof(struct sockaddr_un, sun_path);
	printf("%s: %ld \"%.*s\" flags %x", what, got, (int)(got < (long)room ? got : (long)room), bytes, message.msg_flags);
	if (path_length > 0 && from.sun_path[0])
		printf(" from %.*s", path_length, from.sun_path);
	else if (path_length > 0)
		printf(" from @%.*s", path_length - 1, from.sun_path + 1);
	printf("\n");
}

/* poll(2) at once, as text. */
static inline void show_ready(const char *what, int fd)
{
	struct pollfd entry = { fd, (short)(POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM | POLLRDHUP | POLLPRI | POLLRDBAND | POLLWRBAND), 0 };
	poll(&entry, 1, 0);
	printf("%s:%s%s%s%s%s%s%s%s%s\n", what, entry.revents & POLLIN ? " IN" : "", entry.revents & POLLOUT ? " OUT" : "", entry.revents & POLLERR ? " ERR" : "",
	       entry.revents & POLLHUP ? " HUP" : "", entry.revents & POLLRDHUP ? " RDHUP" : "", entry.revents & POLLPRI ? " PRI" : "",
	       entry.revents & POLLRDNORM ? " RDNORM" : "", entry.revents & POLLWRNORM ? " WRNORM" : "", entry.revents & POLLWRBAND ? " WRBAND" : "");
}

static inline void show_error(const char *what, int fd)
{
	int error = -1;
	socklen_t length = sizeof(error);
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
	printf("%s: %s\n", what, error ? errno_name(error) : "0");
}
