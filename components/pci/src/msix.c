/* MSI-X: PCI Local Bus Specification 3.0, 6.8.2. */
#include <rr/abi/errno.h>
#include <rr/pci.h>

#define CONTROL 2
#define CONTROL_ENABLE 0x8000u
#define CONTROL_SIZE 0x7ffu
#define TABLE 4
#define TABLE_BAR 7u
#define ENTRY_WORDS 4
#define ENTRY_MASKED 1u

int rr_pci_msix_enable(const struct rr_pci_function *function, struct rr_pci_msix *msix)
{
	unsigned at = rr_pci_capability(function, RR_PCI_CAP_MSIX, 0);
	if (!at)
		return -ENOENT;
	uint16_t control = rr_pci_read16(function, at + CONTROL);
	uint32_t place = rr_pci_read32(function, at + TABLE);
	volatile void *table;
	msix->count = (control & CONTROL_SIZE) + 1u;
	msix->capability = at;
	int error = rr_pci_map(function, place & TABLE_BAR, place & ~TABLE_BAR, msix->count * ENTRY_WORDS * 4, &table);
	if (error)
		return error;
	msix->table = table;
	rr_pci_enable(function, RR_PCI_COMMAND_MEMORY | RR_PCI_COMMAND_MASTER | RR_PCI_COMMAND_NO_INTX);
	rr_pci_write16(function, at + CONTROL, control | CONTROL_ENABLE);
	return 0;
}

void rr_pci_msix_set(const struct rr_pci_msix *msix, unsigned entry, const struct rr_irq_message *message)
{
	volatile uint32_t *words = msix->table + entry * ENTRY_WORDS;
	words[3] = ENTRY_MASKED;
	words[0] = (uint32_t)message->address;
	words[1] = (uint32_t)(message->address >> 32);
	words[2] = message->data;
	words[3] = 0;
}
