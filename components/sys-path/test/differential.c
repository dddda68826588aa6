// sources: ../../vfs/src/file.c ../../vfs/src/fdtable.c ../../vfs/src/fs_context.c ../../vfs/src/inode.c ../../vfs/src/device.c ../../vfs/src/root.c ../../vfs/src/path.c ../../vfs/src/initial.c ../../vfs/src/user_path.c ../../vfs/src/open.c ../../vfs/src/names.c ../../vfs/src/seek.c ../../vfs/src/xattr.c ../../vfs/src/permission.c ../../vfs/src/lock.c ../../ramfs/src/node.c ../../ramfs/src/file.c ../../ramfs/src/directory.c ../../ramfs/src/pages.c ../../pipe/src/pipe.c ../../pipe/src/ring.c ../../pipe/src/calls.c ../../vm/src/uio.c ../../sys-file/src/rw.c ../../sys-file/src/vector.c ../../sys-file/src/seek.c ../../sys-file/src/close.c ../../sys-file/src/dup.c ../../sys-file/src/fcntl.c ../../sys-file/src/lock.c ../../sys-file/src/ioctl.c ../../sys-file/src/size.c ../../sys-file/src/sync.c ../../sys-file/src/stat.c ../../sys-file/src/copy.c ../src/lookup.c ../src/open.c ../src/stat.c ../src/access.c ../src/make.c ../src/remove.c ../src/readlink.c ../src/attributes.c ../src/times.c ../src/directory.c ../src/umask.c ../../memory/src/page.c ../../memory/src/heap.c ../../base/src/tree.c ../../memory/test/support/machine.c ../../vfs/test/support/process.c ../../vfs/test/support/calls.c ../../memory/src/x86_64/paging.c ../../base/src/print.c
// includes: ../../vfs/test/support ../../memory/test/support ../../memory/include ../../base/include ../../linux-abi/include ../../platform/include ../../vfs/include ../../ramfs/include ../../pipe/include ../../vm/include ../../sched/include ../../time/include ../../cpu/include
/*
 * The file calls against Linux: random calls are made twice, here and by the host's kernel on a tmpfs, with the same descriptors, names and
 * flags; results, errors and contents must be the same.
 *
 *     differential [seed [calls]]
 */
#include "calls.h"
#include "machine.h"
#include "process.h"
#include <errno.h>
#include <rr/abi/dirent.h>
#include <rr/abi/ioctl.h>
#include <rr/abi/resource.h>
#include <rr/path.h>
#include <rr/print.h>
#include <rr/ramfs.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "../../sys-file/src/owner.h"

/* Who is told of input is a process: not compared. */
long sys_file_owner(struct rr_file *file, unsigned command, uint64_t argument)
{
	(void)file, (void)command, (void)argument;
	return -ENOSYS;
}

#define NUMBER(name) [SYS_##name] = #name

static bool trace; /* show all calls */
static unsigned long state;
static unsigned random_below(unsigned n)
{
	state = state * 6364136223846793005ul + 1442695040888963407ul;
	return (state >> 33) % n;
}
static bool one_in(unsigned n) { return random_below(n) == 0; }

static long linux_call(long number, const uint64_t *a)
{
	long result = syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	return result == -1 ? -errno : result;
}

/* The same arguments but for those that point to where results go. */
static char here[8192], there[8192];

static const char *call_text(long number, const uint64_t *a);

static long both(long number, const uint64_t arguments[6], int output, size_t output_size)
{
	uint64_t a[6], b[6];
	memcpy(a, arguments, sizeof(a));
	memcpy(b, arguments, sizeof(b));
	if (output >= 0 && a[output] == 0) {
		memset(here, 0x55, sizeof(here));
		memset(there, 0x55, sizeof(there));
		a[output] = (uint64_t)here;
		b[output] = (uint64_t)there;
	}
	long ours = process_call(number, a), theirs = linux_call(number, b);
	if (trace)
		fprintf(stderr, "%s: %ld\n", call_text(number, arguments), ours);
	if (ours != theirs || (output >= 0 && output_size && theirs >= 0 && memcmp(here, there, output_size))) {
		fprintf(stderr, "%s: %ld here, %ld on Linux%s\n", call_text(number, arguments), ours, theirs, ours == theirs ? ", other bytes" : "");
		_exit(1);
	}
	return ours;
}
#define CALL(number, ...) both(SYS_##number, (uint64_t[6]){ __VA_ARGS__ }, -1, 0)
#define CALL_OUT(output, size, number, ...) both(SYS_##number, (uint64_t[6]){ __VA_ARGS__ }, output, size)

