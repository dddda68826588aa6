/* FUTEX_REQUEUE, FUTEX_CMP_REQUEUE. */
#include <rr/abi/errno.h>
#include <rr/uaccess.h>
#include "internal.h"

static void move(struct rr_futex_waiter *waiter, const struct rr_futex_key *to)
{
	if (rr_futex_same(&waiter->key, to))
		return;
	rr_list_remove(&waiter->link);
	waiter->key = *to;
	rr_futex_insert(waiter);
}

/* Who is moved within one bucket goes behind the end of what is looked at: `last` was the last one to look at when it began. */
static long move_all(const struct rr_futex_key *from, const struct rr_futex_key *to, long wake, long most)
{
	long done = 0;
	struct rr_list *bucket = rr_futex_bucket(from), *last = bucket->prev;
	rr_list_for_each_safe(node, bucket) {
		bool end = node == last;
		struct rr_futex_waiter *waiter = rr_list_entry(node, struct rr_futex_waiter, link);
		if (done - wake >= most)
			break;
		if (rr_futex_same(&waiter->key, from)) {
			if (waiter->pi)
				return -EINVAL;
			if (++done <= wake)
				rr_futex_wake_waiter(waiter);
			else
				move(waiter, to);
		}
		if (end)
			break;
	}
	return done;
}

long requeue(const struct rr_futex_request *request)
{
	bool private = request->operation & FUTEX_PRIVATE_FLAG;
	int wake = (int)request->value, most = (int)request->timeout;
	struct rr_futex_key from, to;
	uint32_t value;
	if (wake < 0 || most < 0)
		return -EINVAL;
	int error = rr_futex_key(request->address, private, false, &from);
	if (!error)
		error = rr_futex_key(request->address2, private, false, &to);
	if (error)
		return error;
	if ((request->operation & FUTEX_COMMAND) == FUTEX_CMP_REQUEUE) {
		if (rr_get_user(value, request->address))
			return -EFAULT;
		if (value != request->value3)
			return -EAGAIN;
	}
	return move_all(&from, &to, wake, most);
}
