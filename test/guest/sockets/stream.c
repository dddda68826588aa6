/* AF_UNIX streams: connections, their ends, what is read how. */
#include "sockets.h"

static int listener, client, server;

static void connection(void)
{
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	unlink("s");
	bind_to(listener, "s");
	listen(listener, 5);
	client = socket(AF_UNIX, SOCK_STREAM, 0);
	connect_to(client, "s");
	server = accept(listener, NULL, NULL);
}

static void over(void) { close(listener), close(client), close(server); }

static void reading(void)
{
	connection();
	SAY(write(client, "one", 3));
	SAY(write(client, "two", 3));
	SAY(send(client, "three", 5, MSG_MORE));
	SAY(ioctl(server, FIONREAD, &(int){ 0 }));
	int waiting = 0;
	ioctl(server, FIONREAD, &waiting);
	printf("waiting %d\n", waiting);
	ioctl(client, TIOCOUTQ, &waiting);
	printf("some are charged: %d\n", waiting > 0);
	show_received("looked at", server, MSG_PEEK, 8);
	show_received("looked at all", server, MSG_PEEK, 100);
	show_received("taken", server, 0, 5);
	show_received("taken over pieces", server, 0, 100);
	ioctl(client, TIOCOUTQ, &waiting);
	printf("charged %d\n", waiting);
	show_received("nothing", server, MSG_DONTWAIT, 100);
	SAY(write(client, "abcdef", 6));
	show_received("all that is asked for", server, MSG_WAITALL, 6);
	SAY(write(client, "abcdef", 6));
	show_received("no room", server, 0, 0);
	show_received("cut", server, MSG_TRUNC, 3);
	char a[2], b[3];
	struct iovec parts[] = { { a, 2 }, { NULL, 0 }, { b, 3 } };
	SAY(readv(server, parts, 3));
	SAY(write(server, "x", 1));
	SAY(write(server, "", 0));
	SAY(send(server, "", 0, 0));
	SAY(read(client, a, 0));
	SAY(read(client, a, 2));
	over();
}

static void halves(void)
{
	connection();
	SAY(write(client, "last", 4));
	SAY(shutdown(client, SHUT_WR));
	show_ready("shut for writing", client);
	show_ready("its peer", server);
	SAY(send(client, "x", 1, MSG_NOSIGNAL));
	SAY(write(server, "answer", 6));
	show_received("before the end", server, 0, 100);
	show_received("the end", server, 0, 100);
	show_received("the end again", server, MSG_DONTWAIT, 100);
	show_received("the answer", client, 0, 100);
	SAY(shutdown(client, SHUT_RD));
	show_ready("shut for both", client);
	show_ready("its peer", server);
	SAY(send(server, "x", 1, MSG_NOSIGNAL));
	SAY(shutdown(server, SHUT_RDWR));
	SAY(shutdown(server, SHUT_RDWR));
	over();
	connection();
	SAY(write(client, "unread", 6));
	SAY(shutdown(server, SHUT_RD));
	SAY(send(client, "x", 1, MSG_NOSIGNAL));
	show_received("what came before", server, 0, 100);
	show_received("then", server, 0, 100);
	over();
}

static void closing(void)
{
	connection();
	SAY(write(client, "left", 4));
	close(client);
	show_ready("its peer is gone", server);
	show_received("what it left", server, 0, 100);
	show_received("the end", server, 0, 100);
	SAY(send(server, "x", 1, MSG_NOSIGNAL));
	show_error("no error", server);
	close(server), close(listener);

	connection();
	SAY(write(client, "unread", 6));
	close(server);
	show_ready("its peer did not read", client);
	show_received("is told", client, 0, 100);
	show_received("once", client, 0, 100);
	SAY(send(client, "x", 1, MSG_NOSIGNAL));
	over();

	connection();
	SAY(write(server, "for you", 7));
	SAY(write(client, "unread", 6));
	close(server);
	show_received("what came comes first", client, 0, 100);
	show_error("the error", client);
	show_error("once", client);
	over();

	connection();
	int late = socket(AF_UNIX, SOCK_STREAM, 0);
	SAY(connect_to(late, "s"));
	SAY(write(late, "early", 5));
	close(listener);
	show_ready("never accepted", late);
	show_received("is told", late, 0, 100);
	SAY(connect_to(late, "s"));
	close(late), over();
}

