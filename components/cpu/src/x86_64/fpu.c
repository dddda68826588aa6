#include <rr/cpu.h>
#include <rr/fpu.h>
#include "fpu.h"

#define CR4_OSXSAVE (1ul << 18)
#define CPUID_1_ECX_XSAVE (1u << 26)
/* x87, SSE, AVX, AVX-512: what programs may use without asking (SDM vol. 1, 13.1) */
#define WANTED_FEATURES 0xe7ul
#define MXCSR_DEFAULT 0x1f80u

static uint64_t features;
static size_t area_size = 512;

/* What the processor offers of what is wanted; 0: only FXSAVE. */
static uint64_t offered(void)
{
	if (!(rr_cpuid(1, 0).ecx & CPUID_1_ECX_XSAVE))
		return 0;
	struct rr_cpuid leaf = rr_cpuid(0xd, 0);
	return ((uint64_t)leaf.edx << 32 | leaf.eax) & WANTED_FEATURES;
}

static void enable(void)
{
	uint64_t cr4;
	__asm__ volatile("mov %%cr4, %0; or %1, %0; mov %0, %%cr4" : "=&r"(cr4) : "i"((int)CR4_OSXSAVE));
	__asm__ volatile("xsetbv" : : "a"((uint32_t)features), "d"((uint32_t)(features >> 32)), "c"(0));
}

void rr_fpu_init(void)
{
	features = offered();
	if (!features)
		return;
	enable();
	area_size = rr_cpuid(0xd, 0).ebx; /* of what is enabled now */
}

bool rr_fpu_resume(void)
{
	if (features & ~offered())
		return false;
	if (!features)
		return true;
	enable();
	return rr_cpuid(0xd, 0).ebx == area_size;
}

size_t rr_fpu_size(void) { return area_size; }
uint64_t rr_fpu_features(void) { return features; }

void rr_fpu_save(void *area)
{
	if (features)
		__asm__ volatile("xsave64 (%0)" : : "r"(area), "a"((uint32_t)features), "d"((uint32_t)(features >> 32)) : "memory");
	else
		__asm__ volatile("fxsave64 (%0)" : : "r"(area) : "memory");
}

void rr_fpu_restore(const void *area)
{
	if (features)
		__asm__ volatile("xrstor64 (%0)" : : "r"(area), "a"((uint32_t)features), "d"((uint32_t)(features >> 32)) : "memory");
	else
		__asm__ volatile("fxrstor64 (%0)" : : "r"(area) : "memory");
}

void rr_fpu_reset(void)
{
	uint32_t mxcsr = MXCSR_DEFAULT;
	__asm__ volatile("fninit; ldmxcsr %0" : : "m"(mxcsr));
}
