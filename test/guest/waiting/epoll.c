/* epoll: what is told when, by level, edge and once; which file an interest is in; errors. */
#include "../files/files.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>

static int ep;

static long control(int operation, int fd, uint32_t events, uint64_t data)
{
	struct epoll_event event = { events, { .u64 = data } };
	return epoll_ctl(ep, operation, fd, &event);
}

/* What is ready, as text: data:events. */
static void show(const char *what)
{
	struct epoll_event events[20];
	int n = epoll_wait(ep, events, 20, 0);
	printf("%s: %d", what, n);
	for (int i = 0; i < n; i++)
		printf(" %lx:%x", (long)events[i].data.u64, events[i].events);
	puts(n < 0 ? errno_name(errno) : "");
}

static void put(int fd, uint64_t value) { (void)!write(fd, &value, sizeof(value)); }
static void take(int fd)
{
	uint64_t value;
	(void)!read(fd, &value, sizeof(value));
}

static void level(void)
{
	int fd = eventfd(0, EFD_NONBLOCK), ends[2];
	ep = epoll_create1(0);
	SAY(control(EPOLL_CTL_ADD, fd, EPOLLIN, 1));
	show("nothing");
	put(fd, 1);
	show("one");
	show("still");
	take(fd);
	show("taken");
	SAY(control(EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLOUT, 0x2222222233333333));
	show("out");
	put(fd, 1);
	show("both");
	SAY(control(EPOLL_CTL_MOD, fd, EPOLLPRI, 4));
	show("neither");
	SAY(control(EPOLL_CTL_MOD, fd, 0, 4));
	show("none");
	SAY(control(EPOLL_CTL_DEL, fd, 0, 0));
	show("deleted");
	SAY(pipe(ends));
	SAY(control(EPOLL_CTL_ADD, ends[0], EPOLLIN | EPOLLRDHUP, 5));
	SAY(control(EPOLL_CTL_ADD, ends[1], EPOLLOUT, 6));
	show("pipe");
	SAY(write(ends[1], "x", 1));
	show("written");
	close(ends[1]);
	show("hung up");
	char byte;
	SAY(read(ends[0], &byte, 1));
	show("empty and hung up");
	close(ends[0]);
	show("closed");
	SAY(pipe(ends));
	SAY(control(EPOLL_CTL_ADD, ends[1], 0, 7));
	close(ends[0]);
	show("nobody reads");
	close(ends[1]);
	close(fd);
	close(ep);
}

static void edge(void)
{
	int fd = eventfd(0, EFD_NONBLOCK);
	ep = epoll_create1(0);
	put(fd, 1);
	SAY(control(EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLET, 1));
	show("there already");
	show("told");
	put(fd, 1);
	show("once more");
	take(fd);
	put(fd, 1);
	take(fd);
	show("come and gone");
	put(fd, 2);
	SAY(control(EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLET, 2));
	show("changed");
	SAY(control(EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLET, 3));
	show("changed again");
	SAY(control(EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLOUT | EPOLLET, 4));
	show("with output");
	show("told");
	take(fd);
	show("room");
	show("told");
	put(fd, 1);
	show("input");
	close(fd);
	close(ep);
}

static void once(void)
{
	int fd = eventfd(1, EFD_NONBLOCK), ends[2];
	ep = epoll_create1(0);
	SAY(control(EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLONESHOT, 1));
	show("shot");
	put(fd, 1);
	show("spent");
	SAY(control(EPOLL_CTL_ADD, fd, EPOLLIN, 1));
	SAY(control(EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLONESHOT, 2));
	show("loaded");
	show("spent");
	close(fd);
	SAY(pipe(ends));
	SAY(control(EPOLL_CTL_ADD, ends[0], EPOLLIN | EPOLLONESHOT | EPOLLET, 3));
	SAY(write(ends[1], "x", 1));
	show("shot");
	close(ends[1]);
	show("hung up, but spent");
	SAY(control(EPOLL_CTL_MOD, ends[0], EPOLLONESHOT, 4));
	show("hung up");
	close(ends[0]);
	close(ep);
}

