/* Xen's x86/HVM direct boot ABI: struct hvm_start_info and what it points to. */
#pragma once
#include <rr/types.h>

#define PVH_MAGIC 0x336ec578u
#define PVH_MEMORY_RAM 1u

struct pvh_start_info {
	uint32_t magic, version, flags, module_count;
	uint64_t modules, command_line, rsdp;
	/* version 1 */
	uint64_t memory_map;
	uint32_t memory_map_entries, reserved;
};
_Static_assert(sizeof(struct pvh_start_info) == 56, "hvm_start_info");

struct pvh_module {
	uint64_t address, size, command_line, reserved;
};
struct pvh_memory {
	uint64_t address, size;
	uint32_t type, reserved;
};
_Static_assert(sizeof(struct pvh_module) == 32 && sizeof(struct pvh_memory) == 24, "hvm_modlist_entry, hvm_memmap_table_entry");

/* Called by entry.S on the boot stack. `start_info`: physical address from the boot loader; `tsc`: at the first instruction. */
RR_NORETURN void rr_platform_start(uint32_t start_info, uint64_t tsc);
