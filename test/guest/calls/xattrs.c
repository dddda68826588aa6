/* setxattr(2), getxattr(2), listxattr(2), removexattr(2) and their forms. */
#include "calls.h"
#include <sys/xattr.h>

static char long_name[300], value[64], list[256];
static int directory, file, path;

/* A list of names as text. */
static void show_list(const char *name, long length)
{
	for (long i = 0; i < length - 1; i++)
		if (!list[i])
			list[i] = ' ';
	calls_show(name, "they are", "%.*s", (int)(length > 0 ? length : 0), list);
}

static void setting(void)
{
	CALL(setxattr, "an attribute", "f", "user.one", "value", 5, 0);
	CALL(setxattr, "another", "link", "user.two", "", 0, 0);
	CALL(setxattr, "trusted", "f", "trusted.t", "t", 1, 0);
	CALL(setxattr, "a new one that is there", "f", "user.one", "x", 1, XATTR_CREATE);
	CALL(setxattr, "an old one that is not there", "f", "user.three", "x", 1, XATTR_REPLACE);
	CALL(setxattr, "of a directory", "d", "user.d", "x", 1, XATTR_CREATE);
	CALL(setxattr, "of a fifo, by a user's name", "fifo", "user.f", "x", 1, 0);
	CALL(setxattr, "of a fifo, trusted", "fifo", "trusted.f", "x", 1, 0);
	CALL(setxattr, "a name of nobody's", "f", "nobody.x", "x", 1, 0);
	CALL(setxattr, "nothing behind the dot", "f", "user.", "x", 1, 0);
	CALL(setxattr, "no name", "f", "", "x", 1, 0);
	CALL(setxattr, "a long name", "f", long_name, "x", 1, 0);
	CALL(setxattr, "no such flag", "f", "user.one", "x", 1, 4);
	CALL(setxattr, "more than there can be", "f", "user.one", value, 65537, 0);
	CALL(setxattr, "nothing there", "absent", "user.one", "x", 1, 0);
	CALL(setxattr, "no path", "", "user.one", "x", 1, 0);
	CALL(setxattr, "below a file", "f/x", "user.one", "x", 1, 0);
	CALL(setxattr, "a link to itself", "loop", "user.one", "x", 1, 0);
	CALL(setxattr, "a file system without", "/proc/uptime", "user.one", "x", 1, 0);
	CALL(setxattr, "a wild path", BAD, "user.one", "x", 1, 0);
	CALL(setxattr, "a wild name", "f", BAD, "x", 1, 0);
	CALL(setxattr, "a wild value", "f", "user.one", BAD, 1, 0);
	CALL(lsetxattr, "of a link, by a user's name", "link", "user.l", "x", 1, 0);
	CALL(lsetxattr, "of a link, trusted", "link", "trusted.l", "link", 4, 0);
	CALL(fsetxattr, "of a descriptor", file, "user.one", "changed", 7, XATTR_REPLACE);
	CALL(fsetxattr, "O_PATH", path, "user.one", "x", 1, 0);
	CALL(fsetxattr, "no such descriptor", 99, "user.one", "x", 1, 0);
}

