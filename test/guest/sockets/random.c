/*
 * A random walk through sockets that do not block: what each call says must be the same everywhere. Prints a checksum of what happened now and then;
 * with a seed as argument every step.
 */
#include "sockets.h"
#include <stdarg.h>

enum { SLOTS = 12, STEPS = 6000, MOST_SENDS = 150 };

static unsigned seed, checksum;
static int loud;
static struct { int fd, sends; } slots[SLOTS];
static const char *const names[] = { "one", "two", "@three", "@four" };

static unsigned roll(unsigned n) { return (seed = seed * 1103515245 + 12345) / 65536 % n; }

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...)
{
	char text[400];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	for (const char *at = text; *at; at++)
		checksum = checksum * 31 + (unsigned char)*at;
	if (loud)
		fputs(text, stdout);
}

static const char *outcome(long value)
{
	static char text[32];
	if (value >= 0)
		snprintf(text, sizeof(text), "%ld", value);
	return value < 0 ? errno_name(errno) : text;
}
static const char *success(long value) { return value < 0 ? errno_name(errno) : "ok"; }

static void put(int slot, int fd)
{
	if (slots[slot].fd >= 0)
		close(slots[slot].fd);
	slots[slot].fd = fd;
	slots[slot].sends = 0;
}

static int any_type(void)
{
	static const int types[] = { SOCK_STREAM, SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	return types[roll(4)] | SOCK_NONBLOCK;
}

static void make(int slot)
{
	int pair[2], type = any_type();
	if (roll(2)) {
		put(slot, socket(AF_UNIX, type, 0));
		note("socket %d in %d\n", type & 15, slot);
		return;
	}
	int other = (slot + 1 + (int)roll(SLOTS - 1)) % SLOTS;
	if (socketpair(AF_UNIX, type, 0, pair))
		return;
	put(slot, pair[0]);
	put(other, pair[1]);
	note("pair %d in %d %d\n", type & 15, slot, other);
}

static void do_bind(int slot)
{
	const char *name = names[roll(4)];
	if (roll(2) && name[0] != '@')
		note("unlink %s: %s\n", name, success(unlink(name)));
	long value = bind_to(slots[slot].fd, name);
	note("bind %d %s: %s\n", slot, name, success(value));
}

static void do_connect(int slot)
{
	const char *name = names[roll(4)];
	if (!roll(8)) {
		struct sockaddr none = { .sa_family = AF_UNSPEC };
		note("disconnect %d: %s\n", slot, success(connect(slots[slot].fd, &none, sizeof(none))));
		return;
	}
	note("connect %d %s: %s\n", slot, name, success(connect_to(slots[slot].fd, name)));
}

static void do_accept(int slot)
{
	int to = (int)roll(SLOTS), fd = accept4(slots[slot].fd, NULL, NULL, SOCK_NONBLOCK);
	note("accept %d to %d: %s\n", slot, to, success(fd));
	if (fd >= 0)
		put(to, fd);
}

static long send_null(int through, const char *bytes, size_t size)
{
	union { struct cmsghdr header; char room[64]; } control = { 0 };
	int null = open("/dev/null", O_RDONLY);
	struct iovec vector = { (char *)bytes, size };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_SPACE(sizeof(int)) };
	control.header = (struct cmsghdr){ .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int)) };
	memcpy(CMSG_DATA(&control.header), &null, sizeof(int));
	long sent = sendmsg(through, &message, MSG_NOSIGNAL);
	int error = errno;
	close(null);
	errno = error;
	return sent;
}

static void do_send(int slot)
{
	char bytes[80];
	size_t size = 1 + roll(63); /* what an empty packet nobody read does at the end differs between versions of Linux */
	if (slots[slot].sends++ > MOST_SENDS)
		return;
	for (size_t i = 0; i < size; i++)
		bytes[i] = (char)('a' + roll(26));
	int fd = slots[slot].fd;
	const char *name = names[roll(4)];
	switch (roll(6)) {
	case 0:
		note("send %d %zu to %s: %s\n", slot, size, name, outcome(send_to(fd, bytes, size, MSG_NOSIGNAL, name)));
		break;
	case 1:
		note("send %d %zu and a file: %s\n", slot, size, outcome(send_null(fd, bytes, size)));
		break;
	default:
		note("send %d %zu: %s\n", slot, size, outcome(send(fd, bytes, size, MSG_NOSIGNAL)));
	}
}

