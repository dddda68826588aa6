/* AF_UNIX datagrams and sequenced packets. */
#include "sockets.h"

static int a, b, c;

static void begin(void)
{
	a = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	b = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	c = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	unlink("a"), unlink("b");
	bind_to(a, "a");
	bind_to(b, "b");
	bind_to(c, "@c");
}
static void over(void) { close(a), close(b), close(c); }

static void names(void)
{
	begin();
	SAY(send_to(a, "from a", 6, 0, "b"));
	SAY(send_to(c, "from c", 6, 0, "b"));
	SAY(send_to(a, "", 0, 0, "b"));
	int lone = socket(AF_UNIX, SOCK_DGRAM, 0);
	SAY(send_to(lone, "unnamed", 7, 0, "b"));
	SAY(send_to(lone, "to c", 4, 0, "@c"));
	close(lone);
	show_ready("has some", b);
	int waiting;
	ioctl(b, FIONREAD, &waiting);
	printf("the first is %d long\n", waiting);
	show_received("looked at", b, MSG_PEEK, 3);
	show_received("cut", b, 0, 3);
	show_received("whole", b, 0, 100);
	show_received("empty", b, 0, 100);
	show_received("no name", b, 0, 100);
	show_received("none", b, 0, 100);
	show_received("at c", c, 0, 100);
	SAY(send_to(a, "to itself", 9, 0, "a"));
	show_received("from itself", a, 0, 100);
	SAY(write(a, "x", 1));
	SAY(send_to(a, "x", 1, 0, "nobody"));
	unlink("b");
	SAY(send_to(a, "x", 1, 0, "b"));
	over();
}

static void connections(void)
{
	begin();
	SAY(connect_to(a, "b"));
	SAY(write(a, "connected", 9));
	show_received("at b", b, 0, 100);
	SAY(send_to(a, "elsewhere", 9, 0, "@c"));
	show_received("at c", c, 0, 100);
	SAY(connect_to(b, "@c"));
	SAY(write(a, "b is taken", 10));
	SAY(send_to(c, "b takes me", 10, 0, "b"));
	SAY(send_to(a, "not me", 6, 0, "b"));
	show_received("at b", b, 0, 100);
	SAY(connect_to(b, "a"));
	SAY(write(b, "back", 4));
	show_received("at a", a, 0, 100);
	SAY(write(a, "lost by disconnecting", 21));
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	SAY(connect(b, &none, sizeof(none)));
	show_ready("its peer", a);
	SAY(write(a, "x", 1));
	SAY(write(a, "y", 1));
	show_received("what was not lost", b, 0, 100);
	show_received("nothing more", b, 0, 100);
	SAY(write(b, "x", 1));
	SAY(connect(b, &none, 1));
	close(b);
	show_ready("its peer is gone", a);
	SAY(write(a, "x", 1));
	SAY(write(a, "x", 1));
	struct sockaddr_un name;
	socklen_t length = sizeof(name);
	SAY(getpeername(a, (struct sockaddr *)&name, &length));
	over();
	begin();
	SAY(connect_to(a, "a"));
	SAY(write(a, "to myself", 9));
	show_received("from myself", a, 0, 100);
	over();
}

static void shutting(void)
{
	begin();
	connect_to(a, "b");
	SAY(write(a, "before", 6));
	SAY(shutdown(b, SHUT_RD));
	SAY(write(a, "x", 1));
	show_ready("shut for reading", b);
	show_received("what came before", b, 0, 100);
	show_received("nothing", b, 0, 100);
	fcntl(b, F_SETFL, 0);
	show_received("the end", b, 0, 100);
	SAY(shutdown(a, SHUT_WR));
	SAY(write(a, "x", 1));
	show_ready("shut for writing", a);
	over();
}

/* Ten wait and one more; then senders wait, or are refused. */
static void full(void)
{
	begin();
	connect_to(a, "b");
	show_ready("may write", a);
	int count = 0;
	while (write(a, "x", 1) == 1)
		count++;
	printf("took %d, then %s\n", count, errno_name(errno));
	show_ready("may not write", a);
	SAY(send_to(c, "x", 1, 0, "b"));
	int epoll = epoll_create1(0);
	struct epoll_event event = { .events = EPOLLOUT | EPOLLET }, got;
	epoll_ctl(epoll, EPOLL_CTL_ADD, a, &event);
	SAY(epoll_wait(epoll, &got, 1, 0));
	show_received("makes room", b, 0, 100);
	SAY(epoll_wait(epoll, &got, 1, 1000));
	show_ready("may write again", a);
	SAY(write(a, "x", 1));
	show_ready("may not write again", a);
	/* Who is its peer's peer is held back by its buffer alone. */
	connect_to(b, "a");
	SAY(write(a, "x", 1));
	show_ready("each other's peers", a);
	close(epoll);
	over();
}

static void sizes(void)
{
	static char bytes[300000];
	int pair[2], size = 8000;
	socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair);
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	SAY(write(pair[0], bytes, 15968));
	SAY(read(pair[1], bytes, sizeof(bytes)));
	SAY(write(pair[0], bytes, 15969));
	SAY(write(pair[1], bytes, 200000));
	SAY(read(pair[0], bytes, sizeof(bytes)));
	SAY(write(pair[1], bytes, 212961));
	struct iovec parts[3] = { { "one ", 4 }, { "two ", 4 }, { "three", 5 } };
	SAY(writev(pair[0], parts, 3));
	show_received("gathered", pair[1], 0, 100);
	close(pair[0]);
	show_ready("its peer is gone", pair[1]);
	SAY(write(pair[1], "x", 1));
	SAY(write(pair[1], "x", 1));
	show_received("nothing", pair[1], 0, 100);
	close(pair[1]);
}

static void packets(void)
{
	int pair[2];
	SAY(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair));
	SAY(write(pair[0], "first", 5));
	SAY(write(pair[0], "second", 6));
	SAY(send(pair[0], "", 0, MSG_EOR));
	show_received("cut", pair[1], 0, 3);
	show_received("the next", pair[1], 0, 100);
	show_received("empty", pair[1], 0, 100);
	show_received("nothing", pair[1], 0, 100);
	SAY(send_to(pair[0], "x", 1, 0, "anybody"));
	show_received("names are ignored", pair[1], 0, 100);
	int count = 0;
	while (count < 100 && write(pair[0], "x", 1) == 1)
		count++;
	printf("not held back by a count: %d\n", count);
	SAY(shutdown(pair[0], SHUT_WR));
	SAY(write(pair[0], "x", 1));
	close(pair[0]);
	show_ready("its peer is gone", pair[1]);
	SAY(write(pair[1], "x", 1));
	while (count-- > 0 && read(pair[1], &(char){ 0 }, 1) == 1)
		;
	show_received("the end", pair[1], 0, 100);
	close(pair[1]);
	int listener = socket(AF_UNIX, SOCK_SEQPACKET, 0), client = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	SAY(write(client, "x", 1));
	SAY(read(client, &count, 1));
	show_ready("fresh", client);
	bind_to(listener, "@packets");
	listen(listener, 1);
	SAY(connect_to(client, "@packets"));
	SAY(write(client, "early", 5));
	int server = accept(listener, NULL, NULL);
	show_received("early", server, 0, 100);
	SAY(write(client, "unread", 6));
	close(server);
	show_ready("not read", client);
	show_received("is told", client, 0, 100);
	show_received("then", client, 0, 100);
	close(client), close(listener);
}

int main(void)
{
	files_enter();
	signal(SIGPIPE, SIG_IGN);
	names();
	connections();
	shutting();
	full();
	sizes();
	packets();
	files_leave();
	return 0;
}
