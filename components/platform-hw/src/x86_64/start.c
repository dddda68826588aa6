/* From what the boot loader left to struct rr_boot_info. The first GiB of memory is mapped at the direct map by entry.S. */
#include <rr/cpu.h>
#include <rr/image.h>
#include <rr/panic.h>
#include <rr/platform.h>
#include <rr/sections.h>
#include <rr/string.h>
#include "pvh.h"

#define DIRECT_MAP 0xffff800000000000ul
#define MAPPED 0x40000000ul /* by entry.S */
/* Real-mode leftovers below are never used: later CPUs start there, and page 0 stays free of everything. */
#define LOW_RESERVED 0x8000ul
#define LOW_END 0x9f000ul /* the EBDA and what follows */

struct rr_boot_info rr_boot_info = { .command_line = "" };

static const void *at(uint64_t address) { return (const void *)(DIRECT_MAP + address); }

static void add_range(rr_phys start, rr_phys end)
{
	start = rr_align_up(start, RR_PAGE_SIZE);
	end = rr_align_down(end, RR_PAGE_SIZE);
	if (start < end && rr_boot_info.memory_count < RR_ARRAY_SIZE(rr_boot_info.memory))
		rr_boot_info.memory[rr_boot_info.memory_count++] = (struct rr_memory_range){ start, end };
}

struct hole {
	rr_phys start, end;
};

/* [start, end) without the holes. Recursion depth: the number of holes. */
static void add_without(rr_phys start, rr_phys end, const struct hole *holes, unsigned count)
{
	for (; count && start < end; holes++, count--) {
		if (holes->end <= start || holes->start >= end)
			continue;
		if (holes->start > start)
			add_without(start, holes->start, holes + 1, count - 1);
		start = holes->end;
	}
	add_range(start, end);
}

/* Whole pages around [address, address + size). */
static struct hole hole(uint64_t address, uint64_t size)
{
	return (struct hole){ rr_align_down(address, RR_PAGE_SIZE), rr_align_up(address + size, RR_PAGE_SIZE) };
}

RR_NORETURN static void end_machine(void) { rr_platform_end(); }

/* The command line and the module, and where they are; the number of holes: two at most. */
static unsigned find_launchers(const struct pvh_start_info *info, struct hole holes[2])
{
	unsigned count = 0;
	if (info->command_line && info->command_line < MAPPED) {
		rr_boot_info.command_line = at(info->command_line);
		holes[count++] = hole(info->command_line, strnlen(rr_boot_info.command_line, 65536) + 1);
	}
	const struct pvh_module *module = at(info->modules);
	if (info->module_count && module->address + module->size <= MAPPED) {
		rr_boot_info.module = at(module->address);
		rr_boot_info.module_size = module->size;
		holes[count++] = hole(module->address, module->size);
	}
	return count;
}

void rr_platform_restart(uint32_t start_info, uint64_t tsc)
{
	struct hole holes[2];
	rr_boot_info.entry_tsc = tsc;
	rr_boot_info.command_line = "";
	rr_boot_info.module = NULL;
	find_launchers(at(start_info), holes);
}

void rr_platform_start(uint32_t start_info, uint64_t tsc)
{
	rr_panic_set_halt(end_machine);
	rr_boot_info.entry_tsc = tsc;
	const struct pvh_start_info *info = at(start_info);
	if (info->magic != PVH_MAGIC || info->version < 1 || !info->memory_map)
		rr_panic("the boot loader is no PVH loader with a memory map (magic 0x%x)", info->magic);

	const struct rr_image_table *image = rr_image_table();
	struct hole holes[5] = {
		{ 0, image && image->devices & RR_IMAGE_LEAVES_LOW_MEMORY ? LOW_END : LOW_RESERVED },
		{ LOW_END, 0x100000 },
		{ 0x100000, image ? image->end : (rr_phys)rr_libos_end - RR_LIBOS_OFFSET },
	};
	unsigned count = 3 + find_launchers(info, holes + 3);
	const struct pvh_memory *map = at(info->memory_map);
	for (unsigned i = 0; i < info->memory_map_entries; i++)
		if (map[i].type == PVH_MEMORY_RAM)
			add_without(map[i].address, map[i].address + map[i].size, holes, count);
	rr_boot();
}
