/* Shared between the files of sys-xattr only: an inode's attributes, with the rights of the running process. */
#pragma once
#include <rr/inode.h>

#define XATTR_NAME_MAX 255
#define XATTR_SIZE_MAX 65536
#define XATTR_LIST_MAX 65536
#define XATTR_CREATE 1u
#define XATTR_REPLACE 2u

/* Takes over `value` (heap, `size` bytes). flags: XATTR_CREATE, XATTR_REPLACE. 0, -EEXIST, -ENODATA, -EPERM, -EOPNOTSUPP, -EINVAL, -ENOMEM. */
int xattr_set(struct rr_inode *inode, const char *name, char *value, size_t size, unsigned flags);
/* *out stays the inode's. 0, -ENODATA, -EOPNOTSUPP, -EINVAL. */
int xattr_get(struct rr_inode *inode, const char *name, const struct rr_xattr **out);
int xattr_remove(struct rr_inode *inode, const char *name);
/* The names this process sees, each with its NUL: at most `size` bytes to `to`; the length of them all. */
size_t xattr_list(struct rr_inode *inode, char *to, size_t size);
