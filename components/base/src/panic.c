#include <rr/panic.h>
#include <rr/print.h>

static RR_NORETURN void (*panic_hook)(const char *message, const struct rr_regs *regs);
static RR_NORETURN void (*panic_halt)(void);
static bool panicking;

void rr_panic_set_hook(RR_NORETURN void (*hook)(const char *message, const struct rr_regs *regs)) { panic_hook = hook; }
void rr_panic_set_halt(RR_NORETURN void (*halt)(void)) { panic_halt = halt; }

static RR_NORETURN void halt(void)
{
	if (panic_halt)
		panic_halt();
	for (;;)
		__asm__ volatile("cli; hlt");
}

static RR_NORETURN void panic(const struct rr_regs *regs, const char *format, va_list arguments)
{
	static char message[240];
	__asm__ volatile("cli");
	if (panicking)
		halt();
	panicking = true;
	rr_vsnprintf(message, sizeof(message), format, arguments);
	if (panic_hook)
		panic_hook(message, regs);
	rr_log("libOS panic: %s", message);
	halt();
}

void rr_panic(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	panic(NULL, format, arguments);
}

void rr_panic_at(const struct rr_regs *regs, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	panic(regs, format, arguments);
}

/* The compiler's stack protector: one canary for all (-mstack-protector-guard=global), set at start. */
uintptr_t __stack_chk_guard = 0x595e9fbd94fda766;

RR_NORETURN void __stack_chk_fail(void);
void __stack_chk_fail(void) { rr_panic("stack smashed: the canary of a libOS function was overwritten"); }