static void identity(void)
{
	int fd = eventfd(1, EFD_NONBLOCK);
	ep = epoll_create1(0);
	SAY(control(EPOLL_CTL_ADD, fd, EPOLLIN, 1));
	int copy = dup(fd);
	SAY(control(EPOLL_CTL_ADD, copy, EPOLLIN, 2));
	show("two for one file");
	close(fd);
	show("one closed, the file lives");
	SAY(control(EPOLL_CTL_DEL, fd, 0, 0));
	SAY(control(EPOLL_CTL_MOD, fd, EPOLLIN, 3));
	int other = eventfd(1, EFD_NONBLOCK);
	printf("same number: %d\n", other == fd);
	SAY(control(EPOLL_CTL_MOD, other, EPOLLIN, 3));
	SAY(control(EPOLL_CTL_ADD, other, EPOLLIN, 4));
	show("three");
	SAY(control(EPOLL_CTL_DEL, other, 0, 0));
	show("two");
	close(copy);
	show("the file is gone");
	SAY(control(EPOLL_CTL_ADD, other, EPOLLIN, 5));
	SAY(dup2(other, copy) == copy);
	close(other);
	show("kept by a copy");
	SAY(dup2(ep, copy) == copy);
	show("replaced");
	close(copy);
	close(ep);
}

static void turns(void)
{
	int fds[6];
	ep = epoll_create1(0);
	for (int i = 0; i < 6; i++) {
		fds[i] = eventfd(1, 0);
		control(EPOLL_CTL_ADD, fds[i], EPOLLIN | (i == 4 ? EPOLLET : 0), i);
	}
	for (int round = 0; round < 7; round++) {
		struct epoll_event events[2];
		int n = epoll_wait(ep, events, 2, 0);
		for (int i = 0; i < n; i++)
			printf("%d ", (int)events[i].data.u64);
	}
	puts("");
	for (int i = 0; i < 6; i++)
		take(fds[i]);
	for (int i = 5; i >= 0; i--)
		put(fds[i], 1);
	show("in the order they came");
	for (int i = 0; i < 6; i++)
		close(fds[i]);
	close(ep);
}

static void nested(void)
{
	int fd = eventfd(0, EFD_NONBLOCK), chain[8];
	struct epoll_event in = { EPOLLIN, { .u64 = 9 } };
	for (int i = 0; i < 8; i++)
		chain[i] = epoll_create1(0);
	ep = chain[0];
	SAY(epoll_ctl(chain[1], EPOLL_CTL_ADD, fd, &in));
	SAY(control(EPOLL_CTL_ADD, chain[1], EPOLLIN, 1));
	show("nothing inside");
	put(fd, 1);
	show("inside");
	struct pollfd entry = { .fd = chain[0], .events = POLLIN | POLLOUT };
	SAY(poll(&entry, 1, 0));
	printf("%x\n", entry.revents);
	take(fd);
	show("nothing");
	SAY(poll(&entry, 1, 0));
	SAY(control(EPOLL_CTL_ADD, chain[0], EPOLLIN, 1));
	SAY(epoll_ctl(chain[1], EPOLL_CTL_ADD, chain[0], &in));
	SAY(epoll_ctl(chain[1], EPOLL_CTL_ADD, chain[2], &in));
	SAY(epoll_ctl(chain[2], EPOLL_CTL_ADD, chain[0], &in));
	SAY(epoll_ctl(chain[2], EPOLL_CTL_ADD, chain[3], &in));
	SAY(epoll_ctl(chain[3], EPOLL_CTL_ADD, chain[4], &in));
	SAY(epoll_ctl(chain[4], EPOLL_CTL_ADD, chain[5], &in));
	SAY(epoll_ctl(chain[6], EPOLL_CTL_ADD, chain[0], &in));
	SAY(epoll_ctl(chain[6], EPOLL_CTL_ADD, chain[1], &in));
	SAY(epoll_ctl(chain[4], EPOLL_CTL_ADD, chain[0], &in));
	SAY(epoll_ctl(chain[4], EPOLL_CTL_ADD, fd, &in));
	SAY(epoll_ctl(chain[7], EPOLL_CTL_ADD, chain[4], &in));
	put(fd, 1);
	show("from below");
	SAY(poll(&entry, 1, 0));
	close(chain[2]);
	SAY(epoll_ctl(chain[1], EPOLL_CTL_DEL, fd, NULL));
	show("cut");
	SAY(epoll_ctl(chain[4], EPOLL_CTL_ADD, chain[0], &in));
	close(fd);
	for (int i = 0; i < 8; i++)
		close(chain[i]);
	/* An edge inside is an edge outside. */
	fd = eventfd(0, EFD_NONBLOCK);
	ep = epoll_create1(0);
	int inner = epoll_create1(0);
	SAY(epoll_ctl(inner, EPOLL_CTL_ADD, fd, &in));
	SAY(control(EPOLL_CTL_ADD, inner, EPOLLIN | EPOLLET, 2));
	put(fd, 1);
	show("edge");
	show("told");
	put(fd, 1);
	show("edge");
	close(inner);
	show("closed");
	close(fd);
	close(ep);
}

