/* Frames on their way, and what happens to them. */
#include "lab.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct frame {
	uint64_t at, order;
	enum direction direction;
	uint32_t length;
	uint8_t bytes[];
};

static struct trouble trouble;
static struct frame **heap; /* by `at`, then `order` */
static size_t count, room;
static uint64_t state = 1, last_order;

void relay_seed(uint64_t seed) { state = seed * 0x9e3779b97f4a7c15u | 1; }

static uint64_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x2545f4914f6cdd1du >> 16;
}
static unsigned below(unsigned n) { return n ? (unsigned)(next_random() % n) : 0; }
static bool happens(unsigned share) { return share && below(1000) < share; }

bool relay_configure(char *words)
{
	static const struct { const char *name; size_t offset; } settings[] = {
#define SETTING(name) { #name, offsetof(struct trouble, name) }
		SETTING(loss), SETTING(duplicate), SETTING(reorder), SETTING(corrupt), SETTING(truncate), SETTING(delay), SETTING(jitter), SETTING(late),
		SETTING(mtu), SETTING(narrow), SETTING(every), SETTING(cut),
	};
	for (char *word = strtok(words, " \n"); word; word = strtok(NULL, " \n")) {
		char *value = strchr(word, '=');
		size_t i = 0;
		if (!strcmp(word, "none")) {
			trouble = (struct trouble){ 0 };
			continue;
		}
		if (value)
			*value++ = 0;
		while (i < sizeof(settings) / sizeof(*settings) && strcmp(settings[i].name, word))
			i++;
		if (!value || i == sizeof(settings) / sizeof(*settings))
			return false;
		*(unsigned *)((char *)&trouble + settings[i].offset) = (unsigned)strtoul(value, NULL, 10);
	}
	return true;
}

static bool earlier(const struct frame *a, const struct frame *b) { return a->at != b->at ? a->at < b->at : a->order < b->order; }

static void swap(size_t a, size_t b)
{
	struct frame *frame = heap[a];
	heap[a] = heap[b];
	heap[b] = frame;
}

static void push(struct frame *frame)
{
	if (count == room) {
		room = room ? 2 * room : 256;
		heap = realloc(heap, room * sizeof(*heap));
	}
	heap[count] = frame;
	for (size_t at = count++; at && earlier(heap[at], heap[(at - 1) / 2]); at = (at - 1) / 2)
		swap(at, (at - 1) / 2);
}

static void drop_first(void)
{
	free(heap[0]);
	heap[0] = heap[--count];
	for (size_t at = 0, child; (child = 2 * at + 1) < count; at = child) {
		if (child + 1 < count && earlier(heap[child + 1], heap[child]))
			child++;
		if (!earlier(heap[child], heap[at]))
			break;
		swap(at, child);
	}
}

static void put_on_its_way(enum direction direction, const uint8_t *bytes, size_t length)
{
	struct frame *frame = malloc(sizeof(*frame) + length);
	*frame = (struct frame){ .at = now_us() + trouble.delay + below(trouble.jitter), .order = last_order++, .direction = direction, .length = (uint32_t)length };
	if (happens(trouble.reorder))
		frame->at += below(trouble.late);
	memcpy(frame->bytes, bytes, length);
	/* one bit: checksums find any one, and may miss two. ARP has none, and a wrong address is believed for a minute */
	bool is_arp = length > ETHERNET && bytes[12] == 8 && bytes[13] == 6;
	if (happens(trouble.corrupt) && length > ETHERNET && !is_arp)
		frame->bytes[ETHERNET + below((unsigned)(length - ETHERNET))] ^= (uint8_t)(1u << below(8));
	if (happens(trouble.truncate))
		frame->length = 1 + below((unsigned)length);
	push(frame);
}

static unsigned mtu_now(void)
{
	return trouble.narrow && trouble.every && now_us() / trouble.every % 2 ? trouble.narrow : trouble.mtu;
}

void relay_take(enum direction direction, const uint8_t *frame, size_t length)
{
	unsigned mtu = mtu_now();
	if (direction == OUT_OF && (router_answers_dhcp(frame, length) || router_has_no_route(frame, length)))
		return;
	if (trouble.cut & (1u << direction))
		return;
	if (mtu && length > mtu + ETHERNET) {
		router_too_big(direction, frame, length, mtu);
		return;
	}
	if (happens(trouble.loss))
		return;
	put_on_its_way(direction, frame, length);
	if (happens(trouble.duplicate))
		put_on_its_way(direction, frame, length);
}

int64_t relay_run(void)
{
	uint64_t now = now_us();
	while (count && heap[0]->at <= now) {
		if (!lab_send(heap[0]->direction, heap[0]->bytes, heap[0]->length))
			return 1000;
		drop_first();
	}
	return count ? (int64_t)(heap[0]->at - now) : -1;
}
