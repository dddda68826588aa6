/*
 * The network stack as the image has it, on the host under sanitisers, with packets from packets.c: stack-fuzz FIRST-SEED SEEDS STEPS [STEP...]
 * Programs use it meanwhile, time (simulated) goes by, memory is short for some. Each seed is a process. In the end all is closed, an hour passes, and nothing may be left.
 * With steps named, only those are done: for making a seed that fails smaller. Exit code 1: some seed failed, whose number is printed.
 */
#include "packets.h"
#include "../../../components/netdev/src/poll.h"
#include "../../../components/net-config/src/config.h"
#include <rr/clock.h>
#include <rr/heap.h>
#include <rr/ip.h>
#include <rr/launch.h>
#include <rr/page.h>
#include <rr/panic.h>
#include <rr/platform.h>
#include <rr/tcp.h>
#include <rr/timer.h>
#include <rr/uaccess.h>
#include <rr/udp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(what) do { if (!(what)) { fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #what); abort(); } } while (0)
#define MOST_TIMERS 4096
#define APPS 48
#define LITTLE_MEMORY 150000u
#define MUCH_MEMORY (8u << 20)
/* Polls of the loopback interface in one step; more are a conversation with oneself that does not end. */
#define MOST_POLLS 3000
#define QUIET_SECONDS 3600

/* --- what is below the stack --- */

static uint64_t now = 1000 * RR_NSEC_PER_SEC, app_random;
static struct rr_timer *armed[MOST_TIMERS];
static unsigned armed_count;
struct rr_launch rr_launch;
void (*rr_platform_settle)(void);
void tcp_settle(void) {}

uint64_t rr_clock_monotonic(void) { return now; }
uint64_t rr_clock_realtime(void) { return now; }

bool rr_timer_cancel(struct rr_timer *timer)
{
	for (unsigned i = 0; i < armed_count; i++)
		if (armed[i] == timer) {
			armed[i] = armed[--armed_count];
			timer->node.level = 0;
			return true;
		}
	return false;
}

void rr_timer_arm(struct rr_timer *timer, uint64_t deadline)
{
	rr_timer_cancel(timer);
	CHECK(armed_count < MOST_TIMERS);
	armed[armed_count++] = timer;
	timer->deadline = deadline;
	timer->node.level = 1;
}

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}
uint64_t rr_random_word(void) { return mix(app_random += 0x9e3779b97f4a7c15u); }
void rr_random_bytes(void *to, size_t length)
{
	for (uint8_t *at = to; length--;)
		*at++ = (uint8_t)rr_random_word();
}
static uint32_t below(uint32_t n) { return n ? (uint32_t)(rr_random_word() % n) : 0; }

/* The host's, so that the sanitiser sees every block by itself. */
void *rr_alloc(size_t size) { return malloc(size); }
void *rr_zalloc(size_t count, size_t size) { return calloc(count, size); }
void rr_free(void *block) { free(block); }
struct rr_memory_stats rr_memory_stats(void) { return (struct rr_memory_stats){ .total_pages = 4096 }; }
void rr_panic(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	abort();
}
void rr_log(const char *format, ...) { (void)format; }

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

/* netdev's thread: devices that have something are polled behind each step */
static struct rr_netdev *scheduled;
int netdev_poll_init(void) { return 0; }
void netdev_poll_forget(struct rr_netdev *device) { (void)device; }
void rr_netdev_schedule(struct rr_netdev *device)
{
	if (!(device->offloads & RR_NETDEV_LOOPBACK) || device->polling)
		return;
	scheduled = device;
}
static void poll_loopback(void)
{
	for (unsigned i = 0; scheduled; i++) {
		struct rr_netdev *device = scheduled;
		CHECK(i < MOST_POLLS);
		device->polling = true;
		device->ops->poll(device, 64);
		if (device->batch)
			netdev_deliver(device);
		device->polling = false;
		if (device->ops->arm(device))
			scheduled = NULL;
	}
}

/* --- the card --- */

static struct packets packets;
static uint64_t sent, refused;

