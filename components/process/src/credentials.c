#include <rr/heap.h>
#include <rr/process.h>

void rr_groups_put(struct rr_groups *groups)
{
	if (groups && !--groups->refs)
		rr_free(groups);
}

struct rr_credentials *rr_current_credentials(void) { return &rr_current_process()->credentials; }

void rr_credentials_executed(struct rr_credentials *credentials)
{
	bool effective = !credentials->uid[RR_EFFECTIVE], root = effective || !credentials->uid[RR_REAL];
	credentials->lost_permitted = root ? 0 : CAP_ALL;
	credentials->lost_effective = effective ? 0 : CAP_ALL;
	credentials->uid[RR_SAVED] = credentials->uid[RR_FILE_SYSTEM] = credentials->uid[RR_EFFECTIVE];
	credentials->gid[RR_SAVED] = credentials->gid[RR_FILE_SYSTEM] = credentials->gid[RR_EFFECTIVE];
	credentials->keep_capabilities = false;
}
