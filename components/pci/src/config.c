/* Configuration space by mechanism #1: PCI Local Bus Specification 3.0, 3.2.2.3.2. */
#include <rr/cpu.h>
#include <rr/pci.h>

#define ADDRESS 0xcf8
#define DATA 0xcfc
#define ENABLE 0x80000000u
#define HEADER_TYPE 0x0e
#define CLASS 0x0a
#define CLASS_BRIDGE 0x0604
#define SECONDARY_BUS 0x19
#define STATUS 0x06
#define STATUS_CAPABILITIES 0x10
#define CAPABILITIES 0x34
#define MOST_CAPABILITIES 48

static void select(const struct rr_pci_function *function, unsigned offset)
{
	rr_out32(ADDRESS, ENABLE | (uint32_t)function->bus << 16 | (uint32_t)function->slot << 11 | (uint32_t)function->function << 8 | (offset & 0xfc));
}

uint32_t rr_pci_read32(const struct rr_pci_function *function, unsigned offset)
{
	select(function, offset);
	return rr_in32(DATA);
}

uint16_t rr_pci_read16(const struct rr_pci_function *function, unsigned offset) { return (uint16_t)(rr_pci_read32(function, offset) >> (offset & 2) * 8); }
uint8_t rr_pci_read8(const struct rr_pci_function *function, unsigned offset) { return (uint8_t)(rr_pci_read32(function, offset) >> (offset & 3) * 8); }

void rr_pci_write32(const struct rr_pci_function *function, unsigned offset, uint32_t value)
{
	select(function, offset);
	rr_out32(DATA, value);
}

void rr_pci_write16(const struct rr_pci_function *function, unsigned offset, uint16_t value)
{
	select(function, offset);
	rr_out16((uint16_t)(DATA + (offset & 2)), value);
}

/* Buses are numbered by depth, so a bridge leads to a higher number, or firmware has made a mistake. */
static void each_on_bus(unsigned bus, void (*visit)(const struct rr_pci_function *, void *), void *argument)
{
	for (unsigned slot = 0; slot < 32; slot++) {
		unsigned functions = 1;
		for (unsigned number = 0; number < functions; number++) {
			struct rr_pci_function function = { .bus = (uint8_t)bus, .slot = (uint8_t)slot, .function = (uint8_t)number };
			uint32_t id = rr_pci_read32(&function, 0);
			if (id == 0xffffffff)
				continue;
			function.vendor = (uint16_t)id;
			function.device = (uint16_t)(id >> 16);
			if (!number && rr_pci_read8(&function, HEADER_TYPE) & 0x80)
				functions = 8;
			unsigned secondary = rr_pci_read16(&function, CLASS) == CLASS_BRIDGE ? rr_pci_read8(&function, SECONDARY_BUS) : 0;
			if (secondary > bus)
				each_on_bus(secondary, visit, argument);
			else
				visit(&function, argument);
		}
	}
}

void rr_pci_each(void (*visit)(const struct rr_pci_function *function, void *argument), void *argument)
{
	rr_out32(ADDRESS, ENABLE);
	if (rr_in32(ADDRESS) == ENABLE)
		each_on_bus(0, visit, argument);
}

unsigned rr_pci_capability(const struct rr_pci_function *function, uint8_t id, unsigned after)
{
	unsigned at = CAPABILITIES;
	if (after)
		at = after + 1;
	else if (!(rr_pci_read16(function, STATUS) & STATUS_CAPABILITIES))
		return 0;
	for (unsigned i = 0; i < MOST_CAPABILITIES; i++) {
		unsigned next = rr_pci_read8(function, at) & 0xfc;
		if (next < 0x40 || rr_pci_read8(function, next) == id)
			return next < 0x40 ? 0 : next;
		at = next + 1;
	}
	return 0;
}

void rr_pci_enable(const struct rr_pci_function *function, uint16_t command)
{
	rr_pci_write16(function, RR_PCI_COMMAND, rr_pci_read16(function, RR_PCI_COMMAND) | command);
}
