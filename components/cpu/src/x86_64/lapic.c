#include <rr/cpu.h>
#include <rr/trap.h>
#include "apic.h"

/* The boot code maps the local APIC's page at the first page of the libOS's window (platform-hw/src/x86_64/entry.S). */
#define LAPIC 0xffffffffc0000000ul
#define REG_EOI 0xb0
#define REG_SPURIOUS 0xf0
#define REG_LVT_TIMER 0x320
#define REG_LVT_LINT0 0x350
#define REG_TIMER_INITIAL 0x380
#define REG_TIMER_CURRENT 0x390
#define REG_TIMER_DIVIDE 0x3e0
#define SPURIOUS_ENABLE 0x100
#define LVT_MASKED 0x10000
#define DIVIDE_BY_1 0xb

static void write(unsigned reg, uint32_t value) { *(volatile uint32_t *)(LAPIC + reg) = value; }
static uint32_t read(unsigned reg) { return *(volatile uint32_t *)(LAPIC + reg); }

void rr_lapic_init(void)
{
	/*
	 * The 8259's interrupts, which firmware may have left on, first: one may be pending, and QEMU forgets it only when it looks at the APIC again, as it does for the
	 * next write. Else its emulator delivers, at the first sti, an interrupt that is not there any more: vector -1, a general-protection fault.
	 */
	write(REG_LVT_LINT0, LVT_MASKED);
	write(REG_SPURIOUS, SPURIOUS_ENABLE | RR_VECTOR_SPURIOUS);
	write(REG_TIMER_DIVIDE, DIVIDE_BY_1);
	write(REG_LVT_TIMER, RR_VECTOR_TIMER);
}

void rr_lapic_end_of_interrupt(void) { write(REG_EOI, 0); }
void rr_lapic_timer_set(uint32_t count) { write(REG_TIMER_INITIAL, count); }
uint32_t rr_lapic_timer_left(void) { return read(REG_TIMER_CURRENT); }
