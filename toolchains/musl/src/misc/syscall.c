#define _BSD_SOURCE
#include <stdarg.h>
#include <stdint.h>
#include <unistd.h>
#include "syscall.h"

#undef syscall

struct stub {
	unsigned char code[24];
	uint32_t number;
	uint16_t kind, magic;
};
_Static_assert(sizeof(struct stub) == 32, "stub layout, docs/interfaces.md section 2");

enum { kind_call = 0, kind_child = 2 };

/* The stubs that survived the link, ascending by number (the linker script sorts them). */
extern hidden const struct stub __rr_stubs_start[], __rr_stubs_end[];

typedef long stub_function(long, long, long, long, long, long);
hidden long __rr_sys_any(long, long, long, long, long, long, long);

static const struct stub *find(long number)
{
	const struct stub *low = __rr_stubs_start, *high = __rr_stubs_end;
	while (low < high) {
		const struct stub *middle = low + (high - low) / 2;
		if (middle->number == number)
			return middle;
		if (middle->number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

/* The public function. A number whose stub is not in the program goes to the kernel, or to the libOS, as it is. */
long syscall(long number, ...)
{
	long a, b, c, d, e, f;
	va_list arguments;
	va_start(arguments, number);
	a = va_arg(arguments, long);
	b = va_arg(arguments, long);
	c = va_arg(arguments, long);
	d = va_arg(arguments, long);
	e = va_arg(arguments, long);
	f = va_arg(arguments, long);
	va_end(arguments);

	const struct stub *stub = find(number);
	if (stub && (stub->kind == kind_call || stub->kind == kind_child))
		return __syscall_ret(((stub_function *)(uintptr_t)stub->code)(a, b, c, d, e, f));
	return __syscall_ret(__rr_sys_any(number, a, b, c, d, e, f));
}
