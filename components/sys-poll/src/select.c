/* select(2), pselect(2). */
#include <rr/abi/time.h>
#include <rr/deadline.h>
#include <rr/heap.h>
#include <rr/process.h>
#include <rr/string.h>
#include "poller.h"

#define WORD 64
#define SETS 3
/* So many words of each set, and so many descriptors in them, lie on the stack. */
#define FEW_WORDS 4
#define FEW 128

/* What the three sets ask for, and what makes a bit stay. */
#define IN (POLLIN | POLLRDNORM | POLLRDBAND)
#define OUT (POLLOUT | POLLWRNORM | POLLWRBAND)
#define EXCEPT POLLPRI
static const uint16_t stays[SETS] = { IN | POLLHUP | POLLERR, OUT | POLLERR, EXCEPT };

struct sets {
	uint64_t *bits[SETS];
	unsigned words; /* each */
	unsigned count; /* descriptors */
};

/* Entries for the descriptors of one word of the sets. How many, or -EBADF. */
static int make_entries(const struct sets *sets, unsigned word, struct poll_entry *entries)
{
	uint64_t in = sets->bits[0][word], out = sets->bits[1][word], except = sets->bits[2][word];
	struct rr_fdtable *table = rr_current_fdtable();
	struct poll_entry *entry = entries;
	for (uint64_t all = in | out | except; all; all &= all - 1, entry++) {
		uint64_t bit = all & -all;
		entry->fd = word * WORD + __builtin_ctzl(all);
		entry->events = (in & bit ? IN : 0) | (out & bit ? OUT : 0) | (except & bit ? EXCEPT : 0);
		entry->file = rr_fd_peek(table, entry->fd);
		if (!entry->file)
			return -EBADF;
	}
	return entry - entries;
}

/* Keep the bits that are ready; how many. Entries are in the order of their descriptors. */
static long keep_ready(struct sets *sets, const struct poll_entry *entries, int used)
{
	const struct poll_entry *entry = entries, *end = entries + used;
	long bits = 0;
	for (unsigned word = 0; word < sets->words; word++) {
		uint64_t ready[SETS] = { 0 };
		for (; entry < end && (unsigned)entry->fd < (word + 1) * WORD; entry++) {
			if (RR_LIKELY(!entry->ready))
				continue;
			for (int set = 0; set < SETS; set++) {
				uint64_t bit = 1ul << (entry->fd % WORD) & sets->bits[set][word];
				if (bit && entry->ready & stays[set]) {
					ready[set] |= bit;
					bits++;
				}
			}
		}
		for (int set = 0; set < SETS; set++)
			sets->bits[set][word] = ready[set];
	}
	return bits;
}

static long wait_for_sets(struct sets *sets, struct poll_entry *entries, uint64_t deadline)
{
	int used = 0;
	for (unsigned word = 0; word < sets->words; word++) {
		int more = make_entries(sets, word, entries + used);
		if (more < 0)
			return more;
		used += more;
	}
	long result = poll_wait(entries, used, deadline);
	return result < 0 ? result : keep_ready(sets, entries, used);
}

/* Whole words are read and written; what lies behind the last descriptor is asked for by nobody. */
static int read_sets(struct sets *sets, const uint64_t addresses[SETS])
{
	for (int set = 0; set < SETS; set++) {
		if (!addresses[set])
			memset(sets->bits[set], 0, sets->words * sizeof(uint64_t));
		else if (rr_copy_from_user(sets->bits[set], addresses[set], sets->words * sizeof(uint64_t)))
			return -EFAULT;
		if (sets->count % WORD)
			sets->bits[set][sets->words - 1] &= (1ul << (sets->count % WORD)) - 1;
	}
	return 0;
}

static int write_sets(const struct sets *sets, const uint64_t addresses[SETS])
{
	for (int set = 0; set < SETS; set++)
		if (addresses[set] && rr_copy_to_user(addresses[set], sets->bits[set], sets->words * sizeof(uint64_t)))
			return -EFAULT;
	return 0;
}

static long run(struct sets *sets, const uint64_t addresses[SETS], uint64_t deadline)
{
	struct poll_entry few[FEW], *entries = few;
	long result = read_sets(sets, addresses);
	if (result)
		return result;
	if (sets->count > FEW)
		entries = rr_alloc(sets->count * sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	result = wait_for_sets(sets, entries, deadline);
	if (entries != few)
		rr_free(entries);
	return result >= 0 && write_sets(sets, addresses) ? -EFAULT : result;
}

static long select(int count, const uint64_t addresses[SETS], uint64_t deadline)
{
	uint64_t few[SETS * FEW_WORDS], *block = few;
	if (count < 0)
		return -EINVAL;
	/* As on Linux, what is beyond the table is not looked at. */
	count = rr_min(count, rr_fd_places(rr_current_fdtable()));
	struct sets sets = { .count = (unsigned)count, .words = (count + WORD - 1) / WORD };
	if (sets.words > FEW_WORDS)
		block = rr_alloc(SETS * sets.words * sizeof(*block));
	if (!block)
		return -ENOMEM;
	for (int set = 0; set < SETS; set++)
		sets.bits[set] = block + set * sets.words;
	long result = run(&sets, addresses, deadline);
	if (block != few)
		rr_free(block);
	return result;
}

long rr_sys_select(int count, uint64_t read, uint64_t write, uint64_t except, uint64_t timeout)
{
	struct rr_abi_timeval time;
	uint64_t deadline = RR_FOREVER;
	if (timeout) {
		if (rr_get_user(time, timeout))
			return -EFAULT;
		/* More than a million microseconds are taken as seconds; negative ones are refused. */
		if (time.usec < 0 || !rr_deadline_after(time.sec + time.usec / 1000000, time.usec % 1000000 * 1000, &deadline))
			return -EINVAL;
	}
	long result = select(count, (const uint64_t[3]){ read, write, except }, deadline);
	if (timeout && deadline && deadline != RR_FOREVER) {
		uint64_t left = rr_deadline_left(deadline);
		time = (struct rr_abi_timeval){ .sec = left / RR_NSEC_PER_SEC, .usec = left % RR_NSEC_PER_SEC / 1000 };
		rr_put_user(time, timeout);
	}
	return result;
}

long rr_sys_pselect6(int count, uint64_t read, uint64_t write, uint64_t except, uint64_t timeout, uint64_t mask_pointer)
{
	struct rr_abi_timespec time;
	struct { uint64_t address, size; } mask = { 0 };
	uint64_t deadline = RR_FOREVER;
	/* The sixth argument points to the mask's address and size. */
	if (mask_pointer && rr_get_user(mask, mask_pointer))
		return -EFAULT;
	if (timeout) {
		if (rr_get_user(time, timeout))
			return -EFAULT;
		if (!rr_deadline_after(time.sec, time.nsec, &deadline))
			return -EINVAL;
	}
	long result = rr_signal_begin_wait_mask(mask.address, mask.size);
	if (result)
		return result;
	result = select(count, (const uint64_t[3]){ read, write, except }, deadline);
	rr_signal_end_wait_mask(mask.address, result == -RR_ERESTARTNOHAND);
	if (timeout && deadline && deadline != RR_FOREVER) {
		uint64_t left = rr_deadline_left(deadline);
		time = (struct rr_abi_timespec){ .sec = left / RR_NSEC_PER_SEC, .nsec = left % RR_NSEC_PER_SEC };
		rr_put_user(time, timeout);
	}
	return result;
}
