/* Making, removing and moving names: link(2), symlink(2), readlink(2), unlink(2), mkdir(2), rmdir(2), mknod(2), rename(2). */
#include "calls.h"
#include <linux/fs.h>

static char long_name[300], long_path[5000], text[64];
static struct stat st;
static int directory, file, path;

static int kind(const char *name) { return lstat(name, &st) ? 0 : (int)(st.st_mode & S_IFMT); }
static int links(const char *name) { return lstat(name, &st) ? 0 : (int)st.st_nlink; }

static void linking(void)
{
	CALL(link, "a second name", "f", "f2");
	EFFECT(link, "both have two", links("f") == 2 && links("f2") == 2);
	CALL(link, "a name that is there", "f", "f2");
	CALL(link, "a directory", "d", "d2");
	CALL(link, "nothing there", "absent", "x");
	CALL(link, "to where nothing is", "f", "absent/x");
	CALL(link, "below a file", "f/x", "x");
	CALL(link, "to below a file", "f", "f2/x");
	CALL(link, "no name", "", "x");
	CALL(link, "to no name", "f", "");
	CALL(link, "across file systems", "/proc/uptime", "x");
	CALL(link, "below a link to itself", "loop/x", "x");
	CALL(link, "a long name", long_name, "x");
	CALL(link, "to a long name", "f", long_name);
	CALL(link, "a long path", long_path, "x");
	CALL(link, "a wild path", BAD, "x");
	CALL(link, "to a wild path", "f", BAD);
	CALL(link, "a link itself", "link", "link2");
	EFFECT(link, "is a link", kind("link2") == S_IFLNK);
	CALL(linkat, "below a directory", directory, "inside", AT_FDCWD, "linked", 0);
	EFFECT(linkat, "is there", links("linked") == 2);
	CALL(linkat, "a link, followed", AT_FDCWD, "link", AT_FDCWD, "followed", AT_SYMLINK_FOLLOW);
	EFFECT(linkat, "is the file", kind("followed") == S_IFREG);
	CALL(linkat, "the descriptor itself", file, "", AT_FDCWD, "by-descriptor", AT_EMPTY_PATH);
	EFFECT(linkat, "is there", kind("by-descriptor") == S_IFREG);
	CALL(linkat, "no name", file, "", AT_FDCWD, "x", 0);
	CALL(linkat, "no such flag", directory, "inside", AT_FDCWD, "x", 1);
	CALL(linkat, "no such descriptor", 99, "inside", AT_FDCWD, "x", 0);
	CALL(linkat, "to no such descriptor", directory, "inside", 99, "x", 0);
	CALL(linkat, "below a file", file, "x", AT_FDCWD, "x", 0);
	CALL(linkat, "to below a file", directory, "inside", file, "x", 0);
	CALL(linkat, "a name that is there", directory, "inside", AT_FDCWD, "f", 0);
	CALL(linkat, "nothing there", directory, "absent", AT_FDCWD, "x", 0);
	CALL(linkat, "a wild path", directory, BAD, AT_FDCWD, "x", 0);
	int nameless = open(".", O_TMPFILE | O_RDWR, 0600), never = open(".", O_TMPFILE | O_RDWR | O_EXCL, 0600);
	CALL(linkat, "a nameless file", nameless, "", AT_FDCWD, "named", AT_EMPTY_PATH);
	EFFECT(linkat, "has a name", links("named") == 1);
	CALL(linkat, "a nameless file that shall have none", never, "", AT_FDCWD, "x", AT_EMPTY_PATH);
	int removed = open("removed", O_CREAT | O_RDWR, 0600);
	unlink("removed");
	CALL(linkat, "a removed file", removed, "", AT_FDCWD, "x", AT_EMPTY_PATH);
}

