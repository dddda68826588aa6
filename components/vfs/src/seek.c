/* File positions. */
#include "internal.h"

int rr_file_origin(const struct rr_file *file, int whence, int64_t *origin)
{
	switch (whence) {
	case SEEK_SET:
		*origin = 0;
		return 0;
	case SEEK_CUR:
		*origin = file->position;
		return 0;
	case SEEK_END:
		*origin = file->inode->size;
		return 0;
	default:
		return -EINVAL;
	}
}

long rr_file_seek(struct rr_file *file, int64_t offset, int whence)
{
	int64_t origin, position;
	int error = rr_file_origin(file, whence, &origin);
	if (error)
		return error;
	if (__builtin_add_overflow(origin, offset, &position) || position < 0)
		return -EINVAL;
	file->position = position;
	return position;
}