static const char *const parts[] = { "a", "b", "c", "d", "a", "b", ".", "..", "link", "e" };
static char path_text[2][400];

/* A path of one to three parts. */
static uint64_t plain_path(int which)
{
	char *path = path_text[which];
	path[0] = 0;
	for (unsigned n = 1 + random_below(3) * random_below(2), i = 0; i < n; i++) {
		strcat(path, parts[random_below(RR_ARRAY_SIZE(parts))]);
		if (i + 1 < n || one_in(12))
			strcat(path, one_in(8) ? "//" : "/");
	}
	return (uint64_t)path;
}

/* The same, sometimes odd. */
static uint64_t random_path(int which)
{
	char *path = path_text[which];
	path[0] = 0;
	if (one_in(200))
		return one_in(2) ? 8 : (uint64_t)path; /* a bad address; "" */
	if (one_in(300)) {
		memset(path, 'n', NAME_MAX + random_below(2));
		path[NAME_MAX + (path[NAME_MAX] == 'n')] = 0;
		return (uint64_t)path;
	}
	return plain_path(which);
}

#define FIRST_FD 10 /* 0 to 9 are taken on both sides */
#define FDS 14
static int random_fd(void) { return one_in(60) ? -1 : one_in(60) ? 99 : FIRST_FD + (int)random_below(FDS); }

/*
 * Nothing outside may be touched on the host: the working directory lies four levels down, a path climbs three at most, targets of symbolic links
 * do not climb, nor do paths that start at a descriptor.
 */
static bool climbs(uint64_t path) { return path >= 4096 && strstr((const char *)path, ".."); }
static uint64_t dirfd_for(uint64_t path) { return one_in(3) && !climbs(path) ? (uint64_t)random_fd() : (uint64_t)AT_FDCWD; }
static uint64_t random_offset(void)
{
	switch (random_below(6)) {
	case 0:
		return random_below(200000);
	case 1:
		return random_below(40) * 4096;
	case 2:
		return one_in(10) ? (uint64_t)-1 : one_in(10) ? (1ul << 62) - 1 - random_below(5000) : random_below(9) * 1048576;
	default:
		return random_below(9000);
	}
}

static char data[70000];

static const char *call_text(long number, const uint64_t *a)
{
	static char text[1200];
	snprintf(text, sizeof(text), "call %ld(%#lx, %#lx, %#lx, %#lx, %#lx) paths \"%s\" \"%s\"", number, a[0], a[1], a[2], a[3], a[4], path_text[0],
	         path_text[1]);
	return text;
}

/* Of struct stat, what must agree. */
static void compare_stat(long result)
{
	if (result < 0)
		return;
	struct rr_abi_stat *ours = (void *)here, *theirs = (void *)there;
	bool same = ours->mode == theirs->mode && ours->nlink == theirs->nlink && ours->uid == theirs->uid && ours->rdev == theirs->rdev;
	if (!S_ISDIR(ours->mode))
		same = same && ours->size == theirs->size;
	if (S_ISREG(ours->mode))
		same = same && ours->blocks == theirs->blocks;
	if (!same) {
		fprintf(stderr, "stat \"%s\": mode %o %o, links %lu %lu, size %ld %ld, blocks %ld %ld\n", path_text[0], ours->mode, theirs->mode, ours->nlink,
		        theirs->nlink, ours->size, theirs->size, ours->blocks, theirs->blocks);
		_exit(1);
	}
}

/* Names and kinds of all entries of directory `fd`, sorted, one a line. */
static long list(int fd, bool ours, size_t room, char *out)
{
	static char lines[300][80];
	char buffer[4096];
	unsigned count = 0;
	for (;;) {
		uint64_t a[6] = { fd, (uint64_t)buffer, room };
		long n = ours ? process_call(SYS_getdents64, a) : linux_call(SYS_getdents64, a);
		if (n < 0)
			return n;
		if (n == 0)
			break;
		for (long at = 0; at < n;) {
			struct rr_abi_dirent64 *entry = (void *)(buffer + at);
			CHECK(count < 300);
			snprintf(lines[count++], sizeof(lines[0]), "%.70s %d\n", entry->name, entry->type);
			at += entry->reclen;
		}
	}
	qsort(lines, count, sizeof(lines[0]), (int (*)(const void *, const void *))strcmp);
	out[0] = 0;
	for (unsigned i = 0; i < count; i++)
		strcat(out, lines[i]);
	return count;
}

