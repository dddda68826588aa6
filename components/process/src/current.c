/* What the file layer asks of the running process: rr/vfs.h. */
#include <rr/process.h>
#include <rr/vfs.h>
#include "internal.h"

struct rr_fdtable *rr_current_fdtable(void) { return rr_current_process()->fds; }
struct rr_fs_context *rr_current_fs(void) { return rr_current_process()->fs; }
int rr_current_fdtable_unshare(void) { return rr_fdtable_unshare(&rr_current_process()->fds); }
uint64_t rr_current_limit(unsigned resource) { return resource < RR_LIMIT_COUNT ? rr_current_process()->limits[resource][0] : UINT64_MAX; }
int rr_current_pid(void) { return rr_current_process()->pid; }

void rr_process_raise(int signal)
{
	struct rr_abi_siginfo info = { .signo = signal, .code = SI_USER, .pid = rr_current_pid(), .uid = rr_current_process()->credentials.uid[RR_REAL] };
	rr_signal_task(rr_current_task(), signal, &info);
}
