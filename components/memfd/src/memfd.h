/* Shared between the files of memfd only. */
#pragma once
#include <rr/inode.h>

/* One file's; inode->data. Heap, freed with the inode. */
struct memfd {
	uint32_t seals;                    /* F_SEAL_* */
	const struct rr_inode_ops *inode_ops; /* ramfs's */
	const struct rr_file_ops *file_ops;
	char name[];
};

static inline struct memfd *memfd_of(const struct rr_inode *inode) { return inode->data; }

/* The operations that look at the seals before they let ramfs act. Made from ramfs's when the first file is made. */
extern struct rr_inode_ops memfd_inode_ops;
extern struct rr_file_ops memfd_file_ops;
void memfd_make_ops(const struct rr_inode_ops *inode_ops, const struct rr_file_ops *file_ops);
