/* /dev and its devices. Numbers: Documentation/admin-guide/devices.txt of Linux. */
#include <rr/devfs.h>
#include <rr/ramfs.h>
#include <rr/random.h>
#include <rr/string.h>

#define TERMINAL RR_DEVICE(5, 0)

static char zeros[1024];

static long read_end(struct rr_file *file, struct rr_uio *uio, uint64_t *position)
{
	(void)file, (void)uio, (void)position;
	return 0;
}

static long swallow(struct rr_file *file, struct rr_uio *uio, uint64_t *position)
{
	(void)file, (void)position;
	long length = uio->remaining;
	uio->remaining = 0;
	return length;
}

static long refuse(struct rr_file *file, struct rr_uio *uio, uint64_t *position)
{
	(void)file, (void)uio, (void)position;
	return -ENOSPC;
}

/* Fill the buffers piece by piece from `piece`, made anew by `make` unless NULL. */
static long deliver(struct rr_uio *uio, char *piece, size_t size, void (*make)(void *to, size_t length))
{
	size_t before = uio->remaining;
	int error = 0;
	while (uio->remaining && !error) {
		size_t part = rr_min(uio->remaining, size);
		if (make)
			make(piece, part);
		error = rr_uio_write(uio, piece, part);
	}
	return uio->remaining < before ? (long)(before - uio->remaining) : error;
}

static long read_zeros(struct rr_file *file, struct rr_uio *uio, uint64_t *position)
{
	(void)file, (void)position;
	return deliver(uio, zeros, sizeof(zeros), NULL);
}

static long read_random(struct rr_file *file, struct rr_uio *uio, uint64_t *position)
{
	(void)file, (void)position;
	char piece[256];
	long done = deliver(uio, piece, sizeof(piece), rr_random_bytes);
	memset(piece, 0, sizeof(piece));
	__asm__ volatile("" : : "r"(piece) : "memory"); /* what was given out does not stay on the stack */
	return done;
}

/* Positions mean nothing; asking for one is no error. */
static long seek(struct rr_file *file, int64_t offset, int whence)
{
	(void)file, (void)offset, (void)whence;
	return 0;
}

/* A mapping of /dev/zero is anonymous memory; a shared one is shared only within the mapping's own process tree. */
static int map_zeros(struct rr_file *file, struct rr_vm_object **object)
{
	(void)file;
	*object = NULL;
	return 0;
}

static const struct rr_file_ops null_ops = { .read = read_end, .write = swallow, .seek = seek };
static const struct rr_file_ops zero_ops = { .read = read_zeros, .write = swallow, .seek = seek, .mmap = map_zeros };
static const struct rr_file_ops full_ops = { .read = read_zeros, .write = refuse, .seek = seek };
static const struct rr_file_ops random_ops = { .read = read_random, .write = swallow, .seek = seek };

static int open_null(struct rr_inode *inode, uint32_t flags, struct rr_file **out) { return rr_file_create(&null_ops, inode, flags, NULL, out); }
static int open_zero(struct rr_inode *inode, uint32_t flags, struct rr_file **out) { return rr_file_create(&zero_ops, inode, flags, NULL, out); }
static int open_full(struct rr_inode *inode, uint32_t flags, struct rr_file **out) { return rr_file_create(&full_ops, inode, flags, NULL, out); }
static int open_random(struct rr_inode *inode, uint32_t flags, struct rr_file **out) { return rr_file_create(&random_ops, inode, flags, NULL, out); }

/* The console's files bring their own inode. /dev/tty is there only when the console is a terminal: programs ask it for passwords. */
static int open_console(struct rr_inode *inode, uint32_t flags, struct rr_file **out)
{
	bool terminal_wanted = inode->rdev == TERMINAL;
	rr_inode_put(inode);
	int error = rr_vfs_open_console((flags & O_ACCMODE ? 1 : 0) | (terminal_wanted ? RR_CONSOLE_CONTROLLING : 0), out);
	if (error)
		return error;
	const struct rr_inode *console = (*out)->inode;
	if (terminal_wanted && !(console && S_ISCHR(console->mode))) {
		rr_file_put(*out);
		return -ENXIO;
	}
	(*out)->flags |= flags & O_NONBLOCK;
	return 0;
}

static struct device {
	struct rr_device device;
	const char *name;
} devices[] = {
	{ { .rdev = RR_DEVICE(1, 3), .open = open_null }, "null" },
	{ { .rdev = RR_DEVICE(1, 5), .open = open_zero }, "zero" },
	{ { .rdev = RR_DEVICE(1, 7), .open = open_full }, "full" },
	{ { .rdev = RR_DEVICE(1, 8), .open = open_random }, "random" },
	{ { .rdev = RR_DEVICE(1, 9), .open = open_random }, "urandom" },
	{ { .rdev = TERMINAL, .open = open_console }, "tty" },
	{ { .rdev = RR_DEVICE(5, 1), .open = open_console }, "console" },
};

static const char *const links[][2] = {
	{ "fd", "/proc/self/fd" },
	{ "stdin", "/proc/self/fd/0" },
	{ "stdout", "/proc/self/fd/1" },
	{ "stderr", "/proc/self/fd/2" },
};

static int fill(struct rr_inode *directory, uint64_t key)
{
	(void)key;
	for (size_t i = 0; i < RR_ARRAY_SIZE(devices); i++) {
		int error = rr_ramfs_add(directory, RR_NAME(devices[i].name), S_IFCHR | (i == RR_ARRAY_SIZE(devices) - 1 ? 0600 : 0666), devices[i].device.rdev, NULL);
		if (error && error != -EEXIST)
			return error;
	}
	for (size_t i = 0; i < RR_ARRAY_SIZE(links); i++) {
		int error = rr_ramfs_add_symlink(directory, RR_NAME(links[i][0]), links[i][1], strlen(links[i][1]), NULL);
		if (error && error != -EEXIST)
			return error;
	}
	int error = rr_ramfs_add(directory, RR_NAME("shm"), S_IFDIR | S_ISVTX | 0777, 0, NULL);
	return error == -EEXIST ? 0 : error;
}

static const struct rr_ramfs_origin origin = { .fill = fill };

void rr_devfs_attach(struct rr_inode *directory)
{
	for (size_t i = 0; i < RR_ARRAY_SIZE(devices); i++)
		rr_device_add(&devices[i].device);
	rr_ramfs_set_origin(directory, &origin, 0);
}
