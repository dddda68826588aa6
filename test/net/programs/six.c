/*
 * IPv6 between two hosts, step by step: `six agent IFNAME` serves and does what its standard input says, `six COMMAND ARGS...` does one thing. The same executable
 * is run in an image and on Linux. What each step prints is what the test looks at.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PORT 4000
#define GROUP_PORT 4001
#define PATIENCE 20 /* s, for what is to come */
#define MOST 1000000u

static unsigned char data[MOST], back[MOST];
static int group_socket = -1, group_socket_v4 = -1;

static double now(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void pause_a_little(void) { nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL); }

/* An address of either version, with %interface; ends the program when it is none. */
static socklen_t parse(const char *text, unsigned port, struct sockaddr_storage *out)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST }, *found;
	char number[8];
	snprintf(number, sizeof(number), "%u", port);
	if (getaddrinfo(text, number, &hints, &found)) {
		printf("%s is no address\n", text);
		exit(1);
	}
	socklen_t length = found->ai_addrlen;
	memcpy(out, found->ai_addr, length);
	freeaddrinfo(found);
	return length;
}

static void fill(size_t length)
{
	for (size_t i = 0; i < length; i++)
		data[i] = (unsigned char)(i * 31 + i / 253);
}

/* --- serving --- */

static void *serve_one(void *argument)
{
	int fd = (int)(intptr_t)argument;
	char buffer[16384];
	for (long n; (n = recv(fd, buffer, sizeof(buffer), 0)) > 0;)
		for (long done = 0, out; done < n; done += out)
			if ((out = send(fd, buffer + done, (size_t)(n - done), MSG_NOSIGNAL)) < 0)
				n = -1, out = 0;
	close(fd);
	return NULL;
}

static void *serve_streams(void *argument)
{
	pthread_t thread;
	for (int fd; (fd = accept((int)(intptr_t)argument, NULL, NULL)) >= 0;) {
		pthread_create(&thread, NULL, serve_one, (void *)(intptr_t)fd);
		pthread_detach(thread);
	}
	return NULL;
}

static void *serve_datagrams(void *argument)
{
	static char buffer[65536];
	int fd = (int)(intptr_t)argument;
	for (;;) {
		struct sockaddr_storage from;
		socklen_t length = sizeof(from);
		long n = recvfrom(fd, buffer, sizeof(buffer), 0, (void *)&from, &length);
		if (n >= 0)
			sendto(fd, buffer, (size_t)n, 0, (void *)&from, length);
	}
	return NULL;
}

static int bound(int family, int type, unsigned port)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(family, type, 0), on = 1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (family == AF_INET6 && port == GROUP_PORT)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, family == AF_INET6 ? (void *)&six : (void *)&four, family == AF_INET6 ? sizeof(six) : sizeof(four)))
		perror("bind");
	return fd;
}

static void serve(void)
{
	pthread_t thread;
	int stream = bound(AF_INET6, SOCK_STREAM, PORT), datagram = bound(AF_INET6, SOCK_DGRAM, PORT);
	listen(stream, 10);
	pthread_create(&thread, NULL, serve_streams, (void *)(intptr_t)stream);
	pthread_create(&thread, NULL, serve_datagrams, (void *)(intptr_t)datagram);
}

/* --- what can be asked for --- */

/* The first IPv6 address whose text begins with `prefix`. */
static bool find_address(const char *prefix, char *text, unsigned *bits)
{
	struct ifaddrs *all;
	bool found = false;
	if (getifaddrs(&all))
		return false;
	for (struct ifaddrs *each = all; each && !found; each = each->ifa_next) {
		if (!each->ifa_addr || each->ifa_addr->sa_family != AF_INET6)
			continue;
		getnameinfo(each->ifa_addr, sizeof(struct sockaddr_in6), text, 100, NULL, 0, NI_NUMERICHOST);
		found = !strncmp(text, prefix, strlen(prefix));
		const unsigned char *mask = (void *)&((struct sockaddr_in6 *)each->ifa_netmask)->sin6_addr;
		*bits = 0;
		while (*bits < 128 && mask[*bits / 8] & 0x80 >> *bits % 8)
			++*bits;
	}
	freeifaddrs(all);
	return found;
}

static void wait_for_address(const char *prefix, bool there)
{
	char text[100] = "";
	unsigned bits = 0;
	double end = now() + PATIENCE;
	while (find_address(prefix, text, &bits) != there && now() < end)
		pause_a_little();
	if (find_address(prefix, text, &bits) != there)
		printf("%s: still %s\n", prefix, there ? "not there" : "there");
	else if (there)
		printf("address %s/%u\n", text, bits);
	else
		printf("%s: gone\n", prefix);
}

