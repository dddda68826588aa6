/* The end of a thread that has nobody to free its stack for it: musl's __unmapself. */
#include <rr/process.h>
#include <rr/vm.h>

long rr_sys_unmapself(uint64_t address, uint64_t length);
/* On the libOS's stack: nothing of the program's is needed any more. */
long rr_sys_unmapself(uint64_t address, uint64_t length)
{
	rr_vm_unmap(rr_aspace_current(), address, length);
	rr_task_exit(0);
}
