#include "command-line.h"
#include <rr/abi/errno.h>
#include <rr/heap.h>
#include <rr/irq.h>
#include <rr/page.h>
#include <rr/paging.h>
#include <rr/platform.h>
#include <rr/print.h>
#include <rr/string.h>
#include <rr/virtio.h>

void rr_virtio_mmio_init(void);

/* VIRTIO 1.2, 4.2.2, table 4.1; 4.2.4 for the legacy ones */
#define REG_MAGIC 0x000
#define REG_VERSION 0x004
#define REG_DEVICE 0x008
#define REG_DEVICE_FEATURES 0x010
#define REG_DEVICE_FEATURES_SELECT 0x014
#define REG_DRIVER_FEATURES 0x020
#define REG_DRIVER_FEATURES_SELECT 0x024
#define REG_GUEST_PAGE_SIZE 0x028
#define REG_QUEUE_SELECT 0x030
#define REG_QUEUE_SIZE_MAX 0x034
#define REG_QUEUE_SIZE 0x038
#define REG_QUEUE_ALIGN 0x03c
#define REG_QUEUE_PFN 0x040
#define REG_QUEUE_READY 0x044
#define REG_QUEUE_NOTIFY 0x050
#define REG_INTERRUPT_STATUS 0x060
#define REG_INTERRUPT_ACK 0x064
#define REG_STATUS 0x070
#define REG_QUEUE_DESC 0x080
#define REG_QUEUE_DRIVER 0x090
#define REG_QUEUE_DEVICE 0x0a0
#define REG_GENERATION 0x0fc
#define REG_CONFIG 0x100
#define MAGIC 0x74726976u
#define CAUSE_QUEUES 1u
#define CAUSE_CONFIG 2u
#define RESET_TRIES 1000u
#define INTERRUPT_ROUNDS 16u

struct mmio_device {
	struct rr_virtio_device virtio;
	volatile uint8_t *registers;
	uint64_t size;
	unsigned line;
	bool attached;
};

static struct mmio_device *mmio_of(const struct rr_virtio_device *device) { return rr_container_of(device, struct mmio_device, virtio); }
static uint32_t get(const struct rr_virtio_device *device, unsigned reg) { return *(volatile uint32_t *)(mmio_of(device)->registers + reg); }
static void put(const struct rr_virtio_device *device, unsigned reg, uint32_t value) { *(volatile uint32_t *)(mmio_of(device)->registers + reg) = value; }
static void put_address(const struct rr_virtio_device *device, unsigned reg, const volatile void *address)
{
	rr_phys phys = rr_virt_to_phys((const void *)address);
	put(device, reg, (uint32_t)phys);
	put(device, reg + 4, (uint32_t)(phys >> 32));
}

static uint64_t features(struct rr_virtio_device *device)
{
	uint64_t all = 0;
	for (unsigned i = 0; i < (device->legacy ? 1 : 2); i++) {
		put(device, REG_DEVICE_FEATURES_SELECT, i);
		all |= (uint64_t)get(device, REG_DEVICE_FEATURES) << 32 * i;
	}
	return all;
}

static void accept(struct rr_virtio_device *device, uint64_t features)
{
	for (unsigned i = 0; i < (device->legacy ? 1 : 2); i++) {
		put(device, REG_DRIVER_FEATURES_SELECT, i);
		put(device, REG_DRIVER_FEATURES, (uint32_t)(features >> 32 * i));
	}
	if (device->legacy)
		put(device, REG_GUEST_PAGE_SIZE, RR_PAGE_SIZE);
}

static uint8_t status(struct rr_virtio_device *device) { return (uint8_t)get(device, REG_STATUS); }
static void set_status(struct rr_virtio_device *device, uint8_t status) { put(device, REG_STATUS, status); }

static bool reset(struct rr_virtio_device *device)
{
	put(device, REG_STATUS, 0);
	for (unsigned i = 0; i < RESET_TRIES; i++)
		if (!get(device, REG_STATUS))
			return true;
	return false;
}

static void read_config(struct rr_virtio_device *device, unsigned offset, void *to, unsigned length)
{
	struct mmio_device *mmio = mmio_of(device);
	for (unsigned i = 0; i < length; i++)
		((uint8_t *)to)[i] = REG_CONFIG + offset + i < mmio->size ? mmio->registers[REG_CONFIG + offset + i] : 0;
}

