// sources: ../src/net.c ../src/receive.c ../src/send.c ../../netdev/src/netbuf.c ../../netdev/src/device.c ../../virtio/src/queue.c ../../virtio/src/device.c ../../virtio/src/bus.c ../../virtio/test/support/machine.c ../../base/src/print.c
// includes: ../../virtio/test/support ../../netdev/include ../../netdev/src ../../virtio/include ../../base/include ../../linux-abi/include ../../memory/include ../../time/include
/* The driver against a card in memory: packets both ways, and a card that writes whatever it likes. No memory is touched that is not its, none is lost. */
#include "machine.h"
#include "poll.h"
#include <rr/abi/errno.h>
#include <rr/clock.h>
#include <rr/panic.h>
#include <rr/print.h>
#include <rr/timer.h>
#include <rr/virtio.h>
#include <string.h>

void rr_virtio_net_init(void);

struct rr_memory_stats rr_memory_stats(void) { return (struct rr_memory_stats){ 16384, 16384 }; }
void rr_panic(const char *format, ...) { (void)format; abort(); }
void rr_log(const char *format, ...) { (void)format; }
uint64_t rr_clock_monotonic(void) { return 0; }
static unsigned retries;
void rr_timer_arm(struct rr_timer *timer, uint64_t deadline) { (void)timer; (void)deadline; retries++; }
bool rr_timer_cancel(struct rr_timer *timer) { (void)timer; return false; }
int netdev_poll_init(void) { return 0; }
void netdev_poll_forget(struct rr_netdev *device) { (void)device; }
void rr_netdev_schedule(struct rr_netdev *device)
{
	device->ops->poll(device, 64);
	if (device->batch)
		netdev_deliver(device);
	device->ops->arm(device);
}

static uint64_t offered;
static uint8_t status, config[12] = { 2, 0, 0, 0, 0, 9, 1, 0, 1, 0, 0xdc, 5 };
static uint16_t seen[2], used[2];
static struct rr_virtqueue *queues[2];

static uint64_t features(struct rr_virtio_device *device) { (void)device; return offered; }
static void accept(struct rr_virtio_device *device, uint64_t f) { (void)device; CHECK(!(f & ~offered)); }
static uint8_t get_status(struct rr_virtio_device *device) { (void)device; return status; }
static void set_status(struct rr_virtio_device *device, uint8_t s) { (void)device; status = s; }
static bool reset(struct rr_virtio_device *device) { (void)device; status = 0; queues[0] = queues[1] = NULL; return true; }
static void read_config(struct rr_virtio_device *device, unsigned offset, void *to, unsigned n) { (void)device; memcpy(to, config + offset, n); }
static uint32_t generation(struct rr_virtio_device *device) { (void)device; return 0; }
static unsigned queue_size(struct rr_virtio_device *device, unsigned index) { (void)device; return index < 2 ? 64 : 0; }
static int enable(struct rr_virtio_device *device, struct rr_virtqueue *queue) { (void)device; queues[queue->index] = queue; seen[queue->index] = used[queue->index] = 0; return 0; }
static void notify(struct rr_virtqueue *queue) { (void)queue; }
static const struct rr_virtio_transport transport = {
	.features = features, .accept = accept, .status = get_status, .set_status = set_status, .reset = reset, .read = read_config,
	.generation = generation, .queue_size = queue_size, .enable_queue = enable, .notify = notify,
};
static struct rr_virtio_device card = { .transport = &transport, .id = RR_VIRTIO_ID_NET };

