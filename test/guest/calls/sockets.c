/* socket(2) and its kin, with AF_UNIX. */
#include "calls.h"
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>

static char large[300000];
static int file, pair[2], listener, client, server, datagram;
static struct sockaddr_un path = { AF_UNIX, "listener" }, abstract = { AF_UNIX, "\0abstract name" }, missing = { AF_UNIX, "missing" }, nobody = { AF_UNIX, "\0nobody" };
#define LENGTH(name) (offsetof(struct sockaddr_un, sun_path) + sizeof(name))

static struct sockaddr_un *named(sa_family_t family, const char *text)
{
	static struct sockaddr_un name;
	name.sun_family = family;
	strcpy(name.sun_path, text);
	return &name;
}

static void interrupt_soon(void) { ualarm(20000, 0); }
static void nothing(int number) { (void)number; }

static void no_descriptors(void)
{
	struct rlimit limit = { 3, 64 };
	setrlimit(RLIMIT_NOFILE, &limit);
	for (int fd = 3; fd < 64; fd++)
		if (fd != listener)
			close(fd);
	CALL(socket, "no descriptors left", AF_UNIX, SOCK_STREAM, 0);
	CALL(socketpair, "no descriptors left", AF_UNIX, SOCK_STREAM, 0, pair);
	CALL(accept, "no descriptors left", listener, NULL, NULL);
	CALL(accept4, "no descriptors left", listener, NULL, NULL, 0);
	CALL(accept4, "no descriptors left, and no such descriptor", 60, NULL, NULL, 0);
	limit.rlim_cur = 4;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (listener != 3)
		CALL(socketpair, "one descriptor left", AF_UNIX, SOCK_STREAM, 0, pair);
}

