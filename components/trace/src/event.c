#include "event.h"

#include <rr/clock.h>
#include <rr/control.h>
#include <rr/launch.h>
#include <rr/process.h>
#include <rr/string.h>
#include <rr/uaccess.h>

/* As much of each as is shown. */
#define MOST_TEXT 256u
#define MOST_DATA 32u
#define MOST_BYTES 256u
#define MOST_FOLLOWED 16u
#define ITEM_ROOM 1024u

enum phase { ENTER = 0, EXIT = 1, SIGNAL = 3 };

/* struct rr_trace_event of docs/interfaces.md section 8. */
struct event {
	uint64_t time;
	uint32_t tid, number;
	uint8_t phase, item_count;
	uint16_t reserved;
	uint32_t pid;
	uint64_t arguments[6];
	int64_t result;
};
_Static_assert(sizeof(struct event) == 80, "docs/interfaces.md");

/* Behind it, item_count times, each with its bytes. */
struct item {
	uint8_t argument, element;
	uint16_t length;
};
_Static_assert(sizeof(struct item) == 4, "docs/interfaces.md");

struct frame {
	struct event event;
	uint32_t used;
	uint8_t items[ITEM_ROOM];
};

/*
 * What an argument of a call points to: characters of rr_launch.trace, each a value above '0' (docs/interfaces.md section 7). The launcher knows the calls; that
 * table in here would be in every image.
 */
struct row {
	char number[2], place, kind, size, counter;
};
#define PLACE_ARGUMENT 7u
#define PLACE_IN 8u
#define PLACE_OUT 16u
enum kind { TEXT = 1, DATA, STRUCTS, VECTORS, STRINGS };

/* The first row of call `number`; NULL without one. */
static __attribute__((noinline)) const struct row *find(uint32_t number)
{
	const char *at = rr_launch.trace;
	if (at)
		for (at++; *at; at += sizeof(struct row))
			if ((at[0] - '0') * 64u + (at[1] - '0') == number)
				return (const struct row *)at;
	return NULL;
}

bool trace_wants(uint32_t number) { return !rr_launch.trace || rr_launch.trace[0] == '*' || find(number); }

/*
 * Add `length` bytes at `address`, or a text of at most as many. Nothing when the first byte cannot be read: the host shows the address. Byte by byte: it may end
 * right before an unmapped page.
 */
static void add(struct frame *frame, unsigned argument, unsigned element, uint64_t address, unsigned length, bool text)
{
	struct item *item = (void *)(frame->items + frame->used);
	uint8_t *bytes = (void *)(item + 1);
	unsigned read = 0;
	if (frame->used + sizeof(*item) + length > ITEM_ROOM)
		return;
	for (; read < length; read++) {
		int error = rr_copy_from_user(&bytes[read], address + read, 1);
		if (error && !read)
			return;
		if (error || (text && !bytes[read]))
			break;
	}
	*item = (struct item){ (uint8_t)argument, (uint8_t)element, (uint16_t)read };
	frame->used += sizeof(*item) + read;
	frame->event.item_count++;
}

/* What pointers point to: those of a vector of buffers (base and length), or of one of strings that ends with NULL. */
static void follow(struct frame *frame, unsigned argument, uint64_t address, uint64_t count, bool strings)
{
	struct rr_iovec vector = { .length = MOST_DATA };
	unsigned stride = strings ? sizeof(vector.base) : sizeof(vector);
	for (unsigned i = 0; i < MOST_FOLLOWED && i < count; i++, address += stride) {
		if (rr_copy_from_user(&vector, address, stride) || !vector.base)
			break;
		add(frame, argument, i + 1, vector.base, rr_min(vector.length, MOST_DATA), strings);
	}
}

static void add_row(struct frame *frame, const struct row *row)
{
	const struct event *event = &frame->event;
	unsigned argument = (unsigned)(row->place - '0') & PLACE_ARGUMENT, counter = (unsigned)(row->counter - '0') & 7;
	unsigned kind = (unsigned)(row->kind - '0'), size = (unsigned)(row->size - '0') * 4;
	/* behind the arguments lie one and the result */
	uint64_t count = counter == 6 ? 1 : counter == 7 ? (uint64_t)event->result : event->arguments[counter];
	uint64_t address = event->arguments[rr_min(argument, 5u)];
	if (kind == VECTORS || kind == STRINGS) {
		follow(frame, argument, address, kind == STRINGS ? MOST_FOLLOWED : count, kind == STRINGS);
		return;
	}
	unsigned length = kind == TEXT ? MOST_TEXT : kind == DATA ? rr_min(count, MOST_DATA) : rr_min(rr_min(count, MOST_BYTES) * size, MOST_BYTES);
	if (kind)
		add(frame, argument, 0, address, length, kind == TEXT);
}

static __attribute__((noinline)) void begin(struct frame *frame, uint32_t number, enum phase phase)
{
	const struct rr_task *task = rr_current_task();
	memset(frame, 0, offsetof(struct frame, items));
	frame->event.time = rr_clock_monotonic();
	frame->event.tid = task->tid;
	frame->event.pid = task->process->pid;
	frame->event.number = number;
	frame->event.phase = phase;
}

static void send(const struct frame *frame)
{
	struct rr_control_piece pieces[] = { { &frame->event, sizeof(frame->event) }, { frame->items, frame->used } };
	rr_control_send(RR_CONTROL_STRACE, pieces, RR_ARRAY_SIZE(pieces));
}

static void send_call(uint32_t number, const uint64_t *arguments, enum phase phase, int64_t result)
{
	struct frame frame;
	begin(&frame, number, phase);
	frame.event.result = result;
	memcpy(frame.event.arguments, arguments, sizeof(frame.event.arguments));
	unsigned wanted = phase == ENTER ? PLACE_IN : PLACE_OUT;
	const struct row *first = result < 0 ? NULL : find(number);
	for (const struct row *row = first; row && memcmp(row, first, sizeof(row->number)) == 0; row++)
		if ((unsigned)(row->place - '0') & wanted)
			add_row(&frame, row);
	send(&frame);
}

void trace_enter(uint32_t number, const uint64_t *arguments) { send_call(number, arguments, ENTER, 0); }

void trace_exit(uint32_t number, const uint64_t *arguments, int64_t result) { send_call(number, arguments, EXIT, result); }

void trace_signal(const struct rr_abi_siginfo *info, bool fatal)
{
	struct frame frame;
	begin(&frame, info->signo, SIGNAL);
	frame.event.arguments[0] = fatal;
	frame.event.item_count = 1;
	*(struct item *)frame.items = (struct item){ .length = sizeof(*info) };
	memcpy(frame.items + sizeof(struct item), info, sizeof(*info));
	frame.used = sizeof(struct item) + sizeof(*info);
	send(&frame);
}
