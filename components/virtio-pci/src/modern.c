/* VIRTIO 1.2, 4.1.4. */
#include "virtio-pci.h"
#include <rr/abi/errno.h>
#include <rr/page.h>

/* struct virtio_pci_cap */
#define CAP_LENGTH 2
#define CAP_TYPE 3
#define CAP_BAR 4
#define CAP_OFFSET 8
#define CAP_BYTES 12
#define CAP_MULTIPLIER 16
#define TYPE_COMMON 1
#define TYPE_NOTIFY 2
#define TYPE_ISR 3
#define TYPE_DEVICE 4

/* struct virtio_pci_common_cfg: 4.1.4.3 */
#define COMMON_DEVICE_SELECT 0x00
#define COMMON_DEVICE_FEATURES 0x04
#define COMMON_DRIVER_SELECT 0x08
#define COMMON_DRIVER_FEATURES 0x0c
#define COMMON_CONFIG_VECTOR 0x10
#define COMMON_STATUS 0x14
#define COMMON_GENERATION 0x15
#define COMMON_QUEUE_SELECT 0x16
#define COMMON_QUEUE_SIZE 0x18
#define COMMON_QUEUE_VECTOR 0x1a
#define COMMON_QUEUE_ENABLE 0x1c
#define COMMON_QUEUE_NOTIFY_OFF 0x1e
#define COMMON_QUEUE_DESC 0x20
#define COMMON_QUEUE_DRIVER 0x28
#define COMMON_QUEUE_DEVICE 0x30
#define COMMON_SIZE 0x38

static volatile uint8_t *common8(const struct rr_virtio_device *device, unsigned at) { return pci_of(device)->common + at; }
static volatile uint16_t *common16(const struct rr_virtio_device *device, unsigned at) { return (volatile uint16_t *)common8(device, at); }
static volatile uint32_t *common32(const struct rr_virtio_device *device, unsigned at) { return (volatile uint32_t *)common8(device, at); }

static uint64_t features(struct rr_virtio_device *device)
{
	uint64_t all = 0;
	for (unsigned i = 0; i < 2; i++) {
		*common32(device, COMMON_DEVICE_SELECT) = i;
		all |= (uint64_t)*common32(device, COMMON_DEVICE_FEATURES) << 32 * i;
	}
	return all;
}

static void accept(struct rr_virtio_device *device, uint64_t features)
{
	for (unsigned i = 0; i < 2; i++) {
		*common32(device, COMMON_DRIVER_SELECT) = i;
		*common32(device, COMMON_DRIVER_FEATURES) = (uint32_t)(features >> 32 * i);
	}
}

static uint8_t status(struct rr_virtio_device *device) { return *common8(device, COMMON_STATUS); }
static void set_status(struct rr_virtio_device *device, uint8_t status) { *common8(device, COMMON_STATUS) = status; }

static bool reset(struct rr_virtio_device *device)
{
	*common8(device, COMMON_STATUS) = 0;
	for (unsigned i = 0; i < RESET_TRIES; i++)
		if (!*common8(device, COMMON_STATUS))
			return true;
	return false;
}

static void read_config(struct rr_virtio_device *device, unsigned offset, void *to, unsigned length)
{
	struct pci_device *pci = pci_of(device);
	for (unsigned i = 0; i < length; i++)
		((uint8_t *)to)[i] = offset + i < pci->config_length ? pci->config[offset + i] : 0;
}

static void write_config(struct rr_virtio_device *device, unsigned offset, const void *from, unsigned length)
{
	struct pci_device *pci = pci_of(device);
	for (unsigned i = 0; i < length && offset + i < pci->config_length; i++)
		pci->config[offset + i] = ((const uint8_t *)from)[i];
}

static uint32_t generation(struct rr_virtio_device *device) { return *common8(device, COMMON_GENERATION); }

static unsigned queue_size(struct rr_virtio_device *device, unsigned index)
{
	*common16(device, COMMON_QUEUE_SELECT) = (uint16_t)index;
	return *common16(device, COMMON_QUEUE_SIZE);
}

