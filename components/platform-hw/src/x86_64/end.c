#include <rr/cpu.h>
#include <rr/platform.h>

#define DEBUG_EXIT 0x501   /* QEMU isa-debug-exit, as rr configures it */
#define ACPI_PM1A_Q35 0x604
#define ACPI_PM1A_PC 0xb004
#define SLEEP_ENABLE_S5 0x2000
#define KEYBOARD_CONTROLLER 0x64
#define RESET_PULSE 0xfe

void (*rr_platform_settle)(void);

static void out16(uint16_t port, uint16_t value) { __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port)); }

/* One way after the other; on a machine that lacks a device its port does nothing. */
void rr_platform_end(void)
{
	__asm__ volatile("cli");
	rr_out32(DEBUG_EXIT, 0);
	out16(ACPI_PM1A_Q35, SLEEP_ENABLE_S5);
	out16(ACPI_PM1A_PC, SLEEP_ENABLE_S5);
	rr_out8(KEYBOARD_CONTROLLER, RESET_PULSE);
	struct __attribute__((packed)) { uint16_t limit; uint64_t base; } none = { 0, 0 };
	__asm__ volatile("lidt %0; ud2" : : "m"(none)); /* triple fault */
	__builtin_unreachable();
}
