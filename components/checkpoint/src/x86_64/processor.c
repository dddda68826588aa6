/* Instructions by CPUID (SDM vol. 2A, table 3-8): those a program, a C library or a compiler's code may choose by. Vector state is the cpu component's. */
#include "../processor.h"
#include <rr/cpu.h>

enum { EBX, ECX, EDX };

static const struct {
	uint32_t leaf;
	uint8_t word;
	uint32_t bits;
} looked_at[] = {
	{ 1, ECX, 1u << 0 | 1u << 1 | 1u << 9 | 1u << 12 | 1u << 13 | 1u << 19 | 1u << 20 | 1u << 22 | 1u << 23 | 1u << 25 | 1u << 28 | 1u << 29 | 1u << 30 }, /* SSE3 to RDRAND */
	{ 7, EBX, 1u << 0 | 1u << 3 | 1u << 5 | 1u << 8 | 1u << 9 | 1u << 16 | 1u << 17 | 1u << 18 | 1u << 19 | 1u << 21 | 1u << 28 | 1u << 29 | 1u << 30 | 1u << 31 }, /* FSGSBASE to AVX-512 VL */
	{ 7, ECX, 1u << 1 | 1u << 6 | 1u << 8 | 1u << 9 | 1u << 10 | 1u << 11 | 1u << 12 | 1u << 14 | 1u << 22 }, /* VBMI to RDPID */
	{ 0x80000001, ECX, 1u << 0 | 1u << 5 }, /* LAHF, LZCNT */
	{ 0x80000001, EDX, 1u << 27 },          /* RDTSCP */
};

static uint32_t noted[RR_ARRAY_SIZE(looked_at)];

static uint32_t has(unsigned i)
{
	struct rr_cpuid leaf = rr_cpuid(looked_at[i].leaf, 0);
	uint32_t word = looked_at[i].word == EBX ? leaf.ebx : looked_at[i].word == ECX ? leaf.ecx : leaf.edx;
	return word & looked_at[i].bits;
}

void processor_note(void)
{
	for (unsigned i = 0; i < RR_ARRAY_SIZE(looked_at); i++)
		noted[i] = has(i);
}

bool processor_suffices(void)
{
	for (unsigned i = 0; i < RR_ARRAY_SIZE(looked_at); i++)
		if (noted[i] & ~has(i))
			return false;
	return true;
}
