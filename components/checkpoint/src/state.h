/* The processor's own registers: state.S. */
#pragma once
#include <rr/types.h>

/* As setjmp(3): false now; true when the machine goes on elsewhere, as long as the caller has not returned. */
bool checkpoint_save(void) __attribute__((returns_twice));
/* For rr_platform_resume: returns from checkpoint_save() again. */
void checkpoint_resume(uint32_t start_info, uint64_t tsc);
/* What it was called with. */
extern uint32_t checkpoint_start_info;
extern uint64_t checkpoint_tsc;
