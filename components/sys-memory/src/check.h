/* Rules the memory calls share. */
#pragma once
#include <rr/abi/mman.h>
#include <rr/abi/resource.h>
#include <rr/vfs.h>
#include <rr/vm.h>

_Static_assert(PROT_READ == RR_PROT_READ && PROT_WRITE == RR_PROT_WRITE && PROT_EXEC == RR_PROT_EXEC, "prot is passed on as it is");
#define PROT_RIGHTS (PROT_READ | PROT_WRITE | PROT_EXEC)

/*
 * Memory that is writable and executable at once. A baked program runs at ring 0, where page rights are the last line, and does not get it; code
 * generators that switch a page from writable to executable work. Programs at ring 3 may have what Linux gives them.
 */
static inline bool refuses_prot(const struct rr_aspace *space, unsigned prot)
{
	return !space->user && (prot & (PROT_WRITE | PROT_EXEC)) == (PROT_WRITE | PROT_EXEC);
}

static inline bool over_limit(const struct rr_aspace *space, uint64_t more)
{
	uint64_t limit = rr_current_limit(RLIMIT_AS);
	return more > limit || space->mapped_bytes > limit - more;
}
