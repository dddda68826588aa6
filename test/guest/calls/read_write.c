/* read(2), write(2), lseek(2), their positioned and vectored forms. */
#include "calls.h"
#include <linux/fs.h>
#include <sys/resource.h>
#include <signal.h>
#include <sys/uio.h>

static char text[64];

static void read_and_write(void)
{
	int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0644), in = open("f", O_RDONLY), out = open("f", O_WRONLY), path = open("f", O_PATH), directory = open(".", O_RDONLY);
	CALL(write, "five bytes", fd, "abcde", 5);
	CALL(write, "none", fd, BAD, 0);
	CALL(write, "no such descriptor", 99, text, 1);
	CALL(write, "a negative descriptor", -1, text, 1);
	CALL(write, "for reading only", in, text, 1);
	CALL(write, "O_PATH", path, text, 1);
	CALL(write, "a directory", directory, text, 1);
	CALL(write, "a wild pointer", fd, BAD, 1);
	CALL(write, "a length below zero", fd, text, -1);
	CALL(read, "five bytes and the end", in, text, sizeof(text));
	SHOWS(read, "what was written", "%.5s", text);
	CALL(read, "at the end", in, text, sizeof(text));
	CALL(read, "at the end, to a wild pointer", in, BAD, 1);
	CALL(read, "none", fd, BAD, 0);
	CALL(read, "no such descriptor", 99, text, 1);
	CALL(read, "for writing only", out, text, 1);
	CALL(read, "O_PATH", path, text, 1);
	CALL(read, "a directory", directory, text, 1);
	lseek(in, 0, SEEK_SET);
	CALL(read, "a wild pointer", in, BAD, 1);
	CALL(read, "a length below zero", in, text, -1);
	char *edge = calls_edge() + 4093;
	CALL(read, "across the end of memory", in, edge, 5);
	CALL(read, "into read-only memory", in, mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 5);
	close(fd), close(in), close(out), close(path), close(directory);
}

static void pipes(void)
{
	int ends[2];
	if (pipe2(ends, O_NONBLOCK))
		return;
	CALL(read, "an empty pipe that shall not wait", ends[0], text, 1);
	CALL(read, "a pipe's writing end", ends[1], text, 1);
	CALL(write, "a pipe's reading end", ends[0], text, 1);
	static char much[65537];
	CALL(write, "more than a pipe takes", ends[1], much, sizeof(much));
	CALL(write, "a full pipe that shall not wait", ends[1], text, 1);
	CALL(pread64, "a pipe", ends[0], text, 1, 0);
	CALL(pwrite64, "a pipe", ends[1], text, 1, 0);
	CALL(lseek, "a pipe", ends[0], 0, SEEK_SET);
	close(ends[0]);
	signal(SIGPIPE, SIG_IGN);
	CALL(write, "a pipe nobody reads", ends[1], text, 1);
	close(ends[1]);
	if (pipe(ends))
		return;
	close(ends[1]);
	CALL(read, "a pipe nobody writes", ends[0], text, 1);
	close(ends[0]);
}

static void limits(void)
{
	struct rlimit limit;
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = 10;
	setrlimit(RLIMIT_FSIZE, &limit);
	signal(SIGXFSZ, SIG_IGN);
	int fd = open("limited", O_RDWR | O_CREAT | O_TRUNC, 0644);
	CALL(write, "across RLIMIT_FSIZE", fd, "twelve bytes", 12);
	CALL(write, "behind RLIMIT_FSIZE", fd, "x", 1);
	CALL(pwrite64, "behind RLIMIT_FSIZE", fd, "x", 1, 10);
	CALL(writev, "behind RLIMIT_FSIZE", fd, (&(struct iovec){ text, 1 }), 1);
	CALL(pwritev, "behind RLIMIT_FSIZE", fd, (&(struct iovec){ text, 1 }), 1, 10, 0);
	close(fd);
}