static void pointing(void)
{
	CALL(symlink, "to anything", "any/thing", "s");
	EFFECT(symlink, "is a link", kind("s") == S_IFLNK && st.st_size == 9);
	CALL(symlink, "a name that is there", "x", "s");
	CALL(symlink, "to nothing", "", "s2");
	CALL(symlink, "no name", "x", "");
	CALL(symlink, "where nothing is", "x", "absent/s");
	CALL(symlink, "below a file", "x", "f/s");
	CALL(symlink, "below a link to itself", "x", "loop/s");
	CALL(symlink, "a long name", "x", long_name);
	CALL(symlink, "a long target", long_path, "s2");
	CALL(symlink, "with a slash behind", "x", "s2/");
	CALL(symlink, "a wild target", BAD, "s2");
	CALL(symlink, "a wild path", "x", BAD);
	CALL(symlinkat, "below a directory", "x", directory, "s");
	EFFECT(symlinkat, "is there", kind("d/s") == S_IFLNK);
	CALL(symlinkat, "a name that is there", "x", directory, "s");
	CALL(symlinkat, "no such descriptor", "x", 99, "s");
	CALL(symlinkat, "below a file", "x", file, "s");
	CALL(symlinkat, "to nothing", "", directory, "s2");
	CALL(symlinkat, "a wild target", BAD, directory, "s2");
	memset(text, 0, sizeof(text));
	CALL(readlink, "a link", "s", text, sizeof(text));
	SHOWS(readlink, "which says", "%s", text);
	CALL(readlink, "three bytes of it", "s", text, 3);
	CALL(readlink, "no bytes of it", "s", text, 0);
	CALL(readlink, "bytes below zero", "s", text, -1);
	CALL(readlink, "no link", "f", text, sizeof(text));
	CALL(readlink, "nothing there", "absent", text, sizeof(text));
	CALL(readlink, "no name", "", text, sizeof(text));
	CALL(readlink, "below a file", "f/x", text, sizeof(text));
	CALL(readlink, "below a link to itself", "loop/x", text, sizeof(text));
	CALL(readlink, "a long name", long_name, text, sizeof(text));
	CALL(readlink, "a wild path", BAD, text, sizeof(text));
	CALL(readlink, "to a wild pointer", "s", BAD, sizeof(text));
	CALL(readlinkat, "below a directory", directory, "s", text, sizeof(text));
	int opened = open("s", O_PATH | O_NOFOLLOW);
	CALL(readlinkat, "the descriptor itself", opened, "", text, sizeof(text));
	CALL(readlinkat, "a file's descriptor itself", path, "", text, sizeof(text));
	CALL(readlinkat, "no such descriptor", 99, "s", text, sizeof(text));
	CALL(readlinkat, "below a file", file, "s", text, sizeof(text));
	CALL(readlinkat, "no link", directory, "inside", text, sizeof(text));
	CALL(readlinkat, "no bytes", directory, "s", text, 0);
	CALL(readlinkat, "a wild path", directory, BAD, text, sizeof(text));
}

static void removing(void)
{
	put_file("u", "still there");
	int fd = open("u", O_RDONLY);
	CALL(unlink, "a file", "u");
	EFFECT(unlink, "it is gone, and readable where it is open", kind("u") == 0 && read(fd, text, 5) == 5);
	CALL(unlink, "a link, not what it names", "link2");
	EFFECT(unlink, "which is there", kind("f") == S_IFREG);
	CALL(unlink, "nothing there", "absent");
	CALL(unlink, "a directory", "d");
	CALL(unlink, "the root", "/");
	CALL(unlink, "no name", "");
	CALL(unlink, "below a file", "f/x");
	CALL(unlink, "with a slash behind", "f/");
	CALL(unlink, "below a link to itself", "loop/x");
	CALL(unlink, "a long name", long_name);
	CALL(unlink, "a wild path", BAD);
	mkdir("d/empty", 0700);
	CALL(unlinkat, "a file below a directory", directory, "s", 0);
	CALL(unlinkat, "a directory", directory, "empty", AT_REMOVEDIR);
	EFFECT(unlinkat, "both are gone", kind("d/s") == 0 && kind("d/empty") == 0);
	CALL(unlinkat, "a directory that is not empty", AT_FDCWD, "d", AT_REMOVEDIR);
	CALL(unlinkat, "a file as directory", AT_FDCWD, "f", AT_REMOVEDIR);
	CALL(unlinkat, "no such flag", AT_FDCWD, "f", 1);
	CALL(unlinkat, "no such descriptor", 99, "f", 0);
	CALL(unlinkat, "below a file", file, "x", 0);
	CALL(unlinkat, "nothing there", directory, "absent", 0);
	CALL(unlinkat, "a wild path", directory, BAD, 0);
	close(fd);
}