static int card_open(struct rr_netdev *device) { (void)device; return 0; }
static void card_close(struct rr_netdev *device) { (void)device; }
static void card_flush(struct rr_netdev *device) { (void)device; }
static unsigned card_poll(struct rr_netdev *device, unsigned budget) { (void)device, (void)budget; return 0; }
static bool card_arm(struct rr_netdev *device) { (void)device; return true; }

static int card_transmit(struct rr_netdev *device, struct rr_netbuf *packet)
{
	static uint8_t frame[70000];
	uint32_t total = 0;
	for (const struct rr_netbuf *piece = packet; piece; piece = piece->more) {
		CHECK(piece->data >= piece->memory && piece->data + piece->length <= piece->memory + piece->size && piece->refs);
		total += piece->length;
	}
	CHECK(total == packet->total && total >= 14 && rr_netbuf_headroom(packet) >= RR_NETBUF_LINK_HEADROOM && packet->refs == 1);
	CHECK(packet->gso ? total <= 65550 : total <= device->mtu + 14u);
	if (packet->flags & RR_NETBUF_NEEDS_CSUM)
		CHECK(packet->csum_start + packet->csum_offset + 2u <= total);
	if (below(64) == 0) {
		refused++;
		return -11; /* full */
	}
	rr_netbuf_copy(packet, 0, frame, total);
	packets_hear(&packets, frame, total);
	rr_netbuf_free(packet);
	sent++;
	return 0;
}

static const struct rr_netdev_ops card_ops = { .open = card_open, .close = card_close, .transmit = card_transmit, .flush = card_flush, .poll = card_poll, .arm = card_arm };
static struct rr_netdev card = { .mac = { 0x52, 0x54, 0, 0x4c, 0x41, 0x42 }, .mtu = 1500, .most_mtu = 1500, .link = true, .ops = &card_ops, .gso_most = 65536, .most_pieces = 20 };

/* A frame in as many pieces as a device may make of it. */
static void receive(const uint8_t *frame, size_t length)
{
	struct rr_netbuf *packet = NULL;
	for (size_t at = 0; at < length || !packet;) {
		struct rr_netbuf *piece = rr_netbuf_alloc(18);
		size_t room = RR_NETBUF_ROOM - 18, part = below(8) ? room : 1 + below(40);
		if (!piece) {
			rr_netbuf_free(packet);
			return;
		}
		part = part < length - at ? part : length - at;
		memcpy(rr_netbuf_extend(piece, (uint32_t)part), frame + at, part);
		at += part;
		if (packet)
			rr_netbuf_append(packet, piece);
		else
			packet = piece;
	}
	if (below(6) == 0)
		packet->flags = RR_NETBUF_DATA_VALID;
	rr_netdev_received(&card, packet);
	netdev_deliver(&card);
}

/* --- programs --- */

struct app {
	struct rr_tcp_owner owner;
	struct rr_tcp *tcp;
};
static struct app apps[APPS], listener;
static struct rr_udp udps[2];
static struct rr_udp_owner udp_owner;

static void changed(struct rr_tcp_owner *owner, unsigned what) { (void)owner, (void)what; }
static void udp_changed(struct rr_udp_owner *owner) { (void)owner; }

static void listen_again(void)
{
	struct rr_ip any = RR_IP_ANY_V4;
	listener.owner.changed = changed;
	listener.tcp = rr_tcp_create(false, &listener.owner);
	if (!listener.tcp)
		return;
	rr_tcp_settings(listener.tcp)->reuse_address = true;
	rr_tcp_settings(listener.tcp)->keep_alive = below(2);
	rr_tcp_settings(listener.tcp)->receive_buffer = below(2) ? 262144 : 4096;
	if (rr_tcp_bind(listener.tcp, &any, packets.open_tcp) || rr_tcp_listen(listener.tcp, below(2) ? 4 : 200)) {
		rr_tcp_release(listener.tcp, true);
		listener.tcp = NULL;
	}
}

static struct app *free_app(void)
{
	for (unsigned i = 0; i < APPS; i++)
		if (!apps[i].tcp)
			return &apps[i];
	struct app *app = &apps[below(APPS)];
	rr_tcp_release(app->tcp, below(2));
	app->tcp = NULL;
	return app;
}

