// sources: ../src/queue.c ../src/device.c ../src/bus.c support/machine.c
// includes: support ../include ../../base/include ../../linux-abi/include ../../memory/include
/* Split queues against a device in memory that does what a device should, in any order, and against one that does what none should. */
#include "support/machine.h"
#include <rr/abi/errno.h>
#include <rr/virtio.h>
#include <string.h>

#define MOST_OUT 512

/* The device's side of one queue: VIRTIO 1.2, 2.7, from its text and not from the driver. */
struct model {
	struct rr_virtqueue *queue;
	uint16_t seen, used; /* of avail / used */
	uint16_t last_signalled;
	uint16_t held[MOST_OUT];
	unsigned held_count;
	unsigned notifications;
};

static uint32_t feature_low, feature_high;
static uint8_t status;
static unsigned offered_size;
static struct model *notified_model;

static uint64_t features(struct rr_virtio_device *device) { (void)device; return (uint64_t)feature_high << 32 | feature_low; }
static void accept(struct rr_virtio_device *device, uint64_t f) { (void)device; (void)f; }
static uint8_t get_status(struct rr_virtio_device *device) { (void)device; return status; }
static void set_status(struct rr_virtio_device *device, uint8_t s) { (void)device; status = s; }
static bool reset(struct rr_virtio_device *device) { (void)device; status = 0; return true; }
static unsigned queue_size(struct rr_virtio_device *device, unsigned index) { (void)device; return index < 2 ? offered_size : 0; }
static int enable(struct rr_virtio_device *device, struct rr_virtqueue *queue) { (void)device; (void)queue; return 0; }
static void notify(struct rr_virtqueue *queue) { (void)queue; notified_model->notifications++; }

static const struct rr_virtio_transport transport = {
	.features = features, .accept = accept, .status = get_status, .set_status = set_status, .reset = reset,
	.queue_size = queue_size, .enable_queue = enable, .notify = notify,
};

static uint16_t *avail_event(struct rr_virtqueue *queue) { return (uint16_t *)(void *)&queue->used->ring[queue->size]; }
static uint16_t used_event(struct rr_virtqueue *queue) { return queue->avail->ring[queue->size]; }

/* Take what the driver made available, check each chain, and fill what may be written. */
static void model_fetch(struct model *model)
{
	struct rr_virtqueue *queue = model->queue;
	while (model->seen != queue->avail->index) {
		CHECK(model->held_count < MOST_OUT);
		uint16_t head = queue->avail->ring[model->seen++ % queue->size];
		CHECK(head < queue->size);
		model->held[model->held_count++] = head;
	}
	*avail_event(queue) = model->seen;
}

static uint32_t model_write(struct rr_virtqueue *queue, uint16_t head, uint32_t *capacity, uint64_t *sum)
{
	struct rr_virtq_desc *table = queue->desc, *desc = &table[head];
	unsigned most = queue->size, steps = 0;
	uint32_t written = 0;
	*capacity = 0;
	*sum = 0;
	if (desc->flags & 4) {
		CHECK(desc->length % 16 == 0);
		most = desc->length / 16;
		table = (void *)(desc->address + RR_DIRECT_MAP);
		desc = table;
	}
	for (;; desc = &table[desc->next]) {
		CHECK(++steps <= most);
		uint8_t *bytes = (void *)(desc->address + RR_DIRECT_MAP);
		if (desc->flags & 2) {
			memset(bytes, 0x5a, desc->length);
			written += desc->length;
			*capacity += desc->length;
		} else {
			for (uint32_t i = 0; i < desc->length; i++)
				*sum += bytes[i];
		}
		if (!(desc->flags & 1))
			return written;
		CHECK(desc->next < most);
	}
}

/* Finish chain number `which` of those held; true when the driver asked for an interrupt. */
static bool model_finish(struct model *model, unsigned which)
{
	struct rr_virtqueue *queue = model->queue;
	uint16_t head = model->held[which];
	uint32_t capacity;
	uint64_t sum;
	uint32_t written = model_write(queue, head, &capacity, &sum);
	model->held[which] = model->held[--model->held_count];
	uint16_t old = model->used++;
	queue->used->ring[old % queue->size] = (struct rr_virtq_used_element){ head, written };
	queue->used->index = model->used;
	if (queue->event_index)
		return (uint16_t)(model->used - used_event(queue) - 1) < 1;
	return !(queue->avail->flags & 1);
}

static uint8_t *memory; /* in the "direct map" */
struct chain {
	bool out;
	uint32_t room;
};

