/* What is underneath. Implemented by platform-hw and platform-xen; nothing above knows which. */
#pragma once
#include <rr/types.h>

struct rr_memory_range {
	rr_phys start, end; /* page-aligned; usable memory only; ascending; image, tables and low firmware data already left out */
};

struct rr_boot_info {
	struct rr_memory_range memory[16];
	unsigned memory_count;
	const char *command_line; /* NUL-terminated, copied out of firmware memory; "" if none */
	const char *module;       /* first boot module (direct map), not terminated; NULL if none */
	size_t module_size;
	uint64_t entry_tsc; /* TSC at the first instruction */
};

/* Valid once the start code has run; never changes. */
extern struct rr_boot_info rr_boot_info;

/*
 * What has to be brought to an end before the machine is, when it ends by itself: data that is on its way to others. It takes no longer than some seconds. Set by who
 * has such things; NULL: nobody. Thread context, and no other thread will run.
 */
extern void (*rr_platform_settle)(void);
/* End the machine now. Any context. */
RR_NORETURN void rr_platform_end(void);

/* What the platform calls when rr_boot_info is filled, on the first thread's libOS stack, interrupts off. Provided by the start component. */
RR_NORETURN void rr_boot(void);

/*
 * For an image that holds the memory of a machine that has run: where it goes on instead of booting. NULL: it boots. Called in the first long-mode instructions, on no stack,
 * interrupts off, on page tables that have the libOS only, without any table of the processor's; `start_info` and `tsc` are for rr_platform_restart().
 */
extern void (*rr_platform_resume)(uint32_t start_info, uint64_t tsc);
/* Fill rr_boot_info from what the boot loader left this time; its memory stays what it was. Interrupts off. */
void rr_platform_restart(uint32_t start_info, uint64_t tsc);
