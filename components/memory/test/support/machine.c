#include "machine.h"
#include <rr/cpu.h>
#include <rr/panic.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>

struct rr_boot_info rr_boot_info;
unsigned long machine_flushes;
rr_phys machine_root;
jmp_buf machine_panic;
char machine_panic_text[256];

static void *reserve(unsigned long bytes)
{
	const unsigned long alignment = 4ul << 20;
	char *memory = mmap(NULL, bytes + alignment, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	CHECK(memory != MAP_FAILED);
	return (void *)rr_align_up((uintptr_t)memory, alignment);
}

rr_phys machine_add_memory(unsigned long pages, unsigned long skip)
{
	rr_phys start = rr_virt_to_phys(reserve(pages * RR_PAGE_SIZE));
	rr_boot_info.memory[rr_boot_info.memory_count++] =
		(struct rr_memory_range){ start + skip * RR_PAGE_SIZE, start + pages * RR_PAGE_SIZE };
	return start + skip * RR_PAGE_SIZE;
}

rr_phys machine_image_page(void) { return rr_virt_to_phys(reserve(RR_PAGE_SIZE)); }

unsigned long machine_touched(rr_phys start, unsigned long pages)
{
	unsigned char *resident = calloc(pages, 1);
	CHECK(resident && !mincore(rr_phys_to_virt(start), pages * RR_PAGE_SIZE, resident));
	unsigned long touched = 0;
	for (unsigned long i = 0; i < pages; i++)
		touched += resident[i] & 1;
	free(resident);
	return touched;
}

void machine_start(void)
{
	machine_root = rr_virt_to_phys(reserve(RR_PAGE_SIZE));
	rr_memory_init();
}

void rr_panic(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(machine_panic_text, sizeof machine_panic_text, format, arguments);
	va_end(arguments);
	longjmp(machine_panic, 1);
}

struct rr_cpuid rr_cpuid(uint32_t leaf, uint32_t subleaf)
{
	(void)subleaf;
	return (struct rr_cpuid){ .edx = leaf == 0x80000001 ? 1u << 26 : 0 };
}
bool rr_cpu_random(uint64_t *out)
{
	static uint64_t state = 1;
	*out = state = state * 6364136223846793005ul + 1442695040888963407ul;
	return true;
}
uint64_t rr_rdtsc(void) { return 12345; }
rr_phys rr_cpu_root(void) { return machine_root; }
void rr_cpu_flush_page(uint64_t address)
{
	(void)address;
	machine_flushes++;
}
void rr_cpu_flush_all(void) { machine_flushes++; }
