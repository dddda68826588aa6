/* Raw sockets, over the loopback interface: raw(7), icmp(7). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include "../sockets/sockets.h"

static struct sockaddr_in loopback;

static unsigned short checksum(const void *data, size_t length)
{
	const unsigned short *at = data;
	unsigned sum = 0;
	for (; length > 1; length -= 2)
		sum += *at++;
	if (length)
		sum += *(const unsigned char *)at;
	sum = (sum >> 16) + (sum & 0xffff);
	return ~(sum + (sum >> 16));
}

static void get(const char *what, int fd)
{
	unsigned char bytes[2048];
	struct sockaddr_in from = { 0 };
	socklen_t length = sizeof(from);
	struct pollfd poll_for = { fd, POLLIN, 0 };
	if (!poll(&poll_for, 1, 0)) {
		printf("%s: nothing\n", what);
		return;
	}
	long got = recvfrom(fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &length);
	const struct iphdr *ip = (void *)bytes;
	if (got < 20) {
		printf("%s: %ld bytes\n", what, got);
		return;
	}
	const unsigned char *payload = bytes + ip->ihl * 4;
	printf("%s: %ld bytes from %s port %u; header %u total %u ttl %u tos %u protocol %u sum %s; %02x %02x, \"%.4s\"\n", what, got, inet_ntoa(from.sin_addr), ntohs(from.sin_port),
	       ip->ihl, ntohs(ip->tot_len), ip->ttl, ip->tos, ip->protocol, checksum(ip, ip->ihl * 4) ? "wrong" : "right", payload[0], payload[1],
	       ip->protocol == IPPROTO_ICMP ? (const char *)payload + 8 : (const char *)payload);
}

static void echo(void)
{
	struct { struct icmphdr header; char data[8]; } request = { { .type = ICMP_ECHO, .un.echo = { htons(0x1234), htons(1) } }, "payload" };
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), ttl = 9;
	struct sockaddr_in name;
	socklen_t length = sizeof(name);
	request.header.checksum = checksum(&request, sizeof(request));
	SAY(getsockname(fd, (struct sockaddr *)&name, &length));
	printf("port %u\n", ntohs(name.sin_port));
	SAY(getpeername(fd, (struct sockaddr *)&name, &length));
	SAY(send(fd, &request, sizeof(request), 0));
	SAY(sendto(fd, &request, sizeof(request), 0, (struct sockaddr *)&loopback, sizeof(loopback)));
	get("request", fd);
	get("reply", fd);
	get("more", fd);
	unsigned filter = ~(1u << ICMP_ECHOREPLY);
	SAY(setsockopt(fd, SOL_RAW, 1, &filter, sizeof(filter)));
	SAY(setsockopt(fd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl)));
	SAY(connect(fd, (struct sockaddr *)&loopback, sizeof(loopback)));
	SAY(send(fd, &request, sizeof(request), 0));
	get("filtered", fd);
	get("more", fd);
	filter = 0;
	length = sizeof(filter);
	SAY(getsockopt(fd, SOL_RAW, 1, &filter, &length));
	printf("filter %#x, length %u\n", filter, length);
	SAY(getsockopt(fd, SOL_RAW, 2, &filter, &length));
	close(fd);
}

static void own_protocol(void)
{
	int one = socket(AF_INET, SOCK_RAW, 253), two = socket(AF_INET, SOCK_RAW, 253), other = socket(AF_INET, SOCK_RAW, 254), tos = 0x10;
	SAY(setsockopt(one, IPPROTO_IP, IP_TOS, &tos, sizeof(tos)));
	SAY(bind(two, (struct sockaddr *)&loopback, sizeof(loopback)));
	SAY(sendto(one, "abcdef", 6, 0, (struct sockaddr *)&loopback, sizeof(loopback)));
	get("one", one);
	get("two", two);
	get("other", other);
	SAY(setsockopt(other, SOL_RAW, 1, &tos, sizeof(tos)));
	SAY(bind(two, (struct sockaddr *)&(struct sockaddr_in){ .sin_family = AF_INET, .sin_addr = { htonl(0x01020304) } }, sizeof(loopback)));
	int size = 0;
	SAY(sendto(one, "xyz", 3, 0, (struct sockaddr *)&loopback, sizeof(loopback)));
	SAY(ioctl(two, FIONREAD, &size));
	printf("waiting %d\n", size);
	char bytes[8];
	SAY(recv(two, bytes, 8, MSG_PEEK | MSG_TRUNC));
	SAY(recv(two, bytes, 8, 0));
	SAY(recv(two, bytes, 8, MSG_DONTWAIT));
	SAY(sendto(one, bytes, 1, 0, (struct sockaddr *)&(struct sockaddr_in){ .sin_family = AF_INET, .sin_addr = { INADDR_BROADCAST } }, sizeof(loopback)));
	static char large[65536];
	SAY(sendto(one, large, 65536, 0, (struct sockaddr *)&loopback, sizeof(loopback)));
	SAY(sendto(one, large, 40000, 0, (struct sockaddr *)&loopback, sizeof(loopback)));
	SAY(recv(two, large, sizeof(large), MSG_DONTWAIT));
	close(one);
	close(two);
	close(other);
}

static void with_header(void)
{
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW), receiver = socket(AF_INET, SOCK_RAW, 253), on = 0;
	struct { struct iphdr header; char data[8]; } packet = { { .version = 4, .ihl = 5, .ttl = 33, .protocol = 253, .tos = 8 }, "whole" };
	packet.header.daddr = loopback.sin_addr.s_addr;
	SAY(getsockopt(fd, IPPROTO_IP, IP_HDRINCL, &on, &(socklen_t){ sizeof(on) }));
	printf("header included: %d\n", on);
	SAY(sendto(fd, &packet, sizeof(packet), 0, (struct sockaddr *)&loopback, sizeof(loopback)));
	get("whole", receiver);
	get("never receives", fd);
	SAY(sendto(fd, &packet, 10, 0, (struct sockaddr *)&loopback, sizeof(loopback)));
	packet.header.ihl = 15;
	SAY(sendto(fd, &packet, sizeof(packet), 0, (struct sockaddr *)&loopback, sizeof(loopback)));
	packet.header.ihl = 5;
	SAY(setsockopt(receiver, IPPROTO_IP, IP_HDRINCL, &(int){ 1 }, sizeof(int)));
	SAY(sendto(receiver, &packet, sizeof(packet), 0, (struct sockaddr *)&loopback, sizeof(loopback)));
	get("own", receiver);
	close(fd);
	close(receiver);
}

static void transport(void)
{
	int raw = socket(AF_INET, SOCK_RAW, IPPROTO_UDP), receiver = socket(AF_INET, SOCK_DGRAM, 0), sender = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in name = loopback;
	socklen_t length = sizeof(name);
	bind(receiver, (struct sockaddr *)&name, sizeof(name));
	getsockname(receiver, (struct sockaddr *)&name, &length);
	SAY(sendto(sender, "datagram", 8, 0, (struct sockaddr *)&name, sizeof(name)));
	char bytes[64];
	SAY(recv(raw, bytes, sizeof(bytes), MSG_DONTWAIT));
	printf("%.8s\n", bytes + 28);
	SAY(recv(receiver, bytes, sizeof(bytes), MSG_DONTWAIT));
	/* nobody is there: what says so reaches a raw socket of ICMP */
	int icmp = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	close(receiver);
	SAY(sendto(sender, "datagram", 8, 0, (struct sockaddr *)&name, sizeof(name)));
	long got = recv(icmp, bytes, sizeof(bytes), MSG_DONTWAIT);
	printf("at least the start: %d; type %d code %d protocol quoted %d\n", got >= 56, bytes[20], bytes[21], bytes[37]);
	close(icmp);
	close(raw);
	close(sender);
}

