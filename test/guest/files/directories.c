/* Making, reading and removing directories, small and large. */
#include "files.h"

#define MANY 3000

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Prints the sorted names and types. */
static void list(const char *path)
{
	char *names[64];
	int count = 0;
	DIR *dir = opendir(path);
	for (struct dirent *entry; (entry = readdir(dir)) && count < 64;)
		if (asprintf(&names[count++], "%s %s", entry->d_name, entry->d_type == DT_DIR ? "dir" : entry->d_type == DT_LNK ? "link" : "file") < 0)
			exit(1);
	closedir(dir);
	qsort(names, count, sizeof(names[0]), by_name);
	printf("%s:", path);
	for (int i = 0; i < count; i++) {
		printf(" %s,", names[i]);
		free(names[i]);
	}
	printf("\n");
}

static void links(const char *path)
{
	struct stat st;
	stat(path, &st);
	printf("%s has %d links\n", path, (int)st.st_nlink);
}

static void many(void)
{
	static char seen[MANY];
	char name[40];
	mkdir("many", 0755);
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "many/entry-%d", i);
		put_file(name, "");
	}
	DIR *dir = opendir("many");
	int count = 0, twice = 0;
	long middle = 0;
	char next[300] = "";
	for (struct dirent *entry; (entry = readdir(dir));) {
		int number;
		if (sscanf(entry->d_name, "entry-%d", &number) == 1) {
			twice += seen[number]++;
			count++;
		}
		if (count == MANY / 2 && !middle) {
			middle = telldir(dir);
			entry = readdir(dir);
			strcpy(next, entry->d_name);
			sscanf(entry->d_name, "entry-%d", &number);
			twice += seen[number]++;
			count++;
		}
	}
	printf("%d entries, %d twice\n", count, twice);
	seekdir(dir, middle);
	printf("the same after seekdir: %d\n", strcmp(readdir(dir)->d_name, next) == 0);
	rewinddir(dir);
	/* Removing what is read: nothing may be missed. */
	int removed = 0;
	for (struct dirent *entry; (entry = readdir(dir));)
		removed += unlinkat(dirfd(dir), entry->d_name, 0) == 0;
	closedir(dir);
	printf("%d removed\n", removed);
	SAY(rmdir("many"));
}

int main(void)
{
	files_enter();
	SAY(mkdir("a", 0755));
	SAY(mkdir("a", 0755));
	SAY(mkdir("a/b", 0755));
	SAY(mkdir("a/b/", 0755));
	SAY(mkdir("a/c/", 0755));
	SAY(mkdir("a/x/y", 0755));
	SAY(mkdir(".", 0755));
	SAY(mkdir("..", 0755));
	SAY(mkdir("/", 0755));
	SAY(mkdir("", 0755));
	put_file("a/file", "x");
	SAY(mkdir("a/file", 0755));
	SAY(mkdir("a/file/x", 0755));
	SAY(symlink("b", "a/link"));
	list("a");
	links("a");
	links(".");
	SAY(rmdir("a"));
	SAY(rmdir("a/file"));
	SAY(rmdir("a/link"));
	SAY(rmdir("a/nothing"));
	SAY(rmdir("a/b/."));
	SAY(rmdir("a/b/.."));
	SAY(rmdir("/"));
	SAY(unlink("a/b"));
	SAY(unlink("a/file/"));
	SAY(unlink("a/nothing/"));
	SAY(unlink("a/b/"));
	SAY(unlink("."));
	SAY(unlinkat(AT_FDCWD, "a/b", AT_REMOVEDIR));
	SAY(unlinkat(AT_FDCWD, "a/c/", AT_REMOVEDIR));
	SAY(unlinkat(AT_FDCWD, "a/file", 7));
	links("a");
	list("a");
	int fd = open("a", O_RDONLY);
	char small[20];
	SAY(syscall(SYS_getdents64, fd, small, sizeof(small)));
	SAY(syscall(SYS_getdents64, 999, small, sizeof(small)));
	int file = open("a/file", O_RDONLY);
	SAY(syscall(SYS_getdents64, file, small, sizeof(small)));
	SAY(unlink("a/file"));
	SAY(unlink("a/link"));
	SAY(rmdir("a"));
	char large[400];
	SAY(syscall(SYS_getdents64, fd, large, sizeof(large)));
	SAY(fchdir(fd));
	list(".");
	SAY(chdir(files_place));
	many();
	files_leave();
	return 0;
}
