#include "user.h"
#include <rr/abi/errno.h>
#include <rr/fixup.h>
#include <rr/uaccess.h>
#include <rr/vm.h>

/* What lies in the low half is the program's or not mapped at all, so the page tables do the rest. */
static bool in_range(uint64_t address, size_t length) { return !length || (length <= RR_VM_MAX && address <= RR_VM_MAX - length); }

int rr_copy_from_user(void *to, uint64_t from, size_t length)
{
	return in_range(from, length) ? rr_user_copy(to, (const void *)from, length) : -EFAULT;
}

int rr_copy_to_user(uint64_t to, const void *from, size_t length)
{
	return in_range(to, length) ? rr_user_copy((void *)to, from, length) : -EFAULT;
}

int rr_clear_user(uint64_t to, size_t length) { return in_range(to, length) ? rr_user_clear((void *)to, length) : -EFAULT; }

long rr_string_from_user(char *to, uint64_t from, size_t size)
{
	if (!in_range(from, 1))
		return -EFAULT;
	/* A string that ends before the limit is fine, however little room is left behind it. */
	size_t limit = rr_min(size, RR_VM_MAX - from);
	long length = rr_user_string(to, (const char *)from, limit);
	if (length < 0 || (size_t)length < limit)
		return length;
	return limit < size ? -EFAULT : -ENAMETOOLONG;
}

int rr_cmpxchg_user(uint64_t address, uint32_t expected, uint32_t desired, uint32_t *old)
{
	if (address & 3)
		return -EINVAL;
	return in_range(address, 4) ? rr_user_cmpxchg((uint32_t *)address, expected, desired, old) : -EFAULT;
}

bool rr_fixup_find(uint64_t rip, uint64_t *landing)
{
	for (const struct rr_fixup *fixup = rr_fixup_table; fixup < rr_fixup_table_end; fixup++)
		if ((uint64_t)&fixup->instruction + (uint64_t)fixup->instruction == rip) {
			*landing = (uint64_t)&fixup->landing + (uint64_t)fixup->landing;
			return true;
		}
	return false;
}
