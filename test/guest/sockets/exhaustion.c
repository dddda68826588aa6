/* What runs out comes back: descriptors, buffers, messages, names, descriptors on their way. */
#include "sockets.h"

static void descriptors(void)
{
	struct rlimit limit = { 40, 40 };
	int fds[64], count = 0, pair[2];
	setrlimit(RLIMIT_NOFILE, &limit);
	for (int fd = 3; fd < 40; fd++)
		close(fd);
	for (int round = 0; round < 200; round++) {
		count = 0;
		while (count < 64 && (fds[count] = socket(AF_UNIX, SOCK_STREAM, 0)) >= 0)
			count++;
		if (errno != EMFILE)
			printf("round %d: %s\n", round, errno_name(errno));
		close(fds[--count]);
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != -1 || errno != EMFILE)
			printf("round %d: a pair where one fits\n", round);
		while (count > 0)
			close(fds[--count]);
	}
	SAY(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	close(pair[0]), close(pair[1]);
}

static char bytes[200000];

/* Full buffers that are dropped unread. */
static void buffers(int type)
{
	int pair[2];
	long total = 0, part;
	for (int round = 0; round < 300; round++) {
		if (socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, pair)) {
			printf("round %d: %s\n", round, errno_name(errno));
			return;
		}
		while ((part = write(pair[0], bytes, 30000)) > 0)
			total += part;
		close(pair[0]), close(pair[1]);
	}
	printf("type %d, filled: %d\n", type, total > 300 * 60000);
}

static long send_fd(int through, int fd)
{
	union { struct cmsghdr header; char room[64]; } control = { 0 };
	struct iovec vector = { "x", 1 };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_SPACE(sizeof(int)) };
	control.header = (struct cmsghdr){ .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int)) };
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(int));
	return sendmsg(through, &message, MSG_DONTWAIT);
}

/* Sockets that hold themselves, again and again; never is one of them read, none closed but those. */
static void rings(void)
{
	int pair[2], failed = 0;
	for (int i = 0; i < 3000; i++) {
		if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair)) {
			failed++;
			break;
		}
		for (int k = 0; k < 5; k++)
			failed += send_fd(pair[0], pair[1]) != 1 || send_fd(pair[1], pair[0]) != 1;
		close(pair[0]), close(pair[1]);
	}
	printf("rings failed: %d\n", failed);
}

static void names(void)
{
	char name[32];
	int failed = 0;
	for (int i = 0; i < 3000; i++) {
		int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
		snprintf(name, sizeof(name), "@name %d", i % 100);
		failed += bind_to(fd, name) != 0;
		close(fd);
	}
	printf("names failed: %d\n", failed);
}

/* Connections that are never accepted. */
static void connections(void)
{
	int failed = 0;
	for (int round = 0; round < 300; round++) {
		int listener = socket(AF_UNIX, SOCK_STREAM, 0), clients[10];
		bind_to(listener, "@backlog");
		listen(listener, 20);
		for (int i = 0; i < 10; i++) {
			clients[i] = socket(AF_UNIX, SOCK_STREAM, 0);
			failed += connect_to(clients[i], "@backlog") != 0 || write(clients[i], bytes, 1000) != 1000;
			if (i % 2)
				close(clients[i]);
		}
		close(listener);
		for (int i = 0; i < 10; i += 2)
			close(clients[i]);
	}
	printf("connections failed: %d\n", failed);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	descriptors();
	buffers(SOCK_STREAM);
	buffers(SOCK_DGRAM);
	buffers(SOCK_SEQPACKET);
	rings();
	names();
	connections();
	return 0;
}
