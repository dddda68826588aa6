#include <rr/clock.h>
#include <rr/heap.h>
#include <rr/permission.h>
#include <rr/string.h>
#include <rr/xattr.h>
#include "store.h"

static bool begins(const char *name, const char *prefix) { return strncmp(name, prefix, strlen(prefix)) == 0; }
static bool is_trusted(const char *name) { return begins(name, "trusted."); }

/* What the name's first part demands: xattr(7). */
static int may_use(const struct rr_inode *inode, const char *name, bool change)
{
	int refusal = change ? -EPERM : -ENODATA;
	if (begins(name, "user.")) {
		if (S_ISREG(inode->mode) || S_ISDIR(inode->mode))
			return rr_inode_permission(inode, change ? RR_MAY_WRITE : RR_MAY_READ);
		return refusal;
	}
	if (is_trusted(name) && !rr_capable(CAP_SYS_ADMIN))
		return refusal;
	if (begins(name, "security.") && change && !rr_capable(CAP_SYS_ADMIN))
		return -EPERM;
	return 0;
}

/* Where the attributes are. -EOPNOTSUPP: the file system or nobody knows such names. */
static int find_list(struct rr_inode *inode, const char *name, bool change, struct rr_xattr ***out)
{
	int error = may_use(inode, name, change);
	if (error)
		return error;
	if (!inode->ops->xattrs || !(begins(name, "user.") || is_trusted(name) || begins(name, "security.")))
		return -EOPNOTSUPP;
	*out = inode->ops->xattrs(inode);
	return strchr(name, '.')[1] ? 0 : -EINVAL;
}

/* The link that leads to the attribute, or to where it would be. */
static struct rr_xattr **place_of(struct rr_xattr **list, const char *name)
{
	while (*list && strcmp((*list)->name, name) > 0)
		list = &(*list)->next;
	return list;
}
static bool is_there(struct rr_xattr *const *place, const char *name) { return *place && strcmp((*place)->name, name) == 0; }

static int add(struct rr_xattr **place, const char *name, char *value, size_t size)
{
	struct rr_xattr *xattr = rr_alloc(sizeof(*xattr) + strlen(name) + 1);
	if (!xattr)
		return -ENOMEM;
	*xattr = (struct rr_xattr){ .next = *place, .size = size, .value = value };
	memcpy(xattr->name, name, strlen(name) + 1);
	*place = xattr;
	return 0;
}

static int set(struct rr_inode *inode, const char *name, char *value, size_t size, unsigned flags)
{
	struct rr_xattr **list;
	int error = find_list(inode, name, true, &list);
	if (error)
		return error;
	struct rr_xattr **place = place_of(list, name);
	bool there = is_there(place, name);
	if (there && flags & XATTR_CREATE)
		return -EEXIST;
	if (!there && flags & XATTR_REPLACE)
		return -ENODATA;
	if (there) {
		rr_free((*place)->value);
		(*place)->value = value;
		(*place)->size = size;
	} else {
		error = add(place, name, value, size);
	}
	if (!error)
		inode->ctime = rr_clock_realtime();
	return error;
}

int xattr_set(struct rr_inode *inode, const char *name, char *value, size_t size, unsigned flags)
{
	int error = set(inode, name, value, size, flags);
	if (error)
		rr_free(value);
	return error;
}

int xattr_get(struct rr_inode *inode, const char *name, const struct rr_xattr **out)
{
	struct rr_xattr **list;
	int error = find_list(inode, name, false, &list);
	if (error)
		return error;
	struct rr_xattr **place = place_of(list, name);
	*out = *place;
	return is_there(place, name) ? 0 : -ENODATA;
}

int xattr_remove(struct rr_inode *inode, const char *name)
{
	struct rr_xattr **list;
	int error = find_list(inode, name, true, &list);
	if (error)
		return error;
	struct rr_xattr **place = place_of(list, name), *xattr = *place;
	if (!is_there(place, name))
		return -ENODATA;
	*place = xattr->next;
	xattr->next = NULL;
	rr_xattrs_free(xattr);
	inode->ctime = rr_clock_realtime();
	return 0;
}

size_t xattr_list(struct rr_inode *inode, char *to, size_t size)
{
	size_t length = 0;
	struct rr_xattr *xattr = inode->ops->xattrs ? *inode->ops->xattrs(inode) : NULL;
	for (; xattr; xattr = xattr->next) {
		size_t part = strlen(xattr->name) + 1;
		if (is_trusted(xattr->name) && !rr_capable(CAP_SYS_ADMIN))
			continue;
		if (length + part <= size)
			memcpy(to + length, xattr->name, part);
		length += part;
	}
	return length;
}
