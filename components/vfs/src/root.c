/* The root file system is made when the first path is walked. */
#include "internal.h"

int (*rr_vfs_make_root)(struct rr_inode **root);
void (*rr_vfs_furnish_root)(struct rr_inode *root);
static struct rr_inode *root;

int rr_vfs_root(struct rr_inode **out)
{
	if (!root) {
		if (!rr_vfs_make_root)
			return -ENOENT;
		int error = rr_vfs_make_root(&root);
		if (error)
			return error;
		if (rr_vfs_furnish_root)
			rr_vfs_furnish_root(root);
	}
	*out = root;
	return 0;
}
