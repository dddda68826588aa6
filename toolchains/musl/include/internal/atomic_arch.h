/* musl crashes on purpose with `hlt`. At ring 0 that would sleep; `ud2` is a crash everywhere. */
#include_next <atomic_arch.h>

#undef a_crash
#define a_crash rr_crash
static inline void rr_crash(void)
{
	__asm__ __volatile__("ud2" : : : "memory");
}
