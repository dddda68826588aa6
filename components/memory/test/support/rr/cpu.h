/* Stands in for the processor in host tests. */
#pragma once
#include <rr/types.h>

struct rr_cpuid {
	uint32_t eax, ebx, ecx, edx;
};
struct rr_cpuid rr_cpuid(uint32_t leaf, uint32_t subleaf);
bool rr_cpu_random(uint64_t *out);
uint64_t rr_rdtsc(void);
rr_phys rr_cpu_root(void);
void rr_cpu_flush_page(uint64_t address);
void rr_cpu_flush_all(void);
/* The network stack's fuzzer has this processor as well. */
static inline bool rr_cpu_is_emulated(void) { return false; }