static void positions(void)
{
	put_file("f", "0123456789");
	int fd = open("f", O_RDWR), in = open("f", O_RDONLY), out = open("f", O_WRONLY), path = open("f", O_PATH), directory = open(".", O_RDONLY);
	CALL(lseek, "to 3", fd, 3, SEEK_SET);
	CALL(lseek, "2 on", fd, 2, SEEK_CUR);
	CALL(lseek, "4 before the end", fd, -4, SEEK_END);
	CALL(lseek, "behind the end", fd, 10, SEEK_END);
	CALL(lseek, "the next data", fd, 2, SEEK_DATA);
	CALL(lseek, "the next hole", fd, 2, SEEK_HOLE);
	CALL(lseek, "data behind the end", fd, 10, SEEK_DATA);
	CALL(lseek, "a hole behind the end", fd, 11, SEEK_HOLE);
	CALL(lseek, "data before the start", fd, -1, SEEK_DATA);
	CALL(lseek, "before the start", fd, -1, SEEK_SET);
	CALL(lseek, "before the start, from the end", fd, -11, SEEK_END);
	CALL(lseek, "more than 64 bits", fd, INT64_MAX, SEEK_END);
	CALL(lseek, "no such way", fd, 0, 5);
	CALL(lseek, "no such descriptor", 99, 0, SEEK_SET);
	CALL(lseek, "O_PATH", path, 0, SEEK_SET);
	CALL(pread64, "three from 4", fd, text, 3, 4);
	SHOWS(pread64, "which are", "%.3s", text);
	CALL(pread64, "behind the end", fd, text, 3, 10);
	CALL(pread64, "before the start", fd, text, 3, -1);
	CALL(pread64, "no such descriptor", 99, text, 3, 0);
	CALL(pread64, "no such descriptor before the start", 99, text, 3, -1);
	CALL(pread64, "for writing only", out, text, 3, 0);
	CALL(pread64, "a directory", directory, text, 3, 0);
	CALL(pread64, "a wild pointer", fd, BAD, 3, 0);
	CALL(pwrite64, "two to 8", fd, "XY", 2, 8);
	CALL(pwrite64, "before the start", fd, "XY", 2, -1);
	CALL(pwrite64, "no such descriptor", 99, "XY", 2, 0);
	CALL(pwrite64, "for reading only", in, "XY", 2, 0);
	CALL(pwrite64, "a wild pointer", fd, BAD, 2, 0);
	CALL(pwrite64, "more than 64 bits", fd, "XY", 2, INT64_MAX);
	show_file("f");
	EFFECT(pwrite64, "the position stays", lseek(fd, 0, SEEK_CUR) == 10 || lseek(fd, 0, SEEK_CUR) == 20);
	close(fd), close(in), close(out), close(path), close(directory);
}

