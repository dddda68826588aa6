/*
 * The tree baked into the image, read in place: docs/interfaces.md section 6. Nothing in it is trusted; what is malformed is -EIO for whoever
 * asks for it.
 */
#pragma once
#include <rr/inode.h>

/* Make the tree of `size` bytes at `start` (page-aligned, in the direct map, there for good) the first content of an empty ramfs root. 0 or -EIO. */
int rr_rrfs_attach(struct rr_inode *root, rr_phys start, uint64_t size);
