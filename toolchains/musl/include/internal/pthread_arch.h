/*
 * The cancellation handler compares the interrupted program counter with the range of __syscall_cp_asm. On the build
 * host that counter is inside a stub, one call deeper; __rr_cancel_point moves the context back to the call. Once
 * baked, the libOS already reports it there.
 */
#include_next <pthread_arch.h>

hidden int __rr_cancel_point(void *context);

#undef MC_PC
#define MC_PC gregs[__rr_cancel_point(uc)]
