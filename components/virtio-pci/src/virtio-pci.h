/* Private to this component. */
#pragma once
#include <rr/pci.h>
#include <rr/virtio.h>

#define NO_VECTOR 0xffffu
#define RESET_TRIES 1000u

struct pci_device {
	struct rr_virtio_device virtio;
	struct rr_pci_function function;
	/* interrupts */
	bool attached, messages;
	uint16_t config_vector, queue_vector; /* entries of the table; NO_VECTOR: the line */
	struct rr_pci_sharer sharer;
	/* modern */
	volatile uint8_t *common, *notify, *isr, *config;
	uint32_t notify_length, notify_multiplier, config_length;
	/* legacy */
	uint16_t ports;
	unsigned ports_size;
};

static inline struct pci_device *pci_of(const struct rr_virtio_device *device) { return rr_container_of(device, struct pci_device, virtio); }

/* Connect the device's interrupts, once. */
int pci_interrupts(struct pci_device *device);
/* The causes of the line's interrupt, which are cleared by asking: 4.1.4.5. */
uint8_t pci_causes(struct pci_device *device);

/* Find the registers: 0, or -ENODEV when the device has none of this kind. */
int pci_modern(struct pci_device *device);
int pci_legacy(struct pci_device *device);
