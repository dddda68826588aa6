/* Who may do what with an inode: path_resolution(7), with the running process's credentials. Thread context, under the big lock. */
#pragma once
#include <rr/credentials.h>
#include <rr/inode.h>

#define RR_MAY_EXEC 1u  /* search, of a directory */
#define RR_MAY_WRITE 2u
#define RR_MAY_READ 4u

/* All of `mask` (RR_MAY_*): 0 or -EACCES. */
int rr_inode_permission(const struct rr_inode *inode, unsigned mask);
/* Does the inode belong to the running process, or to nobody it need ask? */
bool rr_inode_is_mine(const struct rr_inode *inode);
/* May names be made in, or (`victim`) taken out of a directory? 0; -EACCES; -EPERM: it is sticky, and the victim somebody else's. */
int rr_directory_permission(const struct rr_inode *directory, const struct rr_inode *victim);
/* chmod(2), chown(2), utimensat(2): 0, -EPERM, -EACCES. Set-id bits the process may not set are taken out of *changes. */
int rr_inode_may_change(const struct rr_inode *inode, struct rr_attributes *changes);
/* Give a new inode to the running process: as its directory's group demands. */
void rr_inode_own(struct rr_inode *inode, const struct rr_inode *directory);
