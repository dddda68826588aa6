/*
 * storm DIRECTORY SEED COUNT       COUNT packets of packets.c to who is inside of the network of DIRECTORY (lab), who is heard
 * storm DIRECTORY syn|rst COUNT    COUNT SYNs or RSTs from addresses that nobody has, to port 7
 */
#include "packets.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const uint8_t mac[6] = { 0x52, 0x54, 0, 0x4c, 0x41, 0x42 };
static uint8_t message[MOST_PACKET + 1] = { 'F' };
static int fd;

static void address(struct sockaddr_un *at, const char *directory, const char *name)
{
	at->sun_family = AF_UNIX;
	if ((size_t)snprintf(at->sun_path, sizeof(at->sun_path), "%s/%s", directory, name) >= sizeof(at->sun_path))
		exit(2);
}

static void put(size_t length)
{
	if (send(fd, message, length, 0) < 0) {
		perror("storm");
		exit(1);
	}
}

static void hear(struct packets *packets)
{
	uint8_t frame[65536];
	ssize_t n;
	while ((n = recv(fd, frame, sizeof(frame), MSG_DONTWAIT)) > 0)
		packets_hear(packets, frame, (size_t)n);
}

/* From everywhere and nowhere: 198.18.0.0/15 is for tests (RFC 2544). */
static void flood(uint8_t flags, unsigned long count)
{
	uint8_t *frame = message + 1, *ip = frame + 14, *tcp = ip + 20;
	memcpy(frame, mac, 6);
	memcpy(frame + 6, "\2flood", 6);
	frame[12] = 8;
	ip[0] = 0x45, ip[3] = 40, ip[8] = 64, ip[9] = 6, ip[12] = 198, ip[13] = 18, ip[16] = 10, ip[17] = 77, ip[19] = 2;
	tcp[3] = 7, tcp[12] = 0x50, tcp[13] = flags, tcp[14] = 0xff;
	for (unsigned long i = 0; i < count; i++) {
		uint32_t sum = 0;
		ip[14] = (uint8_t)(i >> 8), ip[15] = (uint8_t)i, tcp[0] = (uint8_t)(4 + i % 200), tcp[1] = (uint8_t)(i >> 16), tcp[4] = (uint8_t)(i * 7), tcp[5] = (uint8_t)(i * 13);
		ip[10] = ip[11] = tcp[16] = tcp[17] = 0;
		for (int j = 0; j < 20; j += 2)
			sum += (uint32_t)(ip[j] << 8 | ip[j + 1]);
		sum = (sum & 0xffff) + (sum >> 16), sum += sum >> 16;
		ip[10] = (uint8_t)(~sum >> 8), ip[11] = (uint8_t)~sum;
		sum = 6 + 20;
		for (int j = -8; j < 20; j += 2)
			sum += (uint32_t)(tcp[j] << 8 | tcp[j + 1]);
		sum = (sum & 0xffff) + (sum >> 16), sum += sum >> 16;
		tcp[16] = (uint8_t)(~sum >> 8), tcp[17] = (uint8_t)~sum;
		put(1 + 54);
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_un here, there;
	struct packets packets;
	char order[sizeof(here.sun_path) + 1];
	if (argc != 4) {
		fprintf(stderr, "usage: storm DIRECTORY SEED|syn|rst COUNT\n");
		return 2;
	}
	address(&here, argv[1], "storm.sock");
	address(&there, argv[1], "inject.sock");
	unlink(here.sun_path);
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (bind(fd, (struct sockaddr *)&here, sizeof(here)) || connect(fd, (struct sockaddr *)&there, sizeof(there))) {
		perror(there.sun_path);
		return 1;
	}
	unsigned long count = strtoul(argv[3], NULL, 0);
	if (!strcmp(argv[2], "syn") || !strcmp(argv[2], "rst")) {
		flood(argv[2][0] == 's' ? 2 : 4, count);
		return 0;
	}
	/* connect() would keep the relay's copies out */
	int other = socket(AF_UNIX, SOCK_DGRAM, 0), sender = fd;
	int n = snprintf(order, sizeof(order), "W%s.hear", here.sun_path);
	strcat(here.sun_path, ".hear");
	unlink(here.sun_path);
	if (bind(other, (struct sockaddr *)&here, sizeof(here)) || send(fd, order, (size_t)n, 0) < 0) {
		perror(here.sun_path);
		return 1;
	}
	packets_init(&packets, mac);
	for (unsigned long step = 0; step < count; step++) {
		fd = other;
		hear(&packets);
		fd = sender;
		put(1 + packets_make(&packets, strtoull(argv[2], NULL, 0), step, message + 1));
	}
	return 0;
}
