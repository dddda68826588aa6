/* Descriptor tables. A slot is a file's address; its lowest bit is the close-on-exec flag. */
#include <rr/abi/resource.h>
#include <rr/heap.h>
#include <rr/string.h>
#include "internal.h"

#define FEW 8
#define CLOEXEC 1ul
#define MOST (1 << 20) /* Linux's default fs.nr_open */

struct rr_fdtable {
	uint32_t refs;
	int size;
	int lowest_free; /* no free slot below */
	uintptr_t *slots;
	uintptr_t few[FEW];
};

static struct rr_file *file_of(uintptr_t slot) { return (struct rr_file *)(slot & ~CLOEXEC); }

int rr_fdtable_create(struct rr_fdtable **out)
{
	struct rr_fdtable *table = rr_zalloc(1, sizeof(*table));
	if (!table)
		return -ENOMEM;
	table->refs = 1;
	table->size = FEW;
	table->slots = table->few;
	*out = table;
	return 0;
}

/* Room for descriptor `fd`. */
static int grow(struct rr_fdtable *table, int fd)
{
	if (fd < table->size)
		return 0;
	int size = table->size;
	while (size <= fd)
		size *= 2;
	uintptr_t *slots = rr_zalloc(size, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	memcpy(slots, table->slots, table->size * sizeof(*slots));
	if (table->slots != table->few)
		rr_free(table->slots);
	table->slots = slots;
	table->size = size;
	return 0;
}

int rr_fdtable_copy(struct rr_fdtable *from, struct rr_fdtable **out)
{
	struct rr_fdtable *table;
	int error = rr_fdtable_create(&table);
	if (error)
		return error;
	error = grow(table, from->size - 1);
	if (error) {
		rr_free(table);
		return error;
	}
	for (int fd = 0; fd < from->size; fd++) {
		table->slots[fd] = from->slots[fd];
		if (table->slots[fd])
			rr_file_ref(file_of(table->slots[fd]));
	}
	table->lowest_free = from->lowest_free;
	*out = table;
	return 0;
}

void rr_fdtable_ref(struct rr_fdtable *table) { table->refs++; }
bool rr_fdtable_is_shared(const struct rr_fdtable *table) { return table->refs > 1; }

/* Closing any descriptor of a file drops the process's record locks on it, unless it was opened with O_PATH: fcntl(2). */
static void put_slot(struct rr_fdtable *table, uintptr_t slot)
{
	struct rr_file *file = file_of(slot);
	if (!(file->flags & O_PATH))
		vfs_drop_locks(file->inode, table);
	rr_file_put(file);
}

void rr_fdtable_put(struct rr_fdtable *table)
{
	if (--table->refs)
		return;
	for (int fd = 0; fd < table->size; fd++)
		if (table->slots[fd])
			put_slot(table, table->slots[fd]);
	if (table->slots != table->few)
		rr_free(table->slots);
	rr_free(table);
}

int rr_fdtable_unshare(struct rr_fdtable **table)
{
	struct rr_fdtable *copy;
	if ((*table)->refs == 1)
		return 0;
	int error = rr_fdtable_copy(*table, &copy);
	if (error)
		return error;
	rr_fdtable_put(*table);
	*table = copy;
	return 0;
}

void rr_fdtable_close_on_exec(struct rr_fdtable *table)
{
	for (int fd = 0; fd < table->size; fd++)
		if (table->slots[fd] & CLOEXEC)
			rr_fd_close(table, fd);
}

/* Numbers that may be used. Not asked for 0 to 2, which are put before there is a process with limits. */
static int limit(void)
{
	uint64_t soft = rr_current_limit(RLIMIT_NOFILE);
	return soft < MOST ? (int)soft : MOST;
}

static int find_free(struct rr_fdtable *table, int minimum, int *out)
{
	int fd = rr_max(minimum, table->lowest_free);
	while (fd < table->size && table->slots[fd])
		fd++;
	if (fd > 2 && fd >= limit())
		return -EMFILE;
	*out = fd;
	return grow(table, fd);
}

int rr_fd_available(struct rr_fdtable *table, int minimum)
{
	int fd;
	return find_free(table, minimum, &fd);
}

int rr_fd_install(struct rr_fdtable *table, struct rr_file *file, int minimum, bool close_on_exec)
{
	int fd;
	int error = find_free(table, minimum, &fd);
	if (error)
		return error;
	table->slots[fd] = (uintptr_t)file | close_on_exec;
	if (minimum <= table->lowest_free)
		table->lowest_free = fd + 1;
	return fd;
}

struct rr_file *rr_fd_get_any(struct rr_fdtable *table, int fd)
{
	if ((unsigned)fd >= (unsigned)table->size || !table->slots[fd])
		return NULL;
	struct rr_file *file = file_of(table->slots[fd]);
	rr_file_ref(file);
	return file;
}

struct rr_file *rr_fd_peek(struct rr_fdtable *table, int fd)
{
	struct rr_file *file = (unsigned)fd < (unsigned)table->size ? file_of(table->slots[fd]) : NULL;
	return RR_LIKELY(file && !(file->flags & O_PATH)) ? file : NULL;
}

int rr_fd_places(struct rr_fdtable *table) { return rr_max(table->size, 256); }

struct rr_file *rr_fd_get(struct rr_fdtable *table, int fd)
{
	struct rr_file *file = rr_fd_get_any(table, fd);
	if (RR_LIKELY(!file || !(file->flags & O_PATH)))
		return file;
	rr_file_put(file);
	return NULL;
}

int rr_fd_close(struct rr_fdtable *table, int fd)
{
	if ((unsigned)fd >= (unsigned)table->size || !table->slots[fd])
		return -EBADF;
	uintptr_t slot = table->slots[fd];
	table->slots[fd] = 0;
	if (fd < table->lowest_free)
		table->lowest_free = fd;
	put_slot(table, slot);
	return 0;
}

int rr_fd_replace(struct rr_fdtable *table, struct rr_file *file, int fd, bool close_on_exec)
{
	if (fd < 0 || fd >= limit())
		return -EBADF;
	int error = grow(table, fd);
	if (error)
		return error;
	uintptr_t old = table->slots[fd];
	table->slots[fd] = (uintptr_t)file | close_on_exec;
	if (old)
		put_slot(table, old);
	return fd;
}

int rr_fd_get_cloexec(struct rr_fdtable *table, int fd)
{
	if ((unsigned)fd >= (unsigned)table->size || !table->slots[fd])
		return -EBADF;
	return table->slots[fd] & CLOEXEC;
}

int rr_fd_set_cloexec(struct rr_fdtable *table, int fd, bool close_on_exec)
{
	if ((unsigned)fd >= (unsigned)table->size || !table->slots[fd])
		return -EBADF;
	table->slots[fd] = (table->slots[fd] & ~CLOEXEC) | close_on_exec;
	return 0;
}

int rr_fd_next(struct rr_fdtable *table, int fd)
{
	for (fd = rr_max(fd, 0); fd < table->size; fd++)
		if (table->slots[fd])
			return fd;
	return -1;
}
