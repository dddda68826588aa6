/* The processor this code runs on. */
#pragma once
#include <rr/types.h>

struct rr_thread;

/* Per-CPU data; %gs points to it whenever libOS code runs. Offsets are known to assembly. */
struct rr_cpu {
	struct rr_cpu *self;
	struct rr_thread *current; /* 8: never NULL once the scheduler runs */
	uint64_t stack_top;        /* 16: of the current thread's libOS stack */
	uint64_t scratch;          /* 24 */
	uint32_t index;            /* 32 */
	uint32_t irq_depth;        /* 36: above zero in an interrupt handler */
	uint64_t irq_pending;      /* bit n: vector RR_VECTOR_IRQ + n came while libOS code ran; rr/irq.h */
};

static inline struct rr_cpu *rr_this_cpu(void)
{
	struct rr_cpu *cpu;
	__asm__("mov %%gs:0, %0" : "=r"(cpu));
	return cpu;
}

/*
 * Maskable interrupts of this CPU. Handlers never run in the middle of libOS code (rr/irq.h), so there is next to nothing to guard from them: only
 * switching stacks, and the last look before something that waits for an interrupt. Dear under emulation.
 */
__attribute__((always_inline)) static inline void rr_irq_off(void) { __asm__ volatile("cli" : : : "memory"); }
__attribute__((always_inline)) static inline void rr_irq_on(void) { __asm__ volatile("sti" : : : "memory"); }

static inline uint64_t rr_rdtsc(void)
{
	uint32_t low, high;
	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}
static inline void rr_cpu_pause(void) { __asm__ volatile("pause"); }
static inline void rr_out8(uint16_t port, uint8_t value) { __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port)); }
static inline void rr_out32(uint16_t port, uint32_t value) { __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port)); }
static inline uint8_t rr_in8(uint16_t port)
{
	uint8_t value;
	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}
static inline uint32_t rr_in32(uint16_t port)
{
	uint32_t value;
	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}
static inline void rr_out16(uint16_t port, uint16_t value) { __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port)); }
static inline uint16_t rr_in16(uint16_t port)
{
	uint16_t value;
	__asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}
static inline uint64_t rr_rdmsr(uint32_t msr)
{
	uint32_t low, high;
	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}
static inline void rr_wrmsr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}
struct rr_cpuid {
	uint32_t eax, ebx, ecx, edx;
};
/* All zero for a leaf above the highest one the CPU has (QEMU answers those with garbage). */
struct rr_cpuid rr_cpuid(uint32_t leaf, uint32_t subleaf);

/* Instructions are translated by software (QEMU's TCG): code that runs for the first time costs microseconds for each few instructions. */
bool rr_cpu_is_emulated(void);

/* A random word from RDRAND. False where the CPU has none or it gives nothing in ten tries. */
bool rr_cpu_random(uint64_t *out);

/* The page tables this CPU runs on: the physical address of its PML4. */
static inline rr_phys rr_cpu_root(void)
{
	uint64_t root;
	__asm__ volatile("mov %%cr3, %0" : "=r"(root));
	return root & ~RR_PAGE_MASK;
}
/* Forget the translation of one page / of all pages but global ones, on this CPU. */
static inline void rr_cpu_flush_page(uint64_t address) { __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory"); }
static inline void rr_cpu_flush_all(void)
{
	uint64_t root;
	__asm__ volatile("mov %%cr3, %0; mov %0, %%cr3" : "=r"(root) : : "memory");
}
