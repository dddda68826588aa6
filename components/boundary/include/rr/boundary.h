/* For the start code. */
#pragma once
#include <rr/types.h>

/* The boundary's way out, for rr_trap_set_restart_range(). */
extern const char rr_boundary_exit_begin[], rr_boundary_exit_end[];

/* One row for each call in the image, ascending by number; written by bake (docs/interfaces.md, section 3). */
struct rr_call {
	uint32_t number, flags;
	long (*handler)(long, long, long, long, long, long);
};
#define RR_CALL_LEAF 1u
extern const struct rr_call rr_call_table[], rr_call_table_end[];
