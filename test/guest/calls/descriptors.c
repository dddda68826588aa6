/* dup(2) and its family, fcntl(2), ioctl(2), flock(2), pipe(2). */
#include "calls.h"
#include <linux/fs.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

static int file, in, out, path, directory, ends[2];

static void duplicating(void)
{
	int copy = CALL_OK(dup, "a file", file), other = dup(file);
	EFFECT(dup, "to the lowest free", other == copy + 1);
	close(copy), close(other);
	CALL(dup, "no such descriptor", 99);
	CALL_OK(dup, "O_PATH", path);
	CALL(dup2, "to 50", file, 50);
	EFFECT(dup2, "without close-on-exec", fcntl(50, F_GETFD) == 0);
	CALL(dup2, "to itself", 50, 50);
	CALL(dup2, "to itself, not open", 51, 51);
	CALL(dup2, "no such descriptor", 99, 50);
	CALL(dup2, "to below zero", file, -1);
	CALL(dup2, "far beyond", file, 1 << 30);
	CALL(dup3, "to 51, closed when executing", file, 51, O_CLOEXEC);
	EFFECT(dup3, "its flag is set", fcntl(51, F_GETFD) == FD_CLOEXEC);
	CALL(dup3, "to itself", 50, 50, 0);
	CALL(dup3, "no such flag", file, 50, O_APPEND);
	CALL(dup3, "no such descriptor", 99, 50, 0);
	CALL(dup3, "far beyond", file, 1 << 30, 0);
}

static void no_descriptors(void)
{
	struct rlimit limit = { 3, 3 };
	int two[2];
	setrlimit(RLIMIT_NOFILE, &limit);
	for (int fd = 3; fd < 100; fd++)
		close(fd);
	CALL(dup, "no descriptor left", 0);
	CALL(dup2, "beyond RLIMIT_NOFILE", 0, 3);
	CALL(dup3, "beyond RLIMIT_NOFILE", 0, 3, 0);
	CALL(fcntl, "F_DUPFD, no descriptor left", 0, F_DUPFD, 0);
	CALL(fcntl, "F_DUPFD beyond RLIMIT_NOFILE", 0, F_DUPFD, 3);
	CALL(pipe, "no descriptor left", two);
	CALL(pipe2, "no descriptor left", two, 0);
	limit.rlim_cur = 3;
}

static void controlling(void)
{
	CALL(fcntl, "F_DUPFD from 60", file, F_DUPFD, 60);
	CALL(fcntl, "F_DUPFD_CLOEXEC from 60", file, F_DUPFD_CLOEXEC, 60);
	CALL(fcntl, "F_GETFD of both", 61, F_GETFD);
	CALL(fcntl, "F_SETFD", 60, F_SETFD, FD_CLOEXEC);
	CALL(fcntl, "F_GETFD after it", 60, F_GETFD);
	CALL(fcntl, "F_DUPFD below zero", file, F_DUPFD, -1);
	CALL(fcntl, "F_GETFL", in, F_GETFL);
	CALL(fcntl, "F_SETFL", file, F_SETFL, O_APPEND | O_NONBLOCK | O_RDONLY | O_CREAT);
	CALL(fcntl, "F_GETFL after it", file, F_GETFL);
	fcntl(file, F_SETFL, 0);
	CALL(fcntl, "F_SETFL O_ASYNC", file, F_SETFL, O_ASYNC);
	CALL(fcntl, "F_GETFL of a pipe", ends[1], F_GETFL);
	CALL(fcntl, "no such descriptor", 99, F_GETFD);
	CALL(fcntl, "no such command", file, 9999, 0);
	CALL(fcntl, "F_GETFL of O_PATH", path, F_GETFL);
	CALL(fcntl, "F_SETFL of O_PATH", path, F_SETFL, 0);
	CALL(fcntl, "F_GETFD of O_PATH", path, F_GETFD);
	CALL(fcntl, "F_SETOWN to oneself", file, F_SETOWN, getpid());
	EFFECT(fcntl, "F_GETOWN is oneself", fcntl(file, F_GETOWN) == getpid());
	CALL(fcntl, "F_SETOWN to nobody", file, F_SETOWN, 999999);
	CALL(fcntl, "F_SETSIG", file, F_SETSIG, SIGUSR1);
	EFFECT(fcntl, "F_GETSIG is that", fcntl(file, F_GETSIG) == SIGUSR1);
	CALL(fcntl, "F_SETSIG to none there is", file, F_SETSIG, 65);
	CALL(fcntl, "F_GETPIPE_SZ", ends[0], F_GETPIPE_SZ);
	CALL(fcntl, "F_GETPIPE_SZ of a file", file, F_GETPIPE_SZ);
	CALL(fcntl, "F_SETPIPE_SZ", ends[0], F_SETPIPE_SZ, 5000);
	CALL(fcntl, "F_SETPIPE_SZ of a file", file, F_SETPIPE_SZ, 5000);
	CALL(fcntl, "F_GET_SEALS of a file", directory, F_GET_SEALS);
	CALL(fcntl, "F_GETLEASE", in, F_GETLEASE);
	struct {
		int type, pid;
	} owner = { 2, getpgrp() };
	CALL(fcntl, "F_SETOWN_EX to a group", file, F_SETOWN_EX, &owner);
	EFFECT(fcntl, "F_GETOWN is minus that", fcntl(file, F_GETOWN) == -getpgrp());
	owner.pid = 0;
	CALL(fcntl, "F_GETOWN_EX", file, F_GETOWN_EX, &owner);
	EFFECT(fcntl, "is the group", owner.type == 2 && owner.pid == getpgrp());
	owner.type = 3;
	CALL(fcntl, "F_SETOWN_EX, no such type", file, F_SETOWN_EX, &owner);
	CALL(fcntl, "F_SETOWN_EX, wild", file, F_SETOWN_EX, BAD);
}

