#pragma once

/* Where traced stubs jump (src/x86_64/entry.S): number in eax, C arguments. */
extern const char rr_trace_entry[];
/* What the boundary calls for them in place of the call's handler. */
long rr_trace_call(long a, long b, long c, long d, long e, long f);
