/* truncate(2), ftruncate(2), fallocate(2), posix_fadvise(2), readahead(2), fsync(2) and its family, sendfile(2), copy_file_range(2). */
#include "calls.h"
#include <linux/falloc.h>
#include <signal.h>
#include <sys/resource.h>

static char long_name[300], text[64];
static int directory, file, out_only, path, ends[2];

static long size_of(const char *name)
{
	struct stat st;
	return stat(name, &st) ? -1 : (long)st.st_size;
}

static void truncating(void)
{
	CALL(truncate, "shorter", "f", 2);
	show_file("f");
	CALL(truncate, "longer", "f", 10000);
	EFFECT(truncate, "is longer", size_of("f") == 10000);
	CALL(truncate, "below zero", "f", -1);
	CALL(truncate, "as long as can be", "f", INT64_MAX);
	CALL(truncate, "nothing there", "absent", 0);
	CALL(truncate, "no name", "", 0);
	CALL(truncate, "a directory", "d", 0);
	CALL(truncate, "a fifo", "fifo", 0);
	CALL(truncate, "below a file", "f/x", 0);
	CALL(truncate, "a link to itself", "loop", 0);
	CALL(truncate, "a long name", long_name, 0);
	CALL(truncate, "a wild path", BAD, 0);
	CALL(ftruncate, "shorter", file, 3);
	EFFECT(ftruncate, "is shorter", size_of("f") == 3);
	CALL(ftruncate, "below zero", file, -1);
	CALL(ftruncate, "no such descriptor", 99, 0);
	CALL(ftruncate, "for reading only", directory, 0);
	int in = open("f", O_RDONLY);
	CALL(ftruncate, "a file for reading only", in, 0);
	CALL(ftruncate, "O_PATH", path, 0);
	CALL(ftruncate, "a pipe", ends[1], 0);
	close(in);
}

static void beyond_limit(void)
{
	struct rlimit limit;
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = 100;
	setrlimit(RLIMIT_FSIZE, &limit);
	signal(SIGXFSZ, SIG_IGN);
	CALL(truncate, "beyond RLIMIT_FSIZE", "f", 101);
	CALL(ftruncate, "beyond RLIMIT_FSIZE", file, 101);
	CALL(ftruncate, "at RLIMIT_FSIZE", file, 100);
	CALL(fallocate, "beyond RLIMIT_FSIZE", file, 0, 0, 101);
}

static void allocating(void)
{
	struct stat st;
	ftruncate(file, 0);
	CALL(fallocate, "two pages", file, 0, 0, 8192);
	fstat(file, &st);
	EFFECT(fallocate, "are there", st.st_size == 8192 && st.st_blocks == 16);
	CALL(fallocate, "behind the end, which stays", file, FALLOC_FL_KEEP_SIZE, 8192, 4096);
	fstat(file, &st);
	EFFECT(fallocate, "is there", st.st_size == 8192 && st.st_blocks == 24);
	pwrite(file, "text", 4, 0);
	CALL(fallocate, "a hole", file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096);
	fstat(file, &st);
	EFFECT(fallocate, "reads as zeros", pread(file, text, 4, 0) == 4 && text[0] == 0 && st.st_blocks == 16);
	CALL(fallocate, "a hole that changes the size", file, FALLOC_FL_PUNCH_HOLE, 0, 4096);
	CALL(fallocate, "what tmpfs cannot", file, FALLOC_FL_COLLAPSE_RANGE, 0, 4096);
	CALL(fallocate, "no such mode", file, 0x1000, 0, 4096);
	CALL(fallocate, "none", file, 0, 0, 0);
	CALL(fallocate, "before the start", file, 0, -1, 10);
	CALL(fallocate, "a length below zero", file, 0, 0, -1);
	CALL(fallocate, "beyond 63 bits", file, 0, INT64_MAX, 10);
	CALL(fallocate, "no such descriptor", 99, 0, 0, 10);
	CALL(fallocate, "a directory", directory, 0, 0, 10);
	CALL(fallocate, "O_PATH", path, 0, 0, 10);
	CALL(fallocate, "a pipe", ends[1], 0, 0, 10);
	CALL(fallocate, "a pipe's reading end", ends[0], 0, 0, 10);
	int null = open("/dev/null", O_RDWR);
	CALL(fallocate, "a device", null, 0, 0, 10);
	close(null);
}

static void advising(void)
{
	CALL(fadvise64, "sequential", file, 0, 0, 2);
	CALL(fadvise64, "not needed", file, 0, 4096, 4);
	CALL(fadvise64, "no such advice", file, 0, 0, 6);
	CALL(fadvise64, "a length below zero", file, 0, -1, 0);
	CALL(fadvise64, "no such descriptor", 99, 0, 0, 0);
	CALL(fadvise64, "O_PATH", path, 0, 0, 0);
	CALL(fadvise64, "a pipe", ends[0], 0, 0, 0);
	CALL(readahead, "a file", file, 0, 4096);
	CALL(readahead, "for writing only", out_only, 0, 4096);
	CALL(readahead, "no such descriptor", 99, 0, 4096);
	CALL(readahead, "a directory", directory, 0, 4096);
	CALL(readahead, "a pipe", ends[0], 0, 4096);
}

