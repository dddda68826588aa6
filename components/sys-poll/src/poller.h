/* Waiting until one of several files is ready, for poll and select. */
#pragma once
#include <rr/vfs.h>

struct poll_entry {
	struct rr_file *file;  /* not referenced; NULL: none, never ready */
	int fd;
	uint16_t events;       /* wanted; POLLERR and POLLHUP are always */
	uint16_t ready;        /* result */
};

/*
 * Wait until an entry is ready or `deadline` (monotonic ns; 0: do not wait). How many are ready, -RR_ERESTARTNOHAND, -ENOMEM. The files must
 * have been looked up without waiting since; they are referenced while it waits.
 */
long poll_wait(struct poll_entry *entries, unsigned count, uint64_t deadline);
