/* Four-level paging, 4 KiB pages: Intel SDM vol. 3A, 4.5, figure 4-11 for the bits. */
#include "../frames.h"
#include <rr/abi/errno.h>
#include <rr/cpu.h>
#include <rr/page.h>
#include <rr/paging.h>
#include <rr/platform.h>
#include <rr/string.h>

#define PRESENT 0x1ul
#define WRITABLE 0x2ul
#define USER 0x4ul
#define ACCESSED_DIRTY 0x60ul /* set from the start: the CPU need not write to the tables */
#define LARGE 0x80ul
#define GLOBAL 0x100ul
#define NO_EXECUTE (1ul << 63)
#define ADDRESS 0x000ffffffffff000ul
/* Ours (bits 9-11 are ignored by the CPU): an entry that is not present but keeps its frame, for RR_PROT without any right. */
#define KEPT 0x200ul

#define TOP_SHIFT 39
#define LIBOS_HALF 0x800000000000ul
#define GIB (1ul << 30)
#define CPUID_1GIB_PAGES (1u << 26) /* leaf 0x80000001, edx */

static rr_phys kernel_root;

rr_phys rr_paging_kernel_root(void) { return kernel_root; }

static unsigned index_of(uint64_t address, unsigned shift) { return address >> shift & 511; }

/* The entry at level `shift` that stands for `address`; NULL without its table (if not `make`), without memory for it, or below a large page. */
static uint64_t *entry_at(rr_phys root, uint64_t address, unsigned shift, bool make)
{
	uint64_t *table = rr_phys_to_virt(root);
	for (unsigned level = TOP_SHIFT; level > shift; level -= 9) {
		uint64_t *entry = &table[index_of(address, level)];
		if (!(*entry & PRESENT)) {
			rr_phys page;
			if (!make || rr_page_alloc(0, RR_PAGE_ZERO, &page))
				return NULL;
			*entry = page | PRESENT | WRITABLE | (address < LIBOS_HALF ? USER : 0);
		} else if (*entry & LARGE) {
			return NULL;
		}
		table = rr_phys_to_virt(*entry & ADDRESS);
	}
	return &table[index_of(address, shift)];
}

static uint64_t encode(uint64_t address, rr_phys page, unsigned prot)
{
	if (!(prot & (RR_PROT_READ | RR_PROT_WRITE | RR_PROT_EXEC)))
		return page | KEPT;
	uint64_t entry = page | PRESENT | ACCESSED_DIRTY;
	if (prot & RR_PROT_WRITE)
		entry |= WRITABLE;
	if (prot & RR_PROT_USER)
		entry |= USER;
	if (!(prot & RR_PROT_EXEC))
		entry |= NO_EXECUTE;
	return address < LIBOS_HALF ? entry : entry | GLOBAL;
}

static unsigned decode(uint64_t entry)
{
	if (!(entry & PRESENT))
		return 0;
	return RR_PROT_READ | (entry & WRITABLE ? RR_PROT_WRITE : 0) | (entry & USER ? RR_PROT_USER : 0) | (entry & NO_EXECUTE ? 0 : RR_PROT_EXEC);
}

static bool loaded(rr_phys root, uint64_t address) { return address >= LIBOS_HALF || rr_cpu_root() == root; }

static void change(rr_phys root, uint64_t address, uint64_t *entry, uint64_t value)
{
	uint64_t old = *entry;
	*entry = value;
	if (old & PRESENT && loaded(root, address))
		rr_cpu_flush_page(address);
}

int rr_paging_create(rr_phys *root)
{
	int error = rr_page_alloc(0, 0, root);
	if (error)
		return error;
	uint64_t *table = rr_phys_to_virt(*root), *kernel = rr_phys_to_virt(kernel_root);
	memset(table, 0, RR_PAGE_SIZE / 2);
	memcpy(table + 256, kernel + 256, RR_PAGE_SIZE / 2);
	return 0;
}

