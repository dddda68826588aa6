/* epoll by edge on pipes: which writes and reads are events, as far as the pipe's pages go. */
#include "../files/files.h"
#include <sys/epoll.h>

static int ep;

static long control(int operation, int fd, uint32_t events, uint64_t data)
{
	struct epoll_event event = { events, { .u64 = data } };
	return epoll_ctl(ep, operation, fd, &event);
}

static void show(const char *what)
{
	struct epoll_event events[20];
	int n = epoll_wait(ep, events, 20, 0);
	printf("%s: %d", what, n);
	for (int i = 0; i < n; i++)
		printf(" %lx:%x", (long)events[i].data.u64, events[i].events);
	puts("");
}

int main(void)
{
	int ends[2];
	static char bytes[70000];
	setvbuf(stdout, NULL, _IOLBF, 0);
	ep = epoll_create1(0);
	SAY(pipe2(ends, O_NONBLOCK));
	SAY(control(EPOLL_CTL_ADD, ends[0], EPOLLIN | EPOLLET, 5));
	SAY(control(EPOLL_CTL_ADD, ends[1], EPOLLOUT | EPOLLET, 6));
	show("empty pipe");
	SAY(write(ends[1], bytes, 1000));
	show("1000");
	SAY(write(ends[1], bytes, 1000));
	show("2000");
	SAY(read(ends[0], bytes, 500));
	show("1500");
	SAY(write(ends[1], bytes, sizeof(bytes)));
	show("full");
	SAY(read(ends[0], bytes, 10000));
	show("room");
	SAY(read(ends[0], bytes, 1000));
	show("more room");
	SAY(read(ends[0], bytes, sizeof(bytes)));
	show("drained");
	close(ends[1]);
	show("hung up");
	show("told");
	close(ends[0]);
	close(ep);
	return 0;
}