static void creation(void)
{
	int fds[2];
	int fd = CALL_OK(socket, "a stream", AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	EFFECT(socket, "its flags are set", fcntl(fd, F_GETFD) == FD_CLOEXEC && fcntl(fd, F_GETFL) == (O_RDWR | O_NONBLOCK));
	close(fd);
	close(CALL_OK(socket, "datagrams", AF_UNIX, SOCK_DGRAM, 0));
	close(CALL_OK(socket, "packets", AF_UNIX, SOCK_SEQPACKET, PF_UNIX));
	fd = CALL_OK(socket, "raw is datagrams", AF_UNIX, SOCK_RAW, 0);
	int type = 0;
	socklen_t length = sizeof(type);
	getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length);
	EFFECT(socket, "is datagrams", type == SOCK_DGRAM);
	close(fd);
	CALL(socket, "no such family", 45, SOCK_STREAM, 0);
	CALL(socket, "a family behind the last", 60, SOCK_STREAM, 0);
	CALL(socket, "a family before the first", -1, SOCK_STREAM, 0);
	CALL(socket, "no such type", AF_UNIX, 11, 0);
	CALL(socket, "a type it has not", AF_UNIX, 4, 0);
	CALL(socket, "no such flag", AF_UNIX, SOCK_STREAM | 0x100, 0);
	CALL(socket, "no such protocol", AF_UNIX, SOCK_STREAM, 2);
	CALL(socketpair, "a stream", AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
	EFFECT(socketpair, "is told two", pair[1] > pair[0] && fcntl(pair[0], F_GETFD) == FD_CLOEXEC && fcntl(pair[1], F_GETFD) == FD_CLOEXEC);
	CALL(socketpair, "a wild pointer", AF_UNIX, SOCK_STREAM, 0, BAD);
	CALL(socketpair, "no such type", AF_UNIX, 4, 0, fds);
	CALL(socketpair, "no such flag", AF_UNIX, SOCK_STREAM | 0x100, 0, fds);
	CALL(socketpair, "no such family", 45, SOCK_STREAM, 0, fds);
	CALL(socketpair, "no such protocol", AF_UNIX, SOCK_STREAM, 2, fds);
}

static void names(void)
{
	struct sockaddr_un name;
	socklen_t length = sizeof(name), negative = (socklen_t)-1, three = 3;
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	datagram = socket(AF_UNIX, SOCK_DGRAM, 0);
	CALL(listen, "without a name", listener, 1);
	CALL(bind, "no such descriptor", 99, &path, sizeof(path));
	CALL(bind, "a file", file, &path, sizeof(path));
	CALL(bind, "a wild pointer", listener, BAD, sizeof(path));
	CALL(bind, "a name of no length", listener, &path, 0);
	CALL(bind, "a name that is too long", listener, &path, 111);
	CALL(bind, "a length below zero", listener, &path, -1);
	CALL(bind, "a length beyond all", listener, &path, 129);
	CALL(bind, "another family's", listener, named(AF_INET, "x"), sizeof(path));
	CALL(bind, "in no directory", listener, named(AF_UNIX, "none/x"), sizeof(path));
	CALL(bind, "below a file", listener, named(AF_UNIX, "file/x"), sizeof(path));
	CALL(bind, "what is there", listener, named(AF_UNIX, "file"), sizeof(path));
	CALL(bind, "a directory", listener, named(AF_UNIX, "."), sizeof(path));
	CALL(bind, "with a slash behind", listener, named(AF_UNIX, "x/"), sizeof(path));
	CALL(bind, "a path", listener, &path, sizeof(path));
	CALL(bind, "another path", listener, &missing, sizeof(path));
	EFFECT(bind, "made nothing", access("missing", F_OK) != 0);
	CALL(bind, "a path again", listener, &path, sizeof(path));
	CALL(bind, "abstract", datagram, &abstract, LENGTH("abstract name"));
	CALL(bind, "abstract again", datagram, &abstract, LENGTH("abstract name"));
	int other = socket(AF_UNIX, SOCK_DGRAM, 0);
	CALL(bind, "an abstract name that is taken", other, &abstract, LENGTH("abstract name"));
	close(other);
	CALL(getsockname, "of a path", listener, &name, &length);
	SHOWS(getsockname, "the path", "%s, length %u", name.sun_path, length);
	length = sizeof(name);
	CALL(getsockname, "of a pair's", pair[0], &name, &length);
	SHOWS(getsockname, "its length", "%u", length);
	CALL(getsockname, "little room", listener, &name, &three);
	SHOWS(getsockname, "little room's length", "%u", three);
	CALL(getsockname, "room below zero", listener, &name, &negative);
	CALL(getsockname, "a wild length", listener, &name, BAD);
	CALL(getsockname, "a wild pointer", listener, BAD, &length);
	CALL(getsockname, "no such descriptor", 99, &name, &length);
	CALL(getsockname, "a file", file, &name, &length);
	CALL(getpeername, "of a pair's", pair[0], &name, &length);
	CALL(getpeername, "of no peer", listener, &name, &length);
	CALL(getpeername, "no such descriptor", 99, &name, &length);
	CALL(getpeername, "a file", file, &name, &length);
	CALL(getpeername, "a wild pointer", pair[0], BAD, &(socklen_t){ 5 });
	CALL(getpeername, "a wild length", pair[0], &name, BAD);
	CALL(open, "a socket's path", "listener", O_RDWR);
}

static void connections(void)
{
	struct sockaddr_un name;
	socklen_t length = sizeof(name);
	client = socket(AF_UNIX, SOCK_STREAM, 0);
	CALL(connect, "who does not listen yet", client, &path, sizeof(path));
	CALL(accept, "who does not listen yet", listener, NULL, NULL);
	CALL(listen, "who has a name", listener, 0);
	CALL(listen, "again, another backlog", listener, 1);
	CALL(listen, "datagrams", datagram, 1);
	CALL(listen, "no such descriptor", 99, 1);
	CALL(listen, "a file", file, 1);
	CALL(listen, "a pair's", pair[0], 1);
	CALL(connect, "no such descriptor", 99, &path, sizeof(path));
	CALL(connect, "a file", file, &path, sizeof(path));
	CALL(connect, "a wild pointer", client, BAD, sizeof(path));
	CALL(connect, "a length of nothing", client, &path, 0);
	CALL(connect, "another family's", client, named(AF_INET, "x"), sizeof(path));
	CALL(connect, "a length beyond all", client, &path, 200);
	CALL(connect, "what is not there", client, &missing, sizeof(path));
	CALL(connect, "a file's path", client, named(AF_UNIX, "file"), sizeof(path));
	CALL(connect, "below a file", client, named(AF_UNIX, "file/x"), sizeof(path));
	CALL(connect, "a name nobody has", client, &nobody, LENGTH("nobody"));
	CALL(connect, "an abstract name of another type", client, &abstract, LENGTH("abstract name"));
	CALL(connect, "a path of another type", datagram, &path, sizeof(path));
	CALL(connect, "itself, who listens", listener, &path, sizeof(path));
	CALL(connect, "a listener", client, &path, sizeof(path));
	CALL(connect, "again", client, &path, sizeof(path));
	CALL(connect, "a pair's", pair[0], &path, sizeof(path));
	int more = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), most = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	CALL(connect, "a second one", more, &path, sizeof(path));
	CALL(connect, "more than the backlog takes", most, &path, sizeof(path));
	int waits = socket(AF_UNIX, SOCK_STREAM, 0);
	interrupt_soon();
	CALL(connect, "interrupted", waits, &path, sizeof(path));
	close(waits);
	calls_apart(no_descriptors);
	CALL(accept, "no such descriptor", 99, NULL, NULL);
	CALL(accept, "a file", file, NULL, NULL);
	CALL(accept, "datagrams", datagram, NULL, NULL);
	CALL(accept, "a pair's", pair[0], NULL, NULL);
	CALL(accept4, "no such flag", listener, NULL, NULL, 1);
	CALL(accept4, "no such descriptor", 99, NULL, NULL, 0);
	CALL(accept4, "a file", file, NULL, NULL, 0);
	server = CALL_OK(accept4, "the first", listener, &name, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
	SHOWS(accept4, "its name's length", "%u", length);
	EFFECT(accept4, "its flags are set", fcntl(server, F_GETFD) == FD_CLOEXEC && fcntl(server, F_GETFL) == (O_RDWR | O_NONBLOCK));
	close(CALL_OK(accept, "the second", listener, NULL, NULL));
	fcntl(listener, F_SETFL, O_NONBLOCK);
	CALL(accept, "nobody comes", listener, NULL, NULL);
	fcntl(listener, F_SETFL, 0);
	interrupt_soon();
	CALL(accept, "interrupted", listener, NULL, NULL);
	CALL(connect, "the third, who closed meanwhile", most, &path, sizeof(path));
	CALL(accept, "a wild pointer", listener, BAD, &length);
	close(more), close(most);
	CALL(getpeername, "of a listener's connection", client, &name, &(socklen_t){ sizeof(name) });
	SHOWS(getpeername, "the listener's name", "%s", name.sun_path);
	CALL(getsockname, "of an accepted one", server, &name, &(socklen_t){ sizeof(name) });
	SHOWS(getsockname, "the same name", "%s", name.sun_path);
}

static void sending(void)
{
	char text[8] = "text";
	struct iovec vector = { text, 4 }, wild = { BAD, 4 }, negative = { text, (size_t)-1 };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 }, other = message;
	CALL(sendto, "a stream", client, text, 4, 0, NULL, 0);
	CALL(sendto, "no bytes to a stream", client, text, 0, 0, NULL, 0);
	CALL(sendto, "no such descriptor", 99, text, 4, 0, NULL, 0);
	CALL(sendto, "a file", file, text, 4, 0, NULL, 0);
	CALL(sendto, "a wild pointer", client, BAD, 4, 0, NULL, 0);
	CALL(sendto, "a connected stream with a name", client, text, 4, 0, &path, sizeof(path));
	CALL(sendto, "a listener with a name", listener, text, 4, 0, &path, sizeof(path));
	CALL(sendto, "a listener", listener, text, 4, 0, NULL, 0);
	CALL(sendto, "urgent datagrams", datagram, text, 4, MSG_OOB, NULL, 0);
	CALL(sendto, "datagrams to nobody", datagram, text, 4, 0, NULL, 0);
	CALL(sendto, "datagrams to itself", datagram, text, 4, 0, &abstract, LENGTH("abstract name"));
	CALL(sendto, "datagrams to another type", datagram, text, 4, 0, &path, sizeof(path));
	CALL(sendto, "datagrams to what is not there", datagram, text, 4, 0, &missing, sizeof(path));
	CALL(sendto, "datagrams to a file", datagram, text, 4, 0, named(AF_UNIX, "file"), sizeof(path));
	CALL(sendto, "datagrams to a wild name", datagram, text, 4, 0, BAD, sizeof(path));
	CALL(sendto, "datagrams to too long a name", datagram, text, 4, 0, &path, 120);
	CALL(sendto, "datagrams to a name of negative length", datagram, text, 4, 0, &path, -1);
	CALL(sendto, "datagrams to another family", datagram, text, 4, 0, named(AF_INET, "x"), sizeof(path));
	CALL(sendto, "a datagram larger than the buffer", datagram, large, 300000, 0, &abstract, LENGTH("abstract name"));
	CALL(sendmsg, "a stream", client, &message, 0);
	CALL(sendmsg, "no such descriptor", 99, &message, 0);
	CALL(sendmsg, "a file", file, &message, 0);
	CALL(sendmsg, "a wild pointer", client, BAD, 0);
	other.msg_iov = BAD;
	CALL(sendmsg, "wild vectors", client, &other, 0);
	other.msg_iov = &wild;
	CALL(sendmsg, "a wild buffer", client, &other, 0);
	other.msg_iov = &negative;
	CALL(sendmsg, "a negative length", client, &other, 0);
	other.msg_iov = &vector, other.msg_iovlen = 1025;
	CALL(sendmsg, "too many vectors", client, &other, 0);
	other = message, other.msg_name = BAD, other.msg_namelen = 5;
	CALL(sendmsg, "a wild name", client, &other, 0);
	other.msg_name = &path, other.msg_namelen = (socklen_t)-1;
	CALL(sendmsg, "a name of negative length", client, &other, 0);
	other = message, other.msg_control = BAD, other.msg_controllen = 16;
	CALL(sendmsg, "wild control messages", client, &other, 0);
	other.msg_control = text, other.msg_controllen = 1u << 30;
	CALL(sendmsg, "far too much control", client, &other, 0);
	CALL(sendmsg, "a flag of the kernel's", client, &message, 0x80000000u);
	struct mmsghdr several[3] = { { .msg_hdr = message }, { .msg_hdr = message }, { .msg_hdr = message } };
	CALL(sendmmsg, "three", client, several, 3, 0);
	SHOWS(sendmmsg, "their lengths", "%u %u %u", several[0].msg_len, several[1].msg_len, several[2].msg_len);
	several[1].msg_hdr.msg_iov = BAD;
	CALL(sendmmsg, "one good, one bad", client, several, 3, 0);
	CALL(sendmmsg, "a bad one", client, several + 1, 1, 0);
	CALL(sendmmsg, "none", client, several, 0, 0);
	CALL(sendmmsg, "no such descriptor", 99, several, 3, 0);
	CALL(sendmmsg, "a file", file, several, 3, 0);
	CALL(sendmmsg, "a wild pointer", client, BAD, 1, 0);
	CALL(sendmmsg, "a flag of the kernel's", client, several, 1, 0x80000000u);
}

