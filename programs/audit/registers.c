/* What the processor is told to enforce: Intel SDM vol. 3A, 2.2.1 and 2.5. */
#include "audit.h"
#include <cpuid.h>

#define CR0_WP (1ul << 16)
#define MSR_EFER 0xc0000080u
#define EFER_NXE (1ul << 11)
#define CR4_UMIP (1ul << 11)
#define CR4_SMEP (1ul << 20)
#define CR4_SMAP (1ul << 21)
#define CPUID_7_EBX_SMEP (1u << 7)
#define CPUID_7_EBX_SMAP (1u << 20)
#define CPUID_7_ECX_UMIP (1u << 2)

static uint64_t read_msr(uint32_t number)
{
	uint32_t low, high;
	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
	return (uint64_t)high << 32 | low;
}

/* These guard ring 0 against ring 3. The launcher decides what an "off" is worth: without anything at ring 3, nothing. */
static void guard(const char *name, bool has, bool on)
{
	report(name, on || !has, "%s", on ? "on" : has ? "the processor has it; off" : "the processor has it not");
}

void audit_registers(void)
{
	uint64_t cr0, cr4;
	uint32_t eax, ebx = 0, ecx = 0, edx;
	__asm__ volatile("mov %%cr0, %0; mov %%cr4, %1" : "=r"(cr0), "=r"(cr4));
	uint64_t efer = read_msr(MSR_EFER);
	report("cr0-wp", cr0 & CR0_WP, "CR0 is %#lx", cr0);
	report("efer-nxe", efer & EFER_NXE, "EFER is %#lx", efer);
	__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx);
	guard("smep", ebx & CPUID_7_EBX_SMEP, cr4 & CR4_SMEP);
	guard("smap", ebx & CPUID_7_EBX_SMAP, cr4 & CR4_SMAP);
	guard("umip", ecx & CPUID_7_ECX_UMIP, cr4 & CR4_UMIP);
}
