/* Private to the cpu component. */
#pragma once
#include <rr/types.h>

/* Enable x87, SSE and whatever XSAVE offers of AVX on this CPU. */
void rr_fpu_init(void);
/* The same for a processor that goes on with areas saved on another one. False: it does not have what that one had, or elsewhere in the area. */
bool rr_fpu_resume(void);
