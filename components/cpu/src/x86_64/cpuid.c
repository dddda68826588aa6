#include <rr/cpu.h>

static struct rr_cpuid query(uint32_t leaf, uint32_t subleaf)
{
	struct rr_cpuid r;
	__asm__("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(subleaf));
	return r;
}

struct rr_cpuid rr_cpuid(uint32_t leaf, uint32_t subleaf)
{
	/* each range (basic, hypervisor, extended) tells its own highest leaf in its first one */
	uint32_t range = leaf & 0xf0000000;
	if (leaf != range && query(range, 0).eax < leaf)
		return (struct rr_cpuid){ 0, 0, 0, 0 };
	return query(leaf, subleaf);
}

#define HYPERVISOR_LEAF 0x40000000u
#define TCG_SIGNATURE 0x54474354u /* "TCGT" */

bool rr_cpu_is_emulated(void) { return rr_cpuid(HYPERVISOR_LEAF, 0).ebx == TCG_SIGNATURE; }

#define CPUID_1_ECX_RDRAND (1u << 30)

bool rr_cpu_random(uint64_t *out)
{
	if (!(rr_cpuid(1, 0).ecx & CPUID_1_ECX_RDRAND))
		return false;
	for (unsigned i = 0; i < 10; i++) {
		bool ok;
		__asm__ volatile("rdrand %0" : "=r"(*out), "=@ccc"(ok));
		if (ok)
			return true;
	}
	return false;
}