static void vectors(void)
{
	put_file("f", "");
	int fd = open("f", O_RDWR), in = open("f", O_RDONLY), out = open("f", O_WRONLY), directory = open(".", O_RDONLY), ends[2];
	if (pipe2(ends, O_NONBLOCK))
		return;
	char a[4] = "abc", b[4] = "def";
	struct iovec good[2] = { { a, 3 }, { b, 3 } }, wild[2] = { { a, 3 }, { BAD, 3 } }, negative[2] = { { a, -1 }, { b, 3 } }, all[1025] = { { a, 1 } };
	CALL(writev, "two vectors", fd, good, 2);
	CALL(writev, "none", fd, good, 0);
	CALL(writev, "the second wild", fd, wild, 2);
	CALL(writev, "the only one wild", fd, wild + 1, 1);
	CALL(writev, "wild vectors", fd, BAD, 1);
	CALL(writev, "a length below zero", fd, negative, 2);
	CALL(writev, "1025 vectors", fd, all, 1025);
	CALL(writev, "1024 vectors", fd, all, 1024);
	CALL(writev, "vectors below zero", fd, good, -1);
	CALL(writev, "no such descriptor", 99, good, 2);
	CALL(writev, "no such descriptor, wild vectors", 99, BAD, 2);
	CALL(writev, "for reading only", in, good, 2);
	show_file("f");
	CALL(readv, "two vectors", in, good, 2);
	SHOWS(readv, "which hold", "%.3s %.3s", a, b);
	CALL(readv, "the second wild", in, wild, 2);
	CALL(readv, "none", in, good, 0);
	CALL(readv, "wild vectors", in, BAD, 1);
	CALL(readv, "the only one wild", fd, (lseek(fd, 0, SEEK_SET), wild + 1), 1);
	CALL(readv, "a length below zero", in, negative, 2);
	CALL(readv, "1025 vectors", in, all, 1025);
	CALL(readv, "no such descriptor", 99, good, 2);
	CALL(readv, "for writing only", out, good, 2);
	CALL(readv, "a directory", directory, good, 2);
	CALL(readv, "an empty pipe that shall not wait", ends[0], good, 2);

	strcpy(a, "123"), strcpy(b, "456");
	CALL(pwritev, "two vectors at 2", fd, good, 2, 2, 0);
	CALL(pwritev, "before the start", fd, good, 2, -1, -1);
	CALL(pwritev, "a pipe", ends[1], good, 2, 0, 0);
	CALL(pwritev, "no such descriptor", 99, good, 2, 0, 0);
	CALL(pwritev, "for reading only", in, good, 2, 0, 0);
	CALL(pwritev, "wild vectors", fd, BAD, 2, 0, 0);
	CALL(pwritev, "1025 vectors", fd, all, 1025, 0, 0);
	CALL(pwritev, "a length below zero", fd, negative, 2, 0, 0);
	show_file("f");
	CALL(preadv, "two vectors at 1", fd, good, 2, 1, 0);
	SHOWS(preadv, "which hold", "%.3s %.3s", a, b);
	CALL(preadv, "before the start", fd, good, 2, -1, -1);
	CALL(preadv, "a pipe", ends[0], good, 2, 0, 0);
	CALL(preadv, "no such descriptor", 99, good, 2, 0, 0);
	CALL(preadv, "for writing only", out, good, 2, 0, 0);
	CALL(preadv, "wild vectors", fd, BAD, 2, 0, 0);
	CALL(preadv, "a wild buffer", fd, wild + 1, 1, 0, 0);
	CALL(preadv, "1025 vectors", fd, all, 1025, 0, 0);
	CALL(preadv, "a length below zero", fd, negative, 2, 0, 0);

	strcpy(a, "ABC"), strcpy(b, "DEF");
	lseek(fd, 1, SEEK_SET);
	CALL(pwritev2, "at its own position", fd, good, 2, -1, -1, 0);
	CALL(pwritev2, "appending", fd, good, 2, 0, 0, RWF_APPEND);
	CALL(pwritev2, "synchronously", fd, good, 1, 0, 0, RWF_DSYNC | RWF_SYNC);
	CALL(pwritev2, "no such flag", fd, good, 2, 0, 0, 0x4000);
	CALL(pwritev2, "no such descriptor", 99, good, 2, 0, 0, 0);
	CALL(pwritev2, "no such descriptor and flag", 99, good, 2, 0, 0, 0x4000);
	CALL(pwritev2, "before the start", fd, good, 2, -2, -1, 0);
	CALL(pwritev2, "wild vectors", fd, BAD, 2, 0, 0, 0);
	show_file("f");
	CALL(lseek, "after writing at its own position", fd, 0, SEEK_CUR);
	CALL(preadv2, "at 2", fd, good, 2, 2, 0, 0);
	SHOWS(preadv2, "which hold", "%.3s %.3s", a, b);
	CALL(preadv2, "at its own position", fd, good, 2, -1, -1, 0);
	CALL(lseek, "after reading at its own position", fd, 0, SEEK_CUR);
	CALL(preadv2, "no such flag", fd, good, 2, 0, 0, 0x4000);
	CALL(preadv2, "appending", fd, good, 2, 0, 0, RWF_APPEND);
	CALL(preadv2, "no such descriptor", 99, good, 2, 0, 0, 0);
	CALL(preadv2, "before the start", fd, good, 2, -2, -1, 0);
	CALL(preadv2, "wild vectors", fd, BAD, 2, 0, 0, 0);
	close(fd), close(in), close(out), close(directory), close(ends[0]), close(ends[1]);
}

int main(void)
{
	files_enter();
	read_and_write();
	pipes();
	calls_apart(limits);
	positions();
	vectors();
	files_leave();
	return 0;
}