static void receiving(void)
{
	char text[64] = "";
	struct sockaddr_un name;
	struct iovec vector = { text, sizeof(text) }, wild = { BAD, 4 };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_name = &name, .msg_namelen = sizeof(name) }, other = message;
	socklen_t length = sizeof(name);
	CALL(recvfrom, "a stream, two bytes", server, text, 2, 0, NULL, NULL);
	CALL(recvfrom, "a stream, looking", server, text, 64, MSG_PEEK, NULL, NULL);
	CALL(recvfrom, "a stream", server, text, 64, 0, NULL, NULL);
	CALL(recvfrom, "nothing there", server, text, 64, 0, NULL, NULL);
	CALL(recvfrom, "a datagram, little room", datagram, text, 2, MSG_PEEK, &name, &length);
	SHOWS(recvfrom, "the sender's name", "%u %.13s", length, name.sun_path + 1);
	CALL(recvfrom, "a datagram's true length", datagram, text, 2, MSG_PEEK | MSG_TRUNC, NULL, NULL);
	CALL(recvfrom, "a wild length", datagram, text, 64, MSG_PEEK, &name, BAD);
	CALL(recvfrom, "a wild name", datagram, text, 64, MSG_PEEK, BAD, &length);
	CALL(recvfrom, "a negative length", datagram, text, 64, MSG_PEEK, &name, &(socklen_t){ (socklen_t)-1 });
	CALL(recvfrom, "a datagram", datagram, text, 64, 0, NULL, NULL);
	CALL(recvfrom, "no datagram", datagram, text, 64, MSG_DONTWAIT, NULL, NULL);
	CALL(recvfrom, "urgent datagrams", datagram, text, 64, MSG_OOB, NULL, NULL);
	CALL(recvfrom, "no such descriptor", 99, text, 64, 0, NULL, NULL);
	CALL(recvfrom, "a file", file, text, 64, 0, NULL, NULL);
	CALL(recvfrom, "a listener", listener, text, 64, 0, NULL, NULL);
	write(client, "abcd", 4);
	CALL(recvfrom, "a wild pointer", server, BAD, 64, 0, NULL, NULL);
	CALL(recvfrom, "what was not lost", server, text, 64, 0, NULL, NULL);
	interrupt_soon();
	CALL(recvfrom, "interrupted", client, text, 64, 0, NULL, NULL);
	write(client, "abcd", 4);
	CALL(recvmsg, "a stream", server, &message, 0);
	SHOWS(recvmsg, "the sender's length and flags", "%u %x", message.msg_namelen, message.msg_flags);
	sendto(datagram, "123456", 6, 0, (struct sockaddr *)&abstract, LENGTH("abstract name"));
	vector.iov_len = 4, message.msg_namelen = 6;
	CALL(recvmsg, "a datagram, little room", datagram, &message, MSG_CMSG_CLOEXEC);
	SHOWS(recvmsg, "its sender's length and flags", "%u %x", message.msg_namelen, message.msg_flags);
	vector.iov_len = sizeof(text);
	CALL(recvmsg, "nothing there", server, &message, 0);
	CALL(recvmsg, "no such descriptor", 99, &message, 0);
	CALL(recvmsg, "a file", file, &message, 0);
	CALL(recvmsg, "a wild pointer", server, BAD, 0);
	other.msg_iovlen = 1025;
	CALL(recvmsg, "too many vectors", server, &other, 0);
	other.msg_iovlen = 1, other.msg_iov = BAD;
	CALL(recvmsg, "wild vectors", server, &other, 0);
	other = message, other.msg_namelen = (socklen_t)-1;
	CALL(recvmsg, "a name of negative length", server, &other, 0);
	write(client, "abcd", 4);
	other = message, other.msg_iov = &wild;
	CALL(recvmsg, "a wild buffer", server, &other, 0);
	CALL(recvmsg, "a flag of the kernel's", server, &message, 0x80000000u);
	struct mmsghdr several[3] = { { .msg_hdr = message }, { .msg_hdr = message }, { .msg_hdr = message } };
	struct timespec soon = { 0, 1000000 }, bad = { 0, 1000000000 };
	CALL(recvmmsg, "what is there", server, several, 3, 0, NULL);
	SHOWS(recvmmsg, "its length", "%u", several[0].msg_len);
	CALL(recvmmsg, "nothing there", server, several, 3, 0, NULL);
	sendto(datagram, "1", 1, 0, (struct sockaddr *)&abstract, LENGTH("abstract name"));
	sendto(datagram, "22", 2, 0, (struct sockaddr *)&abstract, LENGTH("abstract name"));
	CALL(recvmmsg, "those that are there", datagram, several, 3, MSG_WAITFORONE, NULL);
	SHOWS(recvmmsg, "their lengths", "%u %u", several[0].msg_len, several[1].msg_len);
	sendto(datagram, "1", 1, 0, (struct sockaddr *)&abstract, LENGTH("abstract name"));
	CALL(recvmmsg, "one, with a time", datagram, several, 1, 0, &soon);
	CALL(recvmmsg, "no time", datagram, several, 1, 0, &bad);
	CALL(recvmmsg, "a wild time", datagram, several, 1, 0, BAD);
	CALL(recvmmsg, "none", datagram, several, 0, 0, NULL);
	CALL(recvmmsg, "no such descriptor", 99, several, 3, 0, NULL);
	CALL(recvmmsg, "a file", file, several, 3, 0, NULL);
	CALL(recvmmsg, "a wild pointer", server, BAD, 1, MSG_DONTWAIT, NULL);
	CALL(recvmmsg, "a flag of the kernel's", server, several, 1, 0x80000000u, NULL);
}

