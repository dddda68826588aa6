/* Datagrams over the loopback interface. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define SAY(what, call) do { errno = 0; long result_ = (call); printf("%s: %ld %s\n", what, result_, result_ < 0 ? strerror(errno) : ""); } while (0)

static int bound(struct sockaddr_in *at)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	socklen_t length = sizeof(*at);
	*at = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (bind(fd, (void *)at, sizeof(*at)) || getsockname(fd, (void *)at, &length))
		perror("bind");
	return fd;
}

static void wait_for(int fd) { poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, 5000); }

int main(void)
{
	static char buffer[70000], large[60000];
	struct sockaddr_in a, b, from;
	socklen_t length = sizeof(from);
	int first = bound(&a), second = bound(&b), value;
	SAY("without an address", send(first, "x", 1, 0));
	SAY("sendto", sendto(first, "hello", 5, 0, (void *)&b, sizeof(b)));
	wait_for(second);
	SAY("FIONREAD", ioctl(second, FIONREAD, &value));
	printf("it is %d\n", value);
	SAY("recvfrom", recvfrom(second, buffer, sizeof(buffer), 0, (void *)&from, &length));
	printf("\"%.5s\" from the first: %d\n", buffer, !memcmp(&from, &a, sizeof(a)));
	SAY("nothing more", recv(second, buffer, sizeof(buffer), MSG_DONTWAIT));
	sendto(first, "cut off", 7, 0, (void *)&b, sizeof(b));
	wait_for(second);
	SAY("peek, its whole length", recv(second, buffer, 3, MSG_PEEK | MSG_TRUNC));
	SAY("cut off", recv(second, buffer, 3, 0));
	SAY("the rest is gone", recv(second, buffer, 3, MSG_DONTWAIT));
	sendto(first, "", 0, 0, (void *)&b, sizeof(b));
	wait_for(second);
	SAY("an empty one", recv(second, buffer, 3, 0));
	memset(large, 'y', sizeof(large));
	SAY("a large one", sendto(first, large, sizeof(large), 0, (void *)&b, sizeof(b)));
	wait_for(second);
	memset(buffer, 0, sizeof(buffer));
	SAY("arrives", recv(second, buffer, sizeof(buffer), 0));
	printf("intact: %d\n", !memcmp(buffer, large, sizeof(large)));
	SAY("too large", sendto(first, buffer, 65508, 0, (void *)&b, sizeof(b)));
	SAY("connect", connect(first, (void *)&b, sizeof(b)));
	SAY("send", send(first, "connected", 9, 0));
	wait_for(second);
	SAY("recv", recv(second, buffer, sizeof(buffer), 0));
	int third = socket(AF_INET, SOCK_DGRAM, 0);
	sendto(third, "stranger", 8, 0, (void *)&a, sizeof(a));
	sendto(second, "peer", 4, 0, (void *)&a, sizeof(a));
	wait_for(first);
	SAY("only from the peer", recv(first, buffer, sizeof(buffer), 0));
	SAY("not from strangers", recv(first, buffer, sizeof(buffer), MSG_DONTWAIT));
	close(second);
	SAY("to nobody", send(first, "x", 1, 0));
	wait_for(first);
	SAY("is refused", send(first, "x", 1, 0));
	SAY("disconnect", connect(first, &(struct sockaddr){ .sa_family = AF_UNSPEC }, sizeof(struct sockaddr)));
	length = sizeof(from);
	SAY("no peer", getpeername(first, (void *)&from, &length));
	struct sockaddr_in everybody = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = INADDR_BROADCAST };
	SAY("broadcast without SO_BROADCAST", sendto(third, "x", 1, 0, (void *)&everybody, sizeof(everybody)));
	SAY("same port", bind(third, (void *)&a, sizeof(a)));
	return 0;
}
