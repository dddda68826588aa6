// sources: ../src/calls.c ../src/cookie.c ../src/endpoint.c ../src/hash.c ../src/input.c ../src/listen.c ../src/loss.c ../src/memory.c ../src/options.c ../src/output.c ../src/receive.c ../src/segment.c ../src/send.c ../src/table.c ../src/time-wait.c ../src/timers.c ../src/urgent.c ../../netdev/src/netbuf.c ../../memory/src/page.c ../../memory/src/heap.c ../../memory/src/x86_64/paging.c ../../memory/test/support/machine.c
// includes: ../../memory/test/support ../include ../../ip/include ../../netdev/include ../../memory/include ../../base/include ../../linux-abi/include ../../platform/include ../../time/include ../../random/include ../../vm/include ../../cpu/include
/*
 * Connections over a link that delays, loses, reorders and repeats: both ends live in this one stack. Time is simulated. Every transfer must arrive intact and
 * end, and nothing may be left over.
 */
#include "../../memory/test/support/machine.h"
#include "../src/internal.h"
#include <errno.h>
#include <rr/heap.h>
#include <rr/page.h>
#include <rr/platform.h>
#include <rr/uaccess.h>
#include <string.h>

/* --- time --- */

static uint64_t now = RR_NSEC_PER_SEC;
static struct rr_timer *armed[512];

uint64_t rr_clock_monotonic(void) { return now; }

bool rr_timer_cancel(struct rr_timer *timer)
{
	bool was = timer->node.level;
	for (unsigned i = 0; i < RR_ARRAY_SIZE(armed); i++)
		if (armed[i] == timer)
			armed[i] = NULL;
	timer->node.level = 0;
	return was;
}

void rr_timer_arm(struct rr_timer *timer, uint64_t deadline)
{
	unsigned i = 0;
	rr_timer_cancel(timer);
	while (armed[i])
		CHECK(++i < RR_ARRAY_SIZE(armed));
	armed[i] = timer;
	timer->deadline = deadline;
	timer->node.level = 1;
}

static struct rr_timer *first_timer(void)
{
	struct rr_timer *first = NULL;
	for (unsigned i = 0; i < RR_ARRAY_SIZE(armed); i++)
		if (armed[i] && (!first || armed[i]->deadline < first->deadline))
			first = armed[i];
	return first;
}

void rr_random_bytes(void *to, size_t length)
{
	for (uint8_t *at = to; length--;)
		*at++ = (uint8_t)rand();
}
uint64_t rr_random_word(void) { return (uint64_t)rand() << 32 | (uint32_t)rand(); }

int rr_uio_read(struct rr_uio *uio, void *to, size_t length)
{
	memcpy(to, (char *)uio->vectors->base + uio->done_in_first, length);
	uio->done_in_first += length;
	uio->remaining -= length;
	return 0;
}

int rr_uio_write(struct rr_uio *uio, const void *from, size_t length)
{
	memcpy((char *)uio->vectors->base + uio->done_in_first, from, length);
	uio->done_in_first += length;
	uio->remaining -= length;
	return 0;
}

/* The machine's end is tried in machines (test/net-trouble.test.ts). */
void (*rr_platform_settle)(void);
void tcp_settle(void) {}

/* --- the link --- */

struct trouble {
	unsigned lose, repeat, reorder; /* percent */
	uint64_t delay;                 /* ns */
	bool tso;
	uint32_t mtu;
};

struct flying {
	struct flying *next;
	struct rr_netbuf *packet;
	struct rr_ip from, to;
	uint64_t at;
};

static struct trouble trouble;
static struct rr_netdev device = { .gso_most = 65536, .most_pieces = 20 };
static struct flying *in_the_air;
static uint64_t sent, delivered, largest;
uint32_t rr_ip_generation;
static const struct rr_ip_protocol *tcp;

void rr_ip_set_protocol(uint8_t number, const struct rr_ip_protocol *protocol) { CHECK(number == 6); tcp = protocol; }
bool rr_ip_is_ours(const struct rr_ip *ip) { return rr_ip_is_loopback(ip); }
void rr_ip_flush(void) {}

int rr_ip_find_path(const struct rr_ip *to, const struct rr_ip *from, unsigned number, struct rr_ip_path *path)
{
	(void)number;
	device.offloads = trouble.tso ? RR_NETDEV_TX_TSO4 : 0;
	*path = (struct rr_ip_path){ .device = &device, .source = rr_ip_is_any(from) ? rr_ip_v4(rr_net32(0x7f000002)) : *from, .next_hop = *to, .mtu = trouble.mtu,
		.generation = rr_ip_generation };
	return 0;
}

