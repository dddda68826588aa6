/* Regular files. */
#include <rr/abi/resource.h>
#include <rr/page.h>
#include <rr/vm.h>
#include <rr/string.h>
#include "internal.h"

#define MAX_SIZE INT64_MAX

static char zeros[1024];

/* The frame to read page `index` from, 0 for a hole. */
static rr_phys page_for_read(const struct ramfs_node *node, uint64_t index)
{
	rr_phys frame = ramfs_pages_get(&node->file.pages, index);
	if (!frame && index < node->file.frame_count)
		frame = node->file.frames + index * RR_PAGE_SIZE;
	return frame;
}

/* The file's own frame of page `index`. One that had to be made is filled with zeros unless `whole`: all of it will be written. 1 if a hole was filled. */
static int page_for_write(struct ramfs_node *node, uint64_t index, bool whole, rr_phys *out)
{
	rr_phys frame = ramfs_pages_get(&node->file.pages, index);
	bool copy = !frame && index < node->file.frame_count;
	if (frame) {
		*out = frame;
		return 0;
	}
	int error = rr_page_alloc(0, whole || copy ? 0 : RR_PAGE_ZERO, &frame);
	if (error)
		return error;
	if (copy)
		memcpy(rr_phys_to_virt(frame), rr_phys_to_virt(node->file.frames + index * RR_PAGE_SIZE), RR_PAGE_SIZE);
	error = ramfs_pages_set(&node->file.pages, index, frame);
	if (error) {
		rr_page_put(frame);
		return error;
	}
	if (!copy)
		node->inode.blocks += RR_PAGE_SIZE / 512;
	else if (node->file.mapped)
		rr_vm_object_forget(&node->file.object, index, index, node->file.frames + index * RR_PAGE_SIZE);
	*out = frame;
	return !copy;
}

/* Make a hole of what page_for_write() made. */
static void unmake_page(struct ramfs_node *node, uint64_t index)
{
	ramfs_pages_free(&node->file.pages, index, index);
	node->inode.blocks -= RR_PAGE_SIZE / 512;
}

static int read_hole(struct rr_uio *uio, size_t length)
{
	while (length) {
		size_t part = rr_min(length, sizeof(zeros));
		int error = rr_uio_write(uio, zeros, part);
		if (error)
			return error;
		length -= part;
	}
	return 0;
}

/* As the mount option relatime: reading is recorded once after each change. */
static void touch_read(struct rr_inode *inode)
{
	if (inode->atime <= inode->mtime || inode->atime <= inode->ctime)
		inode->atime = rr_clock_realtime();
}

static long read_file(struct rr_file *file, struct rr_uio *uio, uint64_t *position)
{
	struct ramfs_node *node = node_of(file->inode);
	uint64_t at = *position, size = node->inode.size;
	size_t before = uio->remaining;
	int error = 0;
	if (at >= size || !before)
		return 0;
	size_t left = rr_min(before, size - at);
	while (left && !error) {
		size_t offset = at & RR_PAGE_MASK, part = rr_min(left, RR_PAGE_SIZE - offset);
		size_t had = uio->remaining;
		rr_phys frame = page_for_read(node, at >> RR_PAGE_SHIFT);
		error = frame ? rr_uio_write(uio, (char *)rr_phys_to_virt(frame) + offset, part) : read_hole(uio, part);
		at += had - uio->remaining;
		left -= part;
	}
	*position = at;
	touch_read(&node->inode);
	return before != uio->remaining ? (long)(before - uio->remaining) : error;
}

static void set_size(struct ramfs_node *node, uint64_t size)
{
	node->inode.size = size;
	if (size > node->file.frame_count * RR_PAGE_SIZE)
		node->file.object.ops = &ramfs_object_ops; /* there may be holes now */
}

static void touch_written(struct rr_inode *inode) { inode->mtime = inode->ctime = rr_clock_realtime(); }

/* How much of `length` bytes at `at` may be written: file size limits. */
static long room_at(uint64_t at, size_t length)
{
	uint64_t limit = rr_min(rr_current_limit(RLIMIT_FSIZE), (uint64_t)MAX_SIZE);
	if (at >= limit)
		return limit < MAX_SIZE ? rr_file_too_large() : -EFBIG;
	return rr_min(length, limit - at);
}

