#include <rr/sysv-ipc.h>

bool rr_ipc_owns(const struct rr_abi_ipc_perm *perm)
{
	uint32_t uid = rr_current_credentials()->uid[RR_EFFECTIVE];
	return uid == perm->uid || uid == perm->cuid;
}

int rr_ipc_check(const struct rr_abi_ipc_perm *perm, unsigned wanted)
{
	unsigned shift = rr_ipc_owns(perm) ? 6 : rr_in_group(perm->gid) || rr_in_group(perm->cgid) ? 3 : 0;
	unsigned bits = (wanted >> 6 | wanted >> 3 | wanted) & 7;
	return bits & ~(perm->mode >> shift) && !rr_capable(CAP_IPC_OWNER) ? -EACCES : 0;
}

struct rr_abi_ipc_perm rr_ipc_perm(int key, unsigned mode)
{
	const struct rr_credentials *credentials = rr_current_credentials();
	uint32_t uid = credentials->uid[RR_EFFECTIVE], gid = credentials->gid[RR_EFFECTIVE];
	return (struct rr_abi_ipc_perm){ .key = key, .uid = uid, .gid = gid, .cuid = uid, .cgid = gid, .mode = mode & 0777 };
}

void rr_ipc_set(struct rr_abi_ipc_perm *perm, const struct rr_abi_ipc_perm *wanted)
{
	perm->uid = wanted->uid;
	perm->gid = wanted->gid;
	perm->mode = (perm->mode & ~0777u) | (wanted->mode & 0777);
}
