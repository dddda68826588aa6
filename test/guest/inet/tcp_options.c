/* Options of TCP sockets: what they are at first, what can be set, and what is shown then. socket(7), tcp(7), ip(7). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include "../sockets/sockets.h"

#define OPTION(level, name) { level, name, #name }
static const struct option {
	int level, name;
	const char *text;
} options[] = {
	OPTION(SOL_SOCKET, SO_DEBUG), OPTION(SOL_SOCKET, SO_REUSEADDR), OPTION(SOL_SOCKET, SO_TYPE), OPTION(SOL_SOCKET, SO_ERROR), OPTION(SOL_SOCKET, SO_DONTROUTE),
	OPTION(SOL_SOCKET, SO_BROADCAST), OPTION(SOL_SOCKET, SO_SNDBUF), OPTION(SOL_SOCKET, SO_RCVBUF), OPTION(SOL_SOCKET, SO_KEEPALIVE), OPTION(SOL_SOCKET, SO_OOBINLINE),
	OPTION(SOL_SOCKET, SO_NO_CHECK), OPTION(SOL_SOCKET, SO_PRIORITY), OPTION(SOL_SOCKET, SO_BSDCOMPAT), OPTION(SOL_SOCKET, SO_REUSEPORT), OPTION(SOL_SOCKET, SO_RCVLOWAT),
	OPTION(SOL_SOCKET, SO_SNDLOWAT), OPTION(SOL_SOCKET, SO_TIMESTAMP), OPTION(SOL_SOCKET, SO_ACCEPTCONN), OPTION(SOL_SOCKET, SO_TIMESTAMPNS), OPTION(SOL_SOCKET, SO_MARK),
	OPTION(SOL_SOCKET, SO_PROTOCOL), OPTION(SOL_SOCKET, SO_DOMAIN), OPTION(SOL_SOCKET, SO_RXQ_OVFL), 
	OPTION(SOL_SOCKET, SO_NOFCS), OPTION(SOL_SOCKET, SO_LOCK_FILTER), OPTION(SOL_SOCKET, SO_SELECT_ERR_QUEUE), OPTION(SOL_SOCKET, SO_BUSY_POLL),
	OPTION(SOL_SOCKET, SO_INCOMING_CPU), OPTION(SOL_SOCKET, SO_ZEROCOPY), OPTION(SOL_SOCKET, SO_PREFER_BUSY_POLL), OPTION(SOL_SOCKET, SO_BUSY_POLL_BUDGET),
	OPTION(SOL_SOCKET, SO_PASSSEC), OPTION(SOL_SOCKET, SO_MAX_PACING_RATE), OPTION(SOL_SOCKET, SO_DETACH_FILTER),
	OPTION(SOL_SOCKET, 1000),
	OPTION(SOL_TCP, TCP_NODELAY), OPTION(SOL_TCP, TCP_MAXSEG), OPTION(SOL_TCP, TCP_CORK), OPTION(SOL_TCP, TCP_KEEPIDLE), OPTION(SOL_TCP, TCP_KEEPINTVL),
	OPTION(SOL_TCP, TCP_KEEPCNT), OPTION(SOL_TCP, TCP_SYNCNT), OPTION(SOL_TCP, TCP_LINGER2), OPTION(SOL_TCP, TCP_DEFER_ACCEPT), OPTION(SOL_TCP, TCP_WINDOW_CLAMP),
	OPTION(SOL_TCP, TCP_QUICKACK), OPTION(SOL_TCP, TCP_THIN_LINEAR_TIMEOUTS), OPTION(SOL_TCP, TCP_THIN_DUPACK), OPTION(SOL_TCP, TCP_USER_TIMEOUT), 
	OPTION(SOL_TCP, TCP_FASTOPEN), OPTION(SOL_TCP, TCP_NOTSENT_LOWAT), OPTION(SOL_TCP, TCP_SAVE_SYN), OPTION(SOL_TCP, TCP_FASTOPEN_CONNECT), OPTION(SOL_TCP, TCP_FASTOPEN_NO_COOKIE),
	 OPTION(SOL_TCP, 1000),
	OPTION(SOL_IP, IP_TOS), OPTION(SOL_IP, IP_TTL), OPTION(SOL_IP, IP_PKTINFO), OPTION(SOL_IP, IP_RECVTTL), OPTION(SOL_IP, IP_RECVTOS),
	OPTION(SOL_IP, IP_MTU_DISCOVER), OPTION(SOL_IP, IP_RECVERR), OPTION(SOL_IP, IP_FREEBIND), OPTION(SOL_IP, IP_TRANSPARENT), 
	OPTION(SOL_IP, IP_BIND_ADDRESS_NO_PORT), OPTION(SOL_IP, IP_RECVERR_RFC4884), OPTION(SOL_IP, IP_MULTICAST_TTL), OPTION(SOL_IP, IP_MULTICAST_LOOP), OPTION(SOL_IP, IP_MULTICAST_ALL),
	OPTION(SOL_IP, IP_CHECKSUM), OPTION(SOL_IP, IP_PASSSEC), OPTION(SOL_IP, IP_ORIGDSTADDR), OPTION(SOL_IP, IP_MTU), OPTION(SOL_IP, 1000), OPTION(99, 1),
};
#define COUNT (sizeof(options) / sizeof(*options))

static void show(int fd, const struct option *option)
{
	int value = -2;
	socklen_t length = sizeof(value);
	if (getsockopt(fd, option->level, option->name, &value, &length))
		printf(" %s", errno_name(errno));
	else if (length == sizeof(value))
		printf(" %d", value);
	else
		printf(" %d of %u", *(unsigned char *)&value, length);
}

static void set(int fd, const struct option *option)
{
	static const int values[] = { 1, 0, 5, 300, -1, 100000 };
	for (unsigned i = 0; i < sizeof(values) / sizeof(*values); i++) {
		printf("; %d", values[i]);
		if (setsockopt(fd, option->level, option->name, &values[i], sizeof(values[i])))
			printf(" %s", errno_name(errno));
		printf(":");
		show(fd, option);
	}
}

/* Not set: they end or change the connection, or are not a number. */
static int is_settable(const struct option *option)
{
	return !(option->level == SOL_TCP && option->name == TCP_FASTOPEN) && !(option->level == SOL_SOCKET && option->name == SO_LOCK_FILTER) &&
	       !(option->level == SOL_SOCKET && (option->name == SO_SNDBUF || option->name == SO_RCVBUF || option->name == SO_BUSY_POLL || option->name == SO_MARK ||
	                                         option->name == SO_INCOMING_CPU || option->name == SO_RCVLOWAT || option->name == SO_DEBUG || option->name == SO_BUSY_POLL_BUDGET)) &&
	       !(option->level == SOL_IP && option->name == IP_TRANSPARENT);
}