static void getting(void)
{
	CALL(getxattr, "its length", "f", "user.one", NULL, 0);
	CALL(getxattr, "its value", "f", "user.one", value, sizeof(value));
	SHOWS(getxattr, "which is", "%.7s", value);
	CALL(getxattr, "an empty one", "f", "user.two", value, sizeof(value));
	CALL(getxattr, "room for less", "f", "user.one", value, 3);
	CALL(getxattr, "not there", "f", "user.three", value, sizeof(value));
	CALL(getxattr, "of a fifo, by a user's name", "fifo", "user.f", value, sizeof(value));
	CALL(getxattr, "a name of nobody's", "f", "nobody.x", value, sizeof(value));
	CALL(getxattr, "no name", "f", "", value, sizeof(value));
	CALL(getxattr, "nothing there", "absent", "user.one", value, sizeof(value));
	CALL(getxattr, "a link to itself", "loop", "user.one", value, sizeof(value));
	CALL(getxattr, "a file system without", "/proc/uptime", "user.one", value, sizeof(value));
	CALL(getxattr, "a wild path", BAD, "user.one", value, sizeof(value));
	CALL(getxattr, "a wild name", "f", BAD, value, sizeof(value));
	CALL(getxattr, "to a wild pointer", "f", "user.one", BAD, sizeof(value));
	CALL(lgetxattr, "of a link", "link", "trusted.l", value, sizeof(value));
	SHOWS(lgetxattr, "which is", "%.4s", value);
	CALL(lgetxattr, "of the file, at the link", "link", "user.one", value, sizeof(value));
	CALL(fgetxattr, "of a descriptor", file, "user.one", value, sizeof(value));
	CALL(fgetxattr, "not there", file, "user.three", value, sizeof(value));
	CALL(fgetxattr, "no such descriptor", 99, "user.one", value, sizeof(value));
}

static void as_user(void)
{
	long length;
	RAW(setresuid, 1000, 1000, 1000);
	length = CALL(flistxattr, "without privilege", file, list, sizeof(list));
	show_list("flistxattr", length);
	CALL(fgetxattr, "trusted, without privilege", file, "trusted.t", value, sizeof(value));
	CALL(fsetxattr, "trusted, without privilege", file, "trusted.t", "x", 1, 0);
}

static void listing(void)
{
	long length = CALL(listxattr, "a file's", "f", list, sizeof(list));
	show_list("listxattr", length);
	CALL(listxattr, "their length", "f", NULL, 0);
	CALL(listxattr, "room for less", "f", list, 5);
	CALL(listxattr, "none", "d/inside", list, sizeof(list));
	CALL(listxattr, "a file system without", "/proc/uptime", list, sizeof(list));
	CALL(listxattr, "nothing there", "absent", list, sizeof(list));
	CALL(listxattr, "a wild path", BAD, list, sizeof(list));
	CALL(listxattr, "to a wild pointer", "f", BAD, sizeof(list));
	length = CALL(llistxattr, "a link's", "link", list, sizeof(list));
	show_list("llistxattr", length);
	CALL(llistxattr, "nothing there", "absent", list, sizeof(list));
	CALL(flistxattr, "a directory's", directory, list, sizeof(list));
	CALL(flistxattr, "no such descriptor", 99, list, sizeof(list));
	CALL(flistxattr, "O_PATH", path, list, sizeof(list));
}

static void removing(void)
{
	CALL(removexattr, "one", "f", "user.one");
	CALL(getxattr, "what was removed", "f", "user.one", value, sizeof(value));
	CALL(removexattr, "not there", "f", "user.one");
	CALL(removexattr, "a name of nobody's", "f", "nobody.x");
	CALL(removexattr, "no name", "f", "");
	CALL(removexattr, "nothing there", "absent", "user.one");
	CALL(removexattr, "a wild name", "f", BAD);
	CALL(lremovexattr, "a link's", "link", "trusted.l");
	CALL(lremovexattr, "of a link, by a user's name", "link", "user.one");
	CALL(fremovexattr, "one", file, "user.two");
	CALL(fremovexattr, "not there", file, "user.two");
	CALL(fremovexattr, "no such descriptor", 99, "user.two");
	CALL(listxattr, "what is left", "f", list, sizeof(list));
}

int main(void)
{
	files_enter();
	strcpy(long_name, "user.");
	memset(long_name + 5, 'n', 251);
	mkdir("d", 0755);
	put_file("f", "text");
	put_file("d/inside", "");
	if (symlink("loop", "loop") || symlink("f", "link") || mkfifo("fifo", 0600))
		perror("preparing");
	directory = open("d", O_RDONLY), file = open("f", O_RDWR), path = open("f", O_PATH);
	setting();
	getting();
	listing();
	calls_apart(as_user);
	removing();
	files_leave();
	return 0;
}
