/*
 * Access to the memory of the running program. The only way the libOS touches program memory: any address and length may be given; a
 * bad one is -EFAULT, never a crash. Pages are brought in as needed. Thread context.
 */
#pragma once
#include <rr/types.h>

/*
 * 0 or -EFAULT; on failure part may have been copied. The address space must be the running one (its page tables loaded): a thread without one
 * must not come here.
 */
int rr_copy_from_user(void *to, uint64_t from, size_t length);
int rr_copy_to_user(uint64_t to, const void *from, size_t length);
int rr_clear_user(uint64_t to, size_t length);
/* Copy a string with its NUL; its length without NUL, -EFAULT, or -ENAMETOOLONG when it does not fit in `size`. */
long rr_string_from_user(char *to, uint64_t from, size_t size);

#define rr_get_user(value, address) rr_copy_from_user(&(value), (address), sizeof(value))
#define rr_put_user(value, address) rr_copy_to_user((address), &(value), sizeof(value))

/* Atomic compare-and-exchange on an aligned 32-bit word of the program; *old gets what was there. 0, -EFAULT, -EINVAL (not aligned). */
int rr_cmpxchg_user(uint64_t address, uint32_t expected, uint32_t desired, uint32_t *old);

/* A vector of buffers, in the program's memory or (kernel) in the libOS's. Consumed from the front. */
struct rr_iovec {
	uint64_t base;
	uint64_t length;
};
struct rr_uio {
	const struct rr_iovec *vectors;
	unsigned count;
	size_t done_in_first;  /* bytes of vectors[0] already used */
	size_t remaining;      /* bytes left in all */
	bool kernel;
};
/* Copy the next `length` (at most `remaining`) bytes out of / into the buffers and advance. 0 or -EFAULT (then nothing is advanced past the bad page). */
int rr_uio_read(struct rr_uio *uio, void *to, size_t length);
int rr_uio_write(struct rr_uio *uio, const void *from, size_t length);
