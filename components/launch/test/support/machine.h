/* What the readers of launch documents stand on, on the host: an image's table, a heap that ASan watches, a log of one line. */
#pragma once
#include <rr/image.h>
#include <rr/platform.h>

extern struct rr_image_table machine_table;
/* What was said last; "": nothing since machine_reset(). */
extern char machine_logged[256];

/* Frees all that was allocated, and forgets what was said. */
void machine_reset(void);