static void options(void)
{
	int value = 1, room = 4;
	struct timeval time = { 0, 1000000 };
	CALL(setsockopt, "on", client, SOL_SOCKET, SO_PASSCRED, &value, 4);
	CALL(getsockopt, "is on", client, SOL_SOCKET, SO_PASSCRED, &value, &room);
	SHOWS(getsockopt, "the value and its length", "%d %d", value, room);
	CALL(setsockopt, "off", client, SOL_SOCKET, SO_PASSCRED, &(int){ 0 }, 4);
	CALL(setsockopt, "no such descriptor", 99, SOL_SOCKET, SO_PASSCRED, &value, 4);
	CALL(setsockopt, "a file", file, SOL_SOCKET, SO_PASSCRED, &value, 4);
	CALL(setsockopt, "too short", client, SOL_SOCKET, SO_PASSCRED, &value, 3);
	CALL(setsockopt, "a negative length", client, SOL_SOCKET, SO_PASSCRED, &value, -1);
	CALL(setsockopt, "a wild pointer", client, SOL_SOCKET, SO_PASSCRED, BAD, 4);
	CALL(setsockopt, "no such option", client, SOL_SOCKET, 12345, &value, 4);
	CALL(setsockopt, "one that is only shown", client, SOL_SOCKET, SO_TYPE, &value, 4);
	CALL(setsockopt, "another level", client, 6, 1, &value, 4);
	CALL(setsockopt, "no time", client, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
	CALL(setsockopt, "half a time", client, SOL_SOCKET, SO_RCVTIMEO, &time, 8);
	CALL(getsockopt, "no such descriptor", 99, SOL_SOCKET, SO_PASSCRED, &value, &room);
	CALL(getsockopt, "a file", file, SOL_SOCKET, SO_PASSCRED, &value, &room);
	CALL(getsockopt, "a wild pointer", client, SOL_SOCKET, SO_PASSCRED, BAD, &room);
	CALL(getsockopt, "a wild length", client, SOL_SOCKET, SO_PASSCRED, &value, BAD);
	CALL(getsockopt, "a negative length", client, SOL_SOCKET, SO_PASSCRED, &value, &(int){ -1 });
	CALL(getsockopt, "no such option", client, SOL_SOCKET, 12345, &value, &room);
	CALL(getsockopt, "another level", client, 6, 1, &value, &room);
}

static void ends(void)
{
	struct iovec vector = { "x", 1 };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };
	CALL(ioctl, "bytes that wait", server, FIONREAD, &(int){ 0 });
	CALL(ioctl, "of a listener", listener, FIONREAD, &(int){ 0 });
	CALL(ioctl, "no such command", server, 0x5499, 0);
	CALL(shutdown, "sending", client, SHUT_WR);
	CALL(sendto, "after that", client, "x", 1, MSG_NOSIGNAL, NULL, 0);
	CALL(sendmsg, "after that", client, &message, MSG_NOSIGNAL);
	CALL(recvfrom, "the end", server, &(char){ 0 }, 1, 0, NULL, NULL);
	CALL(shutdown, "both", server, SHUT_RDWR);
	CALL(shutdown, "no such way", client, 3);
	CALL(shutdown, "a way below zero", client, -1);
	CALL(shutdown, "no such descriptor", 99, 0);
	CALL(shutdown, "a file", file, 0);
	CALL(lseek, "a socket", client, 0, SEEK_CUR);
	CALL(pread64, "a socket", client, &(char){ 0 }, 1, 0);
	CALL(ftruncate, "a socket", client, 0);
	CALL(fsync, "a socket", client);
	close(listener);
	int late = socket(AF_UNIX, SOCK_STREAM, 0);
	CALL(connect, "who is gone", late, &path, sizeof(path));
	close(late);
}

int main(void)
{
	files_enter();
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGALRM, &(struct sigaction){ .sa_handler = nothing }, NULL);
	put_file("file", "text");
	file = open("file", O_RDWR);
	creation();
	names();
	connections();
	sending();
	receiving();
	options();
	ends();
	files_leave();
	return 0;
}
