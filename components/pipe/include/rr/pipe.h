/* Pipes: pipe(7). Thread context, under the big lock. */
#pragma once
#include <rr/vfs.h>

/* The two ends of a new pipe; flags: O_NONBLOCK, O_DIRECT (packets). 0 or -ENOMEM. */
int rr_pipe_create(uint32_t flags, struct rr_file **read_end, struct rr_file **write_end);
/* Let named pipes be opened; called by who makes the first one. */
void rr_pipe_enable_fifos(void);
