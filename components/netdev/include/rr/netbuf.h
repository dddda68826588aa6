/*
 * Packet buffers. A packet is a chain of pieces (`more`), each with its own memory or a view of another piece's; the first piece describes the
 * packet. All memory is physically contiguous and in the direct map, so that a device can be given it as it is.
 *
 * Who holds a packet owns one reference of each piece and may change pieces that have no other owner. Thread context or an interrupt handler (rr/irq.h:
 * handlers never run in the middle of libOS code).
 */
#pragma once
#include <rr/types.h>

struct rr_netdev;

/* Bytes that a frame has in front of it when it is given to a device, which puts its own header there. */
#define RR_NETBUF_LINK_HEADROOM 16u
/* Bytes to leave in front of what an application sends: the largest headers of TCP over IPv6 over Ethernet, and those above. */
#define RR_NETBUF_HEADROOM 144u
/* Bytes of memory in a buffer from rr_netbuf_alloc(): a frame of 1,514 bytes, its headroom, and more. */
#define RR_NETBUF_ROOM 1920u

/* `flags` of a packet. */
#define RR_NETBUF_NEEDS_CSUM 1u /* the checksum at csum_start + csum_offset holds the pseudo header's sum; the rest is missing (virtio 1.2, 5.1.6.2) */
#define RR_NETBUF_DATA_VALID 2u /* received, and checksums were found right */

/* `gso`: the packet is larger than the link takes, and stands for several of `gso_size` bytes of payload each; 0: it is one. */
#define RR_NETBUF_GSO_NONE 0u
#define RR_NETBUF_GSO_TCPV4 1u
#define RR_NETBUF_GSO_UDP 3u
#define RR_NETBUF_GSO_TCPV6 4u
#define RR_NETBUF_GSO_ECN 0x80u /* with TCP: CWR is set in the first only */

struct rr_netbuf {
	struct rr_netbuf *next;   /* of the first piece: the next packet in a list of packets */
	struct rr_netbuf *more;   /* the packet's next piece */
	uint8_t *data;            /* the piece's first byte */
	uint32_t length;          /* its bytes */
	uint32_t total;           /* of the first piece: bytes of the packet */
	uint8_t *memory;          /* what data lies in */
	uint32_t size;            /* bytes of memory */
	uint32_t refs;
	struct rr_netbuf *base;   /* of a view: whose memory it is; this one has a reference of it */
	struct rr_netdev *device; /* of the first piece: where it was received */
	/* of the first piece; the fields of struct virtio_net_hdr */
	uint8_t flags, gso;
	uint16_t header_length;   /* with gso: bytes of all headers */
	uint16_t gso_size;
	uint16_t csum_start, csum_offset;
	uint16_t kind;            /* of memory; netbuf.c's */
	uint32_t link_header;     /* received: bytes from `memory` to the Ethernet header, for whoever has moved `data` on */
	uint64_t mark[2];         /* the owner's, for what it likes */
};
_Static_assert(sizeof(struct rr_netbuf) + RR_NETBUF_ROOM == 2016, "the heap's largest block, two of them a page");

/* One empty piece with `headroom` bytes in front of data and at least RR_NETBUF_ROOM - headroom behind. NULL: no memory, or too many buffers are out. */
struct rr_netbuf *rr_netbuf_alloc(unsigned headroom);
/* The same with `size` bytes of contiguous memory (at most 64 KiB) and no headroom: payload that is sent as views of it. */
struct rr_netbuf *rr_netbuf_alloc_large(uint32_t size);
/* A piece that shows [data, data + length) of `base`'s memory, which lives on with it. NULL: no memory. */
struct rr_netbuf *rr_netbuf_view(struct rr_netbuf *base, uint8_t *data, uint32_t length);

static inline void rr_netbuf_get(struct rr_netbuf *piece) { piece->refs++; }
/* Give up one reference of one piece. */
void rr_netbuf_put(struct rr_netbuf *piece);
/* Give up a packet: one reference of each of its pieces. NULL is allowed. */
void rr_netbuf_free(struct rr_netbuf *packet);
/* The same for a list of packets. */
void rr_netbuf_free_list(struct rr_netbuf *list);

static inline uint32_t rr_netbuf_headroom(const struct rr_netbuf *piece) { return (uint32_t)(piece->data - piece->memory); }
static inline uint32_t rr_netbuf_tailroom(const struct rr_netbuf *piece) { return (uint32_t)(piece->memory + piece->size - piece->data) - piece->length; }

/* Move the packet's beginning: over `n` bytes that its first piece has, or `n` bytes forward into the headroom. The caller has looked. */
static inline uint8_t *rr_netbuf_pull(struct rr_netbuf *packet, uint32_t n)
{
	packet->length -= n;
	packet->total -= n;
	return packet->data += n;
}
static inline uint8_t *rr_netbuf_push(struct rr_netbuf *packet, uint32_t n)
{
	packet->length += n;
	packet->total += n;
	return packet->data -= n;
}
/* Append `n` bytes of tailroom to a packet of one piece: where they are. The caller has looked. */
static inline uint8_t *rr_netbuf_extend(struct rr_netbuf *packet, uint32_t n)
{
	uint8_t *at = packet->data + packet->length;
	packet->length += n;
	packet->total += n;
	return at;
}
/* Append pieces. O(pieces). */
void rr_netbuf_append(struct rr_netbuf *packet, struct rr_netbuf *pieces);
/* Cut the packet to its first `total` bytes; pieces behind are given up. */
void rr_netbuf_trim(struct rr_netbuf *packet, uint32_t total);
/* Make the first `n` bytes contiguous, in the first piece. False: the packet is shorter, or they do not fit there. */
bool rr_netbuf_gather(struct rr_netbuf *packet, uint32_t n);
/* Copy bytes [offset, offset + n) out; the packet has them. */
void rr_netbuf_copy(const struct rr_netbuf *packet, uint32_t offset, void *to, uint32_t n);

struct rr_netbuf_stats {
	uint64_t bytes, most, limit; /* of memory in use now, ever, at most */
	uint64_t refused;            /* allocations that got none */
};
struct rr_netbuf_stats rr_netbuf_stats(void);
/* How scarce memory for buffers is: 0 at most half of it is taken, 1 more, 2 more than three quarters. For those who hold much, to hold less. */
unsigned rr_netbuf_pressure(void);
/* How much memory buffers may take; unless set, a quarter of the machine's when the first one is allocated. */
void rr_netbuf_set_limit(uint64_t bytes);