static void stream_to(const char *to, size_t length)
{
	struct sockaddr_storage at;
	socklen_t size = parse(to, PORT, &at);
	int fd = socket(at.ss_family, SOCK_STREAM, 0);
	size_t out = 0, in = 0;
	fill(length);
	if (fd < 0 || connect(fd, (void *)&at, size)) {
		printf("tcp: %s\n", strerror(errno));
		close(fd);
		return;
	}
	while (in < length) {
		struct pollfd wait = { fd, (short)(POLLIN | (out < length ? POLLOUT : 0)), 0 };
		if (poll(&wait, 1, PATIENCE * 1000) <= 0)
			break;
		long n = wait.revents & POLLOUT ? send(fd, data + out, length - out, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;
		out += n > 0 ? (size_t)n : 0;
		n = wait.revents & ~POLLOUT ? recv(fd, back + in, length - in, MSG_DONTWAIT) : 1;
		if (n == 0 || (n < 0 && errno != EAGAIN))
			break;
		in += wait.revents & ~POLLOUT && n > 0 ? (size_t)n : 0;
	}
	printf("tcp: %zu bytes, intact %d\n", in, in == length && !memcmp(data, back, length));
	close(fd);
}

static void datagram_to(const char *to, size_t length)
{
	struct sockaddr_storage at;
	socklen_t size = parse(to, PORT, &at);
	int fd = socket(at.ss_family, SOCK_DGRAM, 0);
	long n = -1;
	fill(length);
	connect(fd, (void *)&at, size);
	/* the first ones may find a path narrower than thought */
	for (int i = 0; i < PATIENCE && n < 0; i++) {
		if (send(fd, data, length, 0) >= 0 && poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, 1000) == 1)
			n = recv(fd, back, sizeof(back), 0);
		if (n < 0 && errno == ECONNREFUSED)
			break;
	}
	if (n < 0)
		printf("udp: %s\n", strerror(errno));
	else
		printf("udp: %ld bytes, intact %d\n", n, (size_t)n == length && !memcmp(data, back, length));
	close(fd);
}

static void ping(const char *to, size_t length)
{
	struct sockaddr_storage at;
	socklen_t size = parse(to, 0, &at);
	int fd = socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
	struct icmp6_filter filter;
	double end = now() + PATIENCE;
	fill(length + 8);
	memcpy(data, (unsigned char[8]){ ICMP6_ECHO_REQUEST, 0, 0, 0, 7, 7, 0, 1 }, 8);
	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
	setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter));
	while (now() < end) {
		sendto(fd, data, length + 8, 0, (void *)&at, size);
		if (poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, 1000) != 1)
			continue;
		long n = recv(fd, back, sizeof(back), 0);
		printf("ping: %ld bytes, intact %d\n", n - 8, (size_t)n == length + 8 && !memcmp(back + 4, data + 4, length + 4));
		close(fd);
		return;
	}
	printf("ping: no answer\n");
	close(fd);
}

static void change_membership(const char *group, const char *interface, bool join)
{
	struct sockaddr_storage at;
	struct group_req request = { .gr_interface = if_nametoindex(interface) };
	socklen_t size = parse(group, 0, &at);
	bool six = at.ss_family == AF_INET6;
	memcpy(&request.gr_group, &at, size);
	int result = setsockopt(six ? group_socket : group_socket_v4, six ? IPPROTO_IPV6 : IPPROTO_IP, join ? MCAST_JOIN_GROUP : MCAST_LEAVE_GROUP, &request, sizeof(request));
	printf("%s: %s\n", join ? "join" : "leave", result ? strerror(errno) : "ok");
}

static void say(const char *group, const char *interface, const char *text)
{
	struct sockaddr_storage at;
	socklen_t size = parse(group, GROUP_PORT, &at);
	int fd = socket(at.ss_family, SOCK_DGRAM, 0), index = (int)if_nametoindex(interface);
	struct ip_mreqn device = { .imr_ifindex = index };
	int result = at.ss_family == AF_INET6 ? setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &index, sizeof(index))
	                                      : setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &device, sizeof(device));
	if (!result)
		result = sendto(fd, text, strlen(text), 0, (void *)&at, size) < 0;
	printf("say: %s\n", result ? strerror(errno) : "ok");
	close(fd);
}

