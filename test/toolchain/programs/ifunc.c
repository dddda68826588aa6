/* Relocations that need code to run before main(), and unwinding, whose tables libc has to find. */
#include <stdio.h>
#include <unwind.h>

__attribute__((target_clones("avx2", "default"))) int twice(int x)
{
	return 2 * x;
}

static _Unwind_Reason_Code count(struct _Unwind_Context *context, void *depth)
{
	++*(int *)depth;
	return _URC_NO_REASON;
}

__attribute__((noinline)) static int depth(int levels)
{
	if (levels > 0)
		return depth(levels - 1) + 0 * levels;
	int frames = 0;
	_Unwind_Backtrace(count, &frames);
	return frames;
}

int main(int argc, char **argv)
{
	printf("%d %d\n", twice(21), depth(3) >= 2);
	return 0;
}
