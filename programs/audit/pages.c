/* The page tables, entry by entry: Intel SDM vol. 3A, 4.5. They are read through the libOS's direct map of memory. */
#include "audit.h"

#define PRESENT 0x1ul
#define WRITABLE 0x2ul
#define USER 0x4ul
#define LARGE 0x80ul
#define NO_EXECUTE (1ul << 63)
#define ADDRESS 0x000ffffffffff000ul
#define RIGHTS (WRITABLE | USER)
#define TOP_SHIFT 39
#define PAGE_SHIFT 12
#define DIRECT_MAP_END 0xffffc00000000000ul

struct walk {
	uint64_t pages, direct_map;                              /* how many entries map something */
	uint64_t both, user, executable_direct_map, null_mapped; /* the first address that is wrong; 0: none */
	uint64_t libos_writable, libos_executable;               /* text or constants writable; anything but text executable */
};

static const uint64_t *table_at(uint64_t physical) { return (const uint64_t *)(DIRECT_MAP + physical); }

static uint64_t root(void)
{
	uint64_t cr3;
	__asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
	return cr3 & ADDRESS;
}

static void first(uint64_t *slot, bool wrong, uint64_t address)
{
	if (wrong && !*slot)
		*slot = address;
}

/* One leaf with the rights it has after all levels. */
static void look(struct walk *walk, uint64_t address, uint64_t rights)
{
	bool write = rights & WRITABLE, execute = !(rights & NO_EXECUTE);
	walk->pages++;
	first(&walk->both, write && execute, address);
	first(&walk->user, rights & USER, address);
	if (address < 4096)
		walk->null_mapped = 1;
	if (address >= DIRECT_MAP && address < DIRECT_MAP_END) {
		walk->direct_map++;
		first(&walk->executable_direct_map, execute, address);
	}
	if (address >= libos.text && address < libos.rodata_end)
		first(&walk->libos_writable, write, address);
	if (address >= libos.rodata && address < libos.data_end)
		first(&walk->libos_executable, execute, address);
}

static void walk_table(struct walk *walk, uint64_t physical, unsigned shift, uint64_t base, uint64_t rights)
{
	const uint64_t *table = table_at(physical);
	for (uint64_t i = 0; i < 512; i++) {
		uint64_t entry = table[i], address = base + (i << shift);
		if (!(entry & PRESENT))
			continue;
		if (shift == TOP_SHIFT && i >= 256)
			address |= 0xffff000000000000ul;
		/* a right must be given, execution must not be denied, by every level */
		uint64_t here = (rights & entry & RIGHTS) | ((rights | entry) & NO_EXECUTE);
		if (shift == PAGE_SHIFT || entry & LARGE)
			look(walk, address, here);
		else
			walk_table(walk, entry & ADDRESS, shift - 9, address, here);
	}
}

uint64_t physical_address(const void *pointer)
{
	uint64_t address = (uint64_t)pointer, table = root();
	for (unsigned shift = TOP_SHIFT;; shift -= 9) {
		uint64_t entry = table_at(table)[address >> shift & 511];
		if (!(entry & PRESENT))
			return ~0ul;
		if (shift == PAGE_SHIFT || entry & LARGE)
			return (entry & ADDRESS & -(1ul << shift)) | (address & ((1ul << shift) - 1));
		table = entry & ADDRESS;
	}
}

void audit_pages(void)
{
	struct walk walk = { 0 };
	walk_table(&walk, root(), TOP_SHIFT, 0, RIGHTS);
	report("pages-wx", walk.pages > 0 && !walk.both, walk.both ? "%lu pages; writable and executable: %#lx" : "%lu pages, none of them", walk.pages, walk.both);
	report("pages-null", !walk.null_mapped, "page 0 is %s", walk.null_mapped ? "mapped" : "not mapped");
	report("pages-direct-map", walk.direct_map && !walk.executable_direct_map, walk.executable_direct_map ? "%lu entries; executable: %#lx" : "%lu entries, none executable",
	       walk.direct_map, walk.executable_direct_map);
	report("pages-libos", !walk.libos_writable && !walk.libos_executable,
	       walk.libos_writable || walk.libos_executable ? "writable: %#lx, executable: %#lx" : "text and constants not writable, constants and data not executable",
	       walk.libos_writable, walk.libos_executable);
	report("pages-user", !walk.user, walk.user ? "accessible to ring 3: %#lx" : "none is accessible to ring 3", walk.user);
}
