/*
 * From a path to an inode, and what is done with names: the calls below check everything Linux checks and work on strings of the libOS.
 * Thread context, under the big lock. `dirfd` is a descriptor or AT_FDCWD.
 */
#pragma once
#include <rr/inode.h>

/* A path copied from the program: short ones lie within, longer ones on the heap. */
struct rr_user_path {
	char *text;
	char within[112];
};
/* 0; -EFAULT, -ENAMETOOLONG, -ENOMEM; -ENOENT for "" unless `empty` is allowed. Then rr_user_path_free(). */
int rr_user_path_get(struct rr_user_path *path, uint64_t address, bool empty);
void rr_user_path_free(struct rr_user_path *path);

#define RR_WALK_NOFOLLOW 1u   /* the last name, if a symbolic link, is the result */
#define RR_WALK_DIRECTORY 2u  /* the result must be a directory: -ENOTDIR */
#define RR_WALK_EMPTY 4u      /* "" is dirfd itself */

/* RESOLVE_* of openat2(2) among the flags of a walk, RR_WALK_* or RR_PARENT_*. */
#define RR_WALK_RESOLVE(resolve) ((unsigned)(resolve) << 16)

/* The inode, referenced. 0 or -errno. */
int rr_path_lookup(int dirfd, const char *path, unsigned flags, struct rr_inode **out);

/* The directory a path's last name is in. */
struct rr_path_parent {
	struct rr_inode *directory; /* referenced */
	struct rr_inode *inode;     /* what the name is now, referenced; NULL: free */
	struct rr_name name;        /* "", "." and ".." appear here too: rr_path_is_special() */
	bool slash;                 /* a '/' follows */
	char *buffer;               /* heap: where the name lies after a symbolic link */
};
#define RR_PARENT_FOLLOW 1u   /* a symbolic link is followed to the name it leads to */
#define RR_PARENT_NO_SLASH 2u /* a '/' behind the last name is -EISDIR, before anything is said about that name */
#define RR_PARENT_NO_LOOKUP 4u /* leave `inode` NULL: rr_path_parent_look_up() comes later */
/* Walk to the last name. 0 or -errno (the name being free is no error); then rr_path_parent_put(). */
int rr_path_parent(int dirfd, const char *path, unsigned flags, struct rr_path_parent *out);
int rr_path_parent_look_up(struct rr_path_parent *parent);
void rr_path_parent_put(struct rr_path_parent *parent);
/* The path ends in "/", "." or "..": it names a directory that cannot be created or removed by this name. */
bool rr_path_is_special(const struct rr_path_parent *parent);

/* `resolve`: RESOLVE_* of openat2(2). */
int rr_path_open(int dirfd, const char *path, uint32_t flags, uint32_t mode, unsigned resolve, struct rr_file **out);
/* An open file of an inode found already; not O_CREAT. Does not take over the reference. */
int rr_inode_open(struct rr_inode *inode, uint32_t flags, struct rr_file **out);
/* mode with S_IFMT; the umask is applied. */
int rr_path_create(int dirfd, const char *path, uint32_t mode, uint64_t rdev);
/* The same; what was made, referenced. */
int rr_path_create_inode(int dirfd, const char *path, uint32_t mode, uint64_t rdev, struct rr_inode **out);
int rr_path_symlink(const char *target, int dirfd, const char *path);
int rr_path_link(int from_dirfd, const char *from, int to_dirfd, const char *to, unsigned at_flags);
int rr_path_unlink(int dirfd, const char *path, bool directory);
int rr_path_rename(int from_dirfd, const char *from, int to_dirfd, const char *to, unsigned flags);