static void write_config(struct rr_virtio_device *device, unsigned offset, const void *from, unsigned length)
{
	struct mmio_device *mmio = mmio_of(device);
	for (unsigned i = 0; i < length && REG_CONFIG + offset + i < mmio->size; i++)
		mmio->registers[REG_CONFIG + offset + i] = ((const uint8_t *)from)[i];
}

static uint32_t generation(struct rr_virtio_device *device) { return device->legacy ? 0 : get(device, REG_GENERATION); }

static unsigned queue_size(struct rr_virtio_device *device, unsigned index)
{
	put(device, REG_QUEUE_SELECT, index);
	return get(device, REG_QUEUE_SIZE_MAX);
}

/*
 * The line is edge-triggered and high while a cause is not acknowledged. Acknowledged first, it falls unless the configuration has changed too; a used buffer after that is
 * seen below or raises it again. If the configuration has changed it did not fall, so all is looked at once more.
 */
static void interrupt(void *argument)
{
	struct rr_virtio_device *device = argument;
	for (unsigned i = 0; i < INTERRUPT_ROUNDS; i++) {
		put(device, REG_INTERRUPT_ACK, CAUSE_QUEUES);
		rr_virtio_queues_interrupt(device);
		if (!(get(device, REG_INTERRUPT_STATUS) & CAUSE_CONFIG))
			return;
		put(device, REG_INTERRUPT_ACK, CAUSE_CONFIG);
		rr_virtio_config_interrupt(device);
	}
}

static int attach(struct mmio_device *mmio)
{
	int error = mmio->attached ? 0 : rr_irq_attach(mmio->line, interrupt, &mmio->virtio);
	mmio->attached |= !error;
	return error;
}

static int enable_queue(struct rr_virtio_device *device, struct rr_virtqueue *queue)
{
	int error = attach(mmio_of(device));
	if (error)
		return error;
	put(device, REG_QUEUE_SELECT, queue->index);
	put(device, REG_QUEUE_SIZE, queue->size);
	if (device->legacy) {
		put(device, REG_QUEUE_ALIGN, RR_PAGE_SIZE);
		put(device, REG_QUEUE_PFN, (uint32_t)(queue->memory >> RR_PAGE_SHIFT));
		return 0;
	}
	put_address(device, REG_QUEUE_DESC, queue->desc);
	put_address(device, REG_QUEUE_DRIVER, queue->avail);
	put_address(device, REG_QUEUE_DEVICE, queue->used);
	put(device, REG_QUEUE_READY, 1);
	return 0;
}

static void notify(struct rr_virtqueue *queue) { put(queue->device, REG_QUEUE_NOTIFY, queue->index); }

static const struct rr_virtio_transport transport = {
	.features = features, .accept = accept, .status = status, .set_status = set_status, .reset = reset, .read = read_config,
	.write = write_config, .generation = generation, .queue_size = queue_size, .enable_queue = enable_queue, .notify = notify,
};

static void try(const struct mmio_place *place, uint32_t id)
{
	volatile void *registers;
	if (rr_mmio_map(place->base, place->size, &registers))
		return;
	volatile uint32_t *words = registers;
	uint32_t version = words[REG_VERSION / 4];
	if (words[REG_MAGIC / 4] != MAGIC || version < 1 || version > 2 || words[REG_DEVICE / 4] != id)
		return;
	struct mmio_device *mmio = rr_zalloc(1, sizeof(*mmio));
	if (!mmio)
		return;
	*mmio = (struct mmio_device){ .virtio = { .transport = &transport, .id = id, .legacy = version == 1 }, .registers = registers, .size = place->size, .line = place->line };
	int error = rr_virtio_found(&mmio->virtio);
	if (error) {
		rr_log("virtio device %u at 0x%lx cannot be used (error %d)", id, place->base, -error);
		if (!mmio->attached)
			rr_free(mmio);
	}
}

/* Machines name their devices from the last slot to the first or the other way round: by address is an order one can rely on. */
static void find(uint32_t id)
{
	const char *line = rr_boot_info.command_line;
	struct mmio_place place, next = { 0 };
	rr_phys from = 0;
	for (;;) {
		bool any = false;
		for (size_t end = strlen(line); mmio_next_place(line, &end, &place);)
			if (place.base >= from && (!any || place.base < next.base)) {
				next = place;
				any = true;
			}
		if (!any)
			return;
		from = next.base + 1;
		try(&next, id);
	}
}

void rr_virtio_mmio_init(void)
{
	static struct rr_virtio_bus bus = { .find = find };
	rr_virtio_add_bus(&bus);
}
