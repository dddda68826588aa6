/* The answer to 'U': docs/interfaces.md section 8. */
#include <rr/control.h>
#include <rr/netdev.h>
#include <rr/page.h>
#include <rr/string.h>

void rr_usage_init(void);

#define MOST_CARDS 8u

/* Wire formats. */
struct memory {
	uint64_t total, free; /* bytes */
};
struct card {
	char name[RR_NETDEV_NAME];
	uint64_t received_bytes, sent_bytes, received_packets, sent_packets;
};
_Static_assert(sizeof(struct memory) == 16 && sizeof(struct card) == 48, "docs/interfaces.md, section 8");

/* Interrupt context: an answer that cannot be sent now is not sent, and the launcher asks again. */
static void answer(const uint8_t *payload, size_t length)
{
	static struct card cards[MOST_CARDS];
	struct rr_memory_stats pages = rr_memory_stats();
	struct memory memory = { .total = pages.total_pages * RR_PAGE_SIZE, .free = pages.free_pages * RR_PAGE_SIZE };
	unsigned count = 0;
	(void)payload;
	(void)length;
	for (struct rr_netdev *device = NULL; count < MOST_CARDS && (device = rr_netdev_next(device));) {
		const struct rr_netdev_stats *stats = &device->stats;
		if (device->offloads & RR_NETDEV_LOOPBACK)
			continue;
		struct card *card = &cards[count++];
		*card = (struct card){ .received_bytes = stats->rx_bytes, .sent_bytes = stats->tx_bytes, .received_packets = stats->rx_packets, .sent_packets = stats->tx_packets };
		memcpy(card->name, device->name, sizeof(card->name));
	}
	rr_control_send(RR_CONTROL_USAGE, (struct rr_control_piece[]){ { &memory, sizeof(memory) }, { cards, count * sizeof(*cards) } }, 2);
}

void rr_usage_init(void) { rr_control_on(RR_CONTROL_USAGE, answer); }
