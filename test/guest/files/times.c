/* Times, modes and owners. */
#include "files.h"
#include <sys/time.h>
#include <time.h>
#include <utime.h>

static struct stat before;
static void remember(const char *path)
{
	lstat(path, &before);
	usleep(15000); /* kernels take times from a clock that ticks */
}

static int later(struct timespec a, struct timespec b) { return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec; }

/* Which times have moved since remember(). */
static void changed(const char *what, const char *path)
{
	struct stat st;
	lstat(path, &st);
	printf("%s:%s%s%s\n", what, later(st.st_atim, before.st_atim) ? " atime" : "", later(st.st_mtim, before.st_mtim) ? " mtime" : "",
	       later(st.st_ctim, before.st_ctim) ? " ctime" : "");
}

static void show(const char *path)
{
	struct stat st;
	if (lstat(path, &st))
		printf("%s\n", errno_name(errno));
	else
		printf("%ld.%09ld %ld.%09ld mode %o\n", (long)st.st_atim.tv_sec, st.st_atim.tv_nsec, (long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, st.st_mode);
}

int main(void)
{
	files_enter();
	char text[10];
	put_file("f", "abc");
	mkdir("d", 0755);
	symlink("f", "s");
	int fd = open("f", O_RDWR);

	remember("f");
	write(fd, "x", 1);
	changed("write", "f");
	remember("f");
	pread(fd, text, 1, 0);
	changed("read", "f");
	remember("f");
	chmod("f", 0600);
	changed("chmod", "f");
	remember("f");
	ftruncate(fd, 1);
	changed("ftruncate", "f");
	remember("f");
	link("f", "g");
	changed("link", "f");
	remember("f");
	unlink("g");
	changed("unlink", "f");
	remember("f");
	rename("f", "h");
	rename("h", "f");
	changed("rename", "f");
	remember("f");
	write(fd, "x", 0);
	changed("write nothing", "f");
	remember("f");
	open("f", O_WRONLY | O_TRUNC);
	changed("open O_TRUNC", "f");
	remember("d");
	put_file("d/x", "");
	changed("create", "d");
	remember("d");
	put_file("d/x", "more");
	changed("overwrite", "d");
	remember("d");
	unlink("d/x");
	changed("remove", "d");

	struct timespec times[2] = { { 1000000000, 123456789 }, { 1500000000, 5 } };
	SAY(utimensat(AT_FDCWD, "f", times, 0));
	show("f");
	times[0].tv_nsec = UTIME_OMIT;
	times[1].tv_sec = -5;
	SAY(utimensat(AT_FDCWD, "f", times, 0));
	show("f");
	times[1].tv_nsec = UTIME_OMIT;
	SAY(utimensat(AT_FDCWD, "nothing", times, 0));
	times[0].tv_nsec = UTIME_NOW;
	remember("f");
	SAY(utimensat(AT_FDCWD, "f", times, 0));
	changed("now", "f");
	times[0] = (struct timespec){ 1, 1000000000 };
	SAY(utimensat(AT_FDCWD, "f", times, 0));
	times[0].tv_nsec = 0;
	times[1].tv_nsec = 0;
	SAY(utimensat(AT_FDCWD, "s", times, AT_SYMLINK_NOFOLLOW));
	show("s");
	SAY(utimensat(AT_FDCWD, "nothing", times, 0));
	SAY(utimensat(AT_FDCWD, "f", times, 77));
	SAY(futimens(fd, times));
	show("f");
	SAY(futimens(999, times));
	struct utimbuf old = { 100, 200 };
	SAY(utime("s", &old));
	show("f");
	struct timeval values[2] = { { 300, 7 }, { 400, 8 } };
	SAY(utimes("f", values));
	show("f");
	values[0].tv_usec = 1000000;
	SAY(utimes("f", values));

	SAY(chmod("f", 07777));
	show("f");
	SAY(fchmod(fd, 0123));
	show("f");
	SAY(chmod("nothing", 0));
	SAY(chmod("f/", 0));
	SAY(fchmod(999, 0));
	SAY(fchmodat(AT_FDCWD, "d", 01777, 0));
	struct stat st;
	stat("d", &st);
	printf("mode %o\n", st.st_mode);
	SAY(access("f", X_OK));
	SAY(chmod("f", 0600));
	SAY(truncate("f", 10));
	SAY(truncate("d", 10));
	SAY(truncate("f", -1));
	SAY(truncate("nothing", 1));
	struct { /* struct statx, which musl 1.2.3 does not declare */
		uint32_t words[7];
		uint16_t stx_mode, pad;
		uint64_t ino, stx_size, rest[30];
	} sx;
	SAY(syscall(SYS_statx, AT_FDCWD, "f", 0, 0x7ff, &sx));
	printf("%o %ld\n", sx.stx_mode, (long)sx.stx_size);
	SAY(syscall(SYS_statx, fd, "", 0x1000, 0x7ff, &sx));
	SAY(syscall(SYS_statx, fd, "", 0, 0x7ff, &sx));
	SAY(syscall(SYS_statx, fd, "", 0x10000, 0x7ff, &sx));
	SAY(fstat(999, &st));
	SAY(syscall(SYS_fstat, fd, BAD));
	SAY(stat("", &st));
	SAY(syscall(SYS_newfstatat, AT_FDCWD, "", &st, 0x1000));
	printf("%o\n", st.st_mode & S_IFMT);
	SAY(mknod("socket", S_IFSOCK | 0600, 0));
	SAY_OK(open("socket", O_RDWR));
	SAY(mknod("plain", 0644, 0));
	SAY(mknod("wrong", S_IFDIR | 0600, 0));
	SAY(mknod("wrong", 0110000, 0));
	files_leave();
	return 0;
}