static struct flock lock_of(int type, int whence, long start, long length) { return (struct flock){ .l_type = type, .l_whence = whence, .l_start = start, .l_len = length }; }

static void other_process(void)
{
	struct flock lock = lock_of(F_WRLCK, SEEK_SET, 0, 0);
	CALL(fcntl, "F_SETLK of what another has", file, F_SETLK, &lock);
	CALL(fcntl, "F_GETLK", file, F_GETLK, &lock);
	SHOWS(fcntl, "is held", "%s from %ld, %ld bytes, by %s", lock.l_type == F_RDLCK ? "to read" : "to write", (long)lock.l_start, (long)lock.l_len,
	      lock.l_pid == getppid() ? "the parent" : "another");
	lock = lock_of(F_WRLCK, SEEK_SET, 20, 10);
	CALL(fcntl, "F_SETLK of what is free", file, F_SETLK, &lock);
	int again = open("f", O_RDWR);
	CALL(flock, "what another holds", again, LOCK_EX | LOCK_NB);
	CALL(flock, "the same shared", again, LOCK_SH | LOCK_NB);
}

static void locking(void)
{
	struct flock lock = lock_of(F_WRLCK, SEEK_SET, 0, 10);
	CALL(fcntl, "F_SETLK", file, F_SETLK, &lock);
	CALL(fcntl, "F_SETLKW of one's own", file, F_SETLKW, &lock);
	CALL(flock, "exclusively", file, LOCK_EX);
	calls_apart(other_process);
	CALL(flock, "shared", file, LOCK_SH);
	CALL(flock, "given up", file, LOCK_UN);
	CALL(flock, "no such operation", file, 0);
	CALL(flock, "two at once", file, LOCK_SH | LOCK_EX);
	CALL(flock, "no such descriptor", 99, LOCK_SH);
	CALL(flock, "no such descriptor nor operation", 99, 0);
	CALL(flock, "O_PATH", path, LOCK_SH);
	CALL(flock, "a directory", directory, LOCK_EX);
	CALL(flock, "a pipe", ends[0], LOCK_EX | LOCK_NB);
	lock = lock_of(F_RDLCK, SEEK_SET, 0, 10);
	CALL(fcntl, "F_SETLK to read where one only writes", out, F_SETLK, &lock);
	lock = lock_of(F_WRLCK, SEEK_SET, 0, 10);
	CALL(fcntl, "F_SETLK to write where one only reads", in, F_SETLK, &lock);
	lock = lock_of(7, SEEK_SET, 0, 10);
	CALL(fcntl, "F_SETLK, no such kind", file, F_SETLK, &lock);
	lock = lock_of(F_RDLCK, 7, 0, 10);
	CALL(fcntl, "F_SETLK, from nowhere", file, F_SETLK, &lock);
	lock = lock_of(F_RDLCK, SEEK_SET, -1, 10);
	CALL(fcntl, "F_SETLK before the start", file, F_SETLK, &lock);
	lock = lock_of(F_RDLCK, SEEK_SET, 5, -10);
	CALL(fcntl, "F_SETLK, backwards before the start", file, F_SETLK, &lock);
	lock = lock_of(F_RDLCK, SEEK_SET, INT64_MAX, 10);
	CALL(fcntl, "F_SETLK beyond 63 bits", file, F_SETLK, &lock);
	lock = lock_of(F_UNLCK, SEEK_SET, 0, 10);
	CALL(fcntl, "F_GETLK of nothing", file, F_GETLK, &lock);
	CALL(fcntl, "F_SETLK, wild", file, F_SETLK, BAD);
	CALL(fcntl, "F_GETLK, wild", file, F_GETLK, BAD);
	lock = lock_of(F_RDLCK, SEEK_SET, 0, 10);
	lock.l_pid = 1;
	CALL(fcntl, "F_OFD_SETLK with a process", file, F_OFD_SETLK, &lock);
	lock.l_pid = 0;
	CALL(fcntl, "F_OFD_SETLK", in, F_OFD_SETLK, &lock);
	lock = lock_of(F_WRLCK, SEEK_SET, 0, 0);
	CALL(fcntl, "F_OFD_GETLK", out, F_OFD_GETLK, &lock);
	EFFECT(fcntl, "is held by this process", lock.l_pid == getpid());
	lock = lock_of(F_UNLCK, SEEK_SET, 0, 0);
	CALL(fcntl, "F_SETLK, given up", file, F_SETLK, &lock);
}

