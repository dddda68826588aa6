/* Descriptors and credentials in messages; sockets that only messages refer to. */
#include "sockets.h"

#define ROOM 1200

/* Send `count` descriptors with some bytes. */
static long send_fds(int through, const int *fds, int count, const char *bytes)
{
	union { struct cmsghdr header; char room[ROOM]; } control = { 0 };
	struct iovec vector = { (char *)bytes, strlen(bytes) };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_SPACE(count * sizeof(int)) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(header), fds, count * sizeof(int));
	return syscall(SYS_sendmsg, through, &message, 0); /* musl's takes less control */
}

static void show_credentials(const struct cmsghdr *header)
{
	struct ucred who;
	memcpy(&who, CMSG_DATA(header), sizeof(who));
	printf(" [%s uid %d gid %d]", who.pid == getpid() ? "me" : who.pid == 0 ? "nobody" : "another", (int)who.uid, (int)who.gid);
}

/* Receive with room for control messages; descriptors go to `fds`. How many, or -1. */
static int receive(const char *what, int from, size_t bytes_room, size_t control_room, int flags, int *fds)
{
	union { struct cmsghdr header; char room[ROOM]; } control = { 0 };
	char bytes[64] = "";
	struct iovec vector = { bytes, bytes_room };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control_room ? &control : NULL, .msg_controllen = control_room };
	int count = 0;
	long got = syscall(SYS_recvmsg, from, &message, flags);
	if (got < 0) {
		printf("%s: %s\n", what, errno_name(errno));
		return -1;
	}
	printf("%s: %ld \"%s\" flags %x control %zu", what, got, bytes, message.msg_flags, (size_t)message.msg_controllen);
	for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
		printf(" (level %d type %d length %zu)", header->cmsg_level, header->cmsg_type, (size_t)header->cmsg_len);
		if (header->cmsg_type == SCM_CREDENTIALS && header->cmsg_len == CMSG_LEN(sizeof(struct ucred)))
			show_credentials(header);
		if (header->cmsg_type != SCM_RIGHTS)
			continue;
		count = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
		memcpy(fds, CMSG_DATA(header), count * sizeof(int));
	}
	printf(" descriptors %d\n", count);
	return count;
}

static void close_all(const int *fds, int count)
{
	for (int i = 0; i < count; i++)
		close(fds[i]);
}

static int open_count(void)
{
	int count = 0;
	for (int fd = 0; fd < 300; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void files(int type)
{
	int pair[2], ends[2], got[300];
	char byte = 0;
	socketpair(AF_UNIX, type, 0, pair);
	pipe(ends);
	SAY(send_fds(pair[0], ends, 2, "both"));
	close(ends[0]), close(ends[1]);
	int before = open_count();
	if (receive("two", pair[1], 64, CMSG_SPACE(8), MSG_CMSG_CLOEXEC, got) == 2) {
		SAY(write(got[1], "x", 1));
		SAY(read(got[0], &byte, 1));
		SAY(fcntl(got[0], F_GETFD));
		SAY(send_fds(pair[0], got, 2, "again"));
		SAY(send_fds(pair[0], got, 2, "looked at"));
		close_all(got, 2);
	}
	close_all(got, receive("looked at", pair[1], 64, ROOM, MSG_PEEK, got));
	close_all(got, receive("little room", pair[1], 64, CMSG_LEN(4), 0, got));
	close_all(got, receive("no room", pair[1], 64, 0, 0, got));
	int null = open("/dev/null", O_RDWR);
	SAY(send_fds(pair[0], &null, 1, "one"));
	SAY(write(pair[0], "plain", 5));
	SAY(read(pair[1], &byte, 1));
	close_all(got, receive("the rest", pair[1], 64, ROOM, MSG_DONTWAIT, got));
	if (type == SOCK_STREAM)
		close_all(got, receive("plain", pair[1], 64, ROOM, MSG_DONTWAIT, got));
	/* As many as there may be, and one more. */
	int many[254];
	for (int i = 0; i < 254; i++)
		many[i] = null;
	SAY(send_fds(pair[0], many, 253, "many"));
	SAY(send_fds(pair[0], many, 254, "too many"));
	close_all(got, receive("many", pair[1], 64, ROOM, 0, got));
	SAY(send_fds(pair[0], (int[]){ null, 299 }, 2, "a bad one"));
	SAY(send_fds(pair[0], (int[]){ -1 }, 1, "a bad one"));
	/* No descriptors left for those that come. */
	SAY(send_fds(pair[0], many, 5, "five"));
	struct rlimit limit, few = { 0 };
	getrlimit(RLIMIT_NOFILE, &limit);
	few.rlim_cur = before + 3, few.rlim_max = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &few);
	close_all(got, receive("as many as fit", pair[1], 64, ROOM, 0, got));
	setrlimit(RLIMIT_NOFILE, &limit);
	close(null);
	SAY(send_fds(pair[0], pair, 2, "themselves"));
	close_all(got, receive("themselves", pair[1], 64, ROOM, 0, got));
	printf("as many as before: %d\n", open_count() - before);
	close_all(pair, 2);
}

/* Where pieces of a stream end that carry something. */
static void pieces(void)
{
	int pair[2], got[10], null = open("/dev/null", O_RDONLY);
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	write(pair[0], "ab", 2);
	send_fds(pair[0], &null, 1, "cd");
	write(pair[0], "ef", 2);
	send_fds(pair[0], &null, 1, "gh");
	send_fds(pair[0], &null, 1, "ij");
	close_all(got, receive("looked at", pair[1], 60, ROOM, MSG_PEEK, got));
	close_all(got, receive("to the first", pair[1], 60, ROOM, 0, got));
	close_all(got, receive("part of the second", pair[1], 3, ROOM, 0, got));
	close_all(got, receive("the rest of it", pair[1], 60, ROOM, 0, got));
	close_all(got, receive("nothing more", pair[1], 60, ROOM, MSG_DONTWAIT, got));
	close_all(pair, 2), close(null);
}

static long send_credentials(int through, pid_t pid, uid_t uid, gid_t gid, size_t cut)
{
	union { struct cmsghdr header; char room[ROOM]; } control = { 0 };
	struct ucred who = { pid, uid, gid };
	struct iovec vector = { "who", 3 };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_SPACE(sizeof(who)) };
	control.header = (struct cmsghdr){ .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_CREDENTIALS, .cmsg_len = CMSG_LEN(sizeof(who)) - cut };
	memcpy(CMSG_DATA(&control.header), &who, sizeof(who));
	return syscall(SYS_sendmsg, through, &message, 0); /* musl's takes less control */
}

