/* Addresses the linker script (start/libos.ld) gives. */
#pragma once

extern const char __rr_text_start[], __rr_text_end[];
extern const char __rr_rodata_start[], __rr_rodata_end[];
extern char __rr_data_start[], __rr_data_end[];
/* End of everything the libOS brings, page-aligned; the image's payload follows. */
extern char rr_libos_end[];

/* Virtual minus physical address of the libOS. */
#define RR_LIBOS_OFFSET 0xffffffffc0000000ul
