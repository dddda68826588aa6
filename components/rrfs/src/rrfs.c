/* Nodes of the tree become ramfs nodes when they are looked up. */
#include <rr/page.h>
#include <rr/ramfs.h>
#include <rr/rrfs.h>
#include "format.h"

static struct rrfs image; /* there is one */

static const struct rr_ramfs_origin origin;

static void set_attributes(struct rr_inode *inode, const struct rrfs_node *node)
{
	inode->mode = node->mode & (S_IFMT | 07777);
	inode->uid = node->uid;
	inode->gid = node->gid;
	inode->mtime = inode->ctime = inode->atime = node->mtime * RR_NSEC_PER_SEC;
}

static int add(struct rr_inode *directory, uint32_t index)
{
	const struct rrfs_node *node = rrfs_node(&image, index);
	if (!node)
		return -EIO;
	struct rr_name name = { .text = rrfs_name(&image, node), .length = node->name_length };
	struct rr_inode *inode;
	int error = S_ISLNK(node->mode) ? rr_ramfs_add_symlink(directory, &name, image.base + node->data, node->size, &inode)
	                                : rr_ramfs_add(directory, &name, node->mode, node->rdev, &inode);
	if (error)
		return error;
	if (S_ISREG(node->mode) && node->size)
		rr_ramfs_set_frames(inode, rr_virt_to_phys(image.base) + node->data, node->size);
	if (S_ISDIR(node->mode))
		rr_ramfs_set_origin(inode, &origin, index);
	set_attributes(inode, node);
	return 0;
}

static int lookup(struct rr_inode *directory, uint64_t key, const struct rr_name *name)
{
	uint32_t index;
	int error = rrfs_find(&image, key, name->text, name->length, &index);
	return error ? error : add(directory, index);
}

static int fill(struct rr_inode *directory, uint64_t key)
{
	const struct rrfs_node *node = rrfs_node(&image, key);
	if (!node)
		return -EIO;
	for (uint32_t i = 0; i < node->child_count; i++) {
		int error = add(directory, node->first_child + i);
		if (error && error != -EEXIST)
			return error;
	}
	return 0;
}

static const struct rr_ramfs_origin origin = { .lookup = lookup, .fill = fill };

int rr_rrfs_attach(struct rr_inode *root, rr_phys start, uint64_t size)
{
	if (!rrfs_open(rr_phys_to_virt(start), size, &image))
		return -EIO;
	set_attributes(root, rrfs_node(&image, 0));
	rr_ramfs_set_origin(root, &origin, 0);
	return 0;
}
