/* File positions. */
#include "internal.h"

long rr_file_seek(struct rr_file *file, int64_t offset, int whence)
{
	int64_t base;
	switch (whence) {
	case SEEK_SET:
		base = 0;
		break;
	case SEEK_CUR:
		base = file->position;
		break;
	case SEEK_END:
		base = file->inode->size;
		break;
	default:
		return -EINVAL;
	}
	int64_t position;
	if (__builtin_add_overflow(base, offset, &position) || position < 0)
		return -EINVAL;
	file->position = position;
	return position;
}