static void states(void)
{
	char byte;
	int lone = socket(AF_UNIX, SOCK_STREAM, 0);
	show_ready("fresh", lone);
	SAY(read(lone, &byte, 1));
	SAY(write(lone, "x", 1));
	SAY(shutdown(lone, SHUT_RDWR));
	show_ready("fresh and shut", lone);
	close(lone);
	lone = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	SAY(bind_to(lone, "lone"));
	SAY(connect_to(lone, "lone"));
	SAY(listen(lone, 1));
	show_ready("listens", lone);
	SAY(connect_to(lone, "lone"));
	SAY(listen(lone, 2));
	SAY(read(lone, &byte, 1));
	SAY(write(lone, "x", 1));
	SAY(accept(lone, NULL, NULL));
	SAY(shutdown(lone, SHUT_RD));
	show_ready("listens no more", lone);
	client = socket(AF_UNIX, SOCK_STREAM, 0);
	SAY(connect_to(client, "lone"));
	SAY(accept(lone, NULL, NULL));
	close(client), close(lone);
}

static void backlog(void)
{
	int clients[5], accepted = 0;
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	bind_to(listener, "backlog");
	SAY(listen(listener, 2));
	for (int i = 0; i < 5; i++) {
		clients[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		SAY(connect_to(clients[i], "backlog"));
	}
	show_ready("connected but not accepted", clients[0]);
	SAY(write(clients[0], "early", 5));
	show_ready("connections wait", listener);
	int fd;
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		if (!accepted++)
			show_received("sent before", fd, 0, 100);
		close(fd);
	}
	printf("accepted %d\n", accepted);
	for (int i = 0; i < 5; i++)
		close(clients[i]);
	close(listener);
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	SAY(bind_to(listener, "backlog"));
	unlink("backlog");
	SAY(bind_to(listener, "backlog"));
	SAY(listen(listener, -1));
	close(listener);
}

/* Much in both directions, written and read in pieces of changing size. */
static void transfer(void)
{
	int pair[2];
	enum { TOTAL = 3000000 };
	static char bytes[70000];
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	pid_t pid = fork();
	unsigned seed = 1, sum = 0;
	size_t done = 0;
	if (pid == 0) {
		close(pair[0]);
		while (done < TOTAL) {
			size_t size = (seed = seed * 1103515245 + 12345) >> 8 & 0xffff;
			size = size > TOTAL - done ? TOTAL - done : size;
			for (size_t i = 0; i < size; i++)
				bytes[i] = (char)((done + i) * 7 >> 3);
			for (size_t at = 0; at < size;) {
				ssize_t part = write(pair[1], bytes + at, size - at);
				if (part < 0)
					_exit(1);
				at += (size_t)part;
			}
			done += size;
		}
		_exit(0);
	}
	close(pair[1]);
	for (;;) {
		size_t size = ((seed = seed * 1103515245 + 12345) >> 8 & 0xffff) + 1;
		ssize_t got = read(pair[0], bytes, size);
		if (got <= 0)
			break;
		for (ssize_t i = 0; i < got; i++)
			sum += bytes[i] != (char)((done + (size_t)i) * 7 >> 3);
		done += (size_t)got;
	}
	int status;
	waitpid(pid, &status, 0);
	printf("transferred %zu, wrong %u, status %d\n", done, sum, status);
	close(pair[0]);
}

static void files(void)
{
	connection();
	put_file("content", "what a file holds");
	int fd = open("content", O_RDONLY);
	off_t offset = 5;
	SAY(sendfile(client, fd, &offset, 6));
	SAY(sendfile(client, fd, NULL, 100));
	show_received("the file", server, 0, 100);
	struct stat status;
	SAY(fstat(client, &status));
	printf("mode %o size %ld\n", status.st_mode, (long)status.st_size);
	char path[64], link[64] = "";
	snprintf(path, sizeof(path), "/proc/self/fd/%d", client);
	char expected[64];
	snprintf(expected, sizeof(expected), "socket:[%lu]", (unsigned long)status.st_ino);
	readlink(path, link, sizeof(link) - 1);
	printf("shown by its number: %d\n", strcmp(link, expected) == 0);
	SAY(open(path, O_RDWR));
	SAY(stat("s", &status));
	printf("mode %o\n", status.st_mode);
	SAY(fcntl(client, F_GETFL));
	SAY(fcntl(client, F_SETFL, O_NONBLOCK));
	char byte;
	SAY(read(client, &byte, 1));
	SAY(lseek(client, 0, SEEK_SET));
	SAY(pwrite(client, "x", 1, 0));
	SAY(mmap(NULL, 4096, PROT_READ, MAP_SHARED, client, 0) == MAP_FAILED);
	close(fd);
	over();
}

int main(void)
{
	files_enter();
	signal(SIGPIPE, SIG_IGN);
	reading();
	halves();
	closing();
	states();
	backlog();
	transfer();
	files();
	files_leave();
	return 0;
}
