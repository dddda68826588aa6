/* Private to the pipe component. */
#pragma once
#include <rr/vfs.h>
#include "ring.h"

struct pipe {
	struct pipe_ring ring;
	unsigned readers, writers;          /* open ends */
	unsigned reader_opens, writer_opens; /* how many were ever opened: who waits for the other end of a fifo looks at them. A reader's open file has
	                                        the number of writers in `position` that do not count as hung up */
	struct rr_waitqueue can_read, can_write;
};

extern const struct rr_file_ops pipe_file_ops, fifo_file_ops;
/* The pipe behind an open file, or NULL. */
static inline struct pipe *pipe_of(const struct rr_file *file) { return file->ops == &pipe_file_ops || file->ops == &fifo_file_ops ? file->data : NULL; }

/* Wait until there are bytes, or nobody who could write some: 0; -EAGAIN when that is now and `nonblocking`, -RR_ERESTARTSYS. */
int pipe_wait_for_data(struct pipe *pipe, bool nonblocking);
/* Wait until there is a free slot: 0; -EPIPE, with SIGPIPE sent, when nobody reads; -EAGAIN, -RR_ERESTARTSYS. */
int pipe_wait_for_room(struct pipe *pipe, bool nonblocking);