uint16_t rr_ip_pseudo_sum(const struct rr_ip *from, const struct rr_ip *to, uint8_t protocol, uint32_t length)
{
	(void)from, (void)to, (void)protocol;
	return (uint16_t)length;
}
uint16_t rr_ip_checksum(const struct rr_netbuf *packet, uint32_t offset, uint16_t sum)
{
	(void)packet, (void)offset, (void)sum;
	return 0;
}

/* What the other side gets: memory of its own. */
static struct rr_netbuf *copy(const struct rr_netbuf *packet, uint32_t from, uint32_t length, uint32_t header, uint32_t seq_add, bool last)
{
	struct rr_netbuf *new = header + length <= RR_NETBUF_ROOM ? rr_netbuf_alloc(0) : rr_netbuf_alloc_large(header + length);
	if (!new)
		return NULL;
	rr_netbuf_copy(packet, 0, rr_netbuf_extend(new, header), header);
	uint32_t seq;
	memcpy(&seq, new->data + 4, 4);
	seq = rr_net32(rr_net32(seq) + seq_add);
	memcpy(new->data + 4, &seq, 4);
	if (!last)
		new->data[13] &= (uint8_t)~(FIN | PSH);
	rr_netbuf_copy(packet, header + from, rr_netbuf_extend(new, length), length);
	return new;
}

static void fly(struct rr_netbuf *packet, const struct rr_ip_header *header)
{
	sent++;
	if (!packet || rand() % 100 < (int)trouble.lose) {
		rr_netbuf_free(packet);
		return;
	}
	for (unsigned copies = 1 + (rand() % 100 < (int)trouble.repeat); copies; copies--) {
		struct flying *flying = malloc(sizeof(*flying)), **link = &in_the_air;
		uint64_t late = rand() % 100 < (int)trouble.reorder ? (uint64_t)(rand() % 5) * trouble.delay : 0;
		*flying = (struct flying){ .packet = copies > 1 ? copy(packet, 0, 0, packet->total, 0, true) : packet, .from = header->from, .to = header->to,
			.at = now + trouble.delay + late };
		if (!flying->packet) {
			free(flying);
			continue;
		}
		while (*link && (*link)->at <= flying->at)
			link = &(*link)->next;
		flying->next = *link;
		*link = flying;
	}
}

static unsigned doubts;
void rr_ip_doubt(const struct rr_ip_path *path)
{
	CHECK(path->device);
	doubts++;
}

int rr_ip_send(struct rr_netbuf *packet, const struct rr_ip_path *path, const struct rr_ip_header *header)
{
	uint32_t head = (uint32_t)(packet->data[12] >> 4) * 4, payload = packet->total - head, segment = packet->gso ? packet->gso_size : payload;
	(void)path;
	largest = rr_max(largest, (uint64_t)payload);
	CHECK(segment + head + 20 <= trouble.mtu);
	CHECK(packet->gso || payload == segment);
	for (uint32_t at = 0; at < payload || !payload; at += segment) {
		uint32_t length = rr_min(segment, payload - at);
		fly(copy(packet, at, length, head, at, at + length == payload), header);
		if (!payload)
			break;
	}
	rr_netbuf_free(packet);
	return 0;
}

/* Let time pass up to the next thing that happens. False: nothing ever will. */
static bool step(void)
{
	struct rr_timer *timer = first_timer();
	if (!timer && !in_the_air)
		return false;
	if (!in_the_air || (timer && timer->deadline < in_the_air->at)) {
		now = rr_max(now, timer->deadline);
		rr_timer_cancel(timer);
		timer->fire(timer);
		return true;
	}
	struct flying *flying = in_the_air;
	in_the_air = flying->next;
	now = rr_max(now, flying->at);
	delivered++;
	tcp->receive(flying->packet, &(struct rr_ip_received){ .from = flying->from, .to = flying->to, .device = &device, .protocol = 6, .checked = true });
	free(flying);
	return true;
}

/* --- transfers --- */

#define PORT 80
#define TOTAL 300000

struct side {
	struct rr_tcp_owner owner;
	struct rr_tcp *tcp;
	unsigned told;
	uint32_t sent, received, total; /* bytes */
	bool shut;
};

static void changed(struct rr_tcp_owner *owner, unsigned what) { rr_container_of(owner, struct side, owner)->told |= what; }

static uint8_t byte_at(uint32_t position, bool client) { return (uint8_t)(position * 7 + position / 251 + client); }

