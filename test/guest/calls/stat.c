/* stat(2) and its forms, statx(2), statfs(2), chmod(2), chown(2), truncate(2). */
#include "calls.h"
#include <sys/statfs.h>
#include <linux/stat.h>
#include <linux/magic.h>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

static char long_name[300], long_path[5000];
static struct stat st;
static int directory, file, path, link_fd, ends[2];

static void stats(void)
{
	CALL(stat, "a file", "f", &st);
	EFFECT(stat, "what it is", S_ISREG(st.st_mode) && (st.st_mode & 07777) == 0644 && st.st_size == 4 && st.st_nlink == 1 && st.st_uid == 0);
	CALL(stat, "a directory", "d", &st);
	EFFECT(stat, "what it is", S_ISDIR(st.st_mode) && st.st_nlink == 2);
	CALL(stat, "a link, followed", "link", &st);
	EFFECT(stat, "the file", S_ISREG(st.st_mode));
	CALL(stat, "nothing there", "absent", &st);
	CALL(stat, "a link to nothing", "dangling", &st);
	CALL(stat, "no name", "", &st);
	CALL(stat, "below a file", "f/x", &st);
	CALL(stat, "a link to itself", "loop", &st);
	CALL(stat, "a long name", long_name, &st);
	CALL(stat, "a long path", long_path, &st);
	CALL(stat, "a wild path", BAD, &st);
	CALL(stat, "to a wild pointer", "f", BAD);
	CALL(lstat, "a link", "link", &st);
	EFFECT(lstat, "what it is", S_ISLNK(st.st_mode) && st.st_size == 1);
	CALL(lstat, "a link with a slash behind", "link/", &st);
	CALL(lstat, "nothing there", "absent", &st);
	CALL(lstat, "no name", "", &st);
	CALL(lstat, "below a file", "f/x", &st);
	CALL(lstat, "below a link to itself", "loop/x", &st);
	CALL(lstat, "a long name", long_name, &st);
	CALL(lstat, "a wild path", BAD, &st);
	CALL(lstat, "to a wild pointer", "f", BAD);
	CALL(fstat, "a file", file, &st);
	EFFECT(fstat, "what it is", S_ISREG(st.st_mode) && st.st_size == 4);
	CALL(fstat, "O_PATH", path, &st);
	CALL(fstat, "a pipe", ends[0], &st);
	EFFECT(fstat, "what it is", S_ISFIFO(st.st_mode) && (st.st_mode & 07777) == 0600);
	CALL(fstat, "no such descriptor", 99, &st);
	CALL(fstat, "to a wild pointer", file, BAD);
	CALL(newfstatat, "below a directory", directory, "inside", &st, 0);
	EFFECT(newfstatat, "what it is", S_ISREG(st.st_mode));
	CALL(newfstatat, "a link itself", AT_FDCWD, "link", &st, AT_SYMLINK_NOFOLLOW);
	EFFECT(newfstatat, "what it is", S_ISLNK(st.st_mode));
	CALL(newfstatat, "the descriptor itself", file, "", &st, AT_EMPTY_PATH);
	CALL(newfstatat, "the working directory itself", AT_FDCWD, "", &st, AT_EMPTY_PATH);
	EFFECT(newfstatat, "what it is", S_ISDIR(st.st_mode));
	CALL(newfstatat, "no such descriptor itself", 99, "", &st, AT_EMPTY_PATH);
	CALL(newfstatat, "no name", file, "", &st, 0);
	CALL(newfstatat, "no such flag", AT_FDCWD, "f", &st, 0x8000);
	CALL(newfstatat, "no such descriptor", 99, "f", &st, 0);
	CALL(newfstatat, "below a file", file, "f", &st, 0);
	CALL(newfstatat, "nothing there", directory, "absent", &st, 0);
	CALL(newfstatat, "a wild path", directory, BAD, &st, 0);
	CALL(newfstatat, "to a wild pointer", directory, "inside", BAD, 0);
}

