/* Shared between the files of sys-file: one buffer or a vector, at the file's position or elsewhere. */
#pragma once
#include <rr/vfs.h>
#include <rr/vm.h>

/* The most bytes one call moves: read(2). */
#define MAX_TRANSFER 0x7ffff000ul

typedef long transfer_function(struct rr_file *file, struct rr_uio *uio, uint64_t *position);

/* One buffer of the program. The vector lies in *space. */
static inline struct rr_uio one_buffer(struct rr_iovec *space, uint64_t buffer, size_t length)
{
	/* A length no buffer has is a bad buffer, not a bad length. */
	*space = (struct rr_iovec){ .base = length > RR_VM_MAX - buffer ? UINT64_MAX : buffer, .length = rr_min(length, MAX_TRANSFER) };
	/* field by field: an initialiser clears the structure first, by a string instruction, in every read and write */
	struct rr_uio uio;
	uio.vectors = space;
	uio.count = 1;
	uio.done_in_first = 0;
	uio.remaining = space->length;
	uio.kernel = false;
	return uio;
}

/* position NULL: the file's own. -ESPIPE, -EBADF or what the transfer says. */
long transfer_file(struct rr_file *file, struct rr_uio *uio, transfer_function *function, const int64_t *position);