static void as_user(int through)
{
	setgid(77), setuid(99);
	SAY(send_credentials(through, getpid(), 99, 77, 0));
	SAY(send_credentials(through, getpid(), 0, 77, 0));
	SAY(send_credentials(through, getpid(), 99, 0, 0));
	SAY(send_credentials(through, getppid(), 99, 77, 0));
	SAY(write(through, "implied", 7));
	fflush(stdout);
	_exit(0);
}

static void credentials(void)
{
	int pair[2], got[4], on = 1;
	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	SAY(write(pair[0], "unknown", 7));
	SAY(send_credentials(pair[0], getpid(), 0, 0, 0));
	receive("not wanted", pair[1], 64, ROOM, 0, got);
	SAY(setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)));
	receive("claimed, wanted later", pair[1], 64, ROOM, 0, got);
	SAY(write(pair[0], "implied", 7));
	receive("implied", pair[1], 64, ROOM, 0, got);
	SAY(send_credentials(pair[0], getpid(), 5, 6, 0));
	receive("claimed", pair[1], 64, ROOM, 0, got);
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0)
		pause();
	SAY(send_credentials(pair[0], pid, 5, 6, 0));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	receive("another's", pair[1], 64, ROOM, 0, got);
	SAY(send_credentials(pair[0], 4000000, 5, 6, 0));
	SAY(send_credentials(pair[0], getpid(), 0, 0, 4));
	SAY(write(pair[0], "no room", 7));
	receive("little room", pair[1], 64, CMSG_LEN(8), 0, got);
	SAY(write(pair[0], "no room", 7));
	receive("no room", pair[1], 64, 0, 0, got);
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		as_user(pair[0]);
	waitpid(pid, NULL, 0);
	receive("a user's claim", pair[1], 64, ROOM, MSG_DONTWAIT, got);
	receive("a user's", pair[1], 64, ROOM, MSG_DONTWAIT, got);
	receive("nothing more", pair[1], 64, ROOM, MSG_DONTWAIT, got);
	close_all(pair, 2);

	/* Streams are not read across writers. */
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
	write(pair[0], "ab", 2), write(pair[0], "cd", 2);
	pid = fork();
	if (pid == 0) {
		write(pair[0], "ef", 2);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	receive("mine", pair[1], 64, ROOM, MSG_DONTWAIT, got);
	receive("my child's", pair[1], 64, ROOM, MSG_DONTWAIT, got);
	struct ucred peer = { 0 };
	socklen_t length = sizeof(peer);
	SAY(getsockopt(pair[0], SOL_SOCKET, SO_PEERCRED, &peer, &length));
	printf("peer me %d uid %d length %u\n", peer.pid == getpid(), (int)peer.uid, length);
	close_all(pair, 2);
	int lone = socket(AF_UNIX, SOCK_STREAM, 0);
	SAY(getsockopt(lone, SOL_SOCKET, SO_PEERCRED, &peer, &length));
	printf("no peer %d uid %d\n", peer.pid, (int)peer.uid);
	close(lone);
}