static unsigned received_packets, received_bytes;
static struct rr_netdev *device;
static void added(struct rr_netdev *which) { device = which; }
static void receive(struct rr_netdev *which, struct rr_netbuf *packets)
{
	CHECK(which == device);
	for (struct rr_netbuf *packet = packets; packet; packet = packet->next) {
		static uint8_t copy[70000];
		uint32_t sum = 0;
		for (struct rr_netbuf *piece = packet; piece; piece = piece->more) {
			CHECK(piece->data >= piece->memory && piece->data + piece->length <= piece->memory + piece->size);
			sum += piece->length;
		}
		CHECK(sum == packet->total && sum <= 65550);
		rr_netbuf_copy(packet, 0, copy, packet->total);
		received_packets++;
		received_bytes += packet->total;
		if (packet->flags & RR_NETBUF_NEEDS_CSUM)
			CHECK(packet->csum_start + packet->csum_offset + 2u <= packet->total);
	}
	rr_netbuf_free_list(packets);
}
static void changed(struct rr_netdev *which) { (void)which; }
static const struct rr_netdev_stack stack = { .added = added, .receive = receive, .changed = changed };

static void finish(unsigned q, uint16_t head, uint32_t length)
{
	struct rr_virtqueue *queue = queues[q];
	queue->used->ring[used[q]++ % queue->size] = (struct rr_virtq_used_element){ head, length };
}
static uint16_t fetch(unsigned q) { return queues[q]->avail->ring[seen[q]++ % queues[q]->size]; }
static void publish(unsigned q) { queues[q]->used->index = used[q]; }
static uint8_t *memory_of(unsigned q, uint16_t head) { return rr_phys_to_virt(queues[q]->desc[head].address); }

/* A packet of `length` bytes over as many buffers as it takes. */
static void deliver(uint32_t length, unsigned header_size, bool mergeable)
{
	uint8_t header[12] = { 0 };
	uint16_t first = fetch(0), head = first;
	uint32_t room = queues[0]->desc[first].length, left = length + header_size;
	uint16_t count = 1;
	for (;;) {
		uint32_t part = left < room ? left : room;
		memset(memory_of(0, head), 0x33, part);
		finish(0, head, part);
		left -= part;
		if (!left)
			break;
		CHECK(mergeable);
		head = fetch(0);
		count++;
	}
	header[10] = (uint8_t)count;
	memcpy(memory_of(0, first), header, header_size);
	publish(0);
	device->ops->poll(device, 64);
	if (device->batch)
		netdev_deliver(device);
}

static void transmit_some(void)
{
	unsigned sent = 0;
	struct rr_netbuf *base = rr_netbuf_alloc_large(60000), *packet;
	int error;
	do {
		packet = rr_netbuf_alloc(RR_NETBUF_HEADROOM);
		memset(rr_netbuf_extend(packet, 54), 1, 54);
		bool large = sent % 2 && device->offloads & RR_NETDEV_TX_TSO4;
		uint32_t part = large ? 20000 : 700;
		rr_netbuf_append(packet, rr_netbuf_view(base, base->data, part));
		rr_netbuf_append(packet, rr_netbuf_view(base, base->data + part, part));
		packet->flags = device->offloads & RR_NETDEV_TX_CSUM ? RR_NETBUF_NEEDS_CSUM : 0;
		packet->gso = large ? RR_NETBUF_GSO_TCPV4 : 0;
		error = rr_netdev_transmit(device, packet);
		sent += !error;
	} while (!error);
	/* A full ring, and a full queue behind it. */
	CHECK(error == -EAGAIN && sent >= 16 + RR_NETDEV_QUEUE && device->queued == RR_NETDEV_QUEUE);
	rr_netbuf_free(packet);
	rr_netdev_flush(device);
	uint64_t before = device->stats.tx_packets;
	unsigned rounds = 0;
	for (; device->queue; rounds++) {
		CHECK(rounds < sent && !queues[1]->quiet);
		while (seen[1] != queues[1]->avail->index) {
			uint16_t head = fetch(1);
			finish(1, head, 0);
		}
		publish(1);
		queues[1]->callback(queues[1]);
	}
	CHECK(rounds > 1 && !device->queue && !device->queued && device->stats.tx_packets == before + RR_NETDEV_QUEUE);
	rr_netbuf_put(base);
}

