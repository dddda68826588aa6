/* Devices of before VIRTIO 1.0: registers in ports, VIRTIO 1.2, 4.1.4.10. */
#include "virtio-pci.h"
#include <rr/abi/errno.h>
#include <rr/cpu.h>

#define DEVICE_FEATURES 0
#define DRIVER_FEATURES 4
#define QUEUE_PFN 8
#define QUEUE_SIZE 12
#define QUEUE_SELECT 14
#define QUEUE_NOTIFY 16
#define STATUS 18
#define CONFIG_VECTOR 20 /* these two only with MSI-X switched on */
#define QUEUE_VECTOR 22
#define CONFIG 20
#define CONFIG_WITH_VECTORS 24

static uint16_t port(const struct rr_virtio_device *device, unsigned at) { return (uint16_t)(pci_of(device)->ports + at); }

static uint64_t features(struct rr_virtio_device *device) { return rr_in32(port(device, DEVICE_FEATURES)); }
static void accept(struct rr_virtio_device *device, uint64_t features) { rr_out32(port(device, DRIVER_FEATURES), (uint32_t)features); }
static uint8_t status(struct rr_virtio_device *device) { return rr_in8(port(device, STATUS)); }
static void set_status(struct rr_virtio_device *device, uint8_t status) { rr_out8(port(device, STATUS), status); }

static bool reset(struct rr_virtio_device *device)
{
	rr_out8(port(device, STATUS), 0);
	for (unsigned i = 0; i < RESET_TRIES; i++)
		if (!rr_in8(port(device, STATUS)))
			return true;
	return false;
}

static unsigned config_at(const struct rr_virtio_device *device, unsigned offset)
{
	return offset + (pci_of(device)->messages ? CONFIG_WITH_VECTORS : CONFIG);
}

static void read_config(struct rr_virtio_device *device, unsigned offset, void *to, unsigned length)
{
	for (unsigned i = 0; i < length; i++) {
		unsigned at = config_at(device, offset + i);
		((uint8_t *)to)[i] = at < pci_of(device)->ports_size ? rr_in8(port(device, at)) : 0;
	}
}

static void write_config(struct rr_virtio_device *device, unsigned offset, const void *from, unsigned length)
{
	for (unsigned i = 0; i < length && config_at(device, offset + i) < pci_of(device)->ports_size; i++)
		rr_out8(port(device, config_at(device, offset + i)), ((const uint8_t *)from)[i]);
}

static uint32_t generation(struct rr_virtio_device *device)
{
	(void)device;
	return 0;
}

static unsigned queue_size(struct rr_virtio_device *device, unsigned index)
{
	rr_out16(port(device, QUEUE_SELECT), (uint16_t)index);
	return rr_in16(port(device, QUEUE_SIZE));
}

static bool set_vector(struct rr_virtio_device *device, unsigned at, uint16_t vector)
{
	rr_out16(port(device, at), vector);
	return rr_in16(port(device, at)) == vector;
}

static int enable_queue(struct rr_virtio_device *device, struct rr_virtqueue *queue)
{
	struct pci_device *pci = pci_of(device);
	int error = pci_interrupts(pci);
	if (error)
		return error;
	rr_out16(port(device, QUEUE_SELECT), queue->index);
	if (pci->messages && (!set_vector(device, CONFIG_VECTOR, pci->config_vector) || !set_vector(device, QUEUE_VECTOR, pci->queue_vector)))
		return -EIO;
	rr_out32(port(device, QUEUE_PFN), (uint32_t)(queue->memory >> RR_PAGE_SHIFT));
	return 0;
}

static void notify(struct rr_virtqueue *queue) { rr_out16(port(queue->device, QUEUE_NOTIFY), queue->index); }

static const struct rr_virtio_transport transport = {
	.features = features, .accept = accept, .status = status, .set_status = set_status, .reset = reset, .read = read_config,
	.write = write_config, .generation = generation, .queue_size = queue_size, .enable_queue = enable_queue, .notify = notify,
};

int pci_legacy(struct pci_device *device)
{
	struct rr_pci_range range;
	if (rr_pci_bar(&device->function, 0, &range) || !range.ports || range.size < CONFIG)
		return -ENODEV;
	device->ports = (uint16_t)range.address;
	device->ports_size = (unsigned)range.size;
	rr_pci_enable(&device->function, RR_PCI_COMMAND_IO | RR_PCI_COMMAND_MASTER);
	device->virtio.transport = &transport;
	device->virtio.legacy = true;
	return 0;
}