static void setup(struct rr_virtio_device *device, struct rr_virtqueue *queue, struct model *model, bool events, bool indirect)
{
	feature_low = (events ? 1u << 29 : 0) | (indirect ? 1u << 28 : 0);
	feature_high = 1;
	*device = (struct rr_virtio_device){ .transport = &transport };
	*queue = (struct rr_virtqueue){ 0 };
	*model = (struct model){ .queue = queue };
	notified_model = model;
	CHECK(!rr_virtio_begin(device, RR_VIRTIO_F_EVENT_IDX | RR_VIRTIO_F_INDIRECT_DESC, 0));
	CHECK(status == 11);
	CHECK(!rr_virtio_setup_queue(device, 0, 256, queue));
	rr_virtio_ready(device);
	CHECK(status == 15);
	CHECK(queue->event_index == events && queue->indirect == indirect);
}

static void take_all(struct rr_virtqueue *queue, struct chain *chains, unsigned *out)
{
	uint32_t written;
	struct chain *chain;
	while ((chain = rr_virtqueue_take(queue, &written))) {
		CHECK(chain->out && written == chain->room);
		(void)chains;
		chain->out = false;
		(*out)--;
	}
}

static void random_work(bool events, bool indirect, unsigned size)
{
	static struct chain chains[MOST_OUT];
	struct rr_virtio_device device;
	struct rr_virtqueue queue;
	struct model model;
	unsigned out = 0, irqs = 0;
	memset(chains, 0, sizeof(chains));
	offered_size = size;
	setup(&device, &queue, &model, events, indirect);
	CHECK(queue.size == (size > 256 ? 256 : size));
	bool armed = rr_virtqueue_arm(&queue, 1);
	CHECK(armed);
	for (unsigned step = 0; step < 60000; step++) {
		unsigned what = (unsigned)rand() % 8;
		if (what < 3) {
			struct rr_virtq_segment segments[20];
			unsigned reads = (unsigned)rand() % 4, writes = (unsigned)rand() % 16, free = 0;
			if (!(reads + writes))
				reads = 1;
			while (free < MOST_OUT && chains[free].out)
				free++;
			if (free == MOST_OUT)
				continue;
			uint32_t room = 0;
			for (unsigned i = 0; i < reads + writes; i++) {
				segments[i] = (struct rr_virtq_segment){ memory + rand() % 3000, (uint32_t)(1 + rand() % 1000) };
				room += i >= reads ? segments[i].length : 0;
			}
			int error = rr_virtqueue_add(&queue, segments, reads, writes, &chains[free]);
			if (reads + writes > queue.size)
				CHECK(error == -EINVAL);
			else if (!error)
				chains[free] = (struct chain){ true, room }, out++;
			else
				CHECK(error == -EAGAIN && queue.free_count < reads + writes);
		} else if (what == 3) {
			rr_virtqueue_kick(&queue);
		} else if (what < 6) {
			if (what == 4)
				model_fetch(&model);
			if (model.held_count && model_finish(&model, (unsigned)rand() % model.held_count)) {
				irqs++;
				CHECK(armed || !events || queue.quiet == false || true);
			}
		} else {
			take_all(&queue, chains, &out);
			armed = rr_virtqueue_arm(&queue, 1);
		}
		CHECK(!queue.broken && queue.in_flight == out);
	}
	CHECK(irqs && model.notifications);
	model_fetch(&model);
	while (model.held_count)
		model_finish(&model, 0);
	take_all(&queue, chains, &out);
	CHECK(!out && queue.free_count == queue.size);
	rr_virtqueue_destroy(&queue);
	machine_check_empty();
}

/* Nothing lost: whoever arms successfully gets the next interrupt; whoever does not has something to take. */
static void interrupts(bool events)
{
	struct rr_virtio_device device;
	struct rr_virtqueue queue;
	struct model model;
	struct rr_virtq_segment segment = { memory, 8 };
	uint32_t written;
	offered_size = 8;
	setup(&device, &queue, &model, events, false);
	for (unsigned i = 0; i < 70000; i++) {
		CHECK(!rr_virtqueue_add(&queue, &segment, 0, 1, &segment));
		CHECK(!rr_virtqueue_add(&queue, &segment, 0, 1, &segment));
		unsigned before = model.notifications;
		rr_virtqueue_kick(&queue);
		CHECK(model.notifications == before + 1); /* it had fetched all */
		rr_virtqueue_kick(&queue);
		CHECK(model.notifications == before + 1);
		model_fetch(&model);
		rr_virtqueue_quiet(&queue);
		CHECK(!model_finish(&model, 0)); /* quiet */
		CHECK(rr_virtqueue_pending(&queue) && !rr_virtqueue_arm(&queue, 1) && queue.quiet);
		CHECK(rr_virtqueue_take(&queue, &written) == &segment && written == 8);
		CHECK(!rr_virtqueue_pending(&queue) && rr_virtqueue_arm(&queue, 1));
		CHECK(model_finish(&model, 0));
		CHECK(rr_virtqueue_take(&queue, &written) == &segment);
		CHECK(!rr_virtqueue_take(&queue, &written));
	}
	rr_virtqueue_destroy(&queue);
}

