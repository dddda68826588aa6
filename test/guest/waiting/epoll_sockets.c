/* epoll on sockets: what is told when, by level and by edge; a little server as servers are written. */
#include "../files/files.h"
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

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

static void pair(int type, uint32_t how)
{
	int ends[2];
	char bytes[1000] = "";
	printf("type %d, %s\n", type, how & EPOLLET ? "edge" : "level");
	ep = epoll_create1(0);
	if (socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, ends))
		perror("socketpair");
	SAY(control(EPOLL_CTL_ADD, ends[0], EPOLLIN | EPOLLRDHUP | how, 1));
	SAY(control(EPOLL_CTL_ADD, ends[1], EPOLLIN | EPOLLRDHUP | how, 2));
	show("nothing");
	SAY(write(ends[0], "hello", 5));
	show("sent");
	show("again");
	SAY(write(ends[0], "more", 4));
	show("sent more");
	SAY(read(ends[1], bytes, 5));
	show("some taken");
	SAY(read(ends[1], bytes, 100));
	show("all taken");
	SAY(control(EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLOUT | EPOLLRDHUP | how, 3));
	show("may be written");
	show("again");
	/* A datagram is shut down by halves, too. */
	if (type != SOCK_DGRAM) {
		SAY(shutdown(ends[1], SHUT_WR));
		show("half closed");
		show("again");
	}
	close(ends[1]);
	show("closed");
	SAY(read(ends[0], bytes, 100));
	show("end seen");
	close(ends[0]);
	show("none");
	close(ep);
}

#define CLIENTS 20
#define ROUNDS 30
static int address_of(struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	strcpy(address->sun_path, "server");
	return sizeof(*address);
}

static void *client(void *argument)
{
	struct sockaddr_un address;
	int size = address_of(&address), fd = socket(AF_UNIX, SOCK_STREAM, 0);
	long good = 0;
	if (connect(fd, (struct sockaddr *)&address, size))
		return NULL;
	for (int i = 0; i < ROUNDS; i++) {
		char sent[64], got[64];
		int length = snprintf(sent, sizeof(sent), "client %ld, round %d", (long)argument, i);
		if (write(fd, sent, length) == length && read(fd, got, sizeof(got)) == length && memcmp(sent, got, length) == 0)
			good++;
	}
	close(fd);
	return (void *)good;
}

/* Takes who comes, sends back what each says, until all have gone. */
static int serve(int listener, uint32_t how)
{
	int gone = 0, here = 0;
	while (gone < CLIENTS) {
		struct epoll_event events[8];
		int n = epoll_wait(ep, events, 8, 10000);
		if (n <= 0)
			return -1;
		for (int i = 0; i < n; i++) {
			int fd = events[i].data.fd;
			if (fd == listener) {
				for (int new; (new = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0; here++)
					control(EPOLL_CTL_ADD, new, EPOLLIN | EPOLLRDHUP | how, new);
				continue;
			}
			char bytes[64];
			ssize_t length;
			while ((length = read(fd, bytes, sizeof(bytes))) > 0)
				(void)!write(fd, bytes, length);
			if (length == 0) {
				close(fd);
				gone++;
			}
		}
	}
	return here;
}

static void server(uint32_t how)
{
	struct sockaddr_un address;
	pthread_t clients[CLIENTS];
	int size = address_of(&address), listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	long good = 0;
	ep = epoll_create1(0);
	SAY(bind(listener, (struct sockaddr *)&address, size));
	SAY(listen(listener, CLIENTS));
	SAY(control(EPOLL_CTL_ADD, listener, EPOLLIN | how, listener));
	for (long i = 0; i < CLIENTS; i++)
		pthread_create(&clients[i], NULL, client, (void *)i);
	SAY(serve(listener, how));
	for (int i = 0; i < CLIENTS; i++) {
		void *rounds;
		pthread_join(clients[i], &rounds);
		good += (long)rounds;
	}
	printf("%ld answers\n", good);
	close(listener);
	close(ep);
	unlink("server");
}

int main(void)
{
	files_enter();
	pair(SOCK_STREAM, 0);
	pair(SOCK_STREAM, EPOLLET);
	pair(SOCK_SEQPACKET, 0);
	pair(SOCK_SEQPACKET, EPOLLET);
	pair(SOCK_DGRAM, 0);
	pair(SOCK_DGRAM, EPOLLET);
	server(0);
	server(EPOLLET);
	files_leave();
	return 0;
}
