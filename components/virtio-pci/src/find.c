#include "virtio-pci.h"
#include <rr/heap.h>
#include <rr/print.h>

void rr_virtio_pci_init(void);

#define VENDOR 0x1af4
/* 4.1.2: modern ids say which device it is; of transitional ones the subsystem does */
#define FIRST_TRANSITIONAL 0x1000
#define FIRST_MODERN 0x1040
#define LAST_MODERN 0x107f

static uint32_t id_of(const struct rr_pci_function *function)
{
	if (function->vendor != VENDOR || function->device < FIRST_TRANSITIONAL || function->device > LAST_MODERN)
		return 0;
	return function->device >= FIRST_MODERN ? function->device - FIRST_MODERN : rr_pci_read16(function, RR_PCI_SUBSYSTEM);
}

static void visit(const struct rr_pci_function *function, void *argument)
{
	uint32_t id = *(const uint32_t *)argument;
	if (id_of(function) != id)
		return;
	struct pci_device *device = rr_zalloc(1, sizeof(*device));
	if (!device)
		return;
	device->function = *function;
	device->virtio.id = id;
	int error = pci_modern(device);
	if (error)
		error = pci_legacy(device);
	if (!error)
		error = rr_virtio_found(&device->virtio);
	if (error) {
		rr_log("virtio device %u at PCI %02x:%02x.%u cannot be used (error %d)", id, function->bus, function->slot, function->function, -error);
		if (!device->attached)
			rr_free(device);
	}
}

static void find(uint32_t id) { rr_pci_each(visit, &id); }

void rr_virtio_pci_init(void)
{
	static struct rr_virtio_bus bus = { .find = find };
	rr_virtio_add_bus(&bus);
}
