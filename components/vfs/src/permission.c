#include <rr/permission.h>

bool rr_in_group(uint32_t group)
{
	const struct rr_credentials *credentials = rr_current_credentials();
	const struct rr_groups *groups = credentials->groups;
	if (group == credentials->gid[RR_FILE_SYSTEM])
		return true;
	for (uint32_t i = 0; groups && i < groups->count; i++)
		if (groups->ids[i] == group)
			return true;
	return false;
}

static bool owns(const struct rr_inode *inode) { return inode->uid == rr_current_credentials()->uid[RR_FILE_SYSTEM]; }

/* What capabilities allow whatever the mode says. */
static bool overrides(const struct rr_inode *inode, unsigned mask)
{
	if (!(mask & RR_MAY_WRITE) && (S_ISDIR(inode->mode) || mask == RR_MAY_READ) && rr_capable(CAP_DAC_READ_SEARCH))
		return true;
	/* What nobody may execute not even root may. */
	return (S_ISDIR(inode->mode) || !(mask & RR_MAY_EXEC) || inode->mode & 0111) && rr_capable(CAP_DAC_OVERRIDE);
}

int rr_inode_permission(const struct rr_inode *inode, unsigned mask)
{
	if (overrides(inode, mask))
		return 0;
	unsigned shift = owns(inode) ? 6 : rr_in_group(inode->gid) ? 3 : 0;
	return mask & ~(inode->mode >> shift) ? -EACCES : 0;
}

bool rr_inode_is_mine(const struct rr_inode *inode) { return owns(inode) || rr_capable(CAP_FOWNER); }

int rr_directory_permission(const struct rr_inode *directory, const struct rr_inode *victim)
{
	int error = rr_inode_permission(directory, RR_MAY_WRITE | RR_MAY_EXEC);
	if (error || !victim || !(directory->mode & S_ISVTX) || owns(directory))
		return error;
	return rr_inode_is_mine(victim) ? 0 : -EPERM;
}

static bool may_give(const struct rr_inode *inode, const struct rr_attributes *changes)
{
	if (rr_capable(CAP_CHOWN))
		return true;
	if (changes->valid & RR_ATTR_UID && (!owns(inode) || changes->uid != inode->uid))
		return false;
	return !(changes->valid & RR_ATTR_GID) || (owns(inode) && (changes->gid == inode->gid || rr_in_group(changes->gid)));
}

int rr_inode_may_change(const struct rr_inode *inode, struct rr_attributes *changes)
{
	if (!may_give(inode, changes))
		return -EPERM;
	if (changes->valid & RR_ATTR_MODE) {
		if (!rr_inode_is_mine(inode))
			return -EPERM;
		if (!rr_in_group(inode->gid) && !rr_capable(CAP_FSETID))
			changes->mode &= ~S_ISGID;
	}
	/* The present time is what writing would set. */
	if (changes->valid & (RR_ATTR_ATIME | RR_ATTR_MTIME) && !rr_inode_is_mine(inode))
		return changes->valid & RR_ATTR_NOW ? rr_inode_permission(inode, RR_MAY_WRITE) : -EPERM;
	return 0;
}

void rr_inode_own(struct rr_inode *inode, const struct rr_inode *directory)
{
	const struct rr_credentials *credentials = rr_current_credentials();
	inode->uid = credentials->uid[RR_FILE_SYSTEM];
	inode->gid = credentials->gid[RR_FILE_SYSTEM];
	/* Set-group-ID directories hand on their group, and the bit to directories: inode(7). */
	if (directory && directory->mode & S_ISGID) {
		inode->gid = directory->gid;
		inode->mode |= S_ISDIR(inode->mode) ? S_ISGID : 0;
	}
}
