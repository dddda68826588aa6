/* For the start code and the process component. */
#pragma once
#include <rr/thread.h>

/* The code that runs now becomes `boot_thread` (zeroed by the caller) on the stack rr_this_cpu()->stack_top. Once. */
void rr_sched_init(struct rr_thread *boot_thread);
/* TLS base / page tables of the current thread, now and whenever it runs. */
void rr_thread_set_fs_base(uint64_t base);
void rr_thread_set_root(uint64_t root);
/* As rr_thread_yield, for a thread whose program was interrupted: all vector state is kept. Thread context at the top of the libOS stack. */
void rr_thread_preempt(void);
/* While `keep`, all vector state of the current thread survives its waits: for waits of a program that was interrupted. False: no memory. */
bool rr_thread_keep_state(bool keep);
/* A zeroed, 64-byte aligned area for rr_fpu_save(), or NULL; freed with rr_fpu_free(). */
void *rr_fpu_alloc(void);
void rr_fpu_free(void *area);
