/* ioctl(2): what all files know; the rest is the file's. */
#include <rr/abi/ioctl.h>
#include <rr/inode.h>

static long set_flag(struct rr_file *file, uint32_t flag, uint64_t address)
{
	int on;
	if (rr_get_user(on, address))
		return -EFAULT;
	file->flags = on ? file->flags | flag : file->flags & ~flag;
	return 0;
}

static long control(int fd, struct rr_file *file, unsigned command, uint64_t argument)
{
	switch (command) {
	case FIOCLEX:
	case FIONCLEX:
		return rr_fd_set_cloexec(rr_current_fdtable(), fd, command == FIOCLEX);
	case FIONBIO:
		return set_flag(file, O_NONBLOCK, argument);
	case FIOASYNC:
		return set_flag(file, O_ASYNC, argument);
	case FIGETBSZ: {
		int size = RR_PAGE_SIZE;
		return rr_put_user(size, argument);
	}
	case FIONREAD:
		if (file->inode && S_ISREG(file->inode->mode)) {
			int left = file->inode->size - file->position;
			return rr_put_user(left, argument);
		}
	}
	return file->ops->ioctl ? file->ops->ioctl(file, command, argument) : -ENOTTY;
}

long rr_sys_ioctl(int fd, unsigned command, uint64_t argument)
{
	struct rr_file *file = rr_fd_get(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	long result = control(fd, file, command, argument);
	rr_file_put(file);
	return result;
}