static void compare_directory(int fd)
{
	/* Rewinding before and after, as positions are each system's own; the room differs between rounds. */
	CALL(lseek, fd, 0, SEEK_SET);
	size_t room = 300 + random_below(3000);
	long ours = list(fd, true, room, here), theirs = list(fd, false, room, there);
	if (ours != theirs || (ours >= 0 && strcmp(here, there))) {
		fprintf(stderr, "directory: %ld, %ld on Linux\n%s--\n%s", ours, theirs, ours > 0 ? here : "", theirs > 0 ? there : "");
		_exit(1);
	}
	CALL(lseek, fd, 0, SEEK_SET);
}

static void open_something(void)
{
	static const unsigned flags[] = { O_CREAT, O_EXCL, O_TRUNC, O_APPEND, O_DIRECTORY, O_NOFOLLOW, O_CLOEXEC, O_PATH };
	unsigned how = random_below(3) | (one_in(2) ? O_CREAT : 0) | O_NONBLOCK;
	for (unsigned i = 0; i < RR_ARRAY_SIZE(flags); i++)
		how |= one_in(i == 0 ? 3 : 9) ? flags[i] : 0;
	/* Kernels disagree about making directories by open: left out. */
	if (how & O_CREAT)
		how &= ~O_DIRECTORY;
	uint64_t path = random_path(0);
	CALL(openat, dirfd_for(path), path, how, random_below(01000));
}

/* What moves bytes. */
static void transfer(int fd)
{
	uint64_t length = one_in(4) ? random_below(sizeof(data)) : random_below(300), offset = random_offset();
	struct rr_iovec vectors[3] = { { (uint64_t)data + 5, random_below(100) }, { (uint64_t)data + 50, random_below(9) }, { (uint64_t)data, random_below(5000) } };
	switch (random_below(10)) {
	case 0:
	case 1:
		CALL(write, fd, (uint64_t)data + random_below(9), length % (sizeof(data) - 9));
		break;
	case 2:
		CALL(pwrite64, fd, (uint64_t)data, length, offset);
		break;
	case 3:
		CALL(writev, fd, (uint64_t)vectors, random_below(4));
		break;
	case 4:
		CALL(pwritev, fd, (uint64_t)vectors, random_below(4), offset);
		break;
	case 5:
		CALL_OUT(1, sizeof(here), read, fd, 0, length % sizeof(here));
		break;
	case 6:
		CALL_OUT(1, sizeof(here), pread64, fd, 0, length % sizeof(here), offset);
		break;
	case 7:
		/* Not a bad address: tmpfs keeps what it made for a write that failed. */
		CALL(write, fd, one_in(2) ? 8 : (uint64_t)data, 0);
		CALL(read, fd, 8, 3);
		break;
	case 8:
		if (one_in(3))
			CALL(pwritev2, fd, (uint64_t)vectors, 2, one_in(2) ? -1ul : 10, 0, one_in(2) ? RWF_APPEND : 0);
		break;
	case 9:
		CALL(copy_file_range, random_fd(), 0, fd, 0, random_below(9000), 0);
		break;
	}
}

static void descriptor(int fd)
{
	switch (random_below(9)) {
	case 0:
		CALL(close, fd);
		CALL(close, random_fd());
		break;
	case 1:
		CALL(dup, fd);
		break;
	case 2: {
		int to = random_fd();
		CALL(dup2, fd, to);
		break;
	}
	case 3:
		CALL(dup3, fd, random_fd(), one_in(2) ? O_CLOEXEC : 0);
		break;
	case 4:
		CALL(fcntl, fd, one_in(2) ? F_GETFD : F_GETFL);
		break;
	case 5:
		CALL(fcntl, fd, F_SETFD, random_below(2));
		break;
	case 6:
		CALL(fcntl, fd, F_SETFL, O_NONBLOCK | (one_in(2) ? O_APPEND : 0));
		break;
	case 7:
		CALL(fcntl, fd, one_in(2) ? F_DUPFD : F_DUPFD_CLOEXEC, one_in(20) ? 1000 : FIRST_FD + random_below(20));
		break;
	case 8: {
		unsigned first = FIRST_FD + random_below(30);
		CALL(close_range, first, first + random_below(2), one_in(3) ? CLOSE_RANGE_CLOEXEC : 0);
		break;
	}
	}
}