static void v6(void)
{
	struct { struct icmp6_hdr header; char data[8]; } message = { { .icmp6_type = ICMP6_ECHO_REQUEST, .icmp6_id = htons(7) }, "six" }, answer;
	struct sockaddr_in6 name = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
	SAY(sendto(fd, &message, sizeof(message), 0, (struct sockaddr *)&name, sizeof(name)));
	for (int i = 0; i < 2; i++) {
		SAY(recv(fd, &answer, sizeof(answer), MSG_DONTWAIT));
		printf("type %d id %u \"%s\"\n", answer.header.icmp6_type, ntohs(answer.header.icmp6_id), answer.data);
	}
	struct icmp6_filter filter;
	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
	SAY(setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter)));
	SAY(sendto(fd, &message, sizeof(message), 0, (struct sockaddr *)&name, sizeof(name)));
	SAY(recv(fd, &answer, sizeof(answer), MSG_DONTWAIT));
	printf("type %d\n", answer.header.icmp6_type);
	SAY(recv(fd, &answer, sizeof(answer), MSG_DONTWAIT));
	close(fd);
}

int main(void)
{
	loopback = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	echo();
	own_protocol();
	with_header();
	transport();
	v6();
	SAY(socket(AF_INET, SOCK_RAW, 0));
	SAY(socket(AF_INET, SOCK_RAW, -1));
	SAY(socket(AF_INET, SOCK_RAW, 1000));
	SAY(socket(AF_INET, SOCK_SEQPACKET, 0));
	return 0;
}
