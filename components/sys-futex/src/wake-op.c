/* FUTEX_WAKE_OP: change a word, wake at another, and depending on what the first was, at it as well. */
#include <rr/abi/errno.h>
#include <rr/uaccess.h>
#include "internal.h"

enum { SET, ADD, OR, ANDN, XOR };
#define OPERAND_SHIFT 0x80000000u
#define MOST_TRIES 16

static int32_t sign_extend(uint32_t twelve_bits) { return (int32_t)(twelve_bits << 20) >> 20; }

static int apply(uint32_t op, uint32_t old, uint32_t *new)
{
	uint32_t operand = (uint32_t)sign_extend(op >> 12 & 0xfff);
	if (op & OPERAND_SHIFT)
		operand = 1u << (operand & 31);
	switch (op >> 28 & 7) {
	case SET: *new = operand; return 0;
	case ADD: *new = old + operand; return 0;
	case OR: *new = old | operand; return 0;
	case ANDN: *new = old & ~operand; return 0;
	case XOR: *new = old ^ operand; return 0;
	default: return -ENOSYS;
	}
}

static int compare(uint32_t op, uint32_t old, bool *condition)
{
	int32_t a = (int32_t)old, b = sign_extend(op & 0xfff);
	switch (op >> 24 & 15) {
	case 0: *condition = a == b; return 0;
	case 1: *condition = a != b; return 0;
	case 2: *condition = a < b; return 0;
	case 3: *condition = a <= b; return 0;
	case 4: *condition = a > b; return 0;
	case 5: *condition = a >= b; return 0;
	default: return -ENOSYS;
	}
}

/* The comparison is looked at after the change is made, also when it is none. */
static int modify(uint64_t address, uint32_t op, bool *condition)
{
	for (unsigned i = 0; i < MOST_TRIES; i++) {
		uint32_t old, new, seen;
		if (rr_get_user(old, address))
			return -EFAULT;
		int error = apply(op, old, &new);
		if (!error)
			error = rr_cmpxchg_user(address, old, new, &seen);
		if (error)
			return error;
		if (seen == old)
			return compare(op, old, condition);
	}
	return -EAGAIN;
}

long wake_op(const struct rr_futex_request *request)
{
	bool private = request->operation & FUTEX_PRIVATE_FLAG, condition;
	struct rr_futex_key key, key2;
	int error = rr_futex_key(request->address, private, false, &key);
	if (!error)
		error = rr_futex_key(request->address2, private, true, &key2);
	if (!error)
		error = modify(request->address2, request->value3, &condition);
	if (error)
		return error;
	long woken = rr_futex_wake(&key, (int)request->value, FUTEX_ANY_BIT);
	if (woken < 0 || !condition)
		return woken;
	long more = rr_futex_wake(&key2, (int)request->timeout, FUTEX_ANY_BIT);
	return more < 0 ? more : woken + more;
}