static void extended(void)
{
	struct statx x;
	CALL(statx, "a file", AT_FDCWD, "f", 0, STATX_BASIC_STATS, &x);
	EFFECT(statx, "what it is", S_ISREG(x.stx_mode) && x.stx_size == 4 && x.stx_nlink == 1 && (x.stx_mask & STATX_BASIC_STATS) == STATX_BASIC_STATS);
	stat("f", &st);
	EFFECT(statx, "as stat has it", x.stx_ino == st.st_ino && x.stx_blocks == (uint64_t)st.st_blocks && x.stx_mtime.tv_sec == st.st_mtim.tv_sec &&
	       x.stx_mtime.tv_nsec == st.st_mtim.tv_nsec && x.stx_blksize == (uint32_t)st.st_blksize);
	CALL(statx, "its birth", AT_FDCWD, "f", 0, STATX_BASIC_STATS | STATX_BTIME, &x);
	EFFECT(statx, "is known and not after its last change", x.stx_mask & STATX_BTIME && x.stx_btime.tv_sec && x.stx_btime.tv_sec <= x.stx_ctime.tv_sec);
	CALL(statx, "a mount's number", AT_FDCWD, "f", 0, STATX_MNT_ID, &x);
	EFFECT(statx, "is known", (x.stx_mask & STATX_MNT_ID) != 0);
	RAW(statx, AT_FDCWD, "/", 0, STATX_BASIC_STATS, &x);
	EFFECT(statx, "a mount's root is told", x.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT && x.stx_attributes & STATX_ATTR_MOUNT_ROOT);
	CALL(statx, "a link itself", AT_FDCWD, "link", AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &x);
	EFFECT(statx, "what it is", S_ISLNK(x.stx_mode));
	CALL(statx, "the descriptor itself", file, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &x);
	CALL(statx, "not synchronised", AT_FDCWD, "f", AT_STATX_DONT_SYNC, STATX_BASIC_STATS, &x);
	CALL(statx, "synchronised and not", AT_FDCWD, "f", AT_STATX_DONT_SYNC | AT_STATX_FORCE_SYNC, STATX_BASIC_STATS, &x);
	CALL(statx, "the reserved bit", AT_FDCWD, "f", 0, STATX__RESERVED, &x);
	CALL(statx, "no such flag", AT_FDCWD, "f", 1, STATX_BASIC_STATS, &x);
	CALL(statx, "no such descriptor", 99, "f", 0, STATX_BASIC_STATS, &x);
	CALL(statx, "below a file", file, "f", 0, STATX_BASIC_STATS, &x);
	CALL(statx, "nothing there", AT_FDCWD, "absent", 0, STATX_BASIC_STATS, &x);
	CALL(statx, "no name", AT_FDCWD, "", 0, STATX_BASIC_STATS, &x);
	CALL(statx, "a link to itself", AT_FDCWD, "loop", 0, STATX_BASIC_STATS, &x);
	CALL(statx, "a long name", AT_FDCWD, long_name, 0, STATX_BASIC_STATS, &x);
	CALL(statx, "a wild path", AT_FDCWD, BAD, 0, STATX_BASIC_STATS, &x);
	CALL(statx, "to a wild pointer", AT_FDCWD, "f", 0, STATX_BASIC_STATS, BAD);
}

static void file_systems(void)
{
	struct statfs fs;
	CALL(statfs, "a file's", "f", &fs);
	EFFECT(statfs, "names may have 255 bytes", fs.f_namelen == 255 && fs.f_bsize == 4096 && fs.f_bfree <= fs.f_blocks);
	CALL(statfs, "/proc", "/proc", &fs);
	EFFECT(statfs, "is a proc", fs.f_type == PROC_SUPER_MAGIC);
	CALL(statfs, "nothing there", "absent", &fs);
	CALL(statfs, "no name", "", &fs);
	CALL(statfs, "below a file", "f/x", &fs);
	CALL(statfs, "a link to itself", "loop", &fs);
	CALL(statfs, "a long name", long_name, &fs);
	CALL(statfs, "a wild path", BAD, &fs);
	CALL(statfs, "to a wild pointer", "f", BAD);
	CALL(fstatfs, "a file's", file, &fs);
	CALL(fstatfs, "O_PATH's", path, &fs);
	CALL(fstatfs, "a pipe's", ends[0], &fs);
	EFFECT(fstatfs, "is a pipe's", fs.f_type == PIPEFS_MAGIC);
	CALL(fstatfs, "no such descriptor", 99, &fs);
	CALL(fstatfs, "to a wild pointer", file, BAD);
}

static unsigned mode_of(const char *name) { return lstat(name, &st) ? 0 : st.st_mode & 07777; }
static int owned(const char *name, unsigned uid, unsigned gid) { return lstat(name, &st) == 0 && st.st_uid == uid && st.st_gid == gid; }

