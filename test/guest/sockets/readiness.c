/* poll and epoll on sockets: levels, edges, what wakes whom. */
#include "sockets.h"

static int epoll;

static int by_number(const void *a, const void *b)
{
	return (int)((const struct epoll_event *)a)->data.u32 - (int)((const struct epoll_event *)b)->data.u32;
}

static void show_events(const char *what)
{
	struct epoll_event got[8];
	int count = epoll_wait(epoll, got, 8, 0);
	printf("%s: %d", what, count);
	qsort(got, count > 0 ? (size_t)count : 0, sizeof(got[0]), by_number);
	for (int i = 0; i < count; i++)
		printf(" %d:%x", (int)got[i].data.u32, got[i].events);
	printf("\n");
}

static void watch(int fd, unsigned events, unsigned number)
{
	struct epoll_event event = { .events = events, .data.u32 = number };
	epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void edges(int type)
{
	int pair[2];
	char bytes[100];
	printf("edges, type %d\n", type);
	epoll = epoll_create1(0);
	socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, pair);
	watch(pair[0], EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, 1);
	show_events("at first");
	show_events("once");
	write(pair[1], "ab", 2);
	show_events("bytes came");
	show_events("no more came");
	write(pair[1], "c", 1);
	show_events("more came");
	read(pair[0], bytes, 1);
	show_events("some was read");
	while (read(pair[0], bytes, 100) > 0)
		;
	show_events("all was read");
	write(pair[0], "d", 1);
	show_events("it wrote");
	read(pair[1], bytes, 100);
	show_events("that was read");
	write(pair[1], "e", 1);
	write(pair[1], "f", 1);
	show_events("twice, told once");
	shutdown(pair[1], SHUT_WR);
	show_events("shut for writing");
	shutdown(pair[1], SHUT_RD);
	show_events("and for reading");
	close(pair[1]);
	show_events("closed");
	show_events("nothing new");
	close(pair[0]);
	show_events("itself closed");
	close(epoll);
}

/* Who watches for one thing is not told of others. */
static void separate(void)
{
	int pair[2], copy;
	char bytes[100];
	epoll = epoll_create1(0);
	socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair);
	copy = dup(pair[0]);
	watch(pair[0], EPOLLIN | EPOLLET, 1);
	watch(copy, EPOLLOUT | EPOLLET, 2);
	show_events("at first");
	write(pair[1], "x", 1);
	show_events("for the reader");
	write(pair[0], "y", 1);
	show_events("for nobody");
	read(pair[1], bytes, 1);
	show_events("for the writer");
	close(pair[1]);
	show_events("for both");
	close(pair[0]), close(copy), close(epoll);
}

static void levels(void)
{
	int pair[2];
	static char bytes[100000];
	epoll = epoll_create1(0);
	socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair);
	watch(pair[0], EPOLLIN | EPOLLOUT, 1);
	show_events("writable");
	while (write(pair[0], bytes, sizeof(bytes)) > 0)
		;
	show_events("full");
	read(pair[1], bytes, 1000);
	show_events("a little was read");
	while (read(pair[1], bytes, sizeof(bytes)) > 0)
		;
	show_events("all was read");
	write(pair[1], "x", 1);
	show_events("readable");
	show_events("still");
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT, .data.u32 = 1 };
	epoll_ctl(epoll, EPOLL_CTL_MOD, pair[0], &event);
	show_events("once");
	show_events("no more");
	close(pair[0]), close(pair[1]), close(epoll);
}

static void listeners(void)
{
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	epoll = epoll_create1(0);
	bind_to(listener, "@listener");
	watch(listener, EPOLLIN | EPOLLOUT | EPOLLET, 1);
	show_events("not yet");
	listen(listener, 5);
	show_events("listens");
	int client = socket(AF_UNIX, SOCK_STREAM, 0), server;
	watch(client, EPOLLIN | EPOLLOUT | EPOLLET, 2);
	show_events("fresh");
	connect_to(client, "@listener");
	show_events("connected");
	server = accept(listener, NULL, NULL);
	show_events("accepted");
	write(server, "x", 1);
	show_events("written to");
	close(server);
	show_events("closed by its peer");
	close(listener);
	show_events("the listener closed");
	close(client), close(epoll);
}

/* A child waits for what its parent does. */
static void woken(const char *what, short events, void (*act)(int fd))
{
	int pair[2];
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		struct pollfd entry = { pair[0], events, 0 };
		close(pair[1]);
		int count = poll(&entry, 1, 10000);
		printf("%s: %d, %x\n", what, count, entry.revents);
		fflush(stdout);
		_exit(0);
	}
	close(pair[0]);
	usleep(30000);
	act(pair[1]);
	waitpid(pid, NULL, 0);
	close(pair[1]);
}

static void act_write(int fd) { write(fd, "x", 1); }
static void act_shut(int fd) { shutdown(fd, SHUT_WR); }
static void act_shut_reading(int fd) { shutdown(fd, SHUT_RDWR); }
static void act_close(int fd) { close(fd); }

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	edges(SOCK_STREAM);
	edges(SOCK_SEQPACKET);
	edges(SOCK_DGRAM);
	separate();
	levels();
	listeners();
	woken("bytes", POLLIN, act_write);
	woken("the end", POLLIN | POLLRDHUP, act_shut);
	woken("the end, not asked for", POLLRDHUP, act_shut);
	woken("both ends", 0, act_shut_reading);
	woken("closed", POLLIN, act_close);
	return 0;
}