static void directories(void)
{
	CALL(mkdir, "a directory", "m", 02755);
	EFFECT(mkdir, "is there", kind("m") == S_IFDIR && st.st_nlink == 2);
	SHOWS(mkdir, "its mode, octal", "%o", st.st_mode & 07777);
	CALL(mkdir, "what is there", "m", 0755);
	CALL(mkdir, "where a link to nothing is", "dangling", 0755);
	CALL(mkdir, "with a slash behind", "m/n/", 0755);
	EFFECT(mkdir, "its parent has one link more", links("m") == 3);
	CALL(mkdir, "where nothing is", "absent/m", 0755);
	CALL(mkdir, "no name", "", 0755);
	CALL(mkdir, "the root", "/", 0755);
	CALL(mkdir, "a dot", "m/.", 0755);
	CALL(mkdir, "below a file", "f/m", 0755);
	CALL(mkdir, "below a link to itself", "loop/m", 0755);
	CALL(mkdir, "a long name", long_name, 0755);
	CALL(mkdir, "a wild path", BAD, 0755);
	CALL(mkdirat, "below a directory", directory, "m", 0700);
	EFFECT(mkdirat, "is there", kind("d/m") == S_IFDIR);
	CALL(mkdirat, "no such descriptor", 99, "m", 0700);
	CALL(mkdirat, "below a file", file, "m", 0700);
	CALL(mkdirat, "what is there", directory, "m", 0700);
	CALL(mkdirat, "where nothing is", directory, "absent/m", 0700);
	CALL(mkdirat, "a wild path", directory, BAD, 0700);
	CALL(rmdir, "one that is not empty", "m");
	CALL(rmdir, "an empty one", "m/n");
	CALL(rmdir, "with a slash behind", "m/");
	EFFECT(rmdir, "both are gone", kind("m") == 0);
	CALL(rmdir, "nothing there", "absent");
	CALL(rmdir, "no name", "");
	CALL(rmdir, "a file", "f");
	CALL(rmdir, "a link to a directory", "dlink");
	CALL(rmdir, "a dot", "d/.");
	CALL(rmdir, "two dots", "d/..");
	CALL(rmdir, "the root", "/");
	CALL(rmdir, "a mount", "/proc");
	CALL(rmdir, "below a file", "f/x");
	CALL(rmdir, "below a link to itself", "loop/x");
	CALL(rmdir, "a long name", long_name);
	CALL(rmdir, "a wild path", BAD);
	int inside = open("d/m", O_RDONLY);
	rmdir("d/m");
	CALL(mkdirat, "in a directory that is removed", inside, "x", 0700);
	close(inside);
}

static void nodes(void)
{
	CALL(mknod, "a file", "n1", 0640, 0);
	EFFECT(mknod, "is a file", kind("n1") == S_IFREG && st.st_size == 0);
	CALL(mknod, "a fifo", "n2", S_IFIFO | 0640, 0);
	EFFECT(mknod, "is a fifo", kind("n2") == S_IFIFO);
	CALL(mknod, "a device", "n3", S_IFCHR | 0640, 0x103);
	EFFECT(mknod, "is that device", kind("n3") == S_IFCHR && st.st_rdev == 0x103);
	CALL(mknod, "a socket's name", "n4", S_IFSOCK | 0640, 0);
	EFFECT(mknod, "is one", kind("n4") == S_IFSOCK);
	CALL(mknod, "a directory", "n5", S_IFDIR | 0640, 0);
	CALL(mknod, "a link", "n5", S_IFLNK | 0640, 0);
	CALL(mknod, "no such kind", "n5", 0170000, 0);
	CALL(mknod, "what is there", "n1", 0640, 0);
	CALL(mknod, "no name", "", 0640, 0);
	CALL(mknod, "where nothing is", "absent/n", 0640, 0);
	CALL(mknod, "below a file", "f/n", 0640, 0);
	CALL(mknod, "below a link to itself", "loop/n", 0640, 0);
	CALL(mknod, "a long name", long_name, 0640, 0);
	CALL(mknod, "a wild path", BAD, 0640, 0);
	CALL(mknodat, "a fifo below a directory", directory, "n", S_IFIFO | 0600, 0);
	EFFECT(mknodat, "is there", kind("d/n") == S_IFIFO);
	CALL(mknodat, "what is there", directory, "n", S_IFIFO | 0600, 0);
	CALL(mknodat, "no such descriptor", 99, "n", S_IFIFO | 0600, 0);
	CALL(mknodat, "below a file", file, "n", S_IFIFO | 0600, 0);
	CALL(mknodat, "a directory", directory, "n2", S_IFDIR | 0600, 0);
	CALL(mknodat, "a wild path", directory, BAD, S_IFIFO | 0600, 0);
}

