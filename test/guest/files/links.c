/* Hard and symbolic links. */
#include "files.h"

static void links(const char *path)
{
	struct stat st;
	if (lstat(path, &st))
		printf("%s: %s\n", path, errno_name(errno));
	else
		printf("%s: mode %o, %d links, %ld bytes\n", path, st.st_mode & S_IFMT, (int)st.st_nlink, S_ISDIR(st.st_mode) ? 0 : (long)st.st_size);
}

int main(void)
{
	files_enter();
	char text[300], name[40];
	put_file("f", "content");
	mkdir("d", 0755);
	SAY(link("f", "g"));
	SAY(link("f", "g"));
	SAY(link("f", "d/h"));
	SAY(link("d", "e"));
	SAY(link("nothing", "e"));
	SAY(link("f", "nothing/e"));
	SAY(link("f", "e/"));
	links("f");
	put_file("g", "changed");
	show_file("d/h");
	SAY(unlink("f"));
	links("g");
	SAY(unlink("d/h"));
	int fd = open("g", O_RDWR);
	SAY(unlink("g"));
	struct stat st;
	fstat(fd, &st);
	printf("%d links\n", (int)st.st_nlink);
	SAY(write(fd, "still", 5));
	SAY(pread(fd, text, 10, 0));

	put_file("f", "content");
	SAY(symlink("f", "s"));
	SAY(symlink("f", "s"));
	SAY(symlink("", "empty"));
	SAY(symlink("d", "sd"));
	SAY(symlink("../f", "d/up"));
	SAY(symlink("nothing", "dangling"));
	SAY(symlink("loop", "loop"));
	SAY(symlink("b", "a"));
	SAY(symlink("a", "b"));
	links("s");
	show_file("s");
	show_file("d/up");
	show_file("sd/up");
	show_file("dangling");
	show_file("loop");
	show_file("a");
	show_file("s/");
	SAY(readlink("s", text, sizeof(text)));
	SAY(readlink("dangling", text, 3));
	printf("%.3s\n", text);
	SAY(readlink("f", text, sizeof(text)));
	SAY(readlink("d", text, sizeof(text)));
	SAY(readlink("nothing", text, sizeof(text)));
	SAY(readlink("s", text, 0));
	SAY(readlink("sd/", text, sizeof(text)));
	links("sd/");
	SAY_OK(open("s", O_RDONLY | O_NOFOLLOW));
	SAY_OK(open("sd/up", O_RDONLY | O_NOFOLLOW));
	SAY_OK(open("sd", O_RDONLY | O_NOFOLLOW | O_DIRECTORY));
	SAY_OK(open("sd/", O_RDONLY | O_NOFOLLOW));
	SAY_OK(open("s", O_PATH | O_NOFOLLOW));
	SAY_OK(open("dangling", O_CREAT | O_EXCL | O_RDWR, 0600));
	SAY_OK(open("dangling", O_CREAT | O_RDWR, 0600));
	links("nothing");
	SAY(mkdir("dangling", 0700));
	SAY(unlink("nothing"));
	SAY(mkdir("dangling", 0700));
	SAY(rmdir("sd"));
	SAY(unlink("sd"));
	links("d");
	SAY(linkat(AT_FDCWD, "s", AT_FDCWD, "t", 0));
	links("t");
	SAY(linkat(AT_FDCWD, "s", AT_FDCWD, "u", AT_SYMLINK_FOLLOW));
	links("u");
	SAY(linkat(AT_FDCWD, "s", AT_FDCWD, "v", 1));
	SAY(rename("s", "moved"));
	show_file("moved");
	SAY(chmod("moved", 0600));
	stat("f", &st);
	printf("mode %o\n", st.st_mode);
	SAY(truncate("moved", 3));
	show_file("f");

	/* Forty links in a row are followed, forty-one are not. */
	put_file("link0", "the end");
	for (int i = 1; i <= 41; i++) {
		snprintf(text, sizeof(text), "link%d", i - 1);
		snprintf(name, sizeof(name), "link%d", i);
		if (symlink(text, name))
			perror(name);
	}
	show_file("link40");
	show_file("link41");
	/* Through a directory as often as one likes, each once. */
	symlink(".", "dot");
	strcpy(text, "");
	for (int i = 0; i < 39; i++)
		strcat(text, "dot/");
	strcat(text, "f");
	SAY_OK(open(text, O_RDONLY));
	memmove(text + 4, text, strlen(text) + 1);
	memcpy(text, "dot/", 4);
	SAY_OK(open(text, O_RDONLY));
	memmove(text + 4, text, strlen(text) + 1);
	memcpy(text, "dot/", 4);
	SAY_OK(open(text, O_RDONLY));
	files_leave();
	return 0;
}
