/* Nodes of all kinds, and the file system itself. */
#include <rr/heap.h>
#include <rr/page.h>
#include <rr/string.h>
#include <rr/xattr.h>
#include "internal.h"

static void evict_symlink(struct rr_inode *inode)
{
	rr_free(node_of(inode)->target);
	ramfs_evict(inode);
}

static long readlink(struct rr_inode *inode, const char **target)
{
	*target = node_of(inode)->target;
	return inode->size;
}

static const struct rr_inode_ops symlink_ops = { .readlink = readlink, .locate = ramfs_locate, .xattrs = ramfs_xattrs, .evict = evict_symlink };
static const struct rr_inode_ops special_ops = { .locate = ramfs_locate, .xattrs = ramfs_xattrs, .evict = ramfs_evict };

int ramfs_node_create(struct rr_filesystem *fs, uint32_t mode, uint64_t rdev, struct ramfs_node **out)
{
	struct ramfs_node *node = rr_zalloc(1, sizeof(*node));
	if (!node)
		return -ENOMEM;
	rr_inode_init(&node->inode, &special_ops, fs, mode);
	node->inode.rdev = rdev;
	node->inode.birth = node->inode.ctime;
	switch (mode & S_IFMT) {
	case S_IFREG:
		node->inode.ops = &ramfs_file_ops;
		node->inode.file_ops = &ramfs_regular_ops;
		node->file.object.ops = &ramfs_object_ops;
		break;
	case S_IFDIR:
		node->inode.ops = &ramfs_directory_ops;
		node->inode.nlink = 2;
		node->directory.entries.compare = ramfs_compare_entries;
		break;
	case S_IFLNK:
		node->inode.ops = &symlink_ops;
		break;
	}
	*out = node;
	return 0;
}

void ramfs_evict(struct rr_inode *inode)
{
	if (inode->parent && inode->parent != inode)
		rr_inode_put(inode->parent);
	rr_xattrs_free(node_of(inode)->xattrs);
	rr_free(node_of(inode));
}

struct rr_xattr **ramfs_xattrs(struct rr_inode *inode) { return &node_of(inode)->xattrs; }

int ramfs_locate(struct rr_inode *inode, struct rr_inode **directory, struct rr_name *name)
{
	struct ramfs_entry *entry = node_of(inode)->entry;
	if (!entry)
		return -ENOENT;
	*directory = &entry->directory->inode;
	*name = (struct rr_name){ .text = entry->name, .length = entry->length };
	return 0;
}

static void statfs(struct rr_filesystem *fs, struct rr_abi_statfs *out)
{
	(void)fs;
	struct rr_memory_stats memory = rr_memory_stats();
	out->type = TMPFS_MAGIC;
	out->bsize = out->frsize = RR_PAGE_SIZE;
	out->blocks = memory.total_pages;
	out->bfree = out->bavail = memory.free_pages;
	out->files = memory.total_pages;
	out->ffree = memory.free_pages;
	out->namelen = NAME_MAX;
}

int rr_ramfs_create(struct rr_filesystem **out)
{
	static uint64_t last_device = 16; /* "major 0", as for all file systems without a disk */
	struct rr_filesystem *fs = rr_zalloc(1, sizeof(*fs));
	if (!fs)
		return -ENOMEM;
	struct ramfs_node *root;
	int error = ramfs_node_create(fs, S_IFDIR | 0755, 0, &root);
	if (error) {
		rr_free(fs);
		return error;
	}
	root->inode.parent = &root->inode;
	fs->device = ++last_device;
	fs->root = &root->inode;
	fs->statfs = statfs;
	*out = fs;
	return 0;
}