static void call(void)
{
	struct app *app = free_app();
	struct rr_ip to = rr_ip_v4(rr_net32(below(4) ? packets.address : packets.address + below(3)));
	app->owner.changed = changed;
	app->tcp = rr_tcp_create(false, &app->owner);
	if (app->tcp && rr_tcp_connect(app->tcp, &to, (uint16_t)(1 + below(60000)))) {
		rr_tcp_release(app->tcp, false);
		app->tcp = NULL;
	}
}

static void use(struct app *app)
{
	static uint8_t buffer[16384];
	struct rr_tcp_view view;
	struct rr_tcp_info info;
	struct rr_iovec vector = { (uint64_t)(uintptr_t)buffer, 1 + below(sizeof(buffer)) };
	struct rr_uio uio = { &vector, 1, 0, vector.length, true };
	rr_tcp_look(app->tcp, &view);
	rr_tcp_info(app->tcp, &info);
	switch (below(12)) {
	case 0: case 1: case 2: case 3: rr_tcp_read(app->tcp, &uio, below(4) == 0, below(8) == 0); break;
	case 4: case 5: case 6: rr_tcp_write(app->tcp, &uio, below(4) == 0); break;
	case 7: rr_tcp_shutdown(app->tcp, below(2), below(2)); break;
	case 8: rr_tcp_take_error(app->tcp); break;
	case 9: rr_tcp_settings(app->tcp)->cork = below(2); rr_tcp_settings(app->tcp)->no_delay = below(2); rr_tcp_push(app->tcp); break;
	case 10:
		if (view.state == RR_TCP_CLOSED || below(4) == 0) {
			rr_tcp_release(app->tcp, below(2));
			app->tcp = NULL;
		}
		break;
	case 11: rr_tcp_settings(app->tcp)->receive_buffer = 1 + below(300000); break;
	}
}

static void use_udp(struct rr_udp *udp)
{
	struct rr_udp_datagram datagram;
	struct rr_ip to = rr_ip_v4(rr_net32(packets.address));
	if (rr_udp_first(udp, &datagram, true)) {
		rr_netbuf_free(datagram.packet);
		return;
	}
	struct rr_netbuf *packet = rr_netbuf_alloc(RR_NETBUF_HEADROOM);
	if (packet) {
		rr_netbuf_extend(packet, below(1400));
		rr_udp_send(udp, packet, &to, (uint16_t)(1 + below(2000)));
	}
}

static void programs(void)
{
	struct rr_tcp *tcp;
	if (listener.tcp && below(2) && (tcp = rr_tcp_accept(listener.tcp))) {
		struct app *app = free_app();
		app->owner.changed = changed;
		app->tcp = tcp;
		rr_tcp_set_owner(tcp, &app->owner);
	}
	if (below(40) == 0)
		call();
	for (unsigned i = 0; i < APPS; i++)
		if (apps[i].tcp && below(3) == 0)
			use(&apps[i]);
	use_udp(&udps[below(2)]);
	if (below(300) == 0 && listener.tcp) {
		rr_tcp_release(listener.tcp, false);
		listener.tcp = NULL;
	}
	if (!listener.tcp)
		listen_again();
}

/* --- a seed --- */

static void pass(uint64_t ns)
{
	uint64_t end = now + ns;
	for (;;) {
		struct rr_timer *first = NULL;
		for (unsigned i = 0; i < armed_count; i++)
			if (!first || armed[i]->deadline < first->deadline)
				first = armed[i];
		if (!first || first->deadline > end)
			break;
		now = first->deadline > now ? first->deadline : now;
		rr_timer_cancel(first);
		first->fire(first);
		rr_netdev_writable(&card);
		poll_loopback();
	}
	now = end;
	while (card.queued)
		rr_netdev_writable(&card);
}

void rr_ip_init(void);
void rr_ip6_init(void);
void rr_loopback_init(void);

