/* Base address registers: PCI Local Bus Specification 3.0, 6.2.5. */
#include <rr/abi/errno.h>
#include <rr/paging.h>
#include <rr/pci.h>

#define BAR0 0x10
#define BARS 6
#define PORTS 1u
#define TYPE 6u
#define TYPE_64 4u

int rr_pci_bar(const struct rr_pci_function *function, unsigned index, struct rr_pci_range *range)
{
	if (index >= BARS)
		return -EINVAL;
	unsigned at = BAR0 + index * 4;
	uint32_t low = rr_pci_read32(function, at);
	bool ports = low & PORTS, wide = !ports && (low & TYPE) == TYPE_64 && index + 1 < BARS;
	uint32_t fixed = ports ? 3 : 15, high = wide ? rr_pci_read32(function, at + 4) : 0;
	/* the size shows when ones are written; meanwhile the function must not answer there */
	uint16_t command = rr_pci_read16(function, RR_PCI_COMMAND);
	rr_pci_write16(function, RR_PCI_COMMAND, command & ~(RR_PCI_COMMAND_IO | RR_PCI_COMMAND_MEMORY));
	rr_pci_write32(function, at, ~0u);
	uint64_t mask = rr_pci_read32(function, at) & ~fixed;
	rr_pci_write32(function, at, low);
	if (wide) {
		rr_pci_write32(function, at + 4, ~0u);
		mask |= (uint64_t)rr_pci_read32(function, at + 4) << 32;
		rr_pci_write32(function, at + 4, high);
	} else {
		mask |= ~0ul << 32;
	}
	rr_pci_write16(function, RR_PCI_COMMAND, command);
	*range = (struct rr_pci_range){ (uint64_t)high << 32 | (low & ~fixed), ~mask + 1, ports };
	return !(uint32_t)mask && !wide ? -ENOENT : range->address ? 0 : -ENOENT;
}

int rr_pci_map(const struct rr_pci_function *function, unsigned bar, uint64_t offset, uint64_t length, volatile void **registers)
{
	struct rr_pci_range range;
	int error = rr_pci_bar(function, bar, &range);
	if (error)
		return error;
	if (range.ports || !length || offset > range.size || length > range.size - offset)
		return -EINVAL;
	return rr_mmio_map(range.address + offset, length, registers);
}
