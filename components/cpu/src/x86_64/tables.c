/* Segment and interrupt descriptor tables, task state. Intel SDM vol. 3A, ch. 3, 6, 7. */
#include <rr/boot-cpu.h>
#include <rr/cpu.h>
#include <rr/trap.h>
#include "apic.h"
#include "entry.h"
#include "fpu.h"

struct gate {
	uint16_t offset_low, selector;
	uint8_t ist, type;
	uint16_t offset_middle;
	uint32_t offset_high, reserved;
};
_Static_assert(sizeof(struct gate) == 16, "SDM vol. 3A, figure 6-8");

struct __attribute__((packed)) task_state {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3, io_map;
};
_Static_assert(sizeof(struct task_state) == 104, "SDM vol. 3A, figure 7-11");

struct __attribute__((packed)) table_pointer {
	uint16_t limit;
	uint64_t base;
};

#define GATE_INTERRUPT 0x8e
#define TSS_SELECTOR 0x30
#define IST_TRAP 1
#define IST_FATAL 2
#define FATAL_STACK 4096
/* The trampoline needs nine words, a report of a libOS stack overflow more. */
#define TRAP_STACK 4096

static struct gate idt[RR_VECTOR_COUNT];
static struct task_state tss;
static uint8_t trap_stack[TRAP_STACK] __attribute__((aligned(16)));
static uint8_t fatal_stack[FATAL_STACK] __attribute__((aligned(16)));

/* Order fixed by SYSCALL/SYSRET: user data, then user code (SDM vol. 2, SYSRET). Also loaded by the boot code. */
uint64_t rr_gdt[8] = {
	0,
	0x00af9b000000ffff, /* 0x08 libOS code */
	0x00cf93000000ffff, /* 0x10 libOS data */
	0,
	0x00cff3000000ffff, /* 0x20 user data */
	0x00affb000000ffff, /* 0x28 user code */
	0, 0,               /* 0x30 task state */
};

struct rr_cpu rr_boot_cpu = { .self = &rr_boot_cpu };

static void load_tables(void)
{
	uint64_t base = (uint64_t)&tss;
	tss.ist[IST_TRAP - 1] = (uint64_t)(trap_stack + TRAP_STACK);
	tss.ist[IST_FATAL - 1] = (uint64_t)(fatal_stack + FATAL_STACK);
	tss.io_map = sizeof(tss);
	rr_gdt[6] = (sizeof(tss) - 1) | (base & 0xffffff) << 16 | 0x89ul << 40 | (base >> 24 & 0xff) << 56;
	rr_gdt[7] = base >> 32;

	uint64_t handler = (uint64_t)rr_trap_vectors;
	for (unsigned i = 0; i < RR_VECTOR_COUNT; i++, handler += 16) {
		bool fatal = i == RR_VECTOR_NMI || i == RR_VECTOR_DOUBLE_FAULT || i == 18;
		idt[i] = (struct gate){ .offset_low = handler & 0xffff, .selector = RR_KERNEL_CS,
			.ist = fatal ? IST_FATAL : IST_TRAP, .type = GATE_INTERRUPT,
			.offset_middle = handler >> 16 & 0xffff, .offset_high = handler >> 32 };
	}
	struct table_pointer gdt_pointer = { sizeof(rr_gdt) - 1, (uint64_t)rr_gdt };
	struct table_pointer idt_pointer = { sizeof(idt) - 1, (uint64_t)idt };
	__asm__ volatile("lgdt %0; lidt %1; ltr %w2" : : "m"(gdt_pointer), "m"(idt_pointer), "r"(TSS_SELECTOR) : "memory");
}

bool rr_cpu_resume(void)
{
	load_tables();
	rr_lapic_init();
	rr_irq_resume();
	return rr_fpu_resume();
}

void rr_cpu_init(void)
{
	load_tables();
	rr_lapic_init();
	rr_fpu_init();
}
