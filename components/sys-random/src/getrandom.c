/* getrandom(2). The generator never has to wait for randomness, so GRND_NONBLOCK and GRND_RANDOM change nothing. */
#include <rr/abi/errno.h>
#include <rr/random.h>
#include <rr/uaccess.h>

#define GRND_NONBLOCK 1u
#define GRND_RANDOM 2u
#define GRND_INSECURE 4u
#define MOST 0x1ffffffu /* as Linux: 33554431 bytes a call */
#define CHUNK 256

long rr_sys_getrandom(uint64_t buffer, size_t length, uint32_t flags);

long rr_sys_getrandom(uint64_t buffer, size_t length, uint32_t flags)
{
	uint8_t chunk[CHUNK];
	struct rr_iovec space;
	long error = 0;
	if (flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	if ((flags & GRND_RANDOM) && (flags & GRND_INSECURE))
		return -EINVAL;
	length = rr_min(length, (size_t)MOST);
	space = (struct rr_iovec){ .base = buffer, .length = length };
	struct rr_uio uio = { .vectors = &space, .count = 1, .remaining = length };
	while (uio.remaining && !error) {
		size_t count = rr_min(uio.remaining, sizeof(chunk));
		rr_random_bytes(chunk, count);
		error = rr_uio_write(&uio, chunk, count);
	}
	__builtin_memset(chunk, 0, sizeof(chunk));
	__asm__ volatile("" : : "r"(chunk) : "memory");
	return uio.remaining < length ? (long)(length - uio.remaining) : error;
}
