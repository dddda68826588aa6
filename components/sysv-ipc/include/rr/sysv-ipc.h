/* Who may do what with a System V object, as the running process: sysvipc(7). Thread context, under the big lock. */
#pragma once
#include <rr/credentials.h>
#include <rr/abi/errno.h>
#include <rr/abi/ipc.h>

#define RR_IPC_READ 0444u
#define RR_IPC_WRITE 0222u

/* Its creator or owner. */
bool rr_ipc_owns(const struct rr_abi_ipc_perm *perm);
/* `wanted`: bits of a mode, in any of its three places. 0 or -EACCES. */
int rr_ipc_check(const struct rr_abi_ipc_perm *perm, unsigned wanted);
/* Of a new object. */
struct rr_abi_ipc_perm rr_ipc_perm(int key, unsigned mode);
/* IPC_SET. */
void rr_ipc_set(struct rr_abi_ipc_perm *perm, const struct rr_abi_ipc_perm *wanted);
