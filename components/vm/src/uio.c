#include <rr/abi/errno.h>
#include <rr/string.h>
#include <rr/uaccess.h>

static int transfer(struct rr_uio *uio, char *buffer, size_t length, int (*copy)(uint64_t base, char *buffer, size_t n))
{
	if (length > uio->remaining)
		return -EFAULT;
	while (length) {
		const struct rr_iovec *vector = uio->vectors;
		size_t n = rr_min(length, vector->length - uio->done_in_first);
		uint64_t base = vector->base + uio->done_in_first;
		int error = n ? copy(base, buffer, n) : 0;
		size_t in_page = RR_PAGE_SIZE - (base & RR_PAGE_MASK);
		/* What lies before the bad page counts as done. */
		if (error && n > in_page) {
			n = in_page;
			error = copy(base, buffer, n);
		}
		if (error)
			return error;
		buffer += n;
		length -= n;
		uio->remaining -= n;
		uio->done_in_first += n;
		if (uio->done_in_first == vector->length) {
			uio->vectors++;
			uio->count--;
			uio->done_in_first = 0;
		}
	}
	return 0;
}

static int from_user(uint64_t base, char *buffer, size_t n) { return rr_copy_from_user(buffer, base, n); }
static int to_user(uint64_t base, char *buffer, size_t n) { return rr_copy_to_user(base, buffer, n); }
static int from_kernel(uint64_t base, char *buffer, size_t n)
{
	memcpy(buffer, (const void *)base, n);
	return 0;
}
static int to_kernel(uint64_t base, char *buffer, size_t n)
{
	memcpy((void *)base, buffer, n);
	return 0;
}

int rr_uio_read(struct rr_uio *uio, void *to, size_t length) { return transfer(uio, to, length, uio->kernel ? from_kernel : from_user); }
/* The const goes only on the way through the common part. */
int rr_uio_write(struct rr_uio *uio, const void *from, size_t length) { return transfer(uio, (char *)from, length, uio->kernel ? to_kernel : to_user); }
