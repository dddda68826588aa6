/*
 * A DNS server (RFC 1035) for test/names.test.ts, on UDP and TCP port 53: a few names, one whose answer is too long for UDP, one whose first query gets lost. It answers until it is ended; "ready" when
 * it listens.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { A = 1, CNAME = 5, PTR = 12, AAAA = 28 };
enum { NOERROR = 0, SERVFAIL = 2, NXDOMAIN = 3 };
#define HEADER 12
#define UDP_MOST 512
#define MANY 60

static const struct record { const char *name; int type; const char *data; } records[] = {
	{ "a.test", A, "192.0.2.1" },
	{ "both.test", A, "192.0.2.2" }, { "both.test", AAAA, "2001:db8::2" },
	{ "six.test", AAAA, "2001:db8::6" },
	{ "two.test", A, "192.0.2.3" }, { "two.test", A, "192.0.2.4" },
	{ "alias.test", CNAME, "a.test" },
	{ "short.lan.test", A, "192.0.2.5" },
	{ "late.test", A, "192.0.2.9" },
	{ "1.2.0.192.in-addr.arpa", PTR, "a.test" },
	{ "6.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", PTR, "six.test" },
};

static uint8_t *put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return at + 2;
}

static uint8_t *put_name(uint8_t *at, const char *name)
{
	while (*name) {
		size_t length = strcspn(name, ".");
		*at++ = (uint8_t)length;
		memcpy(at, name, length);
		at += length;
		name += length + (name[length] == '.');
	}
	*at++ = 0;
	return at;
}

static uint8_t *put_record(uint8_t *at, const char *owner, int type, const char *data)
{
	at = put_name(at, owner);
	at = put16(put16(put16(put16(at, (unsigned)type), 1), 0), 60);
	uint8_t *start = at + 2;
	if (type == A || type == AAAA) {
		inet_pton(type == A ? AF_INET : AF_INET6, data, start);
		at = start + (type == A ? 4 : 16);
	} else {
		at = put_name(start, data);
	}
	put16(start - 2, (unsigned)(at - start));
	return at;
}

/* The question's name as text. Its length in the message, 0 if there is none. */
static int read_name(const uint8_t *at, const uint8_t *end, char *to)
{
	const uint8_t *start = at;
	char *first = to;
	while (at < end && *at && *at < 64 && at + *at + 1 < end) {
		if (to > first)
			*to++ = '.';
		memcpy(to, at + 1, *at);
		to += *at;
		at += *at + 1;
	}
	*to = 0;
	return at < end && !*at ? (int)(at + 1 - start) : 0;
}

/* Answer in place; the length of the answer, 0 for none. */
static size_t answer(uint8_t *message, size_t length, size_t most)
{
	static int lost;
	char name[256];
	uint8_t big[8192], *at;
	int size = length > HEADER ? read_name(message + HEADER, message + length, name) : 0;
	if (!size || length < (size_t)(HEADER + size + 4))
		return 0;
	int type = message[HEADER + size] << 8 | message[HEADER + size + 1], code = NXDOMAIN;
	unsigned count = 0;
	if (!strcasecmp(name, "late.test") && !lost++)
		return 0;
	memcpy(big, message, (size_t)(HEADER + size + 4));
	at = big + HEADER + size + 4;
	for (unsigned i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		if (strcasecmp(records[i].name, name))
			continue;
		code = NOERROR;
		if (records[i].type != type && records[i].type != CNAME)
			continue;
		at = put_record(at, name, records[i].type, records[i].data);
		count++;
		for (unsigned j = 0; records[i].type == CNAME && j < sizeof(records) / sizeof(records[0]); j++)
			if (!strcmp(records[j].name, records[i].data) && records[j].type == type) {
				at = put_record(at, records[j].name, type, records[j].data);
				count++;
			}
	}
	if (!strcasecmp(name, "broken.test"))
		code = SERVFAIL;
	int truncated = 0;
	if (!strcasecmp(name, "many.test")) {
		code = NOERROR;
		for (unsigned i = 0; type == A && i < MANY && !truncated; i++) {
			char data[20];
			snprintf(data, sizeof(data), "192.0.2.%u", 100 + i);
			uint8_t *next = put_record(at, name, A, data);
			truncated = (size_t)(next - big) > most;
			at = truncated ? at : next;
			count += !truncated;
		}
	}
	put16(big + 2, 0x8180u | (truncated ? 0x200u : 0) | (unsigned)code);
	put16(put16(put16(put16(big + 4, 1), count), 0), 0);
	memcpy(message, big, (size_t)(at - big));
	return (size_t)(at - big);
}

static void serve_stream(int listener)
{
	uint8_t message[8192];
	int client = accept(listener, NULL, NULL);
	if (recv(client, message, 2, MSG_WAITALL) == 2) {
		size_t length = (size_t)message[0] << 8 | message[1];
		if (length <= 1024 && recv(client, message + 2, length, MSG_WAITALL) == (ssize_t)length) {
			length = answer(message + 2, length, 4096);
			put16(message, (unsigned)length);
			if (send(client, message, length + 2, 0) < 0)
				perror("send");
		}
	}
	close(client);
}

static void serve_datagram(int endpoint)
{
	uint8_t message[8192];
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	ssize_t length = recvfrom(endpoint, message, 1024, 0, (void *)&from, &size);
	size_t answered = length > 0 ? answer(message, (size_t)length, UDP_MOST) : 0;
	if (answered && sendto(endpoint, message, answered, 0, (void *)&from, size) < 0)
		perror("sendto");
}

int main(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(53) };
	struct pollfd fds[] = { { .fd = socket(AF_INET, SOCK_DGRAM, 0), .events = POLLIN }, { .fd = socket(AF_INET, SOCK_STREAM, 0), .events = POLLIN } };
	for (unsigned i = 0; i < 2; i++)
		if (bind(fds[i].fd, (void *)&address, sizeof(address))) {
			perror("bind");
			return 1;
		}
	listen(fds[1].fd, 10);
	puts("ready");
	fflush(stdout);
	while (poll(fds, 2, -1) > 0) {
		if (fds[0].revents)
			serve_datagram(fds[0].fd);
		if (fds[1].revents)
			serve_stream(fds[1].fd);
	}
	return 1;
}
