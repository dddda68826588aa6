/* mmap(2), munmap(2). */
#include "check.h"
#include <rr/abi/errno.h>
#include <rr/abi/fcntl.h>

#define KNOWN_FLAGS                                                                                          \
	(MAP_TYPE | MAP_FIXED | MAP_ANONYMOUS | MAP_32BIT | MAP_GROWSDOWN | MAP_DENYWRITE | MAP_EXECUTABLE | MAP_LOCKED | MAP_NORESERVE |   \
	 MAP_POPULATE | MAP_NONBLOCK | MAP_STACK | MAP_HUGETLB | MAP_FIXED_NOREPLACE)

/* The object behind a descriptor, NULL for /dev/zero; *flags gets what follows from how it was opened. */
static int file_object(int fd, unsigned prot, unsigned *flags, struct rr_vm_object **object)
{
	struct rr_file *file = rr_fd_get(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	unsigned access = file->flags & O_ACCMODE;
	int error = -EACCES;
	if (file->flags & O_PATH)
		error = -EBADF;
	else if (access != O_WRONLY && (access == O_RDWR || !(*flags & RR_MAP_SHARED) || !(prot & PROT_WRITE)))
		error = file->ops->mmap ? file->ops->mmap(file, object) : -ENODEV;
	if (error > 0) {
		access = O_RDONLY;
		error = *flags & RR_MAP_SHARED && prot & PROT_WRITE ? -EPERM : 0;
	}
	if (access == O_RDONLY && *flags & RR_MAP_SHARED)
		*flags |= RR_MAP_READ_ONLY;
	if (!error && *object)
		(*object)->ops->ref(*object); /* before the file goes */
	rr_file_put(file);
	return error;
}

/* What the mapping shows, with a reference; NULL: zero pages. */
static int find_object(unsigned linux_flags, int fd, uint64_t length, unsigned prot, unsigned *flags, struct rr_vm_object **object)
{
	*object = NULL;
	int error = linux_flags & MAP_ANONYMOUS ? 0 : file_object(fd, prot, flags, object);
	if (error || *object || !(*flags & RR_MAP_SHARED))
		return error;
	error = rr_vm_object_anonymous(length, object);
	if (!error)
		(*object)->ops->ref(*object);
	return error;
}

static int place(struct rr_aspace *space, uint64_t *address, uint64_t length, unsigned prot, unsigned linux_flags, unsigned flags,
                 struct rr_vm_object *object, uint64_t offset)
{
	bool fixed = linux_flags & (MAP_FIXED | MAP_FIXED_NOREPLACE);
	if (fixed && *address & RR_PAGE_MASK)
		return -EINVAL;
	if (fixed && *address < RR_VM_MIN)
		return -EPERM;
	if (linux_flags & MAP_FIXED_NOREPLACE && *address <= RR_VM_MAX - length && !rr_vm_is_free(space, *address, length))
		return -EEXIST;
	return rr_vm_map(space, address, length, prot, flags, fixed, object, object ? offset : 0);
}

long rr_sys_mmap(uint64_t address, uint64_t length, unsigned prot, unsigned linux_flags, int fd, uint64_t offset)
{
	struct rr_aspace *space = rr_aspace_current();
	unsigned type = linux_flags & MAP_TYPE;
	bool valid = type == MAP_SHARED || type == MAP_PRIVATE || (type == MAP_SHARED_VALIDATE && !(linux_flags & MAP_ANONYMOUS));
	if (offset & RR_PAGE_MASK || !length)
		return -EINVAL;
	if (length > RR_VM_MAX)
		return -ENOMEM;
	if (offset + length < offset)
		return -EOVERFLOW;
	if (!valid)
		return -EINVAL;
	if (type == MAP_SHARED_VALIDATE && linux_flags & ~KNOWN_FLAGS)
		return -EOPNOTSUPP;
	if (linux_flags & MAP_HUGETLB)
		return -ENOMEM;
	length = rr_align_up(length, RR_PAGE_SIZE);
	prot &= PROT_RIGHTS;
	if (refuses_prot(space, prot))
		return -EACCES;
	if (over_limit(space, length))
		return -ENOMEM;
	unsigned flags = type == MAP_PRIVATE ? 0 : RR_MAP_SHARED;
	if (linux_flags & MAP_NORESERVE)
		flags |= RR_MAP_NORESERVE;
	if (linux_flags & MAP_GROWSDOWN)
		flags |= RR_MAP_GROWS_DOWN;
	if (linux_flags & MAP_32BIT)
		flags |= RR_MAP_LOW;

	struct rr_vm_object *object;
	int error = find_object(linux_flags, fd, length, prot, &flags, &object);
	if (error)
		return error;
	error = place(space, &address, length, prot, linux_flags, flags, object, offset);
	if (object)
		object->ops->unref(object);
	if (error)
		return error;
	if (linux_flags & (MAP_POPULATE | MAP_LOCKED) && prot)
		rr_vm_populate(space, address, length, prot & PROT_WRITE && type == MAP_PRIVATE); /* what is not brought in now comes later */
	return (long)address;
}

long rr_sys_munmap(uint64_t address, uint64_t length) { return rr_vm_unmap(rr_aspace_current(), address, length); }