static void synchronising(void)
{
	CALL(fsync, "a file", file);
	CALL(fsync, "a directory", directory);
	CALL(fsync, "a pipe", ends[0]);
	CALL(fsync, "no such descriptor", 99);
	CALL(fsync, "O_PATH", path);
	CALL(fdatasync, "a file", file);
	CALL(fdatasync, "a pipe", ends[0]);
	CALL(fdatasync, "no such descriptor", 99);
	CALL(syncfs, "a file's", file);
	CALL(syncfs, "no such descriptor", 99);
	CALL(syncfs, "O_PATH", path);
	CALL(sync_file_range, "a file's", file, 0, 0, 7);
	CALL(sync_file_range, "no such flag", file, 0, 0, 8);
	CALL(sync_file_range, "before the start", file, -1, 0, 0);
	CALL(sync_file_range, "a length below zero", file, 0, -1, 0);
	CALL(sync_file_range, "a pipe", ends[0], 0, 0, 0);
	CALL(sync_file_range, "no such descriptor", 99, 0, 0, 0);
	CALL(sync_file_range, "no such descriptor nor flag", 99, 0, 0, 8);
}

static void sending(void)
{
	put_file("f", "0123456789");
	put_file("to", "");
	int in = open("f", O_RDONLY), to = open("to", O_RDWR), append = open("to", O_RDWR | O_APPEND);
	long at = 2;
	CALL(sendfile, "from a position kept elsewhere", to, in, &at, 3);
	SHOWS(sendfile, "the position", "%ld", at);
	CALL(sendfile, "from its own", to, in, NULL, 4);
	CALL(lseek, "after sending", in, 0, SEEK_CUR);
	show_file("to");
	CALL(sendfile, "to a pipe", ends[1], in, NULL, 100);
	CALL(sendfile, "at the end", to, in, NULL, 1);
	CALL(sendfile, "from a pipe", to, ends[0], NULL, 1);
	CALL(sendfile, "from a pipe's position", to, ends[0], &at, 1);
	CALL(sendfile, "from a directory", to, directory, NULL, 1);
	CALL(sendfile, "to where is appended", append, in, NULL, 1);
	CALL(sendfile, "to where one only reads", in, in, NULL, 1);
	CALL(sendfile, "from where one only writes", to, out_only, NULL, 1);
	CALL(sendfile, "from no such descriptor", to, 99, NULL, 1);
	CALL(sendfile, "to no such descriptor", 99, in, NULL, 1);
	CALL(sendfile, "a wild position", to, in, BAD, 1);
	at = -1;
	CALL(sendfile, "before the start", to, in, &at, 1);
	CALL(sendfile, "a length below zero", to, in, NULL, -1);

	long from = 1, into = 20;
	CALL(copy_file_range, "between positions", in, &from, to, &into, 4, 0);
	SHOWS(copy_file_range, "the positions", "%ld %ld", from, into);
	lseek(in, 0, SEEK_SET), lseek(to, 0, SEEK_SET);
	CALL(copy_file_range, "at their own", in, NULL, to, NULL, 100, 0);
	show_file("to");
	CALL(copy_file_range, "at the end", in, NULL, to, NULL, 1, 0);
	CALL(copy_file_range, "a flag", in, NULL, to, NULL, 1, 1);
	CALL(copy_file_range, "from no such descriptor", 99, NULL, to, NULL, 1, 0);
	CALL(copy_file_range, "to no such descriptor", in, NULL, 99, NULL, 1, 0);
	CALL(copy_file_range, "from where one only writes", out_only, NULL, to, NULL, 1, 0);
	CALL(copy_file_range, "to where one only reads", in, NULL, in, NULL, 1, 0);
	CALL(copy_file_range, "to where is appended", in, NULL, append, NULL, 1, 0);
	CALL(copy_file_range, "from a directory", directory, NULL, to, NULL, 1, 0);
	CALL(copy_file_range, "to a directory", in, NULL, directory, NULL, 1, 0);
	CALL(copy_file_range, "from a pipe", ends[0], NULL, to, NULL, 1, 0);
	CALL(copy_file_range, "to a pipe", in, NULL, ends[1], NULL, 1, 0);
	CALL(copy_file_range, "a wild position", in, BAD, to, NULL, 1, 0);
	from = 0, into = 2;
	CALL(copy_file_range, "onto itself", to, &from, to, &into, 4, 0);
	from = 0, into = INT64_MAX - 1;
	CALL(copy_file_range, "to beyond 63 bits", in, &from, to, &into, 4, 0);
	close(in), close(to), close(append);
}

int main(void)
{
	files_enter();
	memset(long_name, 'n', 256);
	mkdir("d", 0755);
	put_file("f", "text");
	if (symlink("loop", "loop") || mkfifo("fifo", 0600) || pipe2(ends, O_NONBLOCK))
		perror("preparing");
	directory = open("d", O_RDONLY), file = open("f", O_RDWR), out_only = open("f", O_WRONLY), path = open("f", O_PATH);
	truncating();
	calls_apart(beyond_limit);
	allocating();
	advising();
	RAW(sync);
	printf("sync: done = ok\n");
	synchronising();
	sending();
	files_leave();
	return 0;
}
