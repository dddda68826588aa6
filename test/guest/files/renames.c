/* rename(2) and renameat2(2). */
#include "files.h"
#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#define RENAME_EXCHANGE 2
#endif

static int rename2(const char *from, const char *to, unsigned flags) { return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags); }

static void links(const char *path)
{
	struct stat st;
	if (lstat(path, &st))
		printf("%s: %s\n", path, errno_name(errno));
	else
		printf("%s: mode %o, %d links\n", path, st.st_mode & S_IFMT, (int)st.st_nlink);
}

int main(void)
{
	files_enter();
	put_file("f", "one");
	put_file("g", "two");
	mkdir("d", 0755);
	mkdir("d/e", 0755);
	mkdir("empty", 0755);
	put_file("d/e/deep", "deep");

	SAY(rename("f", "f"));
	SAY(rename("f", "h"));
	show_file("f");
	show_file("h");
	SAY(rename("h", "g"));
	show_file("g");
	SAY(rename("nothing", "x"));
	SAY(rename("g", "nothing/x"));
	SAY(rename("g", "d"));
	SAY(rename("d", "g"));
	SAY(rename("empty", "d"));
	SAY(rename("d", "d/e/x"));
	SAY(rename("d", "d/x"));
	SAY(rename("d/e", "d"));
	SAY(rename("d/e/deep", "d/e"));
	SAY(rename(".", "x"));
	SAY(rename("g", "."));
	SAY(rename("..", "x"));
	SAY(rename("d/e/..", "x"));
	SAY(rename("g/", "x"));
	SAY(rename("g", "x/"));
	SAY(rename("d/", "renamed/"));
	links("renamed");
	links("renamed/e");
	SAY(rename("renamed", "empty"));
	show_file("empty/e/deep");
	mkdir("other", 0755);
	links(".");
	SAY(rename("empty/e", "other/e"));
	links("empty");
	links("other");
	show_file("other/e/../e/deep");
	struct stat up, other;
	stat("other/e/..", &up);
	stat("other", &other);
	printf("parent moved: %d\n", up.st_ino == other.st_ino);

	/* Two names of one file: nothing happens. */
	link("g", "same");
	SAY(rename("g", "same"));
	links("g");

	put_file("a", "A");
	put_file("b", "B");
	SAY(rename2("a", "b", RENAME_NOREPLACE));
	SAY(rename2("a", "c", RENAME_NOREPLACE));
	SAY(rename2("c", "b", RENAME_EXCHANGE));
	show_file("b");
	show_file("c");
	SAY(rename2("b", "nothing", RENAME_EXCHANGE));
	SAY(rename2("b", "other", RENAME_EXCHANGE));
	links("b");
	links("other");
	show_file("b/e/deep");
	SAY(rename2("b", "b/e", RENAME_EXCHANGE));
	SAY(rename2("b", "c", 3));
	SAY(rename2("b", "c", 64));

	/* An open file goes on living under another. */
	int fd = open("c", O_RDONLY);
	char byte = 0;
	SAY(rename("g", "c"));
	read(fd, &byte, 1);
	printf("%c\n", byte);
	struct stat st;
	fstat(fd, &st);
	printf("%d links\n", (int)st.st_nlink);
	files_leave();
	return 0;
}
