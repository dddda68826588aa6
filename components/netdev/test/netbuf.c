// sources: ../src/netbuf.c ../../virtio/test/support/machine.c
// includes: ../../virtio/test/support ../include ../../base/include ../../memory/include
/* Packet buffers against a plain array of bytes; all memory comes back. */
#include "machine.h"
#include <rr/netdev.h>
#include <rr/panic.h>
#include <string.h>

struct rr_memory_stats rr_memory_stats(void) { return (struct rr_memory_stats){ 4096, 4096 }; }
void rr_panic(const char *format, ...) { (void)format; abort(); }

static uint8_t expected[200000];

static struct rr_netbuf *piece(uint32_t length, uint32_t at)
{
	struct rr_netbuf *made;
	if (rand() % 3) {
		made = rr_netbuf_alloc((unsigned)rand() % 200);
		length = length > rr_netbuf_tailroom(made) ? rr_netbuf_tailroom(made) : length;
		memcpy(rr_netbuf_extend(made, length), expected + at, length);
		return made;
	}
	struct rr_netbuf *base = rr_netbuf_alloc_large(length + 1);
	memcpy(rr_netbuf_extend(base, length), expected + at, length);
	made = rr_netbuf_view(base, base->data, length);
	if (rand() % 2) {
		struct rr_netbuf *second = rr_netbuf_view(made, made->data, length);
		rr_netbuf_put(made);
		made = second;
	}
	rr_netbuf_put(base);
	return made;
}

static void check(const struct rr_netbuf *packet, uint32_t from, uint32_t total)
{
	static uint8_t copy[200000];
	uint32_t sum = 0;
	for (const struct rr_netbuf *each = packet; each; each = each->more)
		sum += each->length;
	CHECK(packet->total == total && sum == total);
	rr_netbuf_copy(packet, 0, copy, total);
	CHECK(!memcmp(copy, expected + from, total));
	uint32_t offset = total ? (uint32_t)rand() % total : 0;
	rr_netbuf_copy(packet, offset, copy, total - offset);
	CHECK(!memcmp(copy, expected + from + offset, total - offset));
}

static void random_packet(void)
{
	uint32_t total = 0, from = 0;
	struct rr_netbuf *packet = rr_netbuf_alloc(RR_NETBUF_HEADROOM);
	CHECK(rr_netbuf_headroom(packet) == RR_NETBUF_HEADROOM && rr_netbuf_tailroom(packet) == RR_NETBUF_ROOM - RR_NETBUF_HEADROOM);
	uint32_t first = (uint32_t)rand() % 300;
	memcpy(rr_netbuf_extend(packet, first), expected, first);
	total = first;
	for (int i = rand() % 8; i; i--) {
		struct rr_netbuf *more = piece((uint32_t)rand() % 2500, total);
		total += more->length;
		rr_netbuf_append(packet, more);
	}
	check(packet, 0, total);
	if (packet->length > 14) {
		rr_netbuf_pull(packet, 14);
		from = 14;
		total -= 14;
		check(packet, from, total);
	}
	uint32_t n = (uint32_t)rand() % 2500;
	bool can = packet->length >= n || (total >= n && rr_netbuf_tailroom(packet) >= n - packet->length);
	CHECK(rr_netbuf_gather(packet, n) == can && (!can || packet->length >= n));
	check(packet, from, total);
	uint32_t cut = (uint32_t)rand() % 4000;
	rr_netbuf_trim(packet, cut);
	total = cut < total ? cut : total;
	check(packet, from, total);
	rr_netbuf_free(packet);
}

static void limits(void)
{
	struct rr_netbuf *list = NULL, *made;
	unsigned count = 0;
	rr_netbuf_set_limit(100000);
	while ((made = rr_netbuf_alloc(0))) {
		made->next = list;
		list = made;
		count++;
	}
	CHECK(count == 100000 / 2016 && rr_netbuf_stats().refused);
	CHECK(!rr_netbuf_alloc_large(2000) && !rr_netbuf_alloc_large(65537));
	rr_netbuf_free_list(list);
	CHECK(!rr_netbuf_stats().bytes && rr_netbuf_stats().most <= 100000);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(expected); i++)
		expected[i] = (uint8_t)rand();
	for (unsigned i = 0; i < 20000; i++)
		random_packet();
	CHECK(!rr_netbuf_stats().bytes && rr_netbuf_stats().limit == 4096 * 4096 / 4);
	limits();
	rr_netbuf_free(NULL);
	return 0;
}
