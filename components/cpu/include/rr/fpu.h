/* Vector and x87 state of programs; the libOS itself uses neither. Intel SDM vol. 1, ch. 13. */
#pragma once
#include <rr/types.h>

/* Bytes of a save area (64-byte aligned) for all state this CPU has enabled; at least 512. */
size_t rr_fpu_size(void);
/* The enabled state components (XCR0), 0 when there is only FXSAVE. */
uint64_t rr_fpu_features(void);
/* Save all state to / load it from `area`. */
void rr_fpu_save(void *area);
void rr_fpu_restore(const void *area);
/* The state a new program starts with. */
void rr_fpu_reset(void);