static void put_address(struct rr_virtio_device *device, unsigned at, const volatile void *address)
{
	rr_phys phys = rr_virt_to_phys((const void *)address);
	*common32(device, at) = (uint32_t)phys;
	*common32(device, at + 4) = (uint32_t)(phys >> 32);
}

/* A vector the device cannot use reads back as none: 4.1.5.1.2.1. */
static bool set_vector(struct rr_virtio_device *device, unsigned at, uint16_t vector)
{
	*common16(device, at) = vector;
	return *common16(device, at) == vector;
}

static int enable_queue(struct rr_virtio_device *device, struct rr_virtqueue *queue)
{
	struct pci_device *pci = pci_of(device);
	int error = pci_interrupts(pci);
	if (error)
		return error;
	*common16(device, COMMON_QUEUE_SELECT) = queue->index;
	uint64_t notify = (uint64_t)*common16(device, COMMON_QUEUE_NOTIFY_OFF) * pci->notify_multiplier;
	if (notify + sizeof(uint16_t) > pci->notify_length)
		return -EIO;
	queue->notify = notify;
	*common16(device, COMMON_QUEUE_SIZE) = queue->size;
	if (pci->messages && (!set_vector(device, COMMON_CONFIG_VECTOR, pci->config_vector) || !set_vector(device, COMMON_QUEUE_VECTOR, pci->queue_vector)))
		return -EIO;
	put_address(device, COMMON_QUEUE_DESC, queue->desc);
	put_address(device, COMMON_QUEUE_DRIVER, queue->avail);
	put_address(device, COMMON_QUEUE_DEVICE, queue->used);
	*common16(device, COMMON_QUEUE_ENABLE) = 1;
	return 0;
}

static void notify(struct rr_virtqueue *queue) { *(volatile uint16_t *)(pci_of(queue->device)->notify + queue->notify) = queue->index; }

static const struct rr_virtio_transport transport = {
	.features = features, .accept = accept, .status = status, .set_status = set_status, .reset = reset, .read = read_config,
	.write = write_config, .generation = generation, .queue_size = queue_size, .enable_queue = enable_queue, .notify = notify,
};

/* Map what one capability describes, if it is of a known type and the first of it. */
static int use_capability(struct pci_device *device, unsigned at)
{
	const struct rr_pci_function *function = &device->function;
	uint8_t type = rr_pci_read8(function, at + CAP_TYPE), bar = rr_pci_read8(function, at + CAP_BAR);
	uint32_t offset = rr_pci_read32(function, at + CAP_OFFSET), length = rr_pci_read32(function, at + CAP_BYTES);
	volatile uint8_t **place = type == TYPE_COMMON ? &device->common : type == TYPE_NOTIFY ? &device->notify : type == TYPE_ISR ? &device->isr :
				   type == TYPE_DEVICE ? &device->config : NULL;
	volatile void *registers;
	if (!place || *place || rr_pci_map(function, bar, offset, length, &registers))
		return 0;
	if (type == TYPE_COMMON && length < COMMON_SIZE)
		return -ENODEV;
	*place = registers;
	if (type == TYPE_NOTIFY) {
		device->notify_length = length;
		device->notify_multiplier = rr_pci_read32(function, at + CAP_MULTIPLIER);
	} else if (type == TYPE_DEVICE) {
		device->config_length = length;
	}
	return 0;
}

int pci_modern(struct pci_device *device)
{
	for (unsigned at = 0; (at = rr_pci_capability(&device->function, RR_PCI_CAP_VENDOR, at));)
		if (use_capability(device, at))
			return -ENODEV;
	if (!device->common || !device->notify || !device->isr)
		return -ENODEV;
	rr_pci_enable(&device->function, RR_PCI_COMMAND_MEMORY | RR_PCI_COMMAND_MASTER);
	device->virtio.transport = &transport;
	return 0;
}
