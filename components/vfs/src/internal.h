/* Shared between the files of vfs only. */
#pragma once
#include <rr/inode.h>

/* Set by the first lock ever taken, so that images without locks carry none of the code. */
extern void (*vfs_release_locks)(struct rr_inode *inode, const void *owner);

static inline void vfs_drop_locks(struct rr_inode *inode, const void *owner)
{
	if (inode && inode->locks.next && !rr_list_empty(&inode->locks))
		vfs_release_locks(inode, owner);
}

/* Files of opened directories. */
extern const struct rr_file_ops vfs_directory_ops;
/* Files opened with O_PATH. */
extern const struct rr_file_ops vfs_path_ops;
