/* Who a process is: credentials(7), capabilities(7). Thread context, under the big lock. */
#pragma once
#include <rr/abi/capability.h>

enum rr_credential { RR_REAL, RR_EFFECTIVE, RR_SAVED, RR_FILE_SYSTEM };

/* Supplementary groups, ascending; shared by the processes that inherited them. Heap. */
struct rr_groups {
	uint32_t refs, count;
	uint32_t ids[];
};

/* Of a process, copied by fork. All zero: root with all capabilities. */
struct rr_credentials {
	uint32_t uid[4], gid[4];          /* enum rr_credential */
	struct rr_groups *groups;         /* referenced; NULL: none */
	uint64_t lost_permitted, lost_effective; /* capabilities that are missing in these sets */
	uint64_t inheritable;
	bool keep_capabilities;           /* prctl(2) PR_SET_KEEPCAPS */
	bool no_new_privileges;           /* PR_SET_NO_NEW_PRIVS */
};

/* Provided by the process component: those of the running process. */
struct rr_credentials *rr_current_credentials(void);
/* May the running process do what `capability` (CAP_*) allows? */
static inline bool rr_capable(unsigned capability) { return !(rr_current_credentials()->lost_effective >> capability & 1); }
/* Is `group` its file-system group or one of the supplementary ones? */
bool rr_in_group(uint32_t group);

static inline void rr_groups_ref(struct rr_groups *groups)
{
	if (groups)
		groups->refs++;
}
void rr_groups_put(struct rr_groups *groups);

/* What execve(2) makes of them, with files that carry neither set-id bits nor capabilities. */
void rr_credentials_executed(struct rr_credentials *credentials);
