/*
 * The file layer: inodes (what a file is), names in directories, open files, descriptor tables. Thread context, under the big lock, unless
 * said otherwise. Errors are -errno.
 */
#pragma once
#include <rr/list.h>
#include <rr/uaccess.h>
#include <rr/vm.h>
#include <rr/wait.h>
#include <rr/abi/errno.h>
#include <rr/abi/fcntl.h>
#include <rr/abi/poll.h>

struct rr_inode;
struct rr_file;
struct rr_interest;

#define RR_POLL_QUEUES 2
/* A set of wait queues a poller waits on; made by poll, select, epoll. */
struct rr_poll_table {
	unsigned events; /* POLL* that are waited for; queues that bring only others may be left out. POLLERR and POLLHUP always are */
	/* Register the poller with `queue`; called by file->poll for each queue that could make it ready, at most RR_POLL_QUEUES. NULL: just asking. */
	void (*add)(struct rr_poll_table *table, struct rr_waitqueue *queue);
};

struct rr_file_ops {
	/* Bytes transferred, 0 at end of file, or -errno. *position is where to start, moved behind what was done; streams ignore it. May wait unless file->flags has O_NONBLOCK. */
	long (*read)(struct rr_file *file, struct rr_uio *uio, uint64_t *position);
	long (*write)(struct rr_file *file, struct rr_uio *uio, uint64_t *position);
	/* Ready mask of POLL* bits; POLLERR and POLLHUP whether asked for or not. NULL: always readable and writable. */
	unsigned (*poll)(struct rr_file *file, struct rr_poll_table *table);
	long (*ioctl)(struct rr_file *file, unsigned command, uint64_t argument);
	/* fcntl(2) commands only some files know: F_SETPIPE_SZ, F_ADD_SEALS. */
	long (*control)(struct rr_file *file, unsigned command, uint64_t argument);
	/* The object to map, NULL for zero pages. 0; 1: a shared mapping must not write to it; -ENODEV. No reference is passed on. */
	int (*mmap)(struct rr_file *file, struct rr_vm_object **object);
	/* New position or -errno; NULL: -ESPIPE. */
	long (*seek)(struct rr_file *file, int64_t offset, int whence);
	int (*sync)(struct rr_file *file);
	/* Name for /proc/self/fd, such as "pipe:[5]": writes at most `size` bytes, returns the length. NULL: the inode's path. */
	size_t (*describe)(struct rr_file *file, char *to, size_t size);
	/* The last descriptor is gone. */
	void (*release)(struct rr_file *file);
};

struct rr_file {
	const struct rr_file_ops *ops;
	struct rr_inode *inode;     /* referenced; NULL for objects without (stat then shows an anonymous inode) */
	uint32_t refs;
	uint32_t flags;             /* O_*, without O_CREAT, O_EXCL, O_TRUNC, O_CLOEXEC */
	uint64_t position;
	void *data;                 /* of ops */
	int32_t owner;              /* F_SETOWN: a process, thread or, below zero, group; 0: nobody */
	uint8_t owner_type;         /* F_OWNER_* */
	uint8_t signal;             /* F_SETSIG */
	struct rr_interest *interests; /* of epoll; NULL: none */
};

/* A new open file with one reference; takes over a reference of `inode` (may be NULL), also on failure. 0 or -ENOMEM. */
int rr_file_create(const struct rr_file_ops *ops, struct rr_inode *inode, uint32_t flags, void *data, struct rr_file **out);
static inline void rr_file_ref(struct rr_file *file) { file->refs++; }
void rr_file_release(struct rr_file *file); /* the last reference is gone: only for rr_file_put() */
static inline void rr_file_put(struct rr_file *file)
{
	if (--file->refs == 0)
		rr_file_release(file);
}
static inline bool rr_file_readable(const struct rr_file *file) { return !(file->flags & (O_WRONLY | O_PATH)); }
static inline bool rr_file_writable(const struct rr_file *file) { return ((file->flags & O_ACCMODE) + 1) & 2 && !(file->flags & O_PATH); }

/* Read / write with all checks a system call needs but those of the position: -EBADF, -EISDIR, -EINVAL. Bytes or -errno. */
long rr_file_read(struct rr_file *file, struct rr_uio *uio, uint64_t *position);
long rr_file_write(struct rr_file *file, struct rr_uio *uio, uint64_t *position);
/* Where SEEK_SET, SEEK_CUR or SEEK_END counts from (bytes). -EINVAL: another `whence`. */
int rr_file_origin(const struct rr_file *file, int whence, int64_t *origin);
/* lseek(2) for SEEK_SET, SEEK_CUR and SEEK_END by the inode's size: for rr_file_ops.seek. */
long rr_file_seek(struct rr_file *file, int64_t offset, int whence);
/* For rr_file_ops.describe: `text` (a C string), cut to `size`. */
size_t rr_file_describe_as(const char *text, char *to, size_t size);
/* The file goes: forget the interests in it. Set by epoll when there is one. */
extern void (*rr_file_forget_interests)(struct rr_file *file);
/* Ready mask of any file. */
unsigned rr_file_poll(struct rr_file *file, struct rr_poll_table *table);