static long write_file(struct rr_file *file, struct rr_uio *uio, uint64_t *position)
{
	struct ramfs_node *node = node_of(file->inode);
	size_t before = uio->remaining;
	if (!before)
		return 0;
	uint64_t at = file->flags & O_APPEND ? node->inode.size : *position;
	long room = room_at(at, before);
	int error = 0;
	if (room < 0)
		return room;
	while (room > 0 && !error) {
		size_t offset = at & RR_PAGE_MASK, part = rr_min((size_t)room, RR_PAGE_SIZE - offset);
		rr_phys frame;
		int made = page_for_write(node, at >> RR_PAGE_SHIFT, part == RR_PAGE_SIZE, &frame);
		if (made < 0) {
			error = -ENOSPC;
			break;
		}
		char *page = rr_phys_to_virt(frame);
		size_t had = uio->remaining;
		error = rr_uio_read(uio, page + offset, part);
		size_t done = had - uio->remaining;
		if (error && made && !done)
			unmake_page(node, at >> RR_PAGE_SHIFT);
		else if (error && made && part == RR_PAGE_SIZE)
			memset(page + done, 0, RR_PAGE_SIZE - done);
		at += done;
		room -= done;
	}
	if (before == uio->remaining)
		return error;
	*position = at;
	if (at > node->inode.size)
		set_size(node, at);
	touch_written(&node->inode);
	return before - uio->remaining;
}

/* Where data / a hole is at or behind `offset`; the end of the file counts as a hole: lseek(2). */
static long seek_content(struct ramfs_node *node, int64_t offset, int whence)
{
	uint64_t size = node->inode.size;
	if (offset < 0 || (uint64_t)offset >= size)
		return -ENXIO;
	uint64_t index = offset >> RR_PAGE_SHIFT, start = index;
	if (whence == SEEK_HOLE) {
		while (index << RR_PAGE_SHIFT < size && page_for_read(node, index))
			index++;
	} else if (index >= node->file.frame_count) {
		index = ramfs_pages_next(&node->file.pages, index);
		if (index == UINT64_MAX || index << RR_PAGE_SHIFT >= size)
			return -ENXIO;
	}
	return index == start ? offset : (long)rr_min(index << RR_PAGE_SHIFT, size);
}

static long seek_file(struct rr_file *file, int64_t offset, int whence)
{
	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return rr_file_seek(file, offset, whence);
	long found = seek_content(node_of(file->inode), offset, whence);
	if (found >= 0)
		file->position = found;
	return found;
}

static int sync_file(struct rr_file *file)
{
	(void)file;
	return 0;
}

static int map_file(struct rr_file *file, struct rr_vm_object **object)
{
	*object = &node_of(file->inode)->file.object;
	return 0;
}

const struct rr_file_ops ramfs_regular_ops = {
	.read = read_file,
	.write = write_file,
	.seek = seek_file,
	.sync = sync_file,
	.mmap = map_file,
};

static struct ramfs_node *node_of_object(struct rr_vm_object *object) { return rr_container_of(object, struct ramfs_node, file.object); }
static void ref_object(struct rr_vm_object *object)
{
	node_of_object(object)->file.mapped++;
	rr_inode_ref(&node_of_object(object)->inode);
}
static void unref_object(struct rr_vm_object *object)
{
	node_of_object(object)->file.mapped--;
	rr_inode_put(&node_of_object(object)->inode);
}

static int get_page(struct rr_vm_object *object, uint64_t index, bool write, rr_phys *out)
{
	struct ramfs_node *node = node_of_object(object);
	if (index >= (node->inode.size + RR_PAGE_MASK) >> RR_PAGE_SHIFT)
		return -ERANGE;
	rr_phys frame = write ? 0 : page_for_read(node, index);
	/* A hole that is mapped is filled: a shared mapping must see what is written there later. */
	if (!frame) {
		int error = page_for_write(node, index, false, &frame);
		if (error < 0)
			return error;
	}
	rr_page_ref(frame);
	*out = frame;
	return 0;
}

/* Make bytes [from, end of its page) zero, where there is a page. */
static int zero_part(struct ramfs_node *node, uint64_t from, size_t length)
{
	rr_phys frame;
	if (!length || !page_for_read(node, from >> RR_PAGE_SHIFT))
		return 0;
	int error = page_for_write(node, from >> RR_PAGE_SHIFT, false, &frame);
	if (error < 0)
		return error;
	memset((char *)rr_phys_to_virt(frame) + (from & RR_PAGE_MASK), 0, length);
	return 0;
}