/* Free the tables below `table` whose whole reach lies in [from, to]; `shift` is the level of its entries. */
static bool free_tables(uint64_t *table, unsigned shift, uint64_t base, uint64_t from, uint64_t to)
{
	bool any = false;
	unsigned first = from > base ? (unsigned)((from - base) >> shift) : 0;
	for (unsigned i = first; i < 512; i++) {
		uint64_t start = base + ((uint64_t)i << shift), last = start + (1ul << shift) - 1;
		if (start > to)
			break;
		if (!(table[i] & PRESENT))
			continue;
		rr_phys below = table[i] & ADDRESS;
		if (shift > 21)
			any |= free_tables(rr_phys_to_virt(below), shift - 9, start, from, to);
		if (start >= from && last <= to) {
			table[i] = 0;
			rr_page_put(below);
			any = true;
		}
	}
	return any;
}

void rr_paging_trim(rr_phys root, uint64_t from, uint64_t end)
{
	if (rr_align_up(from, 1ul << 21) + (1ul << 21) > end)
		return;
	if (free_tables(rr_phys_to_virt(root), TOP_SHIFT, 0, from, end - 1) && loaded(root, from))
		rr_cpu_flush_all();
}

void rr_paging_destroy(rr_phys root)
{
	free_tables(rr_phys_to_virt(root), TOP_SHIFT, 0, 0, LIBOS_HALF - 1);
	rr_page_put(root);
}

int rr_paging_map(rr_phys root, uint64_t address, rr_phys page, unsigned prot)
{
	uint64_t *entry = entry_at(root, address, RR_PAGE_SHIFT, true);
	if (!entry)
		return -ENOMEM;
	change(root, address, entry, encode(address, page, prot));
	return 0;
}

/* Device registers: between the libOS and its stacks, never given back. */
#define DEVICES 0xffffffffd0000000ul
#define DEVICES_SIZE 0x10000000ul
#define CACHE_OFF 0x18ul

int rr_mmio_map(rr_phys address, uint64_t size, volatile void **registers)
{
	static uint64_t used;
	rr_phys page = rr_align_down(address, RR_PAGE_SIZE), end = rr_align_up(address + size, RR_PAGE_SIZE);
	uint64_t at = DEVICES + used;
	if (!size || end <= page || end > ADDRESS)
		return -EINVAL;
	if (end - page > DEVICES_SIZE - used)
		return -ENOMEM;
	*registers = (volatile void *)(at + (address - page));
	for (; page < end; page += RR_PAGE_SIZE, at += RR_PAGE_SIZE, used += RR_PAGE_SIZE) {
		uint64_t *entry = entry_at(kernel_root, at, RR_PAGE_SHIFT, true);
		if (!entry)
			return -ENOMEM;
		*entry = page | PRESENT | ACCESSED_DIRTY | WRITABLE | NO_EXECUTE | GLOBAL | CACHE_OFF;
	}
	return 0;
}

rr_phys rr_paging_unmap(rr_phys root, uint64_t address)
{
	uint64_t *entry = entry_at(root, address, RR_PAGE_SHIFT, false);
	if (!entry || !*entry)
		return RR_NO_PAGE;
	rr_phys page = *entry & ADDRESS;
	change(root, address, entry, 0);
	return page;
}

rr_phys rr_paging_lookup(rr_phys root, uint64_t address, unsigned *prot)
{
	uint64_t *entry = entry_at(root, address, RR_PAGE_SHIFT, false);
	if (!entry || !*entry)
		return RR_NO_PAGE;
	if (prot)
		*prot = decode(*entry);
	return *entry & ADDRESS;
}

/* The first entry in [*from, end) that is not empty, *from its address; NULL if there is none. */
static uint64_t *next_entry(rr_phys root, uint64_t *from, uint64_t end)
{
	while (*from < end) {
		uint64_t *table = rr_phys_to_virt(root);
		unsigned level = TOP_SHIFT;
		uint64_t entry;
		while (entry = table[index_of(*from, level)], level > RR_PAGE_SHIFT && entry & PRESENT) {
			table = rr_phys_to_virt(entry & ADDRESS);
			level -= 9;
		}
		if (level == RR_PAGE_SHIFT) { /* finish this table without walking down again */
			for (unsigned i = index_of(*from, RR_PAGE_SHIFT); i < 512 && *from < end; i++, *from += RR_PAGE_SIZE)
				if (table[i])
					return &table[i];
		} else {
			*from = rr_align_down(*from, 1ul << level) + (1ul << level);
		}
	}
	return NULL;
}

