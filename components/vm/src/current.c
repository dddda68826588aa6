#include <rr/sched-init.h>
#include <rr/vm.h>

struct rr_aspace *rr_aspace_current(void) { return rr_current_thread()->space; }

void rr_aspace_set_current(struct rr_aspace *space)
{
	rr_current_thread()->space = space;
	rr_thread_set_root(space ? space->root : rr_paging_kernel_root());
}
