/* shmget(2), shmat(2), shmdt(2), shmctl(2). */
#include <rr/clock.h>
#include <rr/process.h>
#include <rr/sysv-ipc.h>
#include <rr/uaccess.h>
#include "segment.h"

long rr_sys_shmget(int key, uint64_t size, unsigned flags);
long rr_sys_shmat(int id, uint64_t address, unsigned flags);
long rr_sys_shmdt(uint64_t address);
long rr_sys_shmctl(int id, int command, uint64_t buffer);

static long open_existing(const struct segment *segment, uint64_t size, unsigned flags)
{
	if ((flags & (IPC_CREAT | IPC_EXCL)) == (IPC_CREAT | IPC_EXCL))
		return -EEXIST;
	if (size > segment->state.size)
		return -EINVAL;
	int error = rr_ipc_check(&segment->state.perm, flags & 0777);
	return error ? error : segment->id;
}

long rr_sys_shmget(int key, uint64_t size, unsigned flags)
{
	struct segment *segment = key == IPC_PRIVATE ? NULL : segment_find_key(key);
	if (segment)
		return open_existing(segment, size, flags);
	if (key != IPC_PRIVATE && !(flags & IPC_CREAT))
		return -ENOENT;
	if (!size || size > RR_VM_MAX || flags & SHM_HUGETLB)
		return -EINVAL;
	int error = segment_create(key, size, flags, &segment);
	return error ? error : segment->id;
}

/* Where a segment of `length` bytes is to be. 0, -EINVAL. */
static int place(uint64_t *address, uint64_t length, unsigned flags)
{
	if (!*address)
		return flags & SHM_REMAP ? -EINVAL : 0;
	if (*address & RR_PAGE_MASK) {
		if (!(flags & SHM_RND))
			return -EINVAL;
		*address = rr_align_down(*address, RR_PAGE_SIZE);
		if (!*address && flags & SHM_REMAP)
			return -EINVAL;
	}
	if (*address > RR_VM_MAX - rr_min(length, RR_VM_MAX))
		return -EINVAL;
	return flags & SHM_REMAP || !*address || rr_vm_is_free(rr_aspace_current(), *address, length) ? 0 : -EINVAL;
}

long rr_sys_shmat(int id, uint64_t address, unsigned flags)
{
	struct segment *segment = segment_find(id);
	bool writes = !(flags & SHM_RDONLY);
	if (!segment)
		return -EINVAL;
	uint64_t length = rr_align_up(segment->state.size, RR_PAGE_SIZE);
	int error = place(&address, length, flags);
	if (!error)
		error = rr_ipc_check(&segment->state.perm, RR_IPC_READ | (writes ? RR_IPC_WRITE : 0));
	if (error)
		return error;
	/* A baked program's memory is never writable and executable at once. */
	if (flags & SHM_EXEC && writes && !rr_aspace_current()->user)
		return -EACCES;
	unsigned prot = RR_PROT_READ | (writes ? RR_PROT_WRITE : 0) | (flags & SHM_EXEC ? RR_PROT_EXEC : 0);
	error = rr_vm_map(rr_aspace_current(), &address, length, prot, RR_MAP_SHARED | (writes ? 0 : RR_MAP_READ_ONLY), address != 0, &segment->object, 0);
	if (error)
		return error;
	segment->state.atime = rr_clock_realtime() / RR_NSEC_PER_SEC;
	segment->state.lpid = rr_current_process()->pid;
	return (long)address;
}

/* One piece of what was attached at an address; *search: the address, then the piece. */
struct search {
	uint64_t address, start, length;
};
static int find_piece(const struct rr_vm_area *area, void *argument)
{
	struct search *search = argument;
	if (!segment_of(area->object) || area->start - area->offset != search->address)
		return 0;
	search->start = area->start;
	search->length = area->end - area->start;
	return 1;
}

long rr_sys_shmdt(uint64_t address)
{
	struct search search = { .address = address };
	bool found = false;
	/* Parts of it may have been unmapped or protected meanwhile. */
	while (!(address & RR_PAGE_MASK) && rr_vm_each(rr_aspace_current(), find_piece, &search)) {
		int error = rr_vm_unmap(rr_aspace_current(), search.start, search.length);
		if (error)
			return error;
		found = true;
	}
	return found ? 0 : -EINVAL;
}

static long tell(const struct segment *segment, uint64_t buffer)
{
	int error = rr_ipc_check(&segment->state.perm, RR_IPC_READ);
	return error ? error : rr_put_user(segment->state, buffer);
}

static long change(struct segment *segment, const struct rr_abi_ipc_perm *wanted)
{
	rr_ipc_set(&segment->state.perm, wanted);
	segment->state.ctime = rr_clock_realtime() / RR_NSEC_PER_SEC;
	return 0;
}

long rr_sys_shmctl(int id, int command, uint64_t buffer)
{
	struct rr_abi_shmid_ds wanted;
	if (command == IPC_SET && rr_get_user(wanted, buffer))
		return -EFAULT;
	struct segment *segment = id < 0 ? NULL : segment_find(id);
	bool owner = segment && (rr_ipc_owns(&segment->state.perm) || rr_capable(CAP_SYS_ADMIN));
	if (!segment)
		return -EINVAL;
	switch (command) {
	case IPC_STAT: return tell(segment, buffer);
	case IPC_SET: return owner ? change(segment, &wanted.perm) : -EPERM;
	case IPC_RMID:
		if (!owner)
			return -EPERM;
		segment_remove(segment);
		return 0;
	case SHM_LOCK:
	case SHM_UNLOCK:
		if (!rr_ipc_owns(&segment->state.perm) && !rr_capable(CAP_IPC_LOCK))
			return -EPERM;
		segment->state.perm.mode = (segment->state.perm.mode & ~SHM_LOCKED) | (command == SHM_LOCK ? SHM_LOCKED : 0);
		return 0;
	default: return -EINVAL;
	}
}