static void work(struct side *side, bool client, unsigned chunk)
{
	uint8_t buffer[8192];
	struct rr_iovec vector = { (uint64_t)(uintptr_t)buffer, 0 };
	long n;
	while (side->sent < side->total) {
		vector.length = 1 + (uint32_t)rand() % rr_min(chunk, side->total - side->sent);
		for (uint32_t i = 0; i < vector.length; i++)
			buffer[i] = byte_at(side->sent + i, client);
		struct rr_uio uio = { &vector, 1, 0, vector.length, true };
		if ((n = rr_tcp_write(side->tcp, &uio, false)) <= 0)
			break;
		side->sent += (uint32_t)n;
	}
	if (side->sent == side->total && !side->shut) {
		struct rr_tcp_view view;
		rr_tcp_look(side->tcp, &view);
		if (view.state == RR_TCP_ESTABLISHED || view.state == RR_TCP_CLOSE_WAIT) {
			CHECK(!rr_tcp_shutdown(side->tcp, false, true));
			side->shut = true;
		}
	}
	for (;;) {
		vector.length = 1 + (uint32_t)rand() % chunk;
		struct rr_uio uio = { &vector, 1, 0, vector.length, true };
		n = rr_tcp_read(side->tcp, &uio, false, false);
		if (n <= 0)
			break;
		for (long i = 0; i < n; i++)
			CHECK(buffer[i] == byte_at(side->received + (uint32_t)i, !client));
		side->received += (uint32_t)n;
	}
	CHECK(n == -EAGAIN || n == 0);
}

static bool at_end(const struct side *side)
{
	struct rr_tcp_view view;
	rr_tcp_look(side->tcp, &view);
	CHECK(!view.error);
	return view.read_end && !view.queued_in;
}

static void transfer(const struct trouble *with, uint32_t up, uint32_t down, unsigned chunk, uint32_t buffer)
{
	struct side listener = { .owner.changed = changed }, client = { .owner.changed = changed, .total = up }, server = { .owner.changed = changed, .total = down };
	struct rr_ip here = rr_ip_v4(rr_net32(0x7f000001));
	trouble = *with;
	rr_ip_generation++;
	listener.tcp = rr_tcp_create(false, &listener.owner);
	rr_tcp_settings(listener.tcp)->receive_buffer = buffer;
	rr_tcp_settings(listener.tcp)->send_buffer = buffer;
	rr_tcp_settings(listener.tcp)->reuse_address = true;
	CHECK(!rr_tcp_bind(listener.tcp, &here, PORT) && !rr_tcp_listen(listener.tcp, 5));
	client.tcp = rr_tcp_create(false, &client.owner);
	rr_tcp_settings(client.tcp)->receive_buffer = buffer;
	rr_tcp_settings(client.tcp)->send_buffer = buffer;
	CHECK(!rr_tcp_connect(client.tcp, &here, PORT));
	uint64_t began = now;
	unsigned steps = 0;
	while (!server.tcp || !at_end(&server) || !at_end(&client)) {
		CHECK(step() && ++steps < 3000000);
		if (now - began > 3000 * RR_NSEC_PER_SEC) {
			fprintf(stderr, "stuck: client sent %u received %u, server sent %u received %u\n", client.sent, client.received, server.sent, server.received);
			exit(1);
		}
		if (!server.tcp && (server.tcp = rr_tcp_accept(listener.tcp)))
			rr_tcp_set_owner(server.tcp, &server.owner);
		work(&client, true, chunk);
		if (server.tcp)
			work(&server, false, chunk);
	}
	if (getenv("V")) fprintf(stderr, "lose %u repeat %u reorder %u mtu %u tso %d buffer %u: %u up %u down, %u steps, %.3f s, %u retransmits\n", with->lose, with->repeat, with->reorder, with->mtu, with->tso, buffer, up, down, steps, (double)(now - began) / 1e9, (unsigned)rr_tcp_counts().retransmits);
	CHECK(client.received == down && server.received == up);
	rr_tcp_release(client.tcp, false);
	rr_tcp_release(server.tcp, false);
	rr_tcp_release(listener.tcp, false);
	while (step())
		CHECK(++steps < 3000000);
	struct rr_tcp_counts counts = rr_tcp_counts();
	CHECK(!counts.endpoints && !counts.time_wait && !counts.half_open);
	CHECK(!first_timer());
}

