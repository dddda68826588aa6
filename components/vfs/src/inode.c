/* Inodes: attributes, paths, those without a file system. */
#include <rr/heap.h>
#include <rr/string.h>
#include "internal.h"

/* A stand-in for st_dev of what is in no file system: pipes, sockets. */
#define ANONYMOUS_DEVICE 12

uint64_t rr_inode_next_number(void)
{
	static uint64_t last = 1;
	return ++last;
}

void rr_inode_init(struct rr_inode *inode, const struct rr_inode_ops *ops, struct rr_filesystem *fs, uint32_t mode)
{
	inode->ops = ops;
	inode->fs = fs;
	inode->mode = mode;
	inode->refs = 1;
	inode->nlink = 1;
	inode->number = rr_inode_next_number();
	inode->atime = inode->mtime = inode->ctime = rr_clock_realtime();
}

static void evict_anonymous(struct rr_inode *inode) { rr_free(inode); }
static const struct rr_inode_ops anonymous_ops = { .evict = evict_anonymous };

int rr_inode_create_anonymous(uint32_t mode, uint64_t rdev, struct rr_inode **out)
{
	struct rr_inode *inode = rr_zalloc(1, sizeof(*inode));
	if (!inode)
		return -ENOMEM;
	rr_inode_init(inode, &anonymous_ops, NULL, mode);
	inode->rdev = rdev;
	*out = inode;
	return 0;
}

static void split_time(uint64_t time, uint64_t *seconds, uint64_t *nanoseconds)
{
	/* Times before 1970 are negative. */
	int64_t whole = (int64_t)time / (int64_t)RR_NSEC_PER_SEC, rest = (int64_t)time % (int64_t)RR_NSEC_PER_SEC;
	if (rest < 0) {
		whole--;
		rest += RR_NSEC_PER_SEC;
	}
	*seconds = whole;
	*nanoseconds = rest;
}

void rr_inode_stat(struct rr_inode *inode, struct rr_abi_stat *out)
{
	if (inode->ops->refresh)
		inode->ops->refresh(inode);
	*out = (struct rr_abi_stat){
		.dev = inode->fs ? inode->fs->device : ANONYMOUS_DEVICE,
		.ino = inode->number,
		.nlink = inode->nlink,
		.mode = inode->mode,
		.uid = inode->uid,
		.gid = inode->gid,
		.rdev = inode->rdev,
		.size = inode->size,
		.blksize = RR_PAGE_SIZE,
		.blocks = inode->blocks,
	};
	split_time(inode->atime, &out->atime, &out->atime_nsec);
	split_time(inode->mtime, &out->mtime, &out->mtime_nsec);
	split_time(inode->ctime, &out->ctime, &out->ctime_nsec);
}

void rr_file_stat(struct rr_file *file, struct rr_abi_stat *out)
{
	if (file->inode)
		rr_inode_stat(file->inode, out);
	else
		*out = (struct rr_abi_stat){ .dev = ANONYMOUS_DEVICE, .ino = 1, .nlink = 1, .mode = 0600, .blksize = RR_PAGE_SIZE };
}

/* Who may not execute a file by its group cannot take the group's rights: then S_ISGID means something else. */
static uint32_t without_set_id(uint32_t mode) { return S_ISDIR(mode) ? mode : mode & ~(S_ISUID | (mode & S_IXGRP ? S_ISGID : 0)); }

int rr_inode_setattr(struct rr_inode *inode, const struct rr_attributes *changes)
{
	if (inode->ops->setattr)
		return inode->ops->setattr(inode, changes);
	if (changes->valid & RR_ATTR_OWNER)
		inode->mode = without_set_id(inode->mode);
	if (changes->valid & RR_ATTR_MODE)
		inode->mode = (inode->mode & S_IFMT) | (changes->mode & ~S_IFMT);
	if (changes->valid & RR_ATTR_UID)
		inode->uid = changes->uid;
	if (changes->valid & RR_ATTR_GID)
		inode->gid = changes->gid;
	if (changes->valid & RR_ATTR_ATIME)
		inode->atime = changes->atime;
	if (changes->valid & RR_ATTR_MTIME)
		inode->mtime = changes->mtime;
	inode->ctime = rr_clock_realtime();
	return 0;
}

int rr_inode_truncate(struct rr_inode *inode, uint64_t size)
{
	if (S_ISDIR(inode->mode))
		return -EISDIR;
	if (!S_ISREG(inode->mode) || !inode->ops->truncate)
		return -EINVAL;
	return inode->ops->truncate(inode, size);
}

/* Where the inode is named, looking through mounts. */
static int locate(struct rr_inode *inode, struct rr_inode **directory, struct rr_name *name)
{
	while (inode->fs && inode == inode->fs->root && inode->fs->covered)
		inode = inode->fs->covered;
	return inode->ops->locate ? inode->ops->locate(inode, directory, name) : -ENOENT;
}

static bool is_root(const struct rr_inode *inode)
{
	return inode == rr_current_fs()->root || (inode->fs && inode == inode->fs->root && !inode->fs->covered);
}

/* Two walks upwards: one adds up the length, one writes the names from the end. */
long rr_inode_path(struct rr_inode *inode, char *to, size_t size)
{
	size_t length = 0;
	struct rr_name name;
	for (struct rr_inode *at = inode; !is_root(at); length += 1 + name.length) {
		int error = locate(at, &at, &name);
		if (error)
			return error;
	}
	if (length == 0) {
		if (size)
			to[0] = '/';
		return 1;
	}
	size_t end = length;
	for (struct rr_inode *at = inode; !is_root(at); end -= 1 + name.length) {
		locate(at, &at, &name);
		size_t start = end - name.length;
		if (start < size)
			memcpy(to + start, name.text, rr_min(name.length, size - start));
		if (start - 1 < size)
			to[start - 1] = '/';
	}
	return length;
}

size_t rr_file_path(struct rr_file *file, char *to, size_t size)
{
	if (file->ops->describe)
		return file->ops->describe(file, to, size);
	long length = file->inode ? rr_inode_path(file->inode, to, size) : -ENOENT;
	if (length >= 0)
		return rr_min((size_t)length, size);
	static const char removed[] = "(deleted)";
	length = rr_min(sizeof(removed) - 1, size);
	memcpy(to, removed, length);
	return length;
}
