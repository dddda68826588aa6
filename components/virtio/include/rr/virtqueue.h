/*
 * Split virtqueues: Virtual I/O Device (VIRTIO) 1.2, section 2.7. The ring is memory the device can write to: nothing in it is believed. Which
 * descriptors are out, and what they point to, is kept apart; an index, an id or a length the device cannot mean makes the queue `broken`, for
 * good, and it does nothing any more. Thread context or an interrupt handler, under the big lock.
 */
#pragma once
#include <rr/types.h>

struct rr_virtio_device;

/* Contiguous memory, by its address in the direct map. */
struct rr_virtq_segment {
	void *address;
	uint32_t length;
};

/* 2.7.5, 2.7.6, 2.7.8 */
struct rr_virtq_desc {
	uint64_t address;
	uint32_t length;
	uint16_t flags, next;
};
struct rr_virtq_avail {
	uint16_t flags, index, ring[]; /* behind the ring: used_event */
};
struct rr_virtq_used_element {
	uint32_t id, length;
};
struct rr_virtq_used {
	uint16_t flags, index;
	struct rr_virtq_used_element ring[]; /* behind the ring: avail_event */
};
_Static_assert(sizeof(struct rr_virtq_desc) == 16 && sizeof(struct rr_virtq_used_element) == 8, "VIRTIO 1.2, 2.7");

#define RR_VIRTQ_MOST 1024u /* entries of a queue, whatever the device offers */

struct rr_virtq_slot; /* queue.c */

struct rr_virtqueue {
	struct rr_virtio_device *device;
	uint16_t index;            /* which of the device's queues */
	uint16_t size;
	bool broken, event_index, indirect;
	bool quiet;                /* interrupts are not wanted */
	uint16_t free_head, free_count;
	uint16_t next_avail;       /* what avail->index will be */
	uint16_t notified;         /* next_avail when the device was last told */
	uint16_t next_used;        /* the first entry of the used ring not yet seen */
	uint16_t in_flight;        /* chains the device has */
	struct rr_virtq_desc *desc;
	struct rr_virtq_avail *avail;
	volatile struct rr_virtq_used *used;
	struct rr_virtq_slot *slots;
	rr_phys memory;
	unsigned memory_order;
	/* Interrupt context: there are used entries. May be NULL. */
	void (*callback)(struct rr_virtqueue *queue);
	void *owner;               /* the driver's */
	uint64_t notify;           /* the transport's */
};

/* Memory for a queue of `size` entries (a power of 2); 0 or -ENOMEM, -EINVAL. The transport then tells the device (rr_virtio_setup_queue()). */
int rr_virtqueue_create(struct rr_virtqueue *queue, unsigned size, bool legacy_layout);
/* The device is reset and does not touch it any more. */
void rr_virtqueue_destroy(struct rr_virtqueue *queue);

/*
 * Make a chain available: `out` segments the device reads, then `in` segments it writes. `token` (not NULL) comes back. Long chains go through an indirect table
 * where the device has them. 0, -EAGAIN (no room now), -EINVAL (never), -EIO (broken). The device is not told: rr_virtqueue_kick().
 */
int rr_virtqueue_add(struct rr_virtqueue *queue, const struct rr_virtq_segment *segments, unsigned out, unsigned in, void *token);
/* A finished chain's token and how many bytes the device wrote (never more than it had room for), or NULL. */
void *rr_virtqueue_take(struct rr_virtqueue *queue, uint32_t *written);
/* True when take() has something. */
bool rr_virtqueue_pending(const struct rr_virtqueue *queue);
/* Tell the device about what was added, if it wants to be told. True: it was. */
bool rr_virtqueue_kick(struct rr_virtqueue *queue);
/* No interrupts from now on; one more may come. */
void rr_virtqueue_quiet(struct rr_virtqueue *queue);
/* An interrupt when `after` further chains (at least 1) are done. False: they are already, and the queue stays quiet. */
bool rr_virtqueue_arm(struct rr_virtqueue *queue, unsigned after);
/* After the device was reset: the token of a chain that was out, or NULL when none is left. */
void *rr_virtqueue_recover(struct rr_virtqueue *queue);
