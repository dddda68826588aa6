/* getdents(2), getdents64(2), chdir(2), fchdir(2), getcwd(2), chroot(2). */
#include "calls.h"
#include <limits.h>

static char long_name[300], long_path[5000], text[PATH_MAX];
static int directory, file, path;

static void reading(void)
{
	char buffer[1024] __attribute__((aligned(8)));
	int fd = open("d", O_RDONLY);
	long size = CALL_OK(getdents64, "three entries", fd, buffer, sizeof(buffer));
	int dots = 0, inside = 0;
	for (long at = 0; at < size; at += *(unsigned short *)(buffer + at + 16)) {
		const char *name = buffer + at + 19;
		dots += name[0] == '.' && buffer[at + 18] == DT_DIR;
		inside += strcmp(name, "inside") == 0 && buffer[at + 18] == DT_REG;
	}
	EFFECT(getdents64, "they are two dots and a file", dots == 2 && inside == 1);
	CALL(getdents64, "at the end", fd, buffer, sizeof(buffer));
	lseek(fd, 0, SEEK_SET);
	CALL(getdents64, "room for one", fd, buffer, 24);
	CALL(getdents64, "room for none", fd, buffer, 10);
	CALL(getdents64, "a wild pointer", fd, BAD, 1024);
	CALL(getdents64, "no such descriptor", 99, buffer, sizeof(buffer));
	CALL(getdents64, "O_PATH", path, buffer, sizeof(buffer));
	CALL(getdents64, "a file", file, buffer, sizeof(buffer));
	lseek(fd, 0, SEEK_SET);
	size = CALL_OK(getdents, "three entries", fd, buffer, sizeof(buffer));
	dots = inside = 0;
	for (long at = 0; at < size;) {
		const char *name = buffer + at + 18;
		unsigned length = *(unsigned short *)(buffer + at + 16);
		dots += name[0] == '.' && buffer[at + length - 1] == DT_DIR;
		inside += strcmp(name, "inside") == 0 && buffer[at + length - 1] == DT_REG;
		at += length;
	}
	EFFECT(getdents, "they are two dots and a file", dots == 2 && inside == 1);
	CALL(getdents, "at the end", fd, buffer, sizeof(buffer));
	lseek(fd, 0, SEEK_SET);
	CALL(getdents, "room for none", fd, buffer, 10);
	CALL(getdents, "a wild pointer", fd, BAD, 1024);
	CALL(getdents, "no such descriptor", 99, buffer, sizeof(buffer));
	CALL(getdents, "a file", file, buffer, sizeof(buffer));
	close(fd);
	mkdir("gone", 0755);
	fd = open("gone", O_RDONLY);
	rmdir("gone");
	CALL(getdents64, "a removed directory", fd, buffer, sizeof(buffer));
	CALL(getdents, "a removed directory", fd, buffer, sizeof(buffer));
	close(fd);
}

static void moving(void)
{
	char *edge = calls_edge() + 4094;
	CALL(chdir, "down", "d");
	EFFECT(chdir, "what was below is here", access("inside", F_OK) == 0);
	CALL(chdir, "up", "..");
	CALL(chdir, "nothing there", "absent");
	CALL(chdir, "no name", "");
	CALL(chdir, "a file", "f");
	CALL(chdir, "a link to itself", "loop");
	CALL(chdir, "a long name", long_name);
	CALL(chdir, "a long path", long_path);
	CALL(chdir, "a wild path", BAD);
	int here = open(".", O_RDONLY | O_DIRECTORY), there = open("d", O_PATH);
	CALL(fchdir, "down", directory);
	EFFECT(fchdir, "what was below is here", access("inside", F_OK) == 0);
	CALL(fchdir, "back", here);
	CALL(fchdir, "by O_PATH", there);
	CALL(fchdir, "back", here);
	CALL(fchdir, "a file", file);
	CALL(fchdir, "no such descriptor", 99);
	long length = CALL_OK(getcwd, "where this is", text, sizeof(text));
	EFFECT(getcwd, "is the place", strcmp(text, files_place) == 0 && length == (long)strlen(text) + 1);
	CALL(getcwd, "room for less", text, length - 1);
	CALL(getcwd, "no room", text, 0);
	CALL(getcwd, "to a wild pointer", BAD, sizeof(text));
	CALL(getcwd, "across the end of memory", edge, sizeof(text));
	mkdir("gone", 0755);
	if (chdir("gone") == 0) {
		rmdir("../gone");
		CALL(getcwd, "a removed directory", text, sizeof(text));
		CALL(chdir, "where it is, removed", ".");
		CALL(chdir, "up from a removed directory", "..");
	}
	fchdir(here);
	close(here), close(there);
}

static void rooting(void)
{
	CALL(chroot, "nothing there", "absent");
	CALL(chroot, "no name", "");
	CALL(chroot, "a file", "f");
	CALL(chroot, "a link to itself", "loop");
	CALL(chroot, "a long name", long_name);
	CALL(chroot, "a wild path", BAD);
	CALL(chroot, "down", "d");
	EFFECT(chroot, "the root is there", access("/inside", F_OK) == 0 && access("/../inside", F_OK) == 0);
	EFFECT(chroot, "the working directory stays", access("f", F_OK) == 0);
	CALL_OK(getcwd, "outside of the root", text, sizeof(text));
	SHOWS(getcwd, "which begins with", "%.13s", text);
	if (chdir("/") == 0) {
		CALL(getcwd, "at the root", text, sizeof(text));
		SHOWS(getcwd, "which is", "%s", text);
	}
}

int main(void)
{
	files_enter();
	memset(long_name, 'n', 256);
	for (unsigned i = 0; i < 4998; i += 2)
		memcpy(long_path + i, "./", 2);
	mkdir("d", 0755);
	put_file("f", "");
	put_file("d/inside", "");
	if (symlink("loop", "loop"))
		perror("preparing");
	directory = open("d", O_RDONLY), file = open("f", O_RDONLY), path = open("d", O_PATH);
	reading();
	moving();
	calls_apart(rooting);
	files_leave();
	return 0;
}
