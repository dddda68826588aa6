/*
 * In place of musl's: a system call with a constant number is a call of that number's stub, which musl's way of
 * passing the number as an argument cannot express. The macros that do it are in syscall.h beside this file; whatever
 * still arrives here missed them, and the attribute turns that into a compile error.
 */
#define __SYSCALL_LL_E(x) (x)
#define __SYSCALL_LL_O(x) (x)

#define RR_MISSED __attribute__((error("system call that does not go through a stub")))

long __syscall0(long) RR_MISSED;
long __syscall1(long, long) RR_MISSED;
long __syscall2(long, long, long) RR_MISSED;
long __syscall3(long, long, long, long) RR_MISSED;
long __syscall4(long, long, long, long, long) RR_MISSED;
long __syscall5(long, long, long, long, long, long) RR_MISSED;
long __syscall6(long, long, long, long, long, long, long) RR_MISSED;

/* No vDSO: a stub is as cheap once baked. The x86_64 calls of System V IPC take no version flag. */
#define IPC_64 0