static void refused(void)
{
	struct side client = { .owner.changed = changed };
	struct rr_ip here = rr_ip_v4(rr_net32(0x7f000001));
	client.tcp = rr_tcp_create(false, &client.owner);
	CHECK(!rr_tcp_connect(client.tcp, &here, 81));
	while (step())
		;
	CHECK(client.told & RR_TCP_HANGUP && rr_tcp_take_error(client.tcp) == ECONNREFUSED && !rr_tcp_take_error(client.tcp));
	rr_tcp_release(client.tcp, false);
	CHECK(!rr_tcp_counts().endpoints);
}

static void unanswered(void)
{
	struct side client = { .owner.changed = changed };
	struct rr_ip here = rr_ip_v4(rr_net32(0x7f000001));
	trouble.lose = 100;
	client.tcp = rr_tcp_create(false, &client.owner);
	CHECK(!rr_tcp_connect(client.tcp, &here, 81));
	uint64_t began = now;
	while (step())
		;
	CHECK(doubts >= 3); /* whether the neighbour is still who it was */
	CHECK(rr_tcp_take_error(client.tcp) == ETIMEDOUT && now - began > 100 * RR_NSEC_PER_SEC && now - began < 200 * RR_NSEC_PER_SEC);
	rr_tcp_release(client.tcp, false);
	trouble.lose = 0;
}

/* More half-open connections than a listener remembers: the real one gets through all the same. */
static void flood(void)
{
	struct side listener = { .owner.changed = changed }, client = { .owner.changed = changed };
	struct rr_ip here = rr_ip_v4(rr_net32(0x7f000001));
	listener.tcp = rr_tcp_create(false, &listener.owner);
	CHECK(!rr_tcp_bind(listener.tcp, &here, PORT) && !rr_tcp_listen(listener.tcp, 5));
	for (unsigned i = 0; i < 1000; i++) {
		struct rr_netbuf *packet = rr_netbuf_alloc(0);
		uint8_t *header = rr_netbuf_extend(packet, 20);
		memset(header, 0, 20);
		header[0] = (uint8_t)(i >> 8), header[1] = (uint8_t)i | 1, header[3] = PORT, header[12] = 0x50, header[13] = SYN, header[14] = 1;
		tcp->receive(packet, &(struct rr_ip_received){ .from = rr_ip_v4(rr_net32(0x7f010000 + i)), .to = here, .device = &device, .protocol = 6, .checked = true });
	}
	CHECK(rr_tcp_counts().half_open == 128 && rr_tcp_counts().cookies_sent == 872);
	while (in_the_air) { /* nobody is there for the answers */
		struct flying *flying = in_the_air;
		in_the_air = flying->next;
		rr_netbuf_free(flying->packet);
		free(flying);
	}
	client.tcp = rr_tcp_create(false, &client.owner);
	CHECK(!rr_tcp_connect(client.tcp, &here, PORT));
	for (unsigned i = 0; i < 3; i++)
		CHECK(step());
	struct rr_tcp *server = rr_tcp_accept(listener.tcp);
	CHECK(server && rr_tcp_counts().cookies_good == 1);
	rr_tcp_release(server, true);
	rr_tcp_release(client.tcp, true);
	rr_tcp_release(listener.tcp, false);
	while (step())
		;
	CHECK(!rr_tcp_counts().endpoints && !rr_tcp_counts().half_open);
}

/* `listener`, which is not one yet, listens, and `client` connects to it: the connection at the listener's side. */
static struct rr_tcp *meet(struct side *listener, struct side *client, const struct rr_ip *here)
{
	struct rr_tcp *server;
	CHECK(!rr_tcp_bind(listener->tcp, here, PORT) && !rr_tcp_listen(listener->tcp, 5));
	client->tcp = rr_tcp_create(false, &client->owner);
	CHECK(!rr_tcp_connect(client->tcp, here, PORT));
	while (!(server = rr_tcp_accept(listener->tcp)))
		CHECK(step());
	return server;
}

