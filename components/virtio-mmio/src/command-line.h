/* The words by which a machine announces its devices. */
#pragma once
#include <rr/types.h>

struct mmio_place {
	rr_phys base;
	uint64_t size;
	unsigned line;
};

/* The next device in the words at the end of `line`, from the back: *end is where to stop, and moves; first the line's length. False: no more. */
bool mmio_next_place(const char *line, size_t *end, struct mmio_place *place);