/* Descriptors of a process; shared by its threads. */
struct rr_fdtable;
int rr_fdtable_create(struct rr_fdtable **out);
/* A copy with the same files (fork). */
int rr_fdtable_copy(struct rr_fdtable *from, struct rr_fdtable **out);
/* Replace a shared table by a copy. 0 or -ENOMEM. */
int rr_fdtable_unshare(struct rr_fdtable **table);
void rr_fdtable_ref(struct rr_fdtable *table);
/* The last one closes all. */
void rr_fdtable_put(struct rr_fdtable *table);
/* Others use it, too. */
bool rr_fdtable_is_shared(const struct rr_fdtable *table);
/* Close those with FD_CLOEXEC (execve). */
void rr_fdtable_close_on_exec(struct rr_fdtable *table);
/* Put `file` (its reference is taken over on success) at the lowest free descriptor >= minimum. The descriptor, -EMFILE, -ENOMEM. */
int rr_fd_install(struct rr_fdtable *table, struct rr_file *file, int minimum, bool close_on_exec);
/*
 * A new open file without inode at the running process's lowest free descriptor: for eventfd(2) and its like. Takes over `data`: on failure
 * ops->release is called with it, in a file that is no other. The descriptor, -EMFILE, -ENOMEM.
 */
int rr_fd_install_new(const struct rr_file_ops *ops, uint32_t flags, void *data, bool close_on_exec);
/* A referenced file (rr_file_put), or NULL: not open, or opened with O_PATH, which allows next to nothing. */
struct rr_file *rr_fd_get(struct rr_fdtable *table, int fd);
/* The same without a reference: good until the thread waits or a descriptor is closed. */
struct rr_file *rr_fd_peek(struct rr_fdtable *table, int fd);
/* Descriptors the table has places for now, at least 256. */
int rr_fd_places(struct rr_fdtable *table);
/* As rr_fd_get(), with those opened with O_PATH. */
struct rr_file *rr_fd_get_any(struct rr_fdtable *table, int fd);
/* 0 when there is room for one more descriptor >= minimum, -EMFILE, -ENOMEM: asked before something that cannot be undone. */
int rr_fd_available(struct rr_fdtable *table, int minimum);
/* Put `file` (its reference is taken over on success) at `fd`, closing what was there. fd or -EBADF, -ENOMEM. */
int rr_fd_replace(struct rr_fdtable *table, struct rr_file *file, int fd, bool close_on_exec);
/* Close: 0 or -EBADF. */
int rr_fd_close(struct rr_fdtable *table, int fd);
/* The descriptor's close-on-exec flag: 0 or 1, -EBADF. */
int rr_fd_get_cloexec(struct rr_fdtable *table, int fd);
int rr_fd_set_cloexec(struct rr_fdtable *table, int fd, bool close_on_exec);
/* The lowest open descriptor >= fd, or -1. */
int rr_fd_next(struct rr_fdtable *table, int fd);

/* Where a process is in the file system. NULL means "the root, not looked at yet": nothing is made before a path is walked. */
struct rr_fs_context {
	struct rr_inode *root, *cwd; /* referenced, or NULL */
	uint32_t umask;
	uint32_t sharers; /* processes beside the first that use it: CLONE_FS */
};
/* Provided by the process component: the running process's table, context, limits (RLIMIT_NOFILE, RLIMIT_FSIZE; soft) and number. */
struct rr_fdtable *rr_current_fdtable(void);
/* Replace the table by a copy if other processes share it: rr_fdtable_unshare(). */
int rr_current_fdtable_unshare(void);
struct rr_fs_context *rr_current_fs(void);
uint64_t rr_current_limit(unsigned resource);
int rr_current_pid(void);
/* Send SIGPIPE or SIGXFSZ to the running thread; set by the process component, NULL until then. */
extern void (*rr_vfs_raise)(int signal);
/* A file would grow beyond RLIMIT_FSIZE: SIGXFSZ and -EFBIG. */
int rr_file_too_large(void);

int rr_fs_context_create(struct rr_fs_context **out); /* at the root, umask 022 */
int rr_fs_context_copy(const struct rr_fs_context *from, struct rr_fs_context **out);
/* With the last process that uses it. */
void rr_fs_context_destroy(struct rr_fs_context *fs);
/* chdir(2) with a libOS string. */
int rr_vfs_chdir(const char *path);
/* Absolute path of the working directory with its NUL: length including NUL, -ERANGE, -ENOENT when it was removed. */
long rr_vfs_getcwd(char *to, size_t size);
/* The path a file was opened by or its description ("pipe:[5]"), not terminated: at most `size` bytes; returns the length. */
size_t rr_file_path(struct rr_file *file, char *to, size_t size);

/* For exec and the loader: open a path from libOS code (kernel string) / read into libOS memory. */
int rr_vfs_open(const char *path, uint32_t flags, uint32_t mode, struct rr_file **out);
long rr_file_read_kernel(struct rr_file *file, void *to, size_t length, uint64_t position);

/* Where processes are that have not changed directory, instead of the root; NULL: the root. Looked up when first needed. Set at start. */
extern const char *rr_vfs_initial_directory;

/* Who supplies the console (the tty component) registers the files for 0, 1, 2 and /dev/console, /dev/tty here, before process 1 is made. */
void rr_vfs_set_console(int (*open_console)(unsigned which, struct rr_file **out));
/* With one of 0 to 2: as the running process's controlling terminal; -ENXIO when it has none. */
#define RR_CONSOLE_CONTROLLING 4u
/* A referenced console file for stdin (0), stdout (1), stderr (2); a null device without a console. */
int rr_vfs_open_console(unsigned which, struct rr_file **out);