static void modes(void)
{
	CALL(chmod, "a file", "f", 04711);
	EFFECT(chmod, "is done", mode_of("f") == 04711);
	CALL(chmod, "through a link", "link", 0600);
	EFFECT(chmod, "the file is changed", mode_of("f") == 0600);
	CALL(chmod, "nothing there", "absent", 0600);
	CALL(chmod, "no name", "", 0600);
	CALL(chmod, "below a file", "f/x", 0600);
	CALL(chmod, "a link to itself", "loop", 0600);
	CALL(chmod, "a long name", long_name, 0600);
	CALL(chmod, "a wild path", BAD, 0600);
	CALL(fchmod, "a file", file, 0644);
	EFFECT(fchmod, "is done", mode_of("f") == 0644);
	CALL(fchmod, "O_PATH", path, 0600);
	CALL(fchmod, "no such descriptor", 99, 0600);
	CALL(fchmodat, "below a directory", directory, "inside", 0640);
	EFFECT(fchmodat, "is done", mode_of("d/inside") == 0640);
	CALL(fchmodat, "no such descriptor", 99, "f", 0600);
	CALL(fchmodat, "below a file", file, "f", 0600);
	CALL(fchmodat, "nothing there", directory, "absent", 0600);
	CALL(fchmodat, "no name", directory, "", 0600);
	CALL(fchmodat, "a wild path", directory, BAD, 0600);
	CALL(fchmodat2, "below a directory", directory, "inside", 0600, 0);
	EFFECT(fchmodat2, "is done", mode_of("d/inside") == 0600);
	CALL(fchmodat2, "a link itself", AT_FDCWD, "link", 0600, AT_SYMLINK_NOFOLLOW);
	CALL(fchmodat2, "the descriptor itself, O_PATH", path, "", 0644, AT_EMPTY_PATH);
	CALL(fchmodat2, "no such flag", directory, "inside", 0600, 0x8000);
	CALL(fchmodat2, "no such descriptor", 99, "f", 0600, 0);
	CALL(fchmodat2, "nothing there", directory, "absent", 0600, 0);
}

static void owners(void)
{
	CALL(chown, "a file", "f", 1, 2);
	EFFECT(chown, "is done", owned("f", 1, 2));
	chmod("f", 06755);
	CALL(chown, "one only", "f", -1, 3);
	EFFECT(chown, "is done", owned("f", 1, 3));
	SHOWS(chown, "the mode after it, octal", "%o", mode_of("f"));
	chmod("f", 02644);
	CALL(chown, "none", "f", -1, -1);
	SHOWS(chown, "a mode without execution after it, octal", "%o", mode_of("f"));
	CALL(chown, "nothing there", "absent", 1, 1);
	CALL(chown, "no name", "", 1, 1);
	CALL(chown, "below a file", "f/x", 1, 1);
	CALL(chown, "a link to itself", "loop", 1, 1);
	CALL(chown, "a long name", long_name, 1, 1);
	CALL(chown, "a wild path", BAD, 1, 1);
	CALL(lchown, "a link", "link", 4, 5);
	EFFECT(lchown, "is done, the file stays", owned("link", 4, 5) && owned("f", 1, 3));
	CALL(lchown, "nothing there", "absent", 1, 1);
	CALL(lchown, "below a file", "f/x", 1, 1);
	CALL(lchown, "a wild path", BAD, 1, 1);
	CALL(fchown, "a file", file, 6, 7);
	EFFECT(fchown, "is done", owned("f", 6, 7));
	CALL(fchown, "O_PATH", path, 0, 0);
	CALL(fchown, "no such descriptor", 99, 0, 0);
	CALL(fchownat, "below a directory", directory, "inside", 8, 9, 0);
	EFFECT(fchownat, "is done", owned("d/inside", 8, 9));
	CALL(fchownat, "a link itself", AT_FDCWD, "link", 10, 11, AT_SYMLINK_NOFOLLOW);
	EFFECT(fchownat, "is done, the file stays", owned("link", 10, 11) && owned("f", 6, 7));
	CALL(fchownat, "the descriptor itself", file, "", 0, 0, AT_EMPTY_PATH);
	EFFECT(fchownat, "is done", owned("f", 0, 0));
	CALL(fchownat, "O_PATH of a link itself", link_fd, "", 12, 13, AT_EMPTY_PATH);
	EFFECT(fchownat, "is done", owned("link", 12, 13));
	CALL(fchownat, "no such flag", directory, "inside", 0, 0, 0x8000);
	CALL(fchownat, "no such descriptor", 99, "f", 0, 0, 0);
	CALL(fchownat, "below a file", file, "f", 0, 0, 0);
	CALL(fchownat, "nothing there", directory, "absent", 0, 0, 0);
	CALL(fchownat, "no name", directory, "", 0, 0, 0);
	CALL(fchownat, "a wild path", directory, BAD, 0, 0, 0);
}

int main(void)
{
	files_enter();
	memset(long_name, 'n', 256);
	for (unsigned i = 0; i < 4998; i += 2)
		memcpy(long_path + i, "./", 2);
	mkdir("d", 0755);
	if (symlink("loop", "loop") || symlink("f", "link") || symlink("absent", "dangling") || pipe(ends))
		perror("preparing");
	put_file("f", "text");
	put_file("d/inside", "");
	directory = open("d", O_RDONLY), file = open("f", O_RDONLY), path = open("f", O_PATH), link_fd = open("link", O_PATH | O_NOFOLLOW);
	stats();
	extended();
	file_systems();
	modes();
	owners();
	files_leave();
	return 0;
}
