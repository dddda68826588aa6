#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../guest/errno_name.h"
#include "files.h"
#include "shared.h"

#define SLOTS 4
#define MOST 5000
static int slots[SLOTS] = { -1, -1, -1, -1 };

int slot(int a) { return slots[(unsigned)a % SLOTS]; }
static void put(int a, int fd)
{
	if (fd >= 0)
		slots[(unsigned)a % SLOTS] = fd;
}

const char *error_name(void) { return errno_name(errno); }
int always(void) { return 1; }
void told(long result)
{
	if (result < 0)
		tell(": %s", error_name());
	else
		tell(": %ld", result);
}

/* Files without a name share one inode on Linux, whose locks and positions mean nothing. */
static int is_nameless(int fd)
{
	struct stat stat;
	return !fstat(fd, &stat) && !(stat.st_mode & S_IFMT);
}

static const char *name_of(int a)
{
	static const char *const names[] = { "f0", "f1", "f2", "f3", "d/f0", "d/f1", "d", "e" };
	return names[(unsigned)a % 8];
}

static const char *letters(void)
{
	static char text[MOST];
	static unsigned next;
	for (unsigned i = 0; i < MOST; i++)
		text[i] = (char)('a' + (i + next) % 26);
	next += 7;
	return text;
}

/* How many bytes: few, or about a page, or more than a pipe takes at once. */
static size_t bytes(int a)
{
	static const size_t sizes[] = { 0, 1, 5, 100, 4095, 4096, 4097, 5000 };
	return sizes[(unsigned)a % 8];
}

static void told_bytes(long result, const char *text)
{
	unsigned sum = 0;
	for (long i = 0; i < result; i++)
		sum = sum * 31 + (unsigned char)text[i];
	if (result < 0)
		told(result);
	else
		tell(": %ld bytes, sum %x", result, sum);
}

void run_pipe(const int *a)
{
	int ends[2], result = pipe2(ends, O_NONBLOCK | (a[2] & 1 ? O_CLOEXEC : 0));
	if (result) {
		told(result);
		return;
	}
	put(a[0], ends[0]);
	put(a[1], ends[1]);
	tell(": %d %d", ends[0], ends[1]);
}

void run_close(const int *a) { told(close(slot(a[0]))); }
void run_dup(const int *a)
{
	int fd = a[2] & 1 ? fcntl(slot(a[0]), F_DUPFD_CLOEXEC, 10) : dup(slot(a[0]));
	put(a[1], fd);
	told(fd);
}
void run_dup2(const int *a)
{
	int fd = dup2(slot(a[0]), 3 + (int)((unsigned)a[2] % 14));
	put(a[1], fd);
	told(fd);
}
void run_flags(const int *a)
{
	int fd = slot(a[0]);
	if (a[1] & 1)
		fcntl(fd, F_SETFD, a[1] & 2 ? FD_CLOEXEC : 0);
	if (a[1] & 4)
		fcntl(fd, F_SETFL, O_NONBLOCK | (a[1] & 8 ? O_APPEND : 0));
	int status = fcntl(fd, F_GETFL);
	tell(": %d %#x", fcntl(fd, F_GETFD), status < 0 ? -1 : status & (O_ACCMODE | O_APPEND | O_NONBLOCK));
}

static void do_read(const int *a)
{
	char text[MOST];
	long n = read(slot(a[0]), text, bytes(a[1]));
	told_bytes(n, text);
}
void run_read(const int *a) { do_read(a); }
/* Waits for the pipe; others go on meanwhile. */
void run_bread(const int *a)
{
	struct pollfd fd = { .fd = slot(a[0]), .events = POLLIN };
	while (poll(&fd, 1, -1) < 0 && errno == EINTR) {
	}
	tell_later("ready");
}
void run_write(const int *a) { told(write(slot(a[0]), letters(), bytes(a[1]))); }
void run_poll(const int *a)
{
	struct pollfd fds[2] = { { .fd = slot(a[0]), .events = POLLIN | POLLOUT }, { .fd = slot(a[1]), .events = POLLIN | POLLOUT } };
	int result = poll(fds, 2, 0);
	tell(": %d %#x %#x", result, fds[0].revents, fds[1].revents);
}
void run_available(const int *a)
{
	int n = -1, result = is_nameless(slot(a[0])) ? 0 : ioctl(slot(a[0]), FIONREAD, &n);
	if (result)
		told(result);
	else
		tell(": %d", n);
}

