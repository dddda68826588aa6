#include <rr/heap.h>
#include <rr/xattr.h>

void rr_xattrs_free(struct rr_xattr *first)
{
	while (first) {
		struct rr_xattr *next = first->next;
		rr_free(first->value);
		rr_free(first);
		first = next;
	}
}
