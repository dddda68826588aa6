/* Extended attributes of an inode: xattr(7). Thread context, under the big lock. */
#pragma once
#include <rr/types.h>

/* One attribute. A list of them, by name from high to low as Linux shows them. Heap. */
struct rr_xattr {
	struct rr_xattr *next;
	size_t size;
	char *value;
	char name[];
};
/* Free a list. */
void rr_xattrs_free(struct rr_xattr *first);
