/* open(2), openat(2), creat(2), close(2), close_range(2), access(2), umask(2). */
#include "calls.h"
#include <sys/resource.h>
#include <sched.h>
#include <signal.h>

#define CLOSE_CLOEXEC (1u << 2)
#define CLOSE_UNSHARE (1u << 1)

static char long_name[300], long_path[5000];

static void opening(void)
{
	CALL(open, "what is not there", "absent", O_RDONLY);
	int fd = CALL(open, "made", "f", O_RDWR | O_CREAT | O_EXCL, 0640);
	struct stat st;
	fstat(fd, &st);
	EFFECT(open, "the mode, less the umask", (st.st_mode & 07777) == 0640);
	CALL(open, "O_EXCL on what is there", "f", O_RDWR | O_CREAT | O_EXCL, 0600);
	put_file("f", "text");
	CALL(open, "O_TRUNC", "f", O_WRONLY | O_TRUNC);
	show_file("f");
	CALL(open, "a directory to write", ".", O_WRONLY);
	CALL(open, "a directory with O_CREAT", "d", O_RDONLY | O_CREAT, 0600);
	CALL(open, "a directory with O_CREAT and O_DIRECTORY", "d", O_RDONLY | O_CREAT | O_DIRECTORY, 0600);
	CALL(open, "a file as directory", "f", O_RDONLY | O_DIRECTORY);
	CALL(open, "below a file", "f/x", O_RDONLY);
	CALL(open, "below what is not there", "absent/x", O_RDWR | O_CREAT, 0600);
	CALL(open, "a file with a slash behind", "f/", O_RDONLY);
	CALL(open, "made with a slash behind", "new/", O_RDWR | O_CREAT, 0600);
	CALL(open, "no name", "", O_RDONLY);
	CALL(open, "a wild pointer", BAD, O_RDONLY);
	CALL(open, "a long name", long_name, O_RDONLY);
	CALL(open, "a long path", long_path, O_RDONLY);
	CALL(open, "a link to itself", "loop", O_RDONLY);
	CALL(open, "a link not to be followed", "link", O_RDONLY | O_NOFOLLOW);
	CALL(open, "a link to nothing, O_EXCL", "dangling", O_RDWR | O_CREAT | O_EXCL, 0600);
	CALL(open, "a link to nothing", "dangling", O_RDONLY);
	CALL_OK(open, "a link to nothing, made", "dangling", O_RDWR | O_CREAT, 0600);
	EFFECT(open, "what the link names was made", access("target", F_OK) == 0);
	CALL(open, "a fifo nobody reads", "fifo", O_WRONLY | O_NONBLOCK);
	CALL(open, "a socket's name", "socket", O_RDONLY);
	CALL(open, "a device that does not exist", "device", O_RDONLY);
	CALL(open, "O_TMPFILE for reading only", ".", O_TMPFILE | O_RDONLY, 0600);
	CALL(open, "O_TMPFILE at a file", "f", O_TMPFILE | O_RDWR, 0600);
	CALL(open, "O_TMPFILE where nothing is", "absent", O_TMPFILE | O_RDWR, 0600);
	int nameless = CALL_OK(open, "O_TMPFILE", ".", O_TMPFILE | O_RDWR, 0600);
	fstat(nameless, &st);
	EFFECT(open, "O_TMPFILE has no name", st.st_nlink == 0);
	fd = CALL_OK(open, "O_PATH of a link", "link", O_PATH | O_NOFOLLOW);
	fstat(fd, &st);
	EFFECT(open, "it is the link", S_ISLNK(st.st_mode));
	fd = CALL_OK(open, "O_CLOEXEC", "f", O_RDONLY | O_CLOEXEC);
	EFFECT(open, "its flag is set", fcntl(fd, F_GETFD) == FD_CLOEXEC);

	int directory = open("d", O_RDONLY), file = open("f", O_RDONLY), path = open("d", O_PATH);
	CALL_OK(openat, "made below a directory", directory, "inside", O_RDWR | O_CREAT, 0600);
	EFFECT(openat, "it is there", access("d/inside", F_OK) == 0);
	CALL_OK(openat, "below O_PATH", path, "inside", O_RDONLY);
	CALL_OK(openat, "an absolute path and no descriptor", 99, "/", O_RDONLY);
	CALL(openat, "no such descriptor", 99, "f", O_RDONLY);
	CALL(openat, "below a file", file, "f", O_RDONLY);
	CALL(openat, "what is not there", directory, "absent", O_RDONLY);
	CALL(openat, "no name", directory, "", O_RDONLY);
	CALL(openat, "a wild pointer", directory, BAD, O_RDONLY);
	CALL_OK(creat, "made", "created", 0666);
	stat("created", &st);
	EFFECT(creat, "the mode, less the umask", (st.st_mode & 07777) == 0644);
	put_file("created", "text");
	CALL_OK(creat, "what is there", "created", 0600);
	show_file("created");
	CALL(creat, "a directory", "d", 0600);
	CALL(creat, "no name", "", 0600);
	CALL(creat, "a long name", long_name, 0600);
	CALL(creat, "below a file", "f/x", 0600);
	CALL(creat, "below what is not there", "absent/x", 0600);
	CALL(creat, "a link to itself", "loop", 0600);
	CALL(creat, "a wild pointer", BAD, 0600);
}

static void no_descriptors(void)
{
	struct rlimit limit = { 3, 3 };
	for (int fd = 3; fd < 100; fd++)
		close(fd);
	setrlimit(RLIMIT_NOFILE, &limit);
	CALL(open, "no descriptor left", "f", O_RDONLY);
	CALL(openat, "no descriptor left", AT_FDCWD, "f", O_RDONLY);
	CALL(creat, "no descriptor left", "f2", 0600);
	EFFECT(creat, "nothing was made", access("f2", F_OK) != 0);
	CALL(openat, "no descriptor left for what is not there", AT_FDCWD, "absent", O_RDONLY);
}