static void do_receive(int slot)
{
	char bytes[200] = "";
	union { struct cmsghdr header; char room[64]; } control;
	struct sockaddr_un from = { 0 };
	struct iovec vector = { bytes, roll(4) ? 199 : roll(40) };
	int flags = (roll(4) ? 0 : MSG_PEEK) | (roll(6) ? 0 : MSG_TRUNC) | (roll(6) ? 0 : MSG_WAITALL);
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_name = &from, .msg_namelen = sizeof(from), .msg_control = &control };
	message.msg_controllen = roll(3) ? sizeof(control) : 0;
	long got = recvmsg(slots[slot].fd, &message, flags);
	if (got < 0) {
		note("receive %d: %s\n", slot, errno_name(errno));
		return;
	}
	note("receive %d %zu %x: %ld \"%s\" flags %x from %u %s%s control %zu\n", slot, vector.iov_len, flags, got, bytes, message.msg_flags, message.msg_namelen, from.sun_path,
	     from.sun_path[0] ? "" : from.sun_path + 1, (size_t)message.msg_controllen);
	for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
		int fd;
		memcpy(&fd, CMSG_DATA(header), sizeof(fd));
		close(fd);
	}
}

static void do_poll(int slot)
{
	struct pollfd entry = { slots[slot].fd, (short)0xffff, 0 };
	poll(&entry, 1, 0);
	int waiting = -1, error = -1;
	socklen_t length = sizeof(error);
	long value = ioctl(slots[slot].fd, FIONREAD, &waiting);
	note("poll %d: %x, waiting %s", slot, entry.revents, outcome(value < 0 ? value : waiting));
	if (!roll(3)) {
		getsockopt(slots[slot].fd, SOL_SOCKET, SO_ERROR, &error, &length);
		note(", error %d", error);
	}
	note("\n");
}

static void do_names(int slot)
{
	struct sockaddr_un name = { 0 };
	socklen_t length = sizeof(name);
	long value = getsockname(slots[slot].fd, (struct sockaddr *)&name, &length);
	note("name %d: %s %u", slot, success(value), length);
	length = sizeof(name);
	value = getpeername(slots[slot].fd, (struct sockaddr *)&name, &length);
	note(", peer %s %u\n", success(value), value < 0 ? 0 : length);
}

static void step(void)
{
	int slot = (int)roll(SLOTS);
	if (slots[slot].fd < 0 || !roll(40)) {
		make(slot);
		return;
	}
	switch (roll(16)) {
	case 0: do_bind(slot); break;
	case 1: note("listen %d: %s\n", slot, success(listen(slots[slot].fd, (int)roll(3)))); break;
	case 2: case 3: do_connect(slot); break;
	case 4: case 5: do_accept(slot); break;
	case 6: case 7: case 8: do_send(slot); break;
	case 9: case 10: case 11: do_receive(slot); break;
	case 12: do_poll(slot); break;
	case 13: do_names(slot); break;
	case 14:
		if (!roll(4)) {
			int how = (int)roll(3);
			note("shutdown %d %d: %s\n", slot, how, success(shutdown(slots[slot].fd, how)));
		}
		break;
	case 15:
		if (!roll(3)) {
			note("close %d\n", slot);
			put(slot, -1);
		}
	}
}

static void walk(unsigned first)
{
	seed = first;
	checksum = 0;
	for (int slot = 0; slot < SLOTS; slot++)
		slots[slot].fd = -1;
	for (int i = 0; i < STEPS; i++)
		step();
	for (int slot = 0; slot < SLOTS; slot++)
		put(slot, -1);
	unlink("one"), unlink("two");
	printf("seed %u: %08x\n", first, checksum);
}

int main(int argc, char **argv)
{
	files_enter();
	loud = argc > 1;
	if (loud)
		walk((unsigned)atoi(argv[1]));
	else
		for (unsigned first = 1; first <= 100; first++)
			walk(first);
	files_leave();
	return 0;
}
