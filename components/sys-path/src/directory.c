/* getdents(2), chdir(2), getcwd(2). */
#include <rr/abi/dirent.h>
#include <rr/heap.h>
#include <rr/string.h>
#include <rr/permission.h>
#include "lookup.h"

struct writer {
	struct rr_dir_reader reader;
	uint64_t at, end;  /* what is left of the program's buffer */
	bool old;          /* getdents: the type is the last byte */
	int error;         /* why the last entry was not taken */
	char record[sizeof(struct rr_abi_dirent64) + NAME_MAX + 8];
};

static bool write_entry(struct rr_dir_reader *reader, const struct rr_name *name, uint64_t number, uint32_t mode, uint64_t next)
{
	struct writer *writer = rr_container_of(reader, struct writer, reader);
	size_t start = writer->old ? sizeof(struct rr_abi_dirent) : sizeof(struct rr_abi_dirent64);
	size_t size = rr_align_up(start + name->length + (writer->old ? 2 : 1), 8);
	if (size > writer->end - writer->at) {
		writer->error = -EINVAL;
		return false;
	}
	/* Both forms begin alike. */
	struct rr_abi_dirent64 *record = (void *)writer->record;
	memset(writer->record, 0, size);
	record->ino = number;
	record->off = next;
	record->reclen = size;
	record->type = RR_DT_OF_MODE(mode);
	memcpy(writer->record + start, name->text, name->length);
	if (writer->old)
		writer->record[size - 1] = RR_DT_OF_MODE(mode);
	writer->error = rr_copy_to_user(writer->at, writer->record, size);
	if (writer->error)
		return false;
	writer->at += size;
	return true;
}

/* "." and ".." are at positions 0 and 1 of every directory. False: no room. */
static bool write_dots(struct writer *writer, struct rr_inode *directory, uint64_t *position)
{
	static const struct rr_name dots = { .text = "..", .length = 2 }, dot = { .text = ".", .length = 1 };
	while (*position < 2) {
		struct rr_inode *inode = *position && directory->parent ? directory->parent : directory;
		if (!write_entry(&writer->reader, *position ? &dots : &dot, inode->number, S_IFDIR, *position + 1))
			return false;
		++*position;
	}
	return true;
}

static long read_entries(struct rr_file *file, uint64_t buffer, uint32_t size, bool old)
{
	struct rr_inode *directory = file->inode;
	if (!directory || !S_ISDIR(directory->mode) || !directory->ops->readdir)
		return -ENOTDIR;
	if (!directory->nlink)
		return -ENOENT;
	struct writer writer = { .reader.entry = write_entry, .at = buffer, .end = buffer + size, .old = old };
	uint64_t position = file->position;
	if (write_dots(&writer, directory, &position)) {
		int error = directory->ops->readdir(directory, &position, &writer.reader);
		if (error)
			return error;
	}
	file->position = position;
	return writer.at != buffer ? (long)(writer.at - buffer) : writer.error;
}

static long getdents(int fd, uint64_t buffer, uint32_t size, bool old)
{
	struct rr_file *file = rr_fd_get(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	long result = read_entries(file, buffer, size, old);
	rr_file_put(file);
	return result;
}

long rr_sys_getdents64(int fd, uint64_t buffer, uint32_t size) { return getdents(fd, buffer, size, false); }
long rr_sys_getdents(int fd, uint64_t buffer, uint32_t size) { return getdents(fd, buffer, size, true); }

/* Takes over the reference. */
static void enter(struct rr_inode **place, struct rr_inode *directory)
{
	if (*place)
		rr_inode_put(*place);
	*place = directory;
}

/* A directory to be entered, referenced. */
static int find_directory(uint64_t path, struct rr_inode **out)
{
	int error = sys_path_lookup(AT_FDCWD, path, RR_WALK_DIRECTORY, out);
	if (error)
		return error;
	error = rr_inode_permission(*out, RR_MAY_EXEC);
	if (error)
		rr_inode_put(*out);
	return error;
}

long rr_sys_chdir(uint64_t path)
{
	struct rr_inode *directory;
	int error = find_directory(path, &directory);
	if (!error)
		enter(&rr_current_fs()->cwd, directory);
	return error;
}

long rr_sys_fchdir(int fd)
{
	struct rr_file *file = rr_fd_get_any(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	int error = file->inode && S_ISDIR(file->inode->mode) ? rr_inode_permission(file->inode, RR_MAY_EXEC) : -ENOTDIR;
	if (!error) {
		rr_inode_ref(file->inode);
		enter(&rr_current_fs()->cwd, file->inode);
	}
	rr_file_put(file);
	return error;
}

long rr_sys_chroot(uint64_t path)
{
	struct rr_inode *directory;
	int error = find_directory(path, &directory);
	if (error)
		return error;
	if (!rr_capable(CAP_SYS_CHROOT)) {
		rr_inode_put(directory);
		return -EPERM;
	}
	enter(&rr_current_fs()->root, directory);
	return 0;
}

long rr_sys_getcwd(uint64_t to, size_t size)
{
	char *path = rr_alloc(PATH_MAX);
	if (!path)
		return -ENOMEM;
	long length = rr_vfs_getcwd(path, rr_min(size, (size_t)PATH_MAX));
	if (length > 0 && rr_copy_to_user(to, path, length))
		length = -EFAULT;
	rr_free(path);
	return length;
}