static void renaming(void)
{
	put_file("a", "a"), put_file("b", "b");
	mkdir("e", 0755), mkdir("e/sub", 0755), mkdir("empty", 0755);
	CALL(rename, "onto a file", "a", "b");
	show_file("b");
	EFFECT(rename, "the old name is gone", kind("a") == 0);
	CALL(rename, "onto itself", "b", "b");
	CALL(rename, "a directory onto an empty one", "e", "empty");
	EFFECT(rename, "with what is in it", kind("empty/sub") == S_IFDIR && kind("e") == 0);
	rename("empty", "e"), mkdir("other", 0755);
	CALL(rename, "onto a directory that is not empty", "other", "e");
	CALL(rename, "a file onto a directory", "b", "other");
	CALL(rename, "a directory onto a file", "other", "b");
	CALL(rename, "a directory into itself", "e", "e/sub/x");
	CALL(rename, "a directory onto its own", "e/sub", "e");
	CALL(rename, "nothing there", "absent", "x");
	CALL(rename, "to where nothing is", "b", "absent/x");
	CALL(rename, "no name", "", "x");
	CALL(rename, "to no name", "b", "");
	CALL(rename, "a dot", "e/.", "x");
	CALL(rename, "to a dot", "other", "e/.");
	CALL(rename, "the root", "/", "x");
	CALL(rename, "below a file", "b/x", "x");
	CALL(rename, "to below a file", "e", "b/x");
	CALL(rename, "a file with a slash behind", "b/", "x");
	CALL(rename, "below a link to itself", "loop/x", "x");
	CALL(rename, "across file systems", "b", "/proc/x");
	CALL(rename, "a long name", long_name, "x");
	CALL(rename, "to a long name", "b", long_name);
	CALL(rename, "a wild path", BAD, "x");
	CALL(rename, "to a wild path", "b", BAD);
	CALL(renameat, "into a directory", AT_FDCWD, "b", directory, "b");
	EFFECT(renameat, "is there", kind("d/b") == S_IFREG);
	CALL(renameat, "no such descriptor", 99, "b", directory, "c");
	CALL(renameat, "to no such descriptor", directory, "b", 99, "c");
	CALL(renameat, "below a file", file, "b", directory, "c");
	CALL(renameat, "nothing there", directory, "absent", directory, "c");
	CALL(renameat, "a wild path", directory, BAD, directory, "c");
	put_file("one", "1"), put_file("two", "2");
	CALL(renameat2, "exchanged", AT_FDCWD, "one", AT_FDCWD, "two", RENAME_EXCHANGE);
	show_file("one");
	show_file("two");
	CALL(renameat2, "exchanged with nothing", AT_FDCWD, "one", AT_FDCWD, "absent", RENAME_EXCHANGE);
	CALL(renameat2, "not to replace", AT_FDCWD, "one", AT_FDCWD, "two", RENAME_NOREPLACE);
	CALL(renameat2, "not to replace, free", AT_FDCWD, "one", AT_FDCWD, "three", RENAME_NOREPLACE);
	CALL(renameat2, "no such flag", AT_FDCWD, "two", AT_FDCWD, "x", 8);
	CALL(renameat2, "exchanged and not to replace", AT_FDCWD, "two", AT_FDCWD, "three", RENAME_EXCHANGE | RENAME_NOREPLACE);
	CALL(renameat2, "exchanged with a whiteout", AT_FDCWD, "two", AT_FDCWD, "three", RENAME_EXCHANGE | RENAME_WHITEOUT);
	CALL(renameat2, "exchanged with its own directory", AT_FDCWD, "e", AT_FDCWD, "e/sub", RENAME_EXCHANGE);
	CALL(renameat2, "no such descriptor", 99, "b", directory, "c", 0);
	CALL(renameat2, "a wild path", AT_FDCWD, BAD, AT_FDCWD, "x", 0);
}

/* A file system that cannot be changed so. */
static void in_proc(void)
{
	CALL(mkdir, "in /proc", "/proc/x", 0755);
	CALL(mknod, "in /proc", "/proc/x", 0644, 0);
	CALL(symlink, "in /proc", "x", "/proc/x");
	CALL(open, "made in /proc", "/proc/x", O_CREAT | O_RDWR, 0644);
	CALL_OK(open, "made in /proc, there", "/proc/uptime", O_CREAT | O_RDONLY, 0644);
	CALL(open, "made in /proc, only if it is not there", "/proc/uptime", O_CREAT | O_EXCL | O_RDONLY, 0644);
	CALL(open, "O_TMPFILE in /proc", "/proc", O_TMPFILE | O_RDWR, 0644);
	CALL(mkdir, "what is in /proc", "/proc/uptime", 0755);
	CALL(link, "within /proc", "/proc/uptime", "/proc/x");
	CALL(unlink, "in /proc", "/proc/uptime");
	CALL(rmdir, "in /proc", "/proc/self/fd");
	CALL(rename, "within /proc", "/proc/uptime", "/proc/x");
	CALL(rename, "within /proc, onto what is there", "/proc/uptime", "/proc/meminfo");
}

int main(void)
{
	files_enter();
	memset(long_name, 'n', 256);
	for (unsigned i = 0; i < 4998; i += 2)
		memcpy(long_path + i, "./", 2);
	mkdir("d", 0755);
	if (symlink("loop", "loop") || symlink("f", "link") || symlink("absent", "dangling") || symlink("d", "dlink"))
		perror("preparing");
	put_file("f", "text");
	put_file("d/inside", "");
	directory = open("d", O_RDONLY), file = open("f", O_RDONLY), path = open("f", O_PATH);
	linking();
	pointing();
	removing();
	directories();
	nodes();
	renaming();
	in_proc();
	files_leave();
	return 0;
}
