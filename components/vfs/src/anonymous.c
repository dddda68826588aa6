/* Open files without a name or an inode. */
#include "internal.h"

int rr_fd_install_new(const struct rr_file_ops *ops, uint32_t flags, void *data, bool close_on_exec)
{
	struct rr_file *file;
	int error = rr_file_create(ops, NULL, flags, data, &file);
	if (error) {
		ops->release(&(struct rr_file){ .ops = ops, .data = data });
		return error;
	}
	int fd = rr_fd_install(rr_current_fdtable(), file, 0, close_on_exec);
	if (fd < 0)
		rr_file_put(file);
	return fd;
}
