/*
 * The bytes in a pipe as Linux keeps them: a ring of slots, each a page with some bytes in it. Room is counted in slots, so what fits depends on how it was
 * written, and programs see that. Pages exist only while they hold something.
 */
#pragma once
#include <rr/uaccess.h>

struct pipe_slot {
	rr_phys frame;
	uint16_t offset, length;
	bool packet;    /* one write, read by one read: O_DIRECT */
	bool shared;    /* the page has other owners: nothing is added to it */
};

struct pipe_ring {
	struct pipe_slot *slots;
	uint32_t count;   /* slots there are, a power of two */
	uint32_t first;   /* index of the first filled one, ever growing: modulo `count` */
	uint32_t filled;
	uint64_t bytes;
	rr_phys spare;    /* kept when emptied, so that ping-pong does not allocate */
};

/* 0 or -ENOMEM. */
int pipe_ring_init(struct pipe_ring *ring, uint32_t count);
void pipe_ring_fini(struct pipe_ring *ring);
static inline bool pipe_ring_empty(const struct pipe_ring *ring) { return !ring->filled; }
static inline bool pipe_ring_full(const struct pipe_ring *ring) { return ring->filled == ring->count; }
/* The slot `index` places behind the first filled one. */
static inline struct pipe_slot *pipe_ring_slot(const struct pipe_ring *ring, uint32_t index) { return &ring->slots[(ring->first + index) & (ring->count - 1)]; }

/* Put the odd bytes of what is to be written into the last filled page, if they fit: how many, -EFAULT. */
long pipe_ring_merge(struct pipe_ring *ring, struct rr_uio *uio);
/* Fill a slot, for which there must be room, with up to a page. Bytes, -ENOMEM, -EFAULT (then nothing is in it). */
long pipe_ring_append(struct pipe_ring *ring, struct rr_uio *uio, bool packet);
/* Take out what is there and wanted, at most one packet. Bytes, or -EFAULT when not even the first slot's could be delivered. */
long pipe_ring_take(struct pipe_ring *ring, struct rr_uio *uio);
/* Slots as they are, with their page references: behind the others, where there must be room; out of the front, at most `most` bytes of it, not 0; and
 * back there (0, -ENOMEM when others have filled the ring meanwhile). */
void pipe_ring_push(struct pipe_ring *ring, const struct pipe_slot *slot);
struct pipe_slot pipe_ring_pop(struct pipe_ring *ring, size_t most);
int pipe_ring_give_back(struct pipe_ring *ring, const struct pipe_slot *slot);
/* -EBUSY when the filled slots are more, -ENOMEM. */
int pipe_ring_resize(struct pipe_ring *ring, uint32_t count);