/* Who sends without a name and wants credentials gets one. */
static void automatic(void)
{
	int a = socket(AF_UNIX, SOCK_DGRAM, 0), b = socket(AF_UNIX, SOCK_DGRAM, 0), on = 1;
	struct sockaddr_un name = { 0 };
	socklen_t length = sizeof(sa_family_t);
	name.sun_family = AF_UNIX;
	SAY(bind(a, (struct sockaddr *)&name, length));
	SAY(bind(a, (struct sockaddr *)&name, length));
	length = sizeof(name);
	SAY(getsockname(a, (struct sockaddr *)&name, &length));
	printf("length %u, five digits %d\n", length, (int)strspn(name.sun_path + 1, "0123456789abcdef"));
	SAY(setsockopt(b, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)));
	SAY(sendto(b, "x", 1, 0, (struct sockaddr *)&name, length));
	length = sizeof(name);
	SAY(getsockname(b, (struct sockaddr *)&name, &length));
	printf("length %u\n", length);
	close(a), close(b);
}

/* Sockets in each other's queues, and a pipe with them: its other end tells when they are gone. */
static void ring(int type, int rounds)
{
	int gone = 0;
	for (int i = 0; i < rounds; i++) {
		int a[2], b[2], ends[2];
		char byte;
		socketpair(AF_UNIX, type, 0, a);
		socketpair(AF_UNIX, type, 0, b);
		pipe(ends);
		send_fds(a[0], (int[]){ b[1], ends[1] }, 2, "b");
		send_fds(b[0], (int[]){ a[1] }, 1, "a");
		close(ends[1]);
		close_all(a, 2), close_all(b, 2);
		/* Linux looks for them when a socket is closed, and may take a moment. */
		close(socket(AF_UNIX, SOCK_STREAM, 0));
		gone += read(ends[0], &byte, 1) == 0;
		close(ends[0]);
	}
	printf("rings that ended: %d\n", gone);
}

/* A socket in its own queue that somebody can still reach stays. */
static void reachable(void)
{
	int a[2], b[2], got[4];
	socketpair(AF_UNIX, SOCK_STREAM, 0, a);
	socketpair(AF_UNIX, SOCK_STREAM, 0, b);
	send_fds(a[0], (int[]){ b[1], a[1] }, 2, "kept");
	send_fds(b[0], (int[]){ a[0] }, 1, "back");
	close(b[1]);
	close(socket(AF_UNIX, SOCK_STREAM, 0));
	int count = receive("kept", a[1], 60, ROOM, MSG_DONTWAIT, got);
	if (count == 2) {
		int inner[4];
		int more = receive("back", got[0], 60, ROOM, MSG_DONTWAIT, inner);
		SAY(write(b[0], "alive", 5));
		receive("alive", got[0], 60, ROOM, MSG_DONTWAIT, inner + 1);
		close_all(inner, more);
	}
	close_all(got, count), close_all(a, 2), close(b[0]);
}

/* Sockets within sockets within sockets: closing the first closes them all. */
static void nested(void)
{
	int ends[2], inner, pair[2];
	char byte;
	pipe(ends);
	inner = ends[1];
	for (int i = 0; i < 300; i++) {
		socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
		if (send_fds(pair[0], &inner, 1, "x") != 1)
			printf("not sent: %s\n", errno_name(errno));
		close(inner), close(pair[0]);
		inner = pair[1];
	}
	close(inner);
	printf("all closed: %zd\n", read(ends[0], &byte, 1));
	close(ends[0]);
}

/* A listener in the queue of a connection nobody accepts. */
static void in_backlog(void)
{
	int ends[2];
	char byte;
	pipe(ends);
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
	bind_to(listener, "@backlog");
	listen(listener, 1);
	connect_to(client, "@backlog");
	send_fds(client, (int[]){ listener, ends[1] }, 2, "x");
	close(ends[1]), close(client), close(listener);
	close(socket(AF_UNIX, SOCK_STREAM, 0));
	printf("the listener is gone: %zd\n", read(ends[0], &byte, 1));
	close(ends[0]);
}

int main(void)
{
	for (int fd = 3; fd < 300; fd++)
		close(fd); /* whatever was inherited */
	files_enter();
	signal(SIGPIPE, SIG_IGN);
	files(SOCK_STREAM);
	files(SOCK_DGRAM);
	files(SOCK_SEQPACKET);
	pieces();
	credentials();
	automatic();
	ring(SOCK_STREAM, 50);
	ring(SOCK_DGRAM, 50);
	reachable();
	nested();
	in_backlog();
	files_leave();
	return 0;
}