void run_open(const int *a)
{
	static const int flags[] = { O_RDONLY, O_RDWR, O_RDWR | O_CREAT, O_RDWR | O_CREAT | O_TRUNC, O_WRONLY | O_CREAT | O_APPEND,
		O_RDWR | O_CREAT | O_EXCL, O_RDONLY | O_DIRECTORY, O_PATH };
	int fd = open(name_of(a[1]), flags[(unsigned)a[2] % 8], 0644);
	put(a[0], fd);
	told(fd);
}
void run_seek(const int *a)
{
	if (is_nameless(slot(a[0]))) {
		tell(": nameless");
		return;
	}
	static const int whences[] = { SEEK_SET, SEEK_CUR, SEEK_END, SEEK_DATA, SEEK_HOLE };
	told(lseek(slot(a[0]), (long)bytes(a[1]) - (a[2] & 8 ? 50 : 0), whences[(unsigned)a[2] % 5]));
}
void run_pread(const int *a)
{
	char text[MOST];
	long n = pread(slot(a[0]), text, bytes(a[1]), (long)bytes(a[2]));
	told_bytes(n, text);
}
void run_pwrite(const int *a) { told(pwrite(slot(a[0]), letters(), bytes(a[1]), (long)bytes(a[2]))); }
void run_truncate(const int *a) { told(ftruncate(slot(a[0]), (long)bytes(a[1]) * (a[2] & 1 ? 3 : 1))); }

static void told_stat(int result, const struct stat *stat)
{
	if (result)
		told(result);
	else if (S_ISREG(stat->st_mode))
		tell(": file of %ld, %ld links, mode %o", (long)stat->st_size, (long)stat->st_nlink, stat->st_mode & 07777);
	else
		tell(": %o", stat->st_mode & S_IFMT);
}
void run_fstat(const int *a)
{
	struct stat stat;
	int result = fstat(slot(a[0]), &stat);
	told_stat(result, &stat);
}
void run_stat(const int *a)
{
	struct stat stat;
	int result = lstat(name_of(a[0]), &stat);
	told_stat(result, &stat);
}
void run_unlink(const int *a) { told(unlink(name_of(a[0]))); }
void run_rename(const int *a) { told(rename(name_of(a[0]), name_of(a[1]))); }
void run_link(const int *a) { told(link(name_of(a[0]), name_of(a[1]))); }
void run_mkdir(const int *a) { told(mkdir(a[0] & 1 ? "d" : "e", 0755)); }
void run_rmdir(const int *a) { told(rmdir(name_of(a[0]))); }
void run_count(const int *a)
{
	int n = 0;
	DIR *directory = opendir(a[0] & 1 ? "." : "d");
	if (!directory) {
		told(-1);
		return;
	}
	while (readdir(directory))
		n++;
	closedir(directory);
	tell(": %d", n);
}

void run_eventfd(const int *a)
{
	int fd = eventfd((unsigned)a[1] % 4, EFD_NONBLOCK | (a[2] & 1 ? EFD_SEMAPHORE : 0));
	put(a[0], fd);
	told(fd);
}
void run_epoll(const int *a)
{
	int fd = epoll_create1(0);
	put(a[0], fd);
	told(fd);
}
void run_interest(const int *a)
{
	static const int commands[] = { EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLL_CTL_DEL, EPOLL_CTL_ADD };
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | (a[2] & 4 ? EPOLLET : 0) | (a[2] & 8 ? EPOLLONESHOT : 0), .data.u32 = (unsigned)a[1] % SLOTS };
	told(epoll_ctl(slot(a[0]), commands[(unsigned)a[2] % 4], slot(a[1]), &event));
}
void run_ready(const int *a)
{
	struct epoll_event events[SLOTS];
	uint32_t seen[SLOTS] = { 0 };
	int n = epoll_wait(slot(a[0]), events, SLOTS, 0);
	if (n < 0) {
		told(n);
		return;
	}
	for (int i = 0; i < n; i++)
		seen[events[i].data.u32] |= events[i].events;
	tell(": %d", n);
	for (int i = 0; i < SLOTS; i++)
		if (seen[i])
			tell(", %d: %#x", i, seen[i]);
}

void run_lock(const int *a)
{
	if (is_nameless(slot(a[0]))) {
		tell(": nameless");
		return;
	}
	static const short types[] = { F_RDLCK, F_WRLCK, F_UNLCK };
	struct flock lock = { .l_type = types[(unsigned)a[2] % 3], .l_whence = SEEK_SET, .l_start = a[1] & 7, .l_len = a[1] >> 3 & 7 };
	int result = fcntl(slot(a[0]), a[2] & 8 ? F_GETLK : F_SETLK, &lock);
	if (result || !(a[2] & 8) || lock.l_type == F_UNLCK)
		told(result);
	else
		tell(": %d at %ld for %ld by %s", lock.l_type, (long)lock.l_start, (long)lock.l_len, who(lock.l_pid));
}
void run_flock(const int *a)
{
	if (is_nameless(slot(a[0]))) {
		tell(": nameless");
		return;
	}
	static const int kinds[] = { LOCK_SH, LOCK_EX, LOCK_UN };
	told(flock(slot(a[0]), kinds[(unsigned)a[2] % 3] | LOCK_NB));
}
