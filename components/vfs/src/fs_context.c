/* Where a process is in the file system. */
#include <rr/heap.h>
#include "internal.h"

int rr_fs_context_create(struct rr_fs_context **out)
{
	struct rr_fs_context *fs = rr_zalloc(1, sizeof(*fs));
	if (!fs)
		return -ENOMEM;
	fs->umask = 022;
	*out = fs;
	return 0;
}

int rr_fs_context_copy(const struct rr_fs_context *from, struct rr_fs_context **out)
{
	struct rr_fs_context *fs = rr_alloc(sizeof(*fs));
	if (!fs)
		return -ENOMEM;
	*fs = *from;
	fs->sharers = 0;
	if (fs->root)
		rr_inode_ref(fs->root);
	if (fs->cwd)
		rr_inode_ref(fs->cwd);
	*out = fs;
	return 0;
}

void rr_fs_context_destroy(struct rr_fs_context *fs)
{
	if (fs->sharers) {
		fs->sharers--;
		return;
	}
	if (fs->root)
		rr_inode_put(fs->root);
	if (fs->cwd)
		rr_inode_put(fs->cwd);
	rr_free(fs);
}