static int close_unshared(void *argument)
{
	(void)argument;
	_exit(RAW(close_range, 60, 60, CLOSE_UNSHARE) == 0 && fcntl(60, F_GETFD) == -1 ? 0 : 1);
}

static void unsharing(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	int status;
	dup2(0, 60);
	int pid = clone(close_unshared, stack + sizeof(stack), CLONE_FILES | SIGCHLD, NULL);
	waitpid(pid, &status, 0);
	EFFECT(close_range, "unshared: open here, closed there", status == 0 && fcntl(60, F_GETFD) == 0);
	close(60);
}

static void closing(void)
{
	int fd = open("f", O_RDONLY);
	CALL(close, "an open one", fd);
	CALL(close, "the same again", fd);
	CALL(close, "below zero", -1);
	CALL(close, "far beyond", 1 << 30);
	for (int to = 40; to < 50; to++)
		dup2(0, to);
	CALL(close_range, "from above to below", 45, 40, 0);
	CALL(close_range, "no such flag", 40, 45, 1);
	CALL(close_range, "40 to 43", 40, 43, 0);
	EFFECT(close_range, "43 is closed, 44 open", fcntl(43, F_GETFD) == -1 && fcntl(44, F_GETFD) == 0);
	CALL(close_range, "44 to 45, when executing", 44, 45, CLOSE_CLOEXEC);
	EFFECT(close_range, "44 open with its flag", fcntl(44, F_GETFD) == FD_CLOEXEC && fcntl(46, F_GETFD) == 0);
	CALL(close_range, "none open", 1000, 2000, 0);
	CALL(close_range, "unshared first", 46, ~0u, CLOSE_UNSHARE);
	EFFECT(close_range, "46 and 49 are closed", fcntl(46, F_GETFD) == -1 && fcntl(49, F_GETFD) == -1);
	CALL(close_range, "all behind 2^31", 1u << 31, ~0u, 0);
}

static void accessing(void)
{
	int directory = open("d", O_RDONLY), file = open("f", O_RDONLY);
	put_file("f", "");
	CALL(access, "there", "f", F_OK);
	CALL(access, "to read and write", "f", R_OK | W_OK);
	CALL(access, "to execute what nobody may", "f", X_OK);
	chmod("f", 0100);
	CALL(access, "to execute what somebody may", "f", X_OK);
	CALL(access, "to search a directory", "d", X_OK);
	CALL(access, "no such mode", "f", 8);
	CALL(access, "no such mode, nothing there", "absent", 8);
	CALL(access, "nothing there", "absent", F_OK);
	CALL(access, "no name", "", F_OK);
	CALL(access, "below a file", "f/x", F_OK);
	CALL(access, "a link to itself", "loop", F_OK);
	CALL(access, "a long name", long_name, F_OK);
	CALL(access, "a wild pointer", BAD, F_OK);
	CALL(faccessat, "below a directory", directory, "inside", R_OK);
	CALL(faccessat, "no such descriptor", 99, "f", R_OK);
	CALL(faccessat, "an absolute path and no descriptor", 99, "/", R_OK);
	CALL(faccessat, "below a file", file, "x", R_OK);
	CALL(faccessat, "no such mode", directory, "inside", 16);
	CALL(faccessat, "nothing there", directory, "absent", R_OK);
	CALL(faccessat, "to execute what nobody may", directory, "inside", X_OK);
	CALL(faccessat, "a wild pointer", directory, BAD, R_OK);
	CALL(faccessat2, "as the effective user", directory, "inside", R_OK, AT_EACCESS);
	CALL(faccessat2, "a link itself", AT_FDCWD, "loop", R_OK, AT_SYMLINK_NOFOLLOW);
	CALL(faccessat2, "a link to itself, followed", AT_FDCWD, "loop", R_OK, 0);
	CALL(faccessat2, "the descriptor itself", file, "", R_OK, AT_EMPTY_PATH);
	CALL(faccessat2, "no name", file, "", R_OK, 0);
	CALL(faccessat2, "no such flag", directory, "inside", R_OK, 0x8000);
	CALL(faccessat2, "no such mode", directory, "inside", 8, 0);
	CALL(faccessat2, "no such descriptor", 99, "f", R_OK, 0);
	CALL(faccessat2, "below a file", file, "x", R_OK, 0);
	CALL(faccessat2, "to execute what nobody may", directory, "inside", X_OK, 0);
	CALL(faccessat2, "a wild pointer", directory, BAD, R_OK, 0);
}

static void masking(void)
{
	struct stat st;
	CALL(umask, "the old one, octal 022", 027);
	CALL(umask, "more bits than there are", 07777777);
	CALL(umask, "of which these stay", 022);
	int fd = open("masked", O_CREAT | O_RDWR, 0777);
	fstat(fd, &st);
	EFFECT(umask, "is taken from a mode", (st.st_mode & 07777) == 0755);
	close(fd);
}

int main(void)
{
	files_enter();
	memset(long_name, 'n', 256);
	for (unsigned i = 0; i < 4998; i += 2)
		memcpy(long_path + i, "./", 2);
	mkdir("d", 0755);
	if (symlink("loop", "loop") || symlink("f", "link") || symlink("target", "dangling") || mkfifo("fifo", 0600) || mknod("socket", S_IFSOCK | 0600, 0) ||
	    mknod("device", S_IFCHR | 0600, 200 << 8))
		perror("preparing");
	calls_apart(opening);
	calls_apart(no_descriptors);
	closing();
	unsharing();
	accessing();
	masking();
	files_leave();
	return 0;
}