/* What members have received. */
static void hear(void)
{
	struct pollfd wait[] = { { group_socket, POLLIN, 0 }, { group_socket_v4, POLLIN, 0 } };
	int ready = poll(wait, 2, PATIENCE * 1000);
	long n = ready > 0 ? recv(wait[0].revents ? group_socket : group_socket_v4, back, 100, MSG_DONTWAIT) : -1;
	printf("heard: %.*s\n", n < 0 ? 7 : (int)n, n < 0 ? "nothing" : (char *)back);
}

/* Be a router: what `lifetime` and the rest say is advertised once. */
static void advertise(const char *interface, const char *prefix, unsigned valid, unsigned preferred, unsigned lifetime, unsigned mtu)
{
	struct {
		struct nd_router_advert fixed;
		struct nd_opt_prefix_info prefix;
		struct nd_opt_mtu mtu;
	} message = {
		.fixed = { .nd_ra_type = ND_ROUTER_ADVERT, .nd_ra_curhoplimit = 55, .nd_ra_router_lifetime = htons((uint16_t)lifetime) },
		.prefix = { .nd_opt_pi_type = ND_OPT_PREFIX_INFORMATION, .nd_opt_pi_len = 4, .nd_opt_pi_prefix_len = 64, .nd_opt_pi_flags_reserved = ND_OPT_PI_FLAG_ONLINK | ND_OPT_PI_FLAG_AUTO,
			.nd_opt_pi_valid_time = htonl(valid), .nd_opt_pi_preferred_time = htonl(preferred) },
		.mtu = { .nd_opt_mtu_type = ND_OPT_MTU, .nd_opt_mtu_len = 1, .nd_opt_mtu_mtu = htonl(mtu) },
	};
	int fd = socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6), hops = 255, off = 0, index = (int)if_nametoindex(interface);
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_scope_id = (unsigned)index };
	inet_pton(AF_INET6, "ff02::1", &to.sin6_addr);
	inet_pton(AF_INET6, prefix, &message.prefix.nd_opt_pi_prefix);
	setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops));
	setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &index, sizeof(index));
	setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &off, sizeof(off)); /* Linux would follow itself */
	printf("advertise: %s\n", sendto(fd, &message, sizeof(message), 0, (void *)&to, sizeof(to)) < 0 ? strerror(errno) : "ok");
	close(fd);
}

/* Until Linux takes an address for its own alone. */
static void settle(struct sockaddr_in6 *at)
{
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	double end = now() + PATIENCE;
	while (bind(fd, (void *)at, sizeof(*at)) && now() < end)
		pause_a_little();
	close(fd);
}

static void settle_link_local(void)
{
	char text[100];
	unsigned bits;
	struct sockaddr_storage at;
	double end = now() + PATIENCE;
	while (!find_address("fe80:", text, &bits) && now() < end)
		pause_a_little();
	parse(text, 0, &at);
	settle((void *)&at);
	printf("address %s/%u\n", text, bits);
}

/* Have an address: Linux only. */
static void own(const char *interface, const char *address)
{
	struct { struct in6_addr address; uint32_t bits; int index; } request = { .bits = 64, .index = (int)if_nametoindex(interface) };
	struct sockaddr_in6 at = { .sin6_family = AF_INET6, .sin6_scope_id = (unsigned)request.index };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	inet_pton(AF_INET6, address, &request.address);
	at.sin6_addr = request.address;
	if (ioctl(fd, 0x8916 /* SIOCSIFADDR */, &request) && errno != EEXIST)
		printf("own: %s\n", strerror(errno));
	close(fd);
	settle(&at);
	printf("own: ok\n");
}

static uint16_t checksum(const uint8_t *at, size_t length)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < length; i += 2)
		sum += (uint32_t)at[i] << 8 | at[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~(sum + (sum >> 16));
}

