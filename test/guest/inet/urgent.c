/* Urgent data: MSG_OOB, SO_OOBINLINE, SIOCATMARK, POLLPRI, SIGURG. tcp(7), socket(7). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include "../sockets/sockets.h"

static volatile sig_atomic_t urgent_signals;
static void on_urgent(int signal) { urgent_signals += signal == SIGURG; }

static int ends[2];

static void open_pair(void)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t length = sizeof(name);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	bind(listener, (struct sockaddr *)&name, sizeof(name));
	listen(listener, 1);
	getsockname(listener, (struct sockaddr *)&name, &length);
	ends[0] = socket(AF_INET, SOCK_STREAM, 0);
	connect(ends[0], (struct sockaddr *)&name, sizeof(name));
	ends[1] = accept(listener, NULL, NULL);
	close(listener);
}

static void close_pair(void)
{
	close(ends[0]);
	close(ends[1]);
}

/* Wait until all that was sent is there. */
static void settle(void)
{
	int left = 1;
	while (!ioctl(ends[0], TIOCOUTQ, &left) && left)
		usleep(1000);
}

static void state(const char *when)
{
	struct pollfd poll_for = { ends[1], POLLIN | POLLPRI | POLLRDHUP, 0 };
	int mark = -1, waiting = -1;
	settle();
	poll(&poll_for, 1, 0);
	ioctl(ends[1], SIOCATMARK, &mark);
	ioctl(ends[1], FIONREAD, &waiting);
	printf("%s: ready %#x, at mark %d, waiting %d\n", when, poll_for.revents, mark, waiting);
}

static void get(size_t room, int flags)
{
	char bytes[64] = "";
	struct iovec vector = { bytes, room };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };
	long got = recvmsg(ends[1], &message, flags | MSG_DONTWAIT);
	if (got < 0)
		printf("received with %#x: %s\n", flags, errno_name(errno));
	else
		printf("received with %#x: %ld \"%.*s\" flags %#x\n", flags, got, (int)got, bytes, message.msg_flags);
}

static void apart(void)
{
	open_pair();
	get(5, MSG_OOB);
	state("nothing");
	SAY(send(ends[0], "abcd", 4, MSG_OOB));
	state("sent");
	get(10, 0);
	state("read up to it");
	get(10, MSG_OOB | MSG_PEEK);
	get(0, MSG_OOB);
	get(10, MSG_OOB);
	state("fetched");
	SAY(send(ends[0], "ef", 2, 0));
	state("more");
	get(10, MSG_PEEK);
	get(10, 0);
	state("passed");
	get(10, MSG_OOB);
	SAY(send(ends[0], "1", 1, MSG_OOB));
	SAY(send(ends[0], "2345", 4, 0));
	state("first");
	get(3, MSG_PEEK);
	get(3, 0);
	state("without fetching");
	get(10, MSG_OOB);
	get(10, 0);
	close_pair();
}

static void two(void)
{
	open_pair();
	SAY(send(ends[0], "ab", 2, MSG_OOB));
	settle();
	SAY(send(ends[0], "cd", 2, MSG_OOB));
	state("two");
	get(10, MSG_OOB);
	get(10, 0);
	state("up to the second");
	get(10, 0);
	close_pair();
	open_pair();
	SAY(send(ends[0], "ab", 2, MSG_OOB));
	settle();
	get(10, 0);
	SAY(send(ends[0], "cd", 2, MSG_OOB));
	state("the second, at the first");
	get(10, 0);
	get(10, MSG_OOB);
	state("end");
	close_pair();
}

static void inlined(void)
{
	int on = 1;
	open_pair();
	SAY(setsockopt(ends[1], SOL_SOCKET, SO_OOBINLINE, &on, sizeof(on)));
	SAY(send(ends[0], "abcd", 4, MSG_OOB));
	SAY(send(ends[0], "ef", 2, 0));
	state("sent");
	get(10, MSG_OOB);
	get(10, 0);
	state("at it");
	get(10, 0);
	state("behind");
	close_pair();
}

static void told(void)
{
	open_pair();
	signal(SIGURG, on_urgent);
	SAY(fcntl(ends[1], F_SETOWN, getpid()) ? -1 : 0);
	SAY(send(ends[0], "x", 1, MSG_OOB));
	settle();
	printf("signals %d\n", urgent_signals);
	SAY(send(ends[0], "y", 1, 0));
	settle();
	printf("signals %d\n", urgent_signals);
	SAY(fcntl(ends[1], F_SETOWN, 0));
	SAY(send(ends[0], "z", 1, MSG_OOB));
	settle();
	printf("signals %d\n", urgent_signals);
	SAY(shutdown(ends[0], SHUT_WR));
	get(10, 0);
	get(10, MSG_OOB);
	get(10, 0);
	get(10, MSG_OOB);
	close_pair();
}

static void selected(void)
{
	fd_set exceptional;
	struct timeval none = { 0 };
	int epoll = epoll_create1(0);
	struct epoll_event event = { .events = EPOLLPRI };
	open_pair();
	epoll_ctl(epoll, EPOLL_CTL_ADD, ends[1], &event);
	SAY(send(ends[0], "x", 1, MSG_OOB));
	settle();
	FD_ZERO(&exceptional);
	FD_SET(ends[1], &exceptional);
	SAY(select(ends[1] + 1, NULL, NULL, &exceptional, &none));
	SAY(epoll_wait(epoll, &event, 1, 0));
	printf("events %#x\n", event.events);
	get(1, MSG_OOB);
	SAY(epoll_wait(epoll, &event, 1, 0));
	close(epoll);
	close_pair();
}

int main(void)
{
	apart();
	two();
	inlined();
	told();
	selected();
	return 0;
}
