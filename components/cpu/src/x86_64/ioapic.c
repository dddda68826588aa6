#include <rr/abi/errno.h>
#include <rr/cpu.h>
#include <rr/irq.h>
#include <rr/trap.h>
#include "apic.h"

/* The boot code maps the I/O APIC at the second page of the libOS's window. */
#define IOAPIC 0xffffffffc0001000ul
#define REG_SELECT 0x00
#define REG_WINDOW 0x10
#define INDEX_VERSION 0x01
#define INDEX_REDIRECTION 0x10
#define LINES 16
/* Of the local APIC: a write of a vector there interrupts CPU 0 (SDM vol. 3A, 11.11). */
#define MESSAGE_ADDRESS 0xfee00000u
#define MESSAGE_FIRST (RR_VECTOR_TIMER + 1)

/* By vector: lines, and behind the timer's what devices send as messages. */
static struct {
	void (*handler)(void *argument);
	void *argument;
} lines[RR_VECTOR_SPURIOUS - RR_VECTOR_IRQ];

static void write(uint8_t index, uint32_t value)
{
	*(volatile uint32_t *)(IOAPIC + REG_SELECT) = index;
	*(volatile uint32_t *)(IOAPIC + REG_WINDOW) = value;
}

static uint32_t read(uint8_t index)
{
	*(volatile uint32_t *)(IOAPIC + REG_SELECT) = index;
	return *(volatile uint32_t *)(IOAPIC + REG_WINDOW);
}

/* Fixed delivery to CPU 0, edge, active high, unmasked; ISA lines are wired one to one but for the PIT's. */
static void route(unsigned line)
{
	unsigned pin = line == 0 ? 2 : line;
	write(INDEX_REDIRECTION + pin * 2 + 1, 0);
	write(INDEX_REDIRECTION + pin * 2, RR_VECTOR_IRQ + line);
}

int rr_irq_attach(unsigned line, void (*handler)(void *argument), void *argument)
{
	if (line >= LINES)
		return -EINVAL;
	if (read(INDEX_VERSION) == 0xffffffff)
		return -ENODEV;
	if (lines[line].handler)
		return -EBUSY;
	lines[line].argument = argument;
	lines[line].handler = handler;
	route(line);
	return 0;
}

void rr_irq_resume(void)
{
	for (unsigned line = 0; line < LINES; line++)
		if (lines[line].handler)
			route(line);
}

int rr_irq_attach_message(void (*handler)(void *argument), void *argument, struct rr_irq_message *message)
{
	unsigned vector = MESSAGE_FIRST;
	while (lines[vector - RR_VECTOR_IRQ].handler)
		if (++vector == RR_VECTOR_SPURIOUS)
			return -ENOSPC;
	lines[vector - RR_VECTOR_IRQ].argument = argument;
	lines[vector - RR_VECTOR_IRQ].handler = handler;
	*message = (struct rr_irq_message){ MESSAGE_ADDRESS, vector };
	return 0;
}

void rr_irq_dispatch(unsigned line)
{
	if (line < RR_ARRAY_SIZE(lines) && lines[line].handler)
		lines[line].handler(lines[line].argument);
}
