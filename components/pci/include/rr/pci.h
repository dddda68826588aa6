/* PCI functions: PCI Local Bus Specification 3.0, chapter 6. Thread context. */
#pragma once
#include <rr/irq.h>
#include <rr/list.h>
#include <rr/types.h>

struct rr_pci_function {
	uint8_t bus, slot, function;
	uint16_t vendor, device;
};

#define RR_PCI_COMMAND 0x04
#define RR_PCI_SUBSYSTEM 0x2e
#define RR_PCI_INTERRUPT_LINE 0x3c
#define RR_PCI_COMMAND_IO 1u
#define RR_PCI_COMMAND_MEMORY 2u
#define RR_PCI_COMMAND_MASTER 4u
#define RR_PCI_COMMAND_NO_INTX 0x400u
#define RR_PCI_CAP_VENDOR 0x09u
#define RR_PCI_CAP_MSIX 0x11u

/* `offset` is a multiple of the size. */
uint8_t rr_pci_read8(const struct rr_pci_function *function, unsigned offset);
uint16_t rr_pci_read16(const struct rr_pci_function *function, unsigned offset);
uint32_t rr_pci_read32(const struct rr_pci_function *function, unsigned offset);
void rr_pci_write16(const struct rr_pci_function *function, unsigned offset, uint16_t value);
void rr_pci_write32(const struct rr_pci_function *function, unsigned offset, uint32_t value);

/* Call `visit` for each function of each bus. Nothing where there is no PCI. */
void rr_pci_each(void (*visit)(const struct rr_pci_function *function, void *argument), void *argument);
/* Where the next capability `id` behind `after` (0: from the first) is; 0: there is none. */
unsigned rr_pci_capability(const struct rr_pci_function *function, uint8_t id, unsigned after);
/* Set bits of the command register. */
void rr_pci_enable(const struct rr_pci_function *function, uint16_t command);

struct rr_pci_range {
	uint64_t address, size;
	bool ports;
};
/* Base address register `index` (0 to 5). -ENOENT: it is empty, or firmware has given it no address. */
int rr_pci_bar(const struct rr_pci_function *function, unsigned index, struct rr_pci_range *range);
/* [offset, offset + length) of a memory range, as rr_mmio_map(). -EINVAL: not within it. */
int rr_pci_map(const struct rr_pci_function *function, unsigned bar, uint64_t offset, uint64_t length, volatile void **registers);

struct rr_pci_msix {
	volatile uint32_t *table;
	unsigned count; /* entries */
	unsigned capability;
};
/* Find and switch on MSI-X, all messages masked. -ENOENT: the function has none. */
int rr_pci_msix_enable(const struct rr_pci_function *function, struct rr_pci_msix *msix);
void rr_pci_msix_set(const struct rr_pci_msix *msix, unsigned entry, const struct rr_irq_message *message);

/* Who shares an interrupt line. `handler` returns whether its function had interrupted; interrupt context. */
struct rr_pci_sharer {
	bool (*handler)(void *argument);
	void *argument;
	struct rr_list node;
};
int rr_pci_intx_attach(const struct rr_pci_function *function, struct rr_pci_sharer *sharer);
