/* Regular files whose content is made when they are opened. */
#include <rr/abi/fcntl.h>
#include <rr/page.h>
#include <rr/path.h>
#include <rr/string.h>
#include <rr/vm.h>
#include "internal.h"

static const struct rr_inode_ops made_ops;

static int make(struct rr_inode *inode, bool wait)
{
	const struct rr_ramfs_maker *maker = inode->data;
	rr_inode_ref(inode); /* it may be removed while we wait */
	int error = maker->make(inode, wait);
	rr_inode_put(inode);
	return error;
}

static int open_made(struct rr_inode *inode, uint32_t flags, struct rr_file **out)
{
	int error = make(inode, true);
	if (error)
		return error;
	if (flags & (O_ACCMODE | O_TRUNC) || inode->ops != &made_ops) {
		inode->ops = &ramfs_file_ops;
		return rr_inode_open(inode, flags, out);
	}
	rr_inode_ref(inode);
	return rr_file_create(inode->file_ops, inode, flags, NULL, out);
}

static int truncate_made(struct rr_inode *inode, uint64_t size)
{
	int error = make(inode, true);
	inode->ops = &ramfs_file_ops;
	return error ? error : ramfs_truncate_file(inode, size);
}

static void refresh(struct rr_inode *inode) { make(inode, false); }

static const struct rr_inode_ops made_ops = {
	.open = open_made,
	.truncate = truncate_made,
	.refresh = refresh,
	.locate = ramfs_locate,
	.xattrs = ramfs_xattrs,
	.evict = ramfs_evict_file,
};

void rr_ramfs_set_maker(struct rr_inode *file, const struct rr_ramfs_maker *maker)
{
	file->ops = &made_ops;
	file->data = (void *)maker;
}

static bool is_content(const struct ramfs_node *node, const char *content, size_t length)
{
	if (node->inode.size != length)
		return false;
	for (size_t at = 0; at < length; at += RR_PAGE_SIZE) {
		rr_phys frame = ramfs_pages_get(&node->file.pages, at >> RR_PAGE_SHIFT);
		if (!frame || memcmp(rr_phys_to_virt(frame), content + at, rr_min(length - at, RR_PAGE_SIZE)))
			return false;
	}
	return true;
}

static int put_page(struct ramfs_node *node, uint64_t index, const char *content, size_t length)
{
	rr_phys frame;
	int error = rr_page_alloc(0, RR_PAGE_ZERO, &frame);
	if (error)
		return error;
	memcpy(rr_phys_to_virt(frame), content, length);
	error = ramfs_pages_set(&node->file.pages, index, frame);
	if (error)
		rr_page_put(frame);
	else
		node->inode.blocks += RR_PAGE_SIZE / 512;
	return error;
}

int rr_ramfs_set_content(struct rr_inode *file, const char *content, size_t length)
{
	struct ramfs_node *node = node_of(file);
	if (file->ops != &made_ops || is_content(node, content, length))
		return 0;
	int error = ramfs_truncate_file(file, 0);
	for (size_t at = 0; !error && at < length; at += RR_PAGE_SIZE)
		error = put_page(node, at >> RR_PAGE_SHIFT, content + at, rr_min(length - at, RR_PAGE_SIZE));
	if (error)
		ramfs_truncate_file(file, 0);
	else
		file->size = length;
	return error;
}