/* Drop the frames of pages from `first` on. */
static void drop_from(struct ramfs_node *node, uint64_t first)
{
	uint64_t own_before = node->file.frame_count, blocks = 0;
	if (node->file.mapped)
		rr_vm_object_forget(&node->file.object, first, UINT64_MAX, RR_NO_PAGE);
	/* Blocks are counted once for a page: of the origin's, those above `first` go, replaced or not. */
	if (first < own_before) {
		blocks = own_before - first;
		node->file.frame_count = first;
		ramfs_pages_free(&node->file.pages, first, own_before - 1);
		first = own_before;
	}
	blocks += ramfs_pages_free(&node->file.pages, first, UINT64_MAX);
	node->inode.blocks -= blocks * (RR_PAGE_SIZE / 512);
}

int ramfs_truncate_file(struct rr_inode *inode, uint64_t size)
{
	struct ramfs_node *node = node_of(inode);
	if (size > MAX_SIZE)
		return -EFBIG;
	if (size > inode->size && size > rr_current_limit(RLIMIT_FSIZE))
		return rr_file_too_large();
	if (size < inode->size) {
		/* The rest of the last page must read as zeros when the file grows again. */
		int error = zero_part(node, size, -size & RR_PAGE_MASK);
		if (error)
			return error;
		drop_from(node, (size + RR_PAGE_MASK) >> RR_PAGE_SHIFT);
	}
	set_size(node, size);
	touch_written(inode);
	return 0;
}

static int punch(struct ramfs_node *node, uint64_t offset, uint64_t length)
{
	uint64_t end = rr_min(offset + length, rr_align_up(node->inode.size, RR_PAGE_SIZE));
	while (offset < end) {
		size_t part = rr_min(RR_PAGE_SIZE - (offset & RR_PAGE_MASK), end - offset);
		uint64_t index = offset >> RR_PAGE_SHIFT;
		/* What is mapped stays where it is, as do private copies of it. */
		if (part < RR_PAGE_SIZE || index < node->file.frame_count || node->file.mapped) {
			int error = zero_part(node, offset, part);
			if (error)
				return error;
			offset += part;
			continue;
		}
		/* Whole pages behind the origin's. */
		uint64_t freed = ramfs_pages_free(&node->file.pages, index, (end >> RR_PAGE_SHIFT) - 1);
		node->inode.blocks -= freed * (RR_PAGE_SIZE / 512);
		offset = rr_align_down(end, RR_PAGE_SIZE);
	}
	return 0;
}

static int punch_object(struct rr_vm_object *object, uint64_t offset, uint64_t length)
{
	struct ramfs_node *node = node_of_object(object);
	int error = punch(node, offset, length);
	if (!error)
		touch_written(&node->inode);
	return error;
}

const struct rr_vm_object_ops ramfs_object_ops = { .ref = ref_object, .unref = unref_object, .get_page = get_page, .punch = punch_object };
/* All pages are there, the origin's: reading never fills a hole. */
static const struct rr_vm_object_ops whole_object_ops = { .ref = ref_object, .unref = unref_object, .get_page = get_page, .punch = punch_object, .resident = true };

static int allocate(struct rr_inode *inode, uint64_t offset, uint64_t length, bool free)
{
	struct ramfs_node *node = node_of(inode);
	if (free)
		return punch(node, offset, length);
	uint64_t first = offset >> RR_PAGE_SHIFT, last = (offset + length - 1) >> RR_PAGE_SHIFT, missing = 0;
	struct rr_memory_stats memory = rr_memory_stats();
	/* All or nothing: count before taking anything. */
	if (last - first >= memory.total_pages)
		return -ENOSPC;
	for (uint64_t index = first; index <= last; index++)
		missing += !page_for_read(node, index);
	if (missing >= memory.free_pages)
		return -ENOSPC;
	for (uint64_t index = first; index <= last; index++) {
		rr_phys frame;
		if (!page_for_read(node, index) && page_for_write(node, index, false, &frame) < 0)
			return -ENOSPC;
	}
	return 0;
}

void rr_ramfs_set_frames(struct rr_inode *file, rr_phys first, uint64_t size)
{
	struct ramfs_node *node = node_of(file);
	node->file.frames = first;
	node->file.frame_count = (size + RR_PAGE_MASK) >> RR_PAGE_SHIFT;
	node->file.object.ops = &whole_object_ops;
	file->size = size;
	file->blocks = node->file.frame_count * (RR_PAGE_SIZE / 512);
}

void ramfs_evict_file(struct rr_inode *inode)
{
	ramfs_pages_free(&node_of(inode)->file.pages, 0, UINT64_MAX);
	ramfs_evict(inode);
}

const struct rr_inode_ops ramfs_file_ops = {
	.truncate = ramfs_truncate_file,
	.allocate = allocate,
	.locate = ramfs_locate,
	.xattrs = ramfs_xattrs,
	.evict = ramfs_evict_file,
};