uint64_t rr_paging_next(rr_phys root, uint64_t from, uint64_t end) { return next_entry(root, &from, end) ? from : end; }

/* Entries of a loaded root that are changed together: beyond so many, forgetting all translations costs less than one by one. */
#define FLUSH_SINGLY 32

struct batch {
	bool loaded;
	unsigned count;
};

static void flush_later(struct batch *batch, uint64_t address)
{
	if (batch->loaded && ++batch->count <= FLUSH_SINGLY)
		rr_cpu_flush_page(address);
}

static void flush_rest(const struct batch *batch)
{
	if (batch->count > FLUSH_SINGLY)
		rr_cpu_flush_all();
}

void rr_paging_protect(rr_phys root, uint64_t from, uint64_t end, unsigned (*prot_of)(const void *argument, rr_phys page), const void *argument)
{
	struct batch batch = { .loaded = loaded(root, from) };
	uint64_t *entry;
	for (; (entry = next_entry(root, &from, end)); from += RR_PAGE_SIZE) {
		uint64_t old = *entry;
		*entry = encode(from, old & ADDRESS, prot_of(argument, old & ADDRESS));
		if (old & PRESENT)
			flush_later(&batch, from);
	}
	flush_rest(&batch);
}

uint64_t rr_paging_clear(rr_phys root, uint64_t from, uint64_t end)
{
	struct batch batch = { .loaded = loaded(root, from) };
	uint64_t count = 0, *entry;
	for (; (entry = next_entry(root, &from, end)); from += RR_PAGE_SIZE, count++) {
		/* Given up before the translation is forgotten: nothing else runs in between, on this CPU. */
		rr_page_put(*entry & ADDRESS);
		*entry = 0;
		flush_later(&batch, from);
	}
	flush_rest(&batch);
	return count;
}

int rr_paging_share(rr_phys from, rr_phys to, uint64_t start, uint64_t end, uint64_t *count)
{
	struct batch batch = { .loaded = loaded(from, start) };
	int error = 0;
	uint64_t *entry;
	for (; (entry = next_entry(from, &start, end)); start += RR_PAGE_SIZE, ++*count) {
		uint64_t *copy = entry_at(to, start, RR_PAGE_SHIFT, true);
		if (!copy) {
			error = -ENOMEM;
			break;
		}
		if (*entry & WRITABLE) {
			*entry &= ~WRITABLE;
			flush_later(&batch, start);
		}
		*copy = *entry;
		rr_page_ref(*entry & ADDRESS);
	}
	flush_rest(&batch);
	return error;
}

/* Map 1 GiB of memory from `start` into the direct map. Without memory for a table the machine is too small for its own size: unmapped. */
static void extend_direct_map(rr_phys start, bool huge)
{
	uint64_t step = huge ? GIB : 1ul << 21;
	uint64_t *entry = entry_at(kernel_root, RR_DIRECT_MAP + start, huge ? 30 : 21, true);
	if (!entry)
		return;
	for (rr_phys page = start; page < start + GIB; page += step)
		*entry++ = page | PRESENT | WRITABLE | ACCESSED_DIRTY | LARGE | GLOBAL | NO_EXECUTE;
}

void rr_paging_init(void)
{
	kernel_root = rr_cpu_root();
	rr_phys end = GIB; /* mapped by the boot code */
	bool huge = false;
	for (unsigned i = 0; i < rr_boot_info.memory_count; i++) {
		const struct rr_memory_range *range = &rr_boot_info.memory[i];
		if (range->end <= end)
			continue;
		if (end == GIB)
			huge = rr_cpuid(0x80000001, 0).edx & CPUID_1GIB_PAGES;
		end = rr_max(end, rr_align_down(range->start, GIB));
		for (; end < range->end; end += GIB)
			extend_direct_map(end, huge);
	}
}