static void errors(void)
{
	struct epoll_event event = { EPOLLIN, { .u64 = 1 } };
	int fd = eventfd(0, EFD_NONBLOCK), file = open("plain", O_RDWR | O_CREAT, 0600), directory = open(".", O_RDONLY);
	int null = open("/dev/null", O_RDWR);
	SAY(epoll_create(0));
	SAY(epoll_create(-1));
	SAY(epoll_create1(1));
	ep = epoll_create(1);
	SAY(fcntl(ep, F_GETFD));
	close(ep);
	ep = epoll_create1(EPOLL_CLOEXEC);
	SAY(fcntl(ep, F_GETFD));
	SAY(control(EPOLL_CTL_ADD, file, EPOLLIN, 0));
	SAY(control(EPOLL_CTL_ADD, directory, EPOLLIN, 0));
	SAY(control(EPOLL_CTL_ADD, null, EPOLLIN, 0));
	SAY(control(EPOLL_CTL_DEL, file, EPOLLIN, 0));
	SAY(control(EPOLL_CTL_ADD, ep, EPOLLIN, 0));
	SAY(control(EPOLL_CTL_ADD, 999, EPOLLIN, 0));
	SAY(control(EPOLL_CTL_ADD, -1, EPOLLIN, 0));
	SAY(control(EPOLL_CTL_DEL, fd, EPOLLIN, 0));
	SAY(control(EPOLL_CTL_MOD, fd, EPOLLIN, 0));
	SAY(control(0, fd, EPOLLIN, 0));
	SAY(control(4, fd, EPOLLIN, 0));
	SAY(epoll_ctl(fd, EPOLL_CTL_ADD, fd, &event));
	SAY(epoll_ctl(fd, EPOLL_CTL_ADD, ep, &event));
	SAY(epoll_ctl(fd, EPOLL_CTL_ADD, file, &event));
	SAY(epoll_ctl(999, EPOLL_CTL_ADD, fd, &event));
	SAY(epoll_ctl(ep, EPOLL_CTL_ADD, fd, BAD));
	SAY(epoll_ctl(999, EPOLL_CTL_ADD, fd, BAD));
	SAY(epoll_ctl(ep, EPOLL_CTL_ADD, fd, NULL));
	SAY(control(EPOLL_CTL_ADD, fd, EPOLLIN, 0));
	SAY(control(EPOLL_CTL_ADD, fd, EPOLLOUT, 0));
	SAY(epoll_ctl(ep, EPOLL_CTL_DEL, fd, BAD));
	int path = open("plain", O_PATH);
	SAY(control(EPOLL_CTL_ADD, path, EPOLLIN, 0));
	char byte;
	SAY(read(ep, &byte, 1));
	SAY(write(ep, "x", 1));
	close(path);
	close(file);
	close(directory);
	close(null);
	close(fd);
	close(ep);
}

