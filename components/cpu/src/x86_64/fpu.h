/* Private to the cpu component. */
#pragma once

/* Enable x87, SSE and whatever XSAVE offers of AVX on this CPU. */
void rr_fpu_init(void);
