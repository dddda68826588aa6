/*
 * Inodes: what a file is, apart from its names and from who has it open. A file system embeds struct rr_inode in its own. Thread context,
 * under the big lock. There is one user, root: modes are kept and shown, and checked only where root is refused too (executing).
 */
#pragma once
#include <rr/abi/stat.h>
#include <rr/vfs.h>

/* A name within a directory; not terminated. Never empty, never "." or "..", no '/', at most NAME_MAX. */
struct rr_name {
	const char *text;
	size_t length;
};
/* The name a C string is. */
#define RR_NAME(string) (&(const struct rr_name){ .text = (string), .length = __builtin_strlen(string) })

/* One mounted file system. */
struct rr_filesystem {
	uint64_t device;           /* st_dev */
	struct rr_inode *root;     /* referenced */
	struct rr_inode *covered;  /* the directory it is mounted on, referenced; NULL for the root */
	void (*statfs)(struct rr_filesystem *fs, struct rr_abi_statfs *out); /* `out` is zeroed before */
};

/* Which fields rr_inode_ops.setattr is given. */
#define RR_ATTR_MODE 1u
#define RR_ATTR_UID 2u
#define RR_ATTR_GID 4u
#define RR_ATTR_ATIME 8u
#define RR_ATTR_MTIME 16u
#define RR_ATTR_NOW 64u   /* both times are the present one */
#define RR_ATTR_OWNER 32u /* chown(2), whatever it changes: set-id bits go */
struct rr_attributes {
	unsigned valid;
	uint32_t mode, uid, gid; /* mode: permission bits only */
	uint64_t atime, mtime;
};

/* Told each entry by readdir: `next` is the position behind it. False: no room, stop. */
struct rr_dir_reader {
	bool (*entry)(struct rr_dir_reader *reader, const struct rr_name *name, uint64_t inode_number, uint32_t mode, uint64_t next);
};

struct rr_xattr;

/* Any operation may be NULL: then the call fails as on a file system that cannot do it (-EPERM, -EINVAL). */
struct rr_inode_ops {
	/* In a directory: the caller has looked the name up first; nothing happens in between. */
	int (*lookup)(struct rr_inode *directory, const struct rr_name *name, struct rr_inode **out); /* referenced, or -ENOENT */
	/* `mode` with S_IFMT: a regular file, directory, fifo, socket or device. Name NULL: a file without name (O_TMPFILE). Referenced. */
	int (*create)(struct rr_inode *directory, const struct rr_name *name, uint32_t mode, uint64_t rdev, struct rr_inode **out);
	int (*symlink)(struct rr_inode *directory, const struct rr_name *name, const char *target);
	int (*link)(struct rr_inode *directory, const struct rr_name *name, struct rr_inode *inode);
	/* Files and directories; -ENOTEMPTY. */
	int (*unlink)(struct rr_inode *directory, const struct rr_name *name, struct rr_inode *inode);
	/* Kinds and loops have been checked. `target` NULL: the new name is free. exchange: swap both. -ENOTEMPTY. */
	int (*rename)(struct rr_inode *from, const struct rr_name *from_name, struct rr_inode *inode,
	              struct rr_inode *to, const struct rr_name *to_name, struct rr_inode *target, bool exchange);
	/*
	 * Entries from *position on, without "." and "..", whose positions are 0 and 1: it starts at 2. *position moves behind the last one
	 * taken. Positions stay valid while entries come and go.
	 */
	int (*readdir)(struct rr_inode *directory, uint64_t *position, struct rr_dir_reader *reader);
	/* Target of a symbolic link, NUL-terminated, valid while the inode is referenced. Its length or -errno. */
	long (*readlink)(struct rr_inode *inode, const char **target);
	/* For links of /proc: the inode the link stands for, referenced. 0 or -errno; -ENOSYS: go by readlink. */
	int (*follow)(struct rr_inode *inode, struct rr_inode **out);
	/* The default changes the fields of struct rr_inode and ctime. */
	int (*setattr)(struct rr_inode *inode, const struct rr_attributes *changes);
	int (*truncate)(struct rr_inode *inode, uint64_t size);
	/* Provide or (punch) free [offset, offset + length); sizes are the caller's business. */
	int (*allocate)(struct rr_inode *inode, uint64_t offset, uint64_t length, bool punch);
	/* Bring what is computed when looked at (size, blocks) up to date before stat. */
	void (*refresh)(struct rr_inode *inode);
	/* The directory (not referenced) and name the inode is reached by; -ENOENT when it was removed. */
	int (*locate)(struct rr_inode *inode, struct rr_inode **directory, struct rr_name *name);
	/* The opened file; NULL: file_ops, or by kind (device, fifo). `inode`'s reference is not taken. */
	int (*open)(struct rr_inode *inode, uint32_t flags, struct rr_file **out);
	/* Where its extended attributes are (sys-xattr). NULL: it has none. */
	struct rr_xattr **(*xattrs)(struct rr_inode *inode);
	/* The last reference is gone: free it. */
	void (*evict)(struct rr_inode *inode);
};

