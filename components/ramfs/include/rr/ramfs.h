/*
 * The file system in memory. A file is a radix tree of page frames with holes; a directory is a tree of names. Both may start from an origin,
 * such as the tree in the image (rrfs): names come in when they are looked up, pages are the origin's until written. Thread context, under the
 * big lock.
 */
#pragma once
#include <rr/inode.h>

/* A new file system with an empty root directory (mode 0755). 0 or -ENOMEM. */
int rr_ramfs_create(struct rr_filesystem **out);

/* Where the first content of a directory comes from. Called at most once a name until it is found, and for `fill` at most once. */
struct rr_ramfs_origin {
	/* Make `name` with rr_ramfs_add(). -ENOENT when there is no such name. */
	int (*lookup)(struct rr_inode *directory, uint64_t key, const struct rr_name *name);
	/* Make all names; those that exist or were removed are refused by rr_ramfs_add() with -EEXIST: go on. */
	int (*fill)(struct rr_inode *directory, uint64_t key);
};
/* `key` is the origin's. lookup may be NULL: then the first look at the directory fills it. */
void rr_ramfs_set_origin(struct rr_inode *directory, const struct rr_ramfs_origin *origin, uint64_t key);

/* Add a file, directory or device (mode with S_IFMT) for an origin, or when the root is made. *out, unless NULL, is not referenced. 0, -EEXIST, -ENOMEM. */
int rr_ramfs_add(struct rr_inode *directory, const struct rr_name *name, uint32_t mode, uint64_t rdev, struct rr_inode **out);
/* The same for a link; `target` is copied. */
int rr_ramfs_add_symlink(struct rr_inode *directory, const struct rr_name *name, const char *target, size_t length, struct rr_inode **out);
/* The content of a new file: `size` bytes from the page frame `first` on, never written to and never freed. */
void rr_ramfs_set_frames(struct rr_inode *file, rr_phys first, uint64_t size);

/* A regular file whose content is made when it is opened, until a program opens it for writing: then it is an ordinary file. */
struct rr_ramfs_maker {
	/* Call rr_ramfs_set_content() when there is something new. `wait`: it is opened, and may take its time; else it is only looked at. 0 or -errno: it cannot be opened now. */
	int (*make)(struct rr_inode *file, bool wait);
};
void rr_ramfs_set_maker(struct rr_inode *file, const struct rr_ramfs_maker *maker);
/* Replace what is in such a file while it is one; the same content again changes nothing, times included. 0 or -ENOMEM: then it is empty. */
int rr_ramfs_set_content(struct rr_inode *file, const char *content, size_t length);
