#include "virtio-pci.h"
#include <rr/cpu.h>

#define CAUSE_QUEUES 1u
#define CAUSE_CONFIG 2u
#define LEGACY_ISR 19

static void queues_message(void *argument) { rr_virtio_queues_interrupt(argument); }
static void config_message(void *argument) { rr_virtio_config_interrupt(argument); }
static void only_message(void *argument)
{
	rr_virtio_queues_interrupt(argument);
	rr_virtio_config_interrupt(argument);
}

uint8_t pci_causes(struct pci_device *device)
{
	return device->isr ? *device->isr : rr_in8((uint16_t)(device->ports + LEGACY_ISR));
}

static bool line(void *argument)
{
	struct pci_device *device = argument;
	uint8_t causes = pci_causes(device);
	if (causes & CAUSE_QUEUES)
		rr_virtio_queues_interrupt(&device->virtio);
	if (causes & CAUSE_CONFIG)
		rr_virtio_config_interrupt(&device->virtio);
	return causes & (CAUSE_QUEUES | CAUSE_CONFIG);
}

static int use_messages(struct pci_device *device)
{
	struct rr_pci_msix msix;
	struct rr_irq_message queues, config;
	int error = rr_pci_msix_enable(&device->function, &msix);
	if (error)
		return error;
	bool two = msix.count > 1;
	error = rr_irq_attach_message(two ? queues_message : only_message, &device->virtio, &queues);
	if (!error && two)
		error = rr_irq_attach_message(config_message, &device->virtio, &config);
	if (error)
		return error;
	device->config_vector = 0;
	device->queue_vector = two;
	rr_pci_msix_set(&msix, device->queue_vector, &queues);
	if (two)
		rr_pci_msix_set(&msix, 0, &config);
	return 0;
}

int pci_interrupts(struct pci_device *device)
{
	if (device->attached)
		return 0;
	int error = use_messages(device);
	device->messages = !error;
	if (error) {
		device->config_vector = device->queue_vector = NO_VECTOR;
		device->sharer = (struct rr_pci_sharer){ .handler = line, .argument = device };
		error = rr_pci_intx_attach(&device->function, &device->sharer);
	}
	device->attached = !error;
	return error;
}
