/* The assembly that touches program memory; ranges are checked by the callers. 0 or -EFAULT. */
#pragma once
#include <rr/types.h>

int rr_user_copy(void *to, const void *from, size_t n);
int rr_user_clear(void *to, size_t n);
long rr_user_string(char *to, const char *from, size_t n);
int rr_user_cmpxchg(uint32_t *at, uint32_t expected, uint32_t desired, uint32_t *old);

struct rr_fixup {
	int32_t instruction, landing; /* from the field's own address */
};
extern const struct rr_fixup rr_fixup_table[], rr_fixup_table_end[];