/* A window that stays closed for hours ends nothing as long as probes are answered. */
static void closed_window(void)
{
	static uint8_t much[65536];
	struct side listener = { .owner.changed = changed }, client = { .owner.changed = changed };
	struct rr_ip here = rr_ip_v4(rr_net32(0x7f000001));
	listener.tcp = rr_tcp_create(false, &listener.owner);
	rr_tcp_settings(listener.tcp)->receive_buffer = 4096;
	struct rr_tcp *server = meet(&listener, &client, &here);
	struct rr_iovec vector = { (uint64_t)(uintptr_t)much, sizeof(much) };
	struct rr_uio uio = { &vector, 1, 0, sizeof(much), true };
	long left = rr_tcp_write(client.tcp, &uio, false);
	CHECK(left > 4096);
	for (uint64_t until = now + 4 * 3600 * RR_NSEC_PER_SEC; now < until;)
		CHECK(step());
	for (unsigned steps = 0; left; steps++) {
		CHECK(steps < 100000);
		struct rr_uio in = { &vector, 1, 0, sizeof(much), true };
		vector.length = sizeof(much);
		long n = rr_tcp_read(server, &in, false, false);
		CHECK(n > 0 || n == -EAGAIN);
		left -= n > 0 ? n : 0;
		if (left)
			CHECK(step());
	}
	rr_tcp_release(server, true);
	rr_tcp_release(client.tcp, true);
	rr_tcp_release(listener.tcp, false);
	while (step())
		;
	CHECK(!rr_tcp_counts().endpoints);
}

/* A FIN that came early, and once more with what filled the hole before it, takes one number. */
static void repeated_fin(void)
{
	struct side listener = { .owner.changed = changed }, client = { .owner.changed = changed };
	struct rr_ip here = rr_ip_v4(rr_net32(0x7f000001));
	listener.tcp = rr_tcp_create(false, &listener.owner);
	struct rr_tcp *server = meet(&listener, &client, &here);
	uint32_t next = server->rnext;
	for (unsigned i = 0; i < 2; i++) {
		uint32_t skip = i ? 0 : 12, seq = rr_net32(next + skip), ack = rr_net32(server->next), ts = rr_net32(server->ts_recent);
		struct rr_netbuf *packet = rr_netbuf_alloc(0);
		uint8_t *header = rr_netbuf_extend(packet, 32 + 20 - skip);
		memset(header, 0, 32 + 20 - skip);
		rr_net_put16(header, client.tcp->end.local_port);
		rr_net_put16(header + 2, PORT);
		memcpy(header + 4, &seq, 4);
		memcpy(header + 8, &ack, 4);
		header[12] = 0x80, header[13] = ACK | FIN, header[14] = 0xff, header[20] = header[21] = 1, header[22] = 8, header[23] = 10;
		memcpy(header + 24, &ts, 4);
		tcp->receive(packet, &(struct rr_ip_received){ .from = client.tcp->end.local, .to = here, .device = &device, .protocol = 6, .checked = true });
	}
	CHECK(server->fin_received && server->rnext == next + 21 && server->in_bytes == 20 && !server->early && !server->early_count);
	rr_tcp_release(server, true);
	rr_tcp_release(client.tcp, true);
	rr_tcp_release(listener.tcp, false);
	while (step())
		;
	CHECK(!rr_tcp_counts().endpoints);
}

int main(void)
{
	machine_add_memory(16384, 0);
	machine_start();
	rr_tcp_init();
	static const struct trouble troubles[] = {
		{ 0, 0, 0, 1000, true, 65535 }, { 3, 1, 5, 1000, true, 65535 },
		{ 0, 0, 0, 50000, false, 1500 }, { 0, 0, 0, 50000, true, 1500 }, { 1, 1, 1, 1000000, true, 1500 }, { 5, 3, 10, 5000000, true, 1500 },
		{ 5, 3, 10, 5000000, false, 576 }, { 20, 5, 20, 20000000, true, 1500 }, { 0, 20, 50, 1000000, true, 9000 }, { 10, 0, 0, 100000, true, 1500 },
	};
	uint64_t free_before = 0;
	for (unsigned seed = 1; seed <= 12; seed++)
		for (unsigned i = 0; i < RR_ARRAY_SIZE(troubles); i++) {
			srand(seed * 100 + i);
			static const uint32_t buffers[] = { 262144, 65536, 4096, 16384 };
			static const unsigned chunks[] = { 8192, 1000, 100, 8000 };
			uint32_t up = (uint32_t)rand() % TOTAL, down = seed % 3 ? (uint32_t)rand() % TOTAL : 0;
			if (seed % 4 == 2)
				up /= 10, down /= 10;
			transfer(&troubles[i], up, down, chunks[seed % 4], buffers[seed % 4]);
			if (seed == 1 && i == 0)
				free_before = rr_netbuf_stats().bytes;
			CHECK(rr_netbuf_stats().bytes == free_before);
		}
	trouble = troubles[0];
	refused();
	unanswered();
	flood();
	repeated_fin();
	closed_window();
	CHECK(rr_netbuf_stats().bytes == free_before);
	CHECK(largest > 4 * 1460); /* the device was given work */
	printf("%lu segments sent, %lu delivered\n", (unsigned long)sent, (unsigned long)delivered);
	return 0;
}
