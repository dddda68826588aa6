#include <rr/abi/errno.h>
#include <rr/process.h>
#include <rr/sched-init.h>
#include <rr/uaccess.h>
#include <rr/vm.h>

#define ARCH_SET_FS 0x1002
#define ARCH_GET_FS 0x1003

long rr_sys_arch_prctl(int code, uint64_t address);
long rr_sys_set_tid_address(uint64_t address);

long rr_sys_arch_prctl(int code, uint64_t address)
{
	if (code == ARCH_SET_FS) {
		if (address >= RR_VM_MAX)
			return -EPERM;
		rr_thread_set_fs_base(address);
		return 0;
	}
	if (code == ARCH_GET_FS)
		return rr_put_user(rr_current_thread()->fs_base, address) ? -EFAULT : 0;
	return -EINVAL;
}

long rr_sys_set_tid_address(uint64_t address)
{
	struct rr_task *task = rr_current_task();
	task->clear_child_tid = address;
	return task->tid;
}