static void works(uint64_t what, unsigned header_size)
{
	offered = what;
	card.legacy = !(what & RR_VIRTIO_F_VERSION_1);
	bool mergeable = what & 1 << 15;
	CHECK(!rr_netdev_up(device) && (status & 15) == (card.legacy ? 7 : 15));
	received_packets = received_bytes = 0;
	for (unsigned i = 0; i < 300; i++) {
		uint32_t length = mergeable ? 60 + i * 200 : 60 + i % 1400;
		deliver(length, header_size, mergeable);
	}
	CHECK(received_packets == 300);
	transmit_some();
	rr_netdev_down(device);
	CHECK(!rr_netbuf_stats().bytes);
}

static void hostile(unsigned seed)
{
	srand(seed);
	CHECK(!rr_netdev_up(device));
	for (unsigned step = 0; step < 200 && !card.failed; step++) {
		struct rr_virtqueue *rx = queues[0];
		for (int i = rand() % 5; i > 0; i--) {
			uint16_t head = rand() % 50 ? fetch(0) : (uint16_t)rand();
			if (head < rx->size && rx->desc[head].address && rx->desc[head].length >= 12) {
				uint8_t *header = memory_of(0, head);
				for (unsigned b = 0; b < 12; b++)
					header[b] = rand() % 4 ? 0 : (uint8_t)rand();
				header[10] = (uint8_t)(rand() % 20 ? 1 + rand() % 3 : rand());
			}
			finish(0, head, rand() % 3 ? (uint32_t)rand() % 3000 : (uint32_t)rand());
		}
		publish(0);
		if (rand() % 30 == 0)
			rx->used->index = (uint16_t)rand();
		if (rand() % 4 == 0) {
			struct rr_netbuf *packet = rr_netbuf_alloc(RR_NETBUF_HEADROOM);
			memset(rr_netbuf_extend(packet, 60), 0, 60);
			if (rr_netdev_transmit(device, packet))
				rr_netbuf_free(packet);
			else if (rand() % 2)
				finish(1, (uint16_t)(rand() % 70), 0), publish(1);
		}
		device->ops->poll(device, 64);
		if (device->batch)
			netdev_deliver(device);
		device->ops->arm(device);
	}
	rr_netdev_down(device);
	CHECK(!rr_netbuf_stats().bytes);
	card.failed = false;
}

static void no_memory(void)
{
	rr_netbuf_set_limit(20000);
	retries = 0;
	CHECK(!rr_netdev_up(device) && retries && queues[0]->in_flight < 16);
	deliver(100, 12, true);
	rr_netdev_down(device);
	rr_netbuf_set_limit(1 << 24);
}

int main(void)
{
	uint64_t modern = RR_VIRTIO_F_VERSION_1 | 1 << 5 | 1 << 16, offloads = 1 | 2 | 1 << 7 | 1 << 8 | 1 << 11 | 1 << 12 | 1 << 15, ring = RR_VIRTIO_F_EVENT_IDX | RR_VIRTIO_F_INDIRECT_DESC;
	offered = modern | offloads | ring;
	rr_netdev_attach_stack(&stack);
	static struct rr_virtio_bus bus;
	(void)bus;
	rr_virtio_net_init();
	CHECK(!rr_virtio_found(&card) && device && !strcmp(device->name, "eth0") && device->mac[5] == 9 && device->mtu == 1500 && device->link);
	CHECK(rr_netdev_by_name("eth0") == device && rr_netdev_by_index(1) == device && !rr_netdev_by_index(2));
	works(modern | offloads | ring, 12);
	works(modern | offloads, 12);
	works(modern | 1 | 1 << 11 | RR_VIRTIO_F_EVENT_IDX, 12);
	works(modern, 12);
	card.legacy = false;
	offered = modern | offloads | ring;
	for (unsigned seed = 0; seed < 2000; seed++)
		hostile(seed);
	no_memory();
	return 0;
}
