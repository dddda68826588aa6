/*
 * musl's internal syscall.h with the calls redirected: `__syscallN(number, ...)` becomes a plain C call of
 * `__rr_sys_<number>` (SYS_ names expand to literals before they are pasted). The cast to the exact arity keeps the
 * compiler from setting %al and from guessing.
 *
 * Where the source has the number in a variable, the variable holds the stub's address instead. Cancellation points
 * pass that address too, so they need no dispatcher. The three files with such variables are compiled with
 * RR_NUMBER_IN_VARIABLE: there the pasted name is a macro for the variable itself.
 */
#ifndef RR_INTERNAL_SYSCALL_H
#define RR_INTERNAL_SYSCALL_H

#include_next <syscall.h>
#include "libc.h"
#include "rr_stubs.h"

#define RR_STUB_(n) __rr_sys_##n
#define RR_STUB(n) RR_STUB_(n)

#undef __syscall1
#undef __syscall2
#undef __syscall3
#undef __syscall4
#undef __syscall5
#undef __syscall6
#define __syscall0(n) ((long (*)(void))RR_STUB(n))()
#define __syscall1(n, a) ((long (*)(long))RR_STUB(n))(__scc(a))
#define __syscall2(n, a, b) ((long (*)(long, long))RR_STUB(n))(__scc(a), __scc(b))
#define __syscall3(n, a, b, c) ((long (*)(long, long, long))RR_STUB(n))(__scc(a), __scc(b), __scc(c))
#define __syscall4(n, a, b, c, d) \
	((long (*)(long, long, long, long))RR_STUB(n))(__scc(a), __scc(b), __scc(c), __scc(d))
#define __syscall5(n, a, b, c, d, e) \
	((long (*)(long, long, long, long, long))RR_STUB(n))(__scc(a), __scc(b), __scc(c), __scc(d), __scc(e))
#define __syscall6(n, a, b, c, d, e, f) \
	((long (*)(long, long, long, long, long, long))RR_STUB(n)) \
	(__scc(a), __scc(b), __scc(c), __scc(d), __scc(e), __scc(f))

#undef __syscall_cp0
#undef __syscall_cp1
#undef __syscall_cp2
#undef __syscall_cp3
#undef __syscall_cp4
#undef __syscall_cp5
#undef __syscall_cp6
#define RR_CP(n, ...) (__syscall_cp)((long)RR_STUB(n), __VA_ARGS__)
#define __syscall_cp0(n) RR_CP(n, 0, 0, 0, 0, 0, 0)
#define __syscall_cp1(n, a) RR_CP(n, __scc(a), 0, 0, 0, 0, 0)
#define __syscall_cp2(n, a, b) RR_CP(n, __scc(a), __scc(b), 0, 0, 0, 0)
#define __syscall_cp3(n, a, b, c) RR_CP(n, __scc(a), __scc(b), __scc(c), 0, 0, 0)
#define __syscall_cp4(n, a, b, c, d) RR_CP(n, __scc(a), __scc(b), __scc(c), __scc(d), 0, 0)
#define __syscall_cp5(n, a, b, c, d, e) RR_CP(n, __scc(a), __scc(b), __scc(c), __scc(d), __scc(e), 0)
#define __syscall_cp6(n, a, b, c, d, e, f) RR_CP(n, __scc(a), __scc(b), __scc(c), __scc(d), __scc(e), __scc(f))

#undef __socketcall
#undef __socketcall_cp
#define __socketcall(name, a, b, c, d, e, f) __syscall6(SYS_##name, a, b, c, d, e, f)
#define __socketcall_cp(name, a, b, c, d, e, f) __syscall_cp6(SYS_##name, a, b, c, d, e, f)

/*
 * A program with set-id bits is started by musl with descriptors 0, 1 and 2 opened if they were closed. That would bring poll() and open(), and with
 * them a file system, into every image, where nothing is ever set-id. Such a start, possible on the host only, ends in a_crash() instead.
 */
#ifdef RR_NO_SET_ID
static inline long __rr_refuse() { return -1; }
#define __rr_sys_7 __rr_refuse
#define __rr_sys_2 __rr_refuse
#endif

#ifdef RR_NUMBER_IN_VARIABLE
#define __rr_sys_nr nr
#define __rr_sys_c c
/* pthread_cancel.c asks whether it is close() that was interrupted; asking must not bring close() in. */
#pragma weak __rr_sys_3
#undef SYS_close
#define SYS_close ((long)__rr_sys_3)
#else
/* Programs are linked below 2 GiB, so the address survives in the int that musl keeps the number in. */
#define __setxid(n, a, b, c) (__setxid)((int)(long)RR_STUB(n), a, b, c)
#endif

#endif
