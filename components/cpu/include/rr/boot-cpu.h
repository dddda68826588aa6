/* What the boot code of a platform needs to enter C on the first CPU. */
#pragma once
#include <rr/cpu.h>

extern struct rr_cpu rr_boot_cpu;
extern uint64_t rr_gdt[8];