/* Ask, as a router of MLD or IGMP of an older or newer version does, who is in which group, until `group` is reported: by which message. */
static void query(const char *interface, const char *group, bool old)
{
	struct sockaddr_storage at;
	parse(group, 0, &at);
	bool six = at.ss_family == AF_INET6;
	const uint8_t *wanted = six ? ((struct sockaddr_in6 *)&at)->sin6_addr.s6_addr : (uint8_t *)&((struct sockaddr_in *)&at)->sin_addr;
	size_t size = six ? 16 : 4, length = six ? (old ? 24 : 28) : old ? 8 : 12;
	int fd = six ? socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6) : socket(AF_INET, SOCK_RAW, 2 /* IGMP */), index = (int)if_nametoindex(interface), one = 1, off = 0;
	uint8_t message[28] = { six ? 130 : 0x11, six ? 0 : 2 };
	struct group_req request = { .gr_interface = (unsigned)index };
	struct ip_mreqn device = { .imr_ifindex = index };
	struct sockaddr_storage everybody;
	socklen_t to = parse(six ? "ff02::1" : "224.0.0.1", 0, &everybody);
	if (six)
		((struct sockaddr_in6 *)&everybody)->sin6_scope_id = (unsigned)index;
	message[5] = six ? 200 : 0; /* ms */
	/* newer reports go to all routers, older ones to the group */
	const char *all[] = { six ? "ff02::16" : "224.0.0.22", group };
	for (int i = 0; i < 2; i++) {
		socklen_t part = parse(all[i], 0, &at);
		memcpy(&request.gr_group, &at, part);
		setsockopt(fd, six ? IPPROTO_IPV6 : IPPROTO_IP, MCAST_JOIN_GROUP, &request, sizeof(request));
	}
	if (six) {
		setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &one, sizeof(one));
		setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &off, sizeof(off));
		setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &index, sizeof(index));
	} else {
		uint16_t sum = htons(checksum(message, length));
		memcpy(message + 2, &sum, 2);
		setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &off, sizeof(off));
		setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &device, sizeof(device));
	}
	double end = now() + PATIENCE;
	for (double next = 0; now() < end;) {
		if (now() >= next) {
			sendto(fd, message, length, 0, (void *)&everybody, to);
			next = now() + 1;
		}
		if (poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, 200) != 1)
			continue;
		struct sockaddr_storage from;
		socklen_t from_length = sizeof(from);
		long n = recvfrom(fd, back, sizeof(back), 0, (void *)&from, &from_length);
		const uint8_t *report = back + (six ? 0 : (back[0] & 15) * 4);
		long left = n - (report - back);
		bool newer = report[0] == 143 || report[0] == 0x22, older = report[0] == 131 || report[0] == 0x16;
		/* Linux, which asks, is in some groups itself: those of old age answer for it */
		const uint8_t *named = newer ? report + 12 : report + (six ? 8 : 4);
		if ((old ? older : newer) && left >= (named - report) + (long)size && !memcmp(named, wanted, size)) {
			printf("reported by %d\n", report[0]);
			close(fd);
			return;
		}
	}
	printf("not reported\n");
	close(fd);
}

static bool is(const char *word, const char *what) { return word && !strcmp(word, what); }
static unsigned number(const char *word) { return word ? (unsigned)strtoul(word, NULL, 10) : 0; }

static void obey(char **words)
{
	if (is(words[0], "wait"))
		wait_for_address(words[1], true);
	else if (is(words[0], "gone"))
		wait_for_address(words[1], false);
	else if (is(words[0], "tcp"))
		stream_to(words[1], number(words[2]));
	else if (is(words[0], "udp"))
		datagram_to(words[1], number(words[2]));
	else if (is(words[0], "ping"))
		ping(words[1], number(words[2]));
	else if (is(words[0], "join") || is(words[0], "leave"))
		change_membership(words[1], words[2], is(words[0], "join"));
	else if (is(words[0], "say"))
		say(words[1], words[2], words[3]);
	else if (is(words[0], "hear"))
		hear();
	else if (is(words[0], "advertise"))
		advertise(words[1], words[2], number(words[3]), number(words[4]), number(words[5]), number(words[6]));
	else if (is(words[0], "settle"))
		settle_link_local();
	else if (is(words[0], "own"))
		own(words[1], words[2]);
	else if (is(words[0], "query"))
		query(words[1], words[2], is(words[3], "old"));
	else
		printf("unknown: %s\n", words[0]);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	char line[300];
	if (argc > 1 && !is(argv[1], "agent")) {
		obey(argv + 1);
		return 0;
	}
	group_socket = bound(AF_INET6, SOCK_DGRAM, GROUP_PORT);
	group_socket_v4 = bound(AF_INET, SOCK_DGRAM, GROUP_PORT);
	serve();
	printf("ready\n");
	fflush(stdout);
	for (unsigned count = 1; fgets(line, sizeof(line), stdin) && strncmp(line, "end", 3); count++) {
		char *words[8] = { NULL };
		unsigned n = 0;
		for (char *word = strtok(line, " \n"); word && n < 7; word = strtok(NULL, " \n"))
			words[n++] = word;
		printf("%u ", count);
		if (n)
			obey(words);
	}
	return 0;
}