static void devices(void)
{
	int number = 0;
	struct winsize size;
	CALL(ioctl, "FIONREAD of a file", in, FIONREAD, &number);
	SHOWS(ioctl, "which has", "%d", number);
	write(ends[1], "abc", 3);
	CALL(ioctl, "FIONREAD of a pipe", ends[0], FIONREAD, &number);
	SHOWS(ioctl, "which has", "%d", number);
	CALL(ioctl, "FIOCLEX", in, FIOCLEX);
	EFFECT(ioctl, "sets the flag", fcntl(in, F_GETFD) == FD_CLOEXEC);
	CALL(ioctl, "FIONCLEX", in, FIONCLEX);
	number = 1;
	CALL(ioctl, "FIONBIO", in, FIONBIO, &number);
	EFFECT(ioctl, "sets O_NONBLOCK", fcntl(in, F_GETFL) & O_NONBLOCK);
	CALL(ioctl, "FIONBIO, wild", in, FIONBIO, BAD);
	CALL(ioctl, "FIONREAD, wild", in, FIONREAD, BAD);
	CALL(ioctl, "a terminal's of a file", in, TIOCGWINSZ, &size);
	CALL(ioctl, "a terminal's of a pipe", ends[0], TIOCGWINSZ, &size);
	CALL(ioctl, "no such request", in, 0x12345678, 0);
	CALL(ioctl, "no such descriptor", 99, FIONREAD, &number);
	CALL(ioctl, "O_PATH", path, FIONREAD, &number);
	CALL(ioctl, "FIGETBSZ", in, FIGETBSZ, &number);
	SHOWS(ioctl, "which is", "%d", number);
	CALL(ioctl, "FS_IOC_GETFLAGS of a pipe", ends[0], FS_IOC_GETFLAGS, &number);
}

static void pipes(void)
{
	int two[2] = { -1, -1 };
	char text[8] = "";
	CALL(pipe, "two ends", two);
	EFFECT(pipe, "what goes in comes out", write(two[1], "abc", 3) == 3 && read(two[0], text, 8) == 3 && strcmp(text, "abc") == 0);
	CALL(pipe, "a wild pointer", BAD);
	int next = dup(0);
	EFFECT(pipe, "which leaves no descriptor behind", next == two[1] + 1);
	close(two[0]), close(two[1]), close(next);
	CALL(pipe2, "with flags", two, O_CLOEXEC | O_NONBLOCK);
	EFFECT(pipe2, "which are set", fcntl(two[0], F_GETFD) == FD_CLOEXEC && fcntl(two[1], F_GETFL) == (O_WRONLY | O_NONBLOCK));
	CALL(pipe2, "a wild pointer", BAD, 0);
	CALL(pipe2, "no such flag", two, O_CREAT);
	CALL(pipe2, "O_APPEND", two, O_APPEND);
	close(two[0]), close(two[1]);
}

int main(void)
{
	files_enter();
	mkdir("d", 0755);
	put_file("f", "text");
	if (pipe2(ends, O_NONBLOCK))
		perror("preparing");
	directory = open("d", O_RDONLY), file = open("f", O_RDWR), in = open("f", O_RDONLY), out = open("f", O_WRONLY), path = open("f", O_PATH);
	duplicating();
	calls_apart(no_descriptors);
	controlling();
	locking();
	devices();
	pipes();
	files_leave();
	return 0;
}
