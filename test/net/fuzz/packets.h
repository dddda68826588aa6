/*
 * Packets that nobody should send, and those that make them hurt: valid ones that follow from what the host under test has said (its sequence numbers, its requests), and
 * damaged ones. Each step has random numbers of its own, so that a step can be left out and the others stay what they were.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MOST_PACKET 9000u
#define FLOWS 16
#define HEARD 8

struct flow {
	bool used;
	uint32_t address;                /* of the peer we play; host order */
	uint16_t port, their_port;
	uint32_t seq, ack;               /* what we send next, what they do */
	bool timestamps;
	uint32_t their_timestamp;
};

struct packets {
	uint64_t random;
	uint8_t mac[6], their_mac[6];
	uint32_t address, their_address; /* host order */
	uint8_t their_v6[16];
	uint16_t open_tcp, open_udp;     /* their ports */
	struct flow flows[FLOWS];
	uint32_t dhcp_id;
	uint8_t heard[HEARD][128];       /* the last packets they sent, IP header first */
	size_t heard_length[HEARD];
	unsigned next_heard;
	uint16_t fragment_id;
};

void packets_init(struct packets *packets, const uint8_t their_mac[6]);
/* A frame that they sent. */
void packets_hear(struct packets *packets, const uint8_t *frame, size_t length);
/* The frame of a step; its length. */
size_t packets_make(struct packets *packets, uint64_t seed, uint64_t step, uint8_t *frame);