/* How many epolls may watch one epoll, and its file through it. */
static void ways(void)
{
	int fd = eventfd(0, EFD_NONBLOCK), middle = epoll_create1(0), outer[600], watching = 0;
	struct epoll_event in = { EPOLLIN, { .u64 = 1 } };
	SAY(epoll_ctl(middle, EPOLL_CTL_ADD, fd, &in));
	for (int i = 0; i < 600; i++) {
		outer[i] = epoll_create1(0);
		if (epoll_ctl(outer[i], EPOLL_CTL_ADD, middle, &in) == 0)
			watching++;
	}
	printf("%d: %s\n", watching, errno_name(errno));
	/* A file of its own may be watched by any number. */
	int other = eventfd(0, EFD_NONBLOCK), direct = 0;
	for (int i = 0; i < 600; i++)
		direct += epoll_ctl(outer[i], EPOLL_CTL_ADD, other, &in) == 0;
	printf("%d\n", direct);
	SAY(epoll_ctl(middle, EPOLL_CTL_ADD, other, &in));
	int top = epoll_create1(0), above = 0;
	for (int i = 0; i < 600; i++)
		above += epoll_ctl(top, EPOLL_CTL_ADD, outer[i], &in) == 0;
	printf("%d\n", above);
	put(fd, 1);
	SAY(epoll_wait(top, &in, 1, 0));
	for (int i = 0; i < 600; i++)
		close(outer[i]);
	close(fd);
	close(other);
	close(middle);
	close(top);
}

static void exclusive(void)
{
	int fd = eventfd(0, EFD_NONBLOCK), inner = epoll_create1(0);
	ep = epoll_create1(0);
	SAY(control(EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT, 1));
	SAY(control(EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLEXCLUSIVE | EPOLLRDHUP, 1));
	SAY(control(EPOLL_CTL_ADD, fd, EPOLLPRI | EPOLLEXCLUSIVE, 1));
	SAY(control(EPOLL_CTL_ADD, inner, EPOLLIN | EPOLLEXCLUSIVE, 1));
	SAY(control(EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLEXCLUSIVE | EPOLLET, 1));
	SAY(control(EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLEXCLUSIVE, 2));
	SAY(control(EPOLL_CTL_MOD, fd, EPOLLIN, 2));
	put(fd, 1);
	show("exclusive");
	show("told");
	SAY(control(EPOLL_CTL_DEL, fd, 0, 0));
	SAY(control(EPOLL_CTL_ADD, fd, EPOLLIN, 2));
	SAY(control(EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLEXCLUSIVE, 2));
	close(inner);
	close(fd);
	close(ep);
}

static void bad_buffers(void)
{
	long page = sysconf(_SC_PAGESIZE);
	char *area = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fds[3];
	munmap(area + page, page);
	ep = epoll_create1(0);
	for (int i = 0; i < 3; i++) {
		fds[i] = eventfd(1, 0);
		control(EPOLL_CTL_ADD, fds[i], EPOLLIN | (i ? EPOLLET : EPOLLONESHOT), i);
	}
	SAY(epoll_wait(ep, BAD, 3, 0));
	SAY(epoll_wait(ep, (void *)(area + page - 12), 3, 0));
	printf("%d\n", (int)((struct epoll_event *)(area + page - 12))->data.u64);
	show("the others, none lost");
	SAY(epoll_wait(ep, BAD, 3, 0));
	SAY(epoll_wait(ep, (void *)-4096, 3, 0));
	SAY(epoll_wait(ep, (void *)area, 0, 0));
	SAY(epoll_wait(ep, (void *)area, -1, 0));
	SAY(epoll_wait(ep, (void *)area, 0x7fffffff / 12 + 1, 0));
	SAY(epoll_wait(ep, (void *)area, 0x7fffffff / 12, 0));
	SAY(epoll_wait(fds[0], (void *)area, 1, 0));
	SAY(epoll_wait(-1, (void *)area, 1, 0));
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	close(ep);
}

int main(void)
{
	files_enter();
	level();
	edge();
	once();
	identity();
	turns();
	nested();
	ways();
	errors();
	exclusive();
	bad_buffers();
	files_leave();
	return 0;
}