static void size_and_position(int fd)
{
	switch (random_below(7)) {
	case 0:
	case 1:
		CALL(lseek, fd, random_offset(), one_in(20) ? 7 : random_below(5));
		break;
	case 2:
		CALL(ftruncate, fd, random_below(3) ? random_below(100000) : random_offset() & ~(1ul << 62));
		break;
	case 3:
		CALL(truncate, random_path(0), random_below(50000));
		break;
	case 4:
		/* Pages that were only provided count as holes on tmpfs: not provoked, as SEEK_HOLE would tell. */
		CALL(fallocate, fd, one_in(9) ? 0x100 : FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, random_below(60000), random_below(40000));
		break;
	case 5:
		CALL(fsync, fd);
		break;
	case 6:
		if (CALL_OUT(2, 0, ioctl, fd, FIONREAD, 0) == 0 && *(int *)here != *(int *)there) {
			fprintf(stderr, "FIONREAD %d: %d here, %d on Linux\n", fd, *(int *)here, *(int *)there);
			_exit(1);
		}
		break;
	}
}

static void names(void)
{
	/* Which of two bad arguments is reported first is nobody's business: where there are two, neither is odd. */
	unsigned call = random_below(16);
	bool two = call >= 5 && call <= 10;
	uint64_t from = two ? plain_path(0) : random_path(0), to = plain_path(1);
	switch (call) {
	case 0:
	case 1:
		CALL(mkdirat, dirfd_for(from), from, random_below(02000));
		break;
	case 2:
		CALL(unlinkat, dirfd_for(from), from, one_in(2) ? AT_REMOVEDIR : 0);
		break;
	case 3:
		CALL(rmdir, from);
		break;
	case 4:
		CALL(unlink, from);
		break;
	case 5:
	case 6:
		CALL(rename, from, to);
		break;
	case 7:
		CALL(renameat2, dirfd_for(from), from, dirfd_for(to), to, random_below(4));
		break;
	case 8:
		CALL(linkat, AT_FDCWD, from, dirfd_for(to), to, one_in(3) ? AT_SYMLINK_FOLLOW : 0);
		break;
	case 9:
		CALL(link, from, to);
		break;
	case 10:
		if (one_in(2))
			to = (uint64_t)strcpy(path_text[1], "link");
		if (!climbs(from))
			CALL(symlinkat, from, dirfd_for(to), to);
		break;
	case 11:
		CALL_OUT(1, sizeof(here), readlink, from, 0, one_in(10) ? random_below(3) : 500);
		break;
	case 12:
		CALL(mknod, from, one_in(3) ? S_IFIFO | 0640 : one_in(3) ? S_IFSOCK | 0600 : S_IFREG | random_below(07777), 0);
		break;
	case 13:
		CALL(chmod, from, random_below(010000));
		break;
	case 14:
		CALL(access, from, random_below(9));
		break;
	case 15:
		CALL(umask, random_below(4) * 022);
		break;
	}
}

static void look(int fd)
{
	uint64_t path = random_path(0);
	switch (random_below(6)) {
	case 0:
		compare_stat(CALL_OUT(1, 0, stat, path, 0));
		break;
	case 1:
		compare_stat(CALL_OUT(1, 0, lstat, path, 0));
		break;
	case 2:
		compare_stat(CALL_OUT(1, 0, fstat, fd, 0));
		break;
	case 3:
		compare_stat(CALL_OUT(2, 0, newfstatat, dirfd_for(path), path, 0, one_in(3) ? AT_EMPTY_PATH : one_in(2) ? AT_SYMLINK_NOFOLLOW : 0));
		break;
	case 4:
		CALL(chdir, path);
		CALL_OUT(0, sizeof(here), getcwd, 0, one_in(9) ? 5 : 900);
		/* Not lost above or in a removed directory. */
		CALL(fchdir, FIRST_FD - 1);
		break;
	case 5:
		compare_directory(fd);
		break;
	}
}

static void locks(int fd)
{
	struct rr_abi_flock a = { .type = random_below(4), .whence = random_below(4), .start = random_below(60), .length = random_below(30) - 4 };
	if (a.length > 25)
		a.length = -a.length;
	struct rr_abi_flock b = a;
	if (trace)
		fprintf(stderr, "lock type %d whence %d %ld+%ld\n", a.type, a.whence, a.start, a.length);
	switch (random_below(5)) {
	case 0:
		CALL(fcntl, fd, F_SETLK, (uint64_t)&a);
		break;
	case 1:
	case 2:
		CALL(fcntl, fd, F_OFD_SETLK, (uint64_t)&a);
		break;
	case 3: {
		/* Which of several conflicting locks is told depends on the order they are kept in: only whether there is one. Newer kernels give F_UNLCK a meaning. */
		a.type = b.type = random_below(2);
		long ours = process_call(SYS_fcntl, (uint64_t[6]){ fd, F_OFD_GETLK, (uint64_t)&a }),
		     theirs = linux_call(SYS_fcntl, (uint64_t[6]){ fd, F_OFD_GETLK, (uint64_t)&b });
		if (ours != theirs || (a.type == F_UNLCK) != (b.type == F_UNLCK)) {
			fprintf(stderr, "F_OFD_GETLK: %ld type %d here, %ld type %d on Linux\n", ours, a.type, theirs, b.type);
			_exit(1);
		}
		break;
	}
	case 4:
		CALL(flock, fd, (1u << random_below(4)) | LOCK_NB);
		break;
	}
}

