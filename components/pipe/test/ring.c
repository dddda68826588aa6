// sources: ../src/ring.c ../../vm/src/uio.c ../../memory/src/page.c ../../memory/src/heap.c ../../memory/src/x86_64/paging.c ../../memory/test/support/machine.c
// includes: ../../memory/test/support ../../memory/include ../../base/include ../../linux-abi/include ../../platform/include ../../vm/include
/* The bytes in a pipe: random amounts in and out, other capacities, packets, bad buffers; order and amounts are checked, and that no page is lost. */
#include "../src/ring.h"
#include "machine.h"
#include <errno.h>
#include <string.h>

static unsigned long state = 3;
static unsigned random_below(unsigned n)
{
	state = state * 6364136223846793005ul + 1442695040888963407ul;
	return (state >> 33) % n;
}

/* A buffer at address 1 is bad. */
int rr_copy_from_user(void *to, uint64_t from, size_t length)
{
	if (from < 4096)
		return -EFAULT;
	memcpy(to, (void *)from, length);
	return 0;
}
int rr_copy_to_user(uint64_t to, const void *from, size_t length)
{
	if (to < 4096)
		return -EFAULT;
	memcpy((void *)to, from, length);
	return 0;
}

static char byte_at(uint64_t position) { return position * 13 + position / 251; }

static char buffer[200000];
static uint64_t written, taken;
static struct pipe_ring ring;

static struct rr_uio random_buffers(struct rr_iovec vectors[2], size_t length)
{
	/* Two buffers, the second of them bad now and then. */
	size_t first = length / 3;
	bool bad = random_below(50) == 0;
	vectors[0] = (struct rr_iovec){ (uint64_t)buffer, first };
	vectors[1] = (struct rr_iovec){ bad ? 1 : (uint64_t)buffer + first, length - first };
	return (struct rr_uio){ .vectors = vectors, .count = 2, .remaining = length };
}

static void put(size_t length)
{
	struct rr_iovec vectors[2];
	struct rr_uio uio = random_buffers(vectors, length);
	uint32_t filled = ring.filled;
	for (size_t i = 0; i < length; i++)
		buffer[i] = byte_at(written + i);
	long n = pipe_ring_merge(&ring, &uio);
	CHECK(ring.filled == filled && (n <= 0 || (size_t)n == length % RR_PAGE_SIZE));
	while (n >= 0) {
		written += n;
		if (!uio.remaining || pipe_ring_full(&ring))
			break;
		n = pipe_ring_append(&ring, &uio, false);
		CHECK(n == -EFAULT || n == (long)RR_PAGE_SIZE || !uio.remaining);
	}
}

static void take(size_t length)
{
	struct rr_iovec vectors[2];
	struct rr_uio uio = random_buffers(vectors, length);
	bool bad = vectors[1].base == 1 && vectors[1].length;
	uint64_t used = ring.bytes;
	long n = pipe_ring_take(&ring, &uio);
	CHECK(bad ? n == -EFAULT || n <= (long)vectors[0].length || n == (long)used : n == (long)rr_min(length, used));
	for (long i = 0; i < n; i++)
		CHECK(buffer[i] == byte_at(taken + i));
	taken += n > 0 ? n : 0;
}

static void packets(void)
{
	char text[] = "onetwothree", got[10];
	static const size_t sizes[] = { 3, 3, 5 };
	struct rr_iovec vector = { (uint64_t)text, 0 };
	for (int i = 0; i < 3; i++) {
		struct rr_uio uio = { .vectors = &vector, .count = 1, .remaining = sizes[i] };
		vector.length = sizes[i];
		CHECK(pipe_ring_append(&ring, &uio, true) == (long)sizes[i]);
		vector.base += sizes[i];
	}
	for (int i = 0; i < 3; i++) {
		struct rr_iovec to = { (uint64_t)got, i == 2 ? 2 : 10 };
		struct rr_uio uio = { .vectors = &to, .count = 1, .remaining = to.length };
		CHECK(pipe_ring_take(&ring, &uio) == (i == 2 ? 2 : 3));
	}
	CHECK(pipe_ring_empty(&ring) && !ring.bytes); /* the rest of the third is gone */
}

int main(void)
{
	machine_add_memory(2048, 0);
	machine_start();
	CHECK(!pipe_ring_init(&ring, 16));
	uint64_t free_before = rr_memory_stats().free_pages;
	packets();
	for (int round = 0; round < 200000; round++) {
		size_t length = random_below(random_below(4) ? 300 : 100000);
		unsigned what = random_below(10);
		if (what < 5) {
			put(length);
		} else if (what < 9) {
			take(length);
		} else {
			uint32_t count = 1u << random_below(7);
			uint32_t filled = ring.filled;
			int error = pipe_ring_resize(&ring, count);
			CHECK(error == 0 ? ring.count == count && ring.filled == filled : error == -EBUSY && filled > count);
		}
		CHECK(ring.bytes == written - taken && ring.filled <= ring.count && !ring.bytes == pipe_ring_empty(&ring));
	}
	pipe_ring_fini(&ring);
	uint64_t lost = free_before - rr_memory_stats().free_pages;
	if (lost > 8) /* the heap keeps a page for each size */
		fprintf(stderr, "%lu pages lost\n", lost);
	return lost > 8;
}
