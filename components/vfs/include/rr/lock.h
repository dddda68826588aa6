/* Advisory locks on files: fcntl(2) record locks of processes and of open files, flock(2). Thread context, under the big lock. */
#pragma once
#include <rr/inode.h>

enum rr_lock_kind { RR_LOCK_RECORD, RR_LOCK_FLOCK };

struct rr_lock {
	struct rr_list link;     /* inode->locks */
	const void *owner;       /* descriptor table (process locks) or open file */
	uint64_t start, end;     /* first and last byte */
	int pid;                 /* shown by F_GETLK; -1 for locks of open files */
	uint8_t type;            /* F_RDLCK, F_WRLCK; F_UNLCK to unlock */
	uint8_t kind;            /* enum rr_lock_kind */
};

/* Apply `request` (copied). 0, -EAGAIN when another owner's is in the way, -ENOMEM; if `wait`: -RR_ERESTARTSYS, -EDEADLK. */
int rr_lock_apply(struct rr_inode *inode, const struct rr_lock *request, bool wait);
/* The first lock that is in the way of `request`, or NULL. */
const struct rr_lock *rr_lock_conflict(struct rr_inode *inode, const struct rr_lock *request);
/* Drop all of `owner`: called when a descriptor (process locks) or an open file goes. */
void rr_lock_release(struct rr_inode *inode, const void *owner);