static void step(void)
{
	int fd = random_fd();
	switch (random_below(16)) {
	case 0:
	case 1:
	case 2:
		open_something();
		break;
	case 3:
	case 4:
	case 5:
	case 6:
		transfer(fd);
		break;
	case 7:
	case 8:
		descriptor(fd);
		break;
	case 9:
	case 10:
		size_and_position(fd);
		break;
	case 11:
	case 12:
	case 13:
		names();
		break;
	case 14:
		look(fd);
		break;
	case 15:
		locks(fd);
		break;
	}
}

/* The same start on both sides: descriptors 0 to 9 open, 9 and the working directory a fresh directory some levels deep. */
static void start(const char *base)
{
	uint64_t limit[2] = { 36, 36 };
	linux_call(SYS_setrlimit, (uint64_t[6]){ RLIMIT_NOFILE, (uint64_t)limit });
	CHECK(linux_call(SYS_chdir, (uint64_t[6]){ (uint64_t)base }) == 0);
	process_limits[RLIMIT_NOFILE] = 36;
	struct rr_filesystem *fs;
	CHECK(!rr_ramfs_create(&fs));
	process_start(fs->root);
	char path[300] = "";
	for (const char *part = base; *part; part++) {
		if (*part == '/' && part != base)
			CHECK(process_call(SYS_mkdir, (uint64_t[6]){ (uint64_t)strcat(path, ""), 0755 }) == 0);
		path[part - base] = *part;
		path[part - base + 1] = 0;
	}
	CHECK(process_call(SYS_mkdir, (uint64_t[6]){ (uint64_t)path, 0700 }) == 0); /* as mkdtemp */
	CHECK(process_call(SYS_chdir, (uint64_t[6]){ (uint64_t)path }) == 0);
	for (int i = 0; i < 4; i++) {
		CHECK(CALL(mkdir, (uint64_t)"r", 0755) == 0);
		CHECK(CALL(chdir, (uint64_t)"r") == 0);
	}
	/* O_PATH and close on exec, so that neither side can be harmed through them. */
	for (int fd = 0; fd < FIRST_FD; fd++)
		CHECK(process_call(SYS_open, (uint64_t[6]){ (uint64_t)".", O_PATH | O_CLOEXEC }) == fd);
	for (int fd = 3; fd < 100; fd++)
		linux_call(SYS_close, (uint64_t[6]){ fd });
	for (int fd = 3; fd < FIRST_FD; fd++)
		CHECK(linux_call(SYS_open, (uint64_t[6]){ (uint64_t)".", O_PATH | O_CLOEXEC }) == fd);
	for (unsigned i = 0; i < sizeof(data); i++)
		data[i] = "The quick brown fox jumps over the lazy dog. "[i % 45] + i / 4096;
}

/* Positions and sizes of all descriptors. */
static void compare_files(void)
{
	for (int fd = FIRST_FD; fd < FIRST_FD + FDS; fd++) {
		compare_stat(CALL_OUT(1, 0, fstat, fd, 0));
		CALL(lseek, fd, 0, SEEK_CUR);
	}
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	trace = getenv("TRACE") != NULL;
	state = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
	unsigned long calls = argc > 2 ? strtoul(argv[2], NULL, 0) : 60000;
	char base[64] = "/dev/shm/rr-differential-XXXXXX", command[100];
	if (geteuid() != 0) {
		/* The libOS' one user is root, whom Linux asks for no permissions. */
		printf("only root can compare\n");
		return 0;
	}
	if (!mkdtemp(base)) {
		printf("no tmpfs at /dev/shm to compare with\n");
		return 0;
	}
	machine_add_memory(16384, 0);
	machine_start();
	start(base);
	uint64_t free_before = rr_memory_stats().free_pages;
	for (unsigned long i = 0; i < calls; i++) {
		step();
		if (trace)
			compare_files();
	}
	/* All closed and removed: nothing may be left but what the heap keeps. */
	CALL(close_range, FIRST_FD, 99, 0);
	process_end();
	uint64_t lost = free_before - rr_memory_stats().free_pages;
	if (lost > 64) {
		fprintf(stderr, "%lu pages lost\n", lost);
		return 1;
	}
	snprintf(command, sizeof(command), "rm -rf %s", base);
	return system(command) ? 1 : 0;
}
