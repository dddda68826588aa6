/* The components' start functions in order; written by bake (docs/interfaces.md, section 3), 0-terminated. */
#pragma once

extern void (*const rr_init_table[])(void);
