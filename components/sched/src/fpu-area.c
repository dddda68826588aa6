/* Save areas for vector state need 64-byte alignment (SDM vol. 1, 13.7); the heap gives 16. The block's start is kept in front. */
#include <rr/fpu.h>
#include <rr/heap.h>
#include <rr/sched-init.h>

void *rr_fpu_alloc(void)
{
	char *block = rr_zalloc(1, rr_fpu_size() + 64 + sizeof(void *));
	if (!block)
		return NULL;
	void **area = (void **)rr_align_up((uint64_t)block + sizeof(void *), 64);
	area[-1] = block;
	return area;
}

void rr_fpu_free(void *area)
{
	if (area)
		rr_free(((void **)area)[-1]);
}