struct rr_lock;

struct rr_inode {
	const struct rr_inode_ops *ops;
	const struct rr_file_ops *file_ops; /* of an opened regular file */
	uint32_t refs;
	uint32_t mode, uid, gid, nlink;
	bool linkable;                      /* may get a name though it has none: O_TMPFILE without O_EXCL */
	uint64_t number, size, blocks;      /* blocks of 512 bytes */
	uint64_t rdev;
	uint64_t atime, mtime, ctime;       /* ns since the epoch */
	uint64_t birth;                     /* the same; 0: not kept */
	struct rr_filesystem *fs;           /* NULL for anonymous ones */
	struct rr_inode *parent;            /* of a directory: referenced; the root's is itself, not referenced */
	struct rr_filesystem *mounted;      /* on this directory */
	struct rr_list locks;               /* rr/lock.h; next == NULL: never used */
	void *data;                         /* of a fifo: its pipe; of others: the file system's */
};

static inline void rr_inode_ref(struct rr_inode *inode) { inode->refs++; }
static inline void rr_inode_put(struct rr_inode *inode)
{
	if (--inode->refs == 0)
		inode->ops->evict(inode);
}

/* Fill a zeroed inode: one reference, nlink 1 and all times now. */
void rr_inode_init(struct rr_inode *inode, const struct rr_inode_ops *ops, struct rr_filesystem *fs, uint32_t mode);
/* An inode outside any file system, for what has no name (pipes, terminals without device): heap, freed with its last reference. 0 or -ENOMEM. */
int rr_inode_create_anonymous(uint32_t mode, uint64_t rdev, struct rr_inode **out);
/* The next free inode number, for all file systems in memory. */
uint64_t rr_inode_next_number(void);

void rr_inode_stat(struct rr_inode *inode, struct rr_abi_stat *out);
/* The same of an open file, also one without an inode. */
void rr_file_stat(struct rr_file *file, struct rr_abi_stat *out);
int rr_inode_setattr(struct rr_inode *inode, const struct rr_attributes *changes);
/* Truncate with the checks of truncate(2): -EISDIR, -EINVAL, -EFBIG, ... */
int rr_inode_truncate(struct rr_inode *inode, uint64_t size);
/* Absolute path of a linked inode, not terminated, cut to `size`; the full length, or -ENOENT. */
long rr_inode_path(struct rr_inode *inode, char *to, size_t size);

/*
 * Character devices by number. The table's entries are static, added once by their component (rr_device_add) before the first path is
 * walked; `open` gives the opened file and takes over a reference of `inode` on success and failure.
 */
struct rr_device {
	struct rr_list link;
	uint64_t rdev;
	int (*open)(struct rr_inode *inode, uint32_t flags, struct rr_file **out);
};
void rr_device_add(struct rr_device *device);
/* -ENXIO for a number nobody has added. */
int rr_device_open(struct rr_inode *inode, uint32_t flags, struct rr_file **out);
/* Opens a fifo; set by the pipe component when the first is made. NULL: -ENXIO. */
extern int (*rr_vfs_open_fifo)(struct rr_inode *inode, uint32_t flags, struct rr_file **out);

/* Makes the root file system when the first path is walked; set by the component that has one (rootfs). */
extern int (*rr_vfs_make_root)(struct rr_inode **root);
/* Adds files to a root just made, for a component that not every image has; NULL: nobody does. */
extern void (*rr_vfs_furnish_root)(struct rr_inode *root);
/* The root, not referenced. 0, -ENOENT without one, -ENOMEM. */
int rr_vfs_root(struct rr_inode **out);