static void begin(uint64_t seed)
{
	struct rr_ip address, any = RR_IP_ANY_V4;
	app_random = mix(seed + 3);
	packets_init(&packets, card.mac);
	address = rr_ip_v4(rr_net32(packets.their_address));
	/* sometimes a card that takes large packets and makes checksums */
	card.offloads = seed % 2 ? RR_NETDEV_TX_CSUM | RR_NETDEV_TX_TSO4 | RR_NETDEV_TX_TSO6 : 0;
	rr_netbuf_set_limit(seed % 4 ? MUCH_MEMORY : LITTLE_MEMORY);
	rr_ip_init();
	rr_ip6_init();
	rr_loopback_init();
	CHECK(!rr_netdev_register(&card));
	rr_udp_start();
	rr_tcp_init();
	if (seed % 3)
		CHECK(!rr_ip_add_address(&card, &address, 24));
	else
		dhcp_start(&card);
	udp_owner.changed = udp_changed;
	for (unsigned i = 0; i < 2; i++)
		rr_udp_init(&udps[i], false, &udp_owner);
	CHECK(!rr_udp_bind(&udps[0], &any, packets.open_udp));
	listen_again();
}

static void tell(void *unused, const struct rr_tcp_entry *entry)
{
	(void)unused;
	fprintf(stderr, "left: state %u, port %u to %u, in %u, out %u, timer %u at %lu\n", entry->view.state, entry->view.local_port, entry->view.remote_port,
		entry->view.queued_in, entry->view.queued_out, entry->timer, (unsigned long)entry->timer_at);
}

static void end(void)
{
	for (unsigned i = 0; i < APPS; i++)
		if (apps[i].tcp)
			rr_tcp_release(apps[i].tcp, below(2));
	if (listener.tcp)
		rr_tcp_release(listener.tcp, false);
	for (unsigned i = 0; i < 2; i++)
		rr_udp_close(&udps[i]);
	poll_loopback();
	pass(QUIET_SECONDS * RR_NSEC_PER_SEC);
	struct rr_tcp_counts counts = rr_tcp_counts();
	rr_tcp_each(tell, NULL);
	CHECK(!counts.endpoints && !counts.time_wait && !counts.half_open);
	struct rr_netbuf_stats stats = rr_netbuf_stats();
	if (stats.bytes)
		fprintf(stderr, "%lu bytes of packets are left\n", (unsigned long)stats.bytes);
	CHECK(!stats.bytes);
}

static void step(uint64_t seed, uint64_t number)
{
	static uint8_t frame[MOST_PACKET];
	app_random = mix(seed * 31 + number);
	size_t length = packets_make(&packets, seed, number, frame);
	CHECK(length && length <= sizeof(frame));
	receive(frame, length);
	poll_loopback();
	programs();
	poll_loopback();
	pass(below(60) ? below(3000000) : below(20) ? below(1000) * 1000000ul : below(150) * RR_NSEC_PER_SEC);
	CHECK(rr_netbuf_stats().bytes <= rr_netbuf_stats().limit);
}

static void run(uint64_t seed, uint64_t steps, char **only, int only_count)
{
	begin(seed);
	for (uint64_t i = 0; i < steps && !only_count; i++)
		step(seed, i);
	for (int i = 0; i < only_count; i++)
		step(seed, strtoull(only[i], NULL, 0));
	end();
}

int main(int argc, char **argv)
{
	if (argc < 4) {
		fprintf(stderr, "usage: stack-fuzz FIRST-SEED SEEDS STEPS [STEP...]\n");
		return 2;
	}
	uint64_t first = strtoull(argv[1], NULL, 0), count = strtoull(argv[2], NULL, 0), steps = strtoull(argv[3], NULL, 0);
	for (uint64_t seed = first; seed < first + count; seed++) {
		int status;
		pid_t child = fork();
		if (!child) {
			alarm(60);
			run(seed, steps, argv + 4, argc - 4);
			if (getenv("V"))
				fprintf(stderr, "seed %lu: %lu frames sent, %lu refused, %lu cookies, %lu resets, %lu retransmitted\n", seed, sent, refused, rr_tcp_counts().cookies_sent, rr_tcp_counts().resets_sent, rr_tcp_counts().retransmits);
			_exit(0);
		}
		if (child < 0 || waitpid(child, &status, 0) != child || status) {
			printf("seed %lu failed\n", (unsigned long)seed);
			return 1;
		}
	}
	return 0;
}
