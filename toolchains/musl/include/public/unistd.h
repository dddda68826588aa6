/*
 * musl's unistd.h, and a watch on syscall(2). A call of syscall() with a constant number leaves a relocation without
 * effect on that number's stub, which keeps the stub in the program: the dispatcher in libc finds it by its number,
 * and `rr bake` learns that the program can make the call.
 *
 * Optimised code goes through an inline function, so nothing changes for programs that declare syscall() themselves
 * or take its address. Without optimisation a parameter is never constant, so there it is a macro.
 */
#include_next <unistd.h>

#if !defined(RR_UNISTD_H) && (defined(_GNU_SOURCE) || defined(_BSD_SOURCE)) && defined(__GNUC__) && !defined(__clang__)
#define RR_UNISTD_H

/* The numbers libc has stubs for (src/toolchain/stubs.ts). */
#define __RR_HAS_STUB(n) (((n) >= 0 && (n) <= 334) || ((n) >= 424 && (n) <= 462))
#define __RR_KEEP_STUB(n) __asm__ __volatile__(".reloc ., R_X86_64_NONE, __rr_sys_%c0" : : "i"(n))

#ifdef __OPTIMIZE__

#ifdef __cplusplus
extern "C" {
#endif
long __rr_syscall(long, ...) __asm__("syscall");

extern __inline__ __attribute__((__gnu_inline__, __always_inline__, __artificial__)) long syscall(long __n, ...)
{
	if (__builtin_constant_p(__n) && __RR_HAS_STUB(__n))
		__RR_KEEP_STUB(__n);
	return __rr_syscall(__n, __builtin_va_arg_pack());
}
#ifdef __cplusplus
}
#endif

#else

#define __RR_KEEP(n) \
	__extension__({ \
		if (__builtin_constant_p(n) && __RR_HAS_STUB(n)) \
			__RR_KEEP_STUB(__builtin_constant_p(n) && __RR_HAS_STUB(n) ? (n) : 0); \
		(long)(n); \
	})
/* The last argument is one too many, so that a call with the number alone fits as well. */
#define __RR_SYSCALL(n, ...) __RR_KEEP(n), __VA_ARGS__
#define syscall(...) syscall(__RR_SYSCALL(__VA_ARGS__, 0L))

#endif
#endif