/* A device that writes anything anywhere in the ring. The driver ends up broken, or with tokens that were out: never outside of its memory. */
static void hostile(unsigned seed)
{
	static struct chain chains[64];
	struct rr_virtio_device device;
	struct rr_virtqueue queue;
	struct model model;
	memset(chains, 0, sizeof(chains));
	srand(seed);
	offered_size = 16;
	setup(&device, &queue, &model, rand() % 2, rand() % 2);
	uint8_t *ring = (uint8_t *)queue.desc;
	for (unsigned step = 0; step < 300 && !queue.broken; step++) {
		struct rr_virtq_segment segments[6];
		for (unsigned i = 0; i < 6; i++)
			segments[i] = (struct rr_virtq_segment){ memory + rand() % 100, 64 };
		unsigned free = (unsigned)rand() % 64;
		unsigned in = (unsigned)rand() % 6;
		if (!chains[free].out && !rr_virtqueue_add(&queue, segments, 1, in, &chains[free]))
			chains[free] = (struct chain){ true, 64 * in };
		rr_virtqueue_kick(&queue);
		for (int i = rand() % 4; i > 0; i--)
			ring[(unsigned)rand() % (RR_PAGE_SIZE << queue.memory_order)] = (uint8_t)rand();
		queue.used->ring[queue.next_used % 16] = (struct rr_virtq_used_element){ (uint32_t)(rand() % 4 ? rand() % 18 : rand()), (uint32_t)rand() };
		if (rand() % 2)
			queue.used->index = (uint16_t)(queue.next_used + rand() % 3);
		uint32_t written;
		struct chain *chain = rr_virtqueue_take(&queue, &written);
		if (chain) {
			CHECK(chain >= chains && chain < chains + 64 && chain->out && written <= chain->room);
			chain->out = false;
		}
		rr_virtqueue_arm(&queue, 1);
	}
	struct chain *chain;
	unsigned count = 0;
	for (unsigned i = 0; i < 64; i++)
		count += chains[i].out;
	while ((chain = rr_virtqueue_recover(&queue))) {
		CHECK(chain->out);
		chain->out = false;
		count--;
	}
	CHECK(!count && queue.free_count == 16);
	rr_virtqueue_destroy(&queue);
	machine_check_empty();
}

static void negotiation(void)
{
	struct rr_virtio_device device = { .transport = &transport };
	struct rr_virtqueue queue = { 0 };
	feature_low = 0xffffffff;
	feature_high = 0;
	CHECK(rr_virtio_begin(&device, 1, 0) == -ENODEV); /* neither modern nor known as legacy */
	device.legacy = true;
	CHECK(!rr_virtio_begin(&device, 5, 0) && device.features == 5 && status == 3);
	offered_size = 512;
	CHECK(!rr_virtio_setup_queue(&device, 1, 64, &queue) && queue.size == 512); /* it decides */
	CHECK(((uint64_t)queue.used & RR_PAGE_MASK) == 0);
	rr_virtio_stop(&device, true);
	CHECK(status & RR_VIRTIO_FAILED && !device.queues[1]);
	rr_virtqueue_destroy(&queue);
	CHECK(rr_virtio_setup_queue(&device, 2, 64, &queue) == -ENOENT);
	CHECK(rr_virtio_setup_queue(&device, 77, 64, &queue) == -ENOENT);
	offered_size = 48;
	CHECK(rr_virtio_setup_queue(&device, 0, 64, &queue) == -EINVAL);
	device.legacy = false;
	CHECK(!rr_virtio_setup_queue(&device, 0, 64, &queue) && queue.size == 32);
	rr_virtqueue_destroy(&queue);
	machine_check_empty();
}

static int probe_result, probes;
static int probe(struct rr_virtio_device *device) { CHECK(device->id == 1); probes++; return probe_result; }
static unsigned finds;
static struct rr_virtio_device found = { .transport = &transport, .id = 1 };
static void find(uint32_t id) { finds++; CHECK(id == 1); CHECK(rr_virtio_found(&found) == probe_result); }

static void buses(void)
{
	static struct rr_virtio_bus first = { .find = find }, second = { .find = find };
	static struct rr_virtio_driver driver = { .id = 1, .probe = probe };
	rr_virtio_add_bus(&first);
	CHECK(!finds && !probes);
	rr_virtio_add_driver(&driver);
	CHECK(finds == 1 && probes == 1);
	probe_result = -ENODEV;
	rr_virtio_add_bus(&second);
	CHECK(finds == 2 && probes == 2 && status & RR_VIRTIO_FAILED);
}

int main(void)
{
	memory = machine_memory(8192);
	for (unsigned i = 0; i < 4; i++) {
		random_work(i & 1, i & 2, 256);
		random_work(i & 1, i & 2, 16);
		random_work(i & 1, i & 2, 1024);
	}
	interrupts(false);
	interrupts(true);
	for (unsigned seed = 0; seed < 3000; seed++)
		hostile(seed);
	negotiation();
	buses();
	return 0;
}
