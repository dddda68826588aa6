/* What /dev and /proc have for every program. */
#include "files.h"
#include <sys/statfs.h>
#include <sys/sysmacros.h>

static void show(const char *path)
{
	struct stat st;
	if (stat(path, &st))
		printf("%s: %s\n", path, errno_name(errno));
	else
		printf("%s: kind %o, %u:%u\n", path, st.st_mode & S_IFMT, major(st.st_rdev), minor(st.st_rdev));
}

int main(void)
{
	files_enter();
	char text[100];
	int zero = open("/dev/zero", O_RDWR), null = open("/dev/null", O_RDWR), full = open("/dev/full", O_RDWR), random = open("/dev/urandom", O_RDONLY);
	show("/dev/null");
	show("/dev/zero");
	show("/dev/full");
	show("/dev/random");
	show("/dev/urandom");
	show("/dev/tty");
	show("/dev/console");
	show("/dev/nothing");
	SAY(read(null, text, 10));
	SAY(write(null, text, 10));
	SAY(lseek(null, 5, SEEK_SET));
	SAY(ftruncate(null, 5));
	memset(text, 1, sizeof(text));
	SAY(read(zero, text, 50));
	printf("%d %d\n", text[49], text[50]);
	SAY(write(zero, text, 50));
	SAY(pread(zero, text, 5, 100));
	SAY(read(full, text, 5));
	SAY(write(full, text, 5));
	SAY(write(full, text, 0));
	SAY(read(random, text, 100));
	int different = 0;
	for (int i = 1; i < 100; i++)
		different += text[i] != text[0];
	printf("random: %d\n", different > 50);
	SAY(read(null, BAD, 5));
	SAY(read(zero, BAD, 5));
	SAY_OK(open("/dev/null/x", O_RDONLY));
	SAY_OK(open("/dev/null", O_RDONLY | O_DIRECTORY));
	SAY_OK(open("/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0600));

	put_file("f", "0123456789");
	int fd = open("f", O_RDONLY);
	snprintf(text, sizeof(text), "/dev/fd/%d", fd);
	read(fd, text + 50, 3);
	int again = open(text, O_RDONLY);
	SAY(read(again, text + 50, 20));
	snprintf(text, sizeof(text), "/proc/self/fd/%d", fd);
	char target[200];
	ssize_t n = readlink(text, target, sizeof(target) - 1);
	target[n < 0 ? 0 : n] = 0;
	printf("%s\n", strcmp(target + strlen(files_place), "/f") == 0 ? "the path" : target);
	SAY(access("/proc/self/fd/99", F_OK));
	SAY(access("/proc/self/exe", R_OK));
	n = readlink("/proc/self/cwd", target, sizeof(target));
	printf("%d\n", n == (ssize_t)strlen(files_place) && strncmp(target, files_place, n) == 0);
	SAY(access("/proc/self/cwd/f", F_OK));
	SAY(access("/proc/meminfo", R_OK));
	SAY_OK(open("/proc/self/nothing", O_RDONLY));
	SAY_OK(open("/proc/nothing", O_RDONLY));
	SAY(mkdir("/proc/x", 0700) < 0);
	int ends[2];
	pipe(ends);
	snprintf(text, sizeof(text), "/proc/self/fd/%d", ends[1]);
	int writer = open(text, O_WRONLY);
	SAY(write(writer, "abc", 3));
	SAY(read(ends[0], text, 10));
	snprintf(text, sizeof(text), "/proc/self/fd/%d", ends[0]);
	n = readlink(text, target, sizeof(target));
	printf("%.6s\n", target);
	FILE *maps = fopen("/proc/self/maps", "r");
	int found = 0;
	while (fgets(target, sizeof(target), maps)) {
		unsigned long low, high;
		if (sscanf(target, "%lx-%lx", &low, &high) == 2)
			found += (unsigned long)&found >= low && (unsigned long)&found < high;
	}
	printf("stack in maps: %d\n", found);
	/* Standard output by its names. */
	const char *const names[] = { "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1" };
	for (int i = 0; i < 3; i++) {
		int again = open(names[i], O_WRONLY | O_APPEND);
		if (again < 0)
			again = dup(1); /* a socket, where the host's test runs */
		fflush(stdout);
		dprintf(again, "%s\n", names[i]);
		close(again);
	}
	struct statfs fs;
	SAY(statfs(".", &fs));
	printf("%#lx, names of %ld\n", (long)fs.f_type, (long)fs.f_namelen);
	SAY(fstatfs(fd, &fs));
	SAY(statfs("nothing", &fs));
	/* A device made here is one. Linux lets root alone make them, and the tests may run as anybody. */
	struct stat st;
	int made = mknod("mine", S_IFCHR | 0600, makedev(1, 3));
	int as_it_should = made == 0 ? stat("mine", &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3) : errno == EPERM;
	printf("mknod: %d\n", as_it_should);
	files_leave();
	return 0;
}
