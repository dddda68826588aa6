/* What programs may have found out about the processor, and use from then on. */
#pragma once
#include <rr/types.h>

/* Remember what this one has. */
void processor_note(void);
/* Does this one have all of that? */
bool processor_suffices(void);