static void other_forms(int fd)
{
	unsigned char byte = 1;
	char text[16] = "reno";
	socklen_t length = sizeof(text);
	struct linger linger = { 1, 5 };
	struct timeval time = { 2, 500000 };
	SAY(setsockopt(fd, SOL_TCP, TCP_NODELAY, &byte, 1));
	SAY(setsockopt(fd, SOL_IP, IP_TOS, &byte, 1));
	SAY(setsockopt(fd, SOL_IP, IP_TTL, &byte, 1));
	SAY(setsockopt(fd, SOL_TCP, TCP_CONGESTION, text, 4));
	SAY(getsockopt(fd, SOL_TCP, TCP_CONGESTION, text, &length));
	printf("%s, length %u\n", text, length);
	SAY(setsockopt(fd, SOL_TCP, TCP_CONGESTION, "nosuch", 6));
	SAY(setsockopt(fd, SOL_TCP, TCP_CONGESTION, text, 0));
	SAY(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)));
	length = sizeof(linger);
	SAY(getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &length));
	printf("linger %d %d\n", linger.l_onoff, linger.l_linger);
	SAY(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time)));
	length = sizeof(time);
	SAY(getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, &length));
	printf("%ld.%06ld\n", (long)time.tv_sec, (long)time.tv_usec);
	length = 1;
	SAY(getsockopt(fd, SOL_TCP, TCP_NODELAY, &byte, &length));
	length = 1;
	SAY(getsockopt(fd, SOL_IP, IP_TTL, &byte, &length));
	printf("TTL %u, length %u\n", byte, length);
	length = 0;
	SAY(getsockopt(fd, SOL_IP, IP_TTL, &byte, &length));
	printf("length %u\n", length);
	SAY(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2));
	char device[16] = "";
	length = sizeof(device);
	SAY(getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, &length));
	printf("%s, length %u\n", device, length);
	length = 3;
	SAY(getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, &length));
	SAY(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "nosuch", 6));
	SAY(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "", 0));
	length = sizeof(device);
	SAY(getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, &length));
	printf("length %u\n", length);
}

static void info(const char *when, int fd)
{
	struct tcp_info info = { 0 };
	socklen_t length = sizeof(info);
	SAY(getsockopt(fd, SOL_TCP, TCP_INFO, &info, &length));
	printf("%s: state %d options %d retransmits %d mss %d %d, in %s, unacked %u lost %u\n", when, info.tcpi_state, info.tcpi_options & 7,
	       info.tcpi_retransmits, info.tcpi_snd_mss > 10000, info.tcpi_advmss > 10000, info.tcpi_bytes_received ? "bytes" : "nothing",
	       info.tcpi_unacked, info.tcpi_lost);
	printf("sent %llu acked %d received %llu, segments with data %u %u\n", (unsigned long long)info.tcpi_bytes_sent, info.tcpi_bytes_acked >= 5,
	       (unsigned long long)info.tcpi_bytes_received, info.tcpi_data_segs_out, info.tcpi_data_segs_in);
	length = 8;
	SAY(getsockopt(fd, SOL_TCP, TCP_INFO, &info, &length));
	printf("length %u\n", length);
}

int main(void)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t length = sizeof(name);
	int fd = socket(AF_INET, SOCK_STREAM, 0), listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
	for (unsigned i = 0; i < COUNT; i++) {
		printf("%s:", options[i].text);
		if (!(options[i].level == SOL_SOCKET && options[i].name == SO_INCOMING_CPU) && !(options[i].level == SOL_TCP && options[i].name == TCP_WINDOW_CLAMP))
			show(fd, &options[i]);
		if (is_settable(&options[i]))
			set(fd, &options[i]);
		printf("\n");
	}
	other_forms(fd);
	close(fd);
	bind(listener, (struct sockaddr *)&name, sizeof(name));
	listen(listener, 5);
	getsockname(listener, (struct sockaddr *)&name, &length);
	SAY(connect(client, (struct sockaddr *)&name, sizeof(name)));
	int server = accept(listener, NULL, NULL);
	SAY(send(client, "12345", 5, 0));
	char bytes[5];
	SAY(recv(server, bytes, 5, MSG_WAITALL));
	SAY(send(server, bytes, 1, 0));
	SAY(recv(client, bytes, 1, 0));
	info("client", client);
	int value = 0;
	SAY(getsockopt(listener, SOL_SOCKET, SO_ACCEPTCONN, &value, &(socklen_t){ sizeof(value) }));
	printf("listens: %d\n", value);
	close(server);
	close(client);
	close(listener);
	return 0;
}
