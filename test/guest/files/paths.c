/* Walking paths, and what opening says about odd ones. */
#include "files.h"

static const char *repeat(const char *part, int n)
{
	static char text[9000];
	text[0] = 0;
	while (n--)
		strcat(text, part);
	return text;
}

int main(void)
{
	files_enter();
	char cwd[300];
	mkdir("d", 0755);
	mkdir("d/e", 0755);
	put_file("f", "file");
	put_file("d/g", "deeper");

	SAY_OK(open("nothing", O_RDONLY));
	SAY_OK(open("nothing/at/all", O_RDONLY));
	SAY_OK(open("f/x", O_RDONLY));
	SAY_OK(open("f/", O_RDONLY));
	SAY_OK(open("f/.", O_RDONLY));
	SAY_OK(open("", O_RDONLY));
	SAY_OK(open("d", O_WRONLY));
	SAY_OK(open("d", O_RDWR));
	SAY_OK(open("d", O_RDONLY | O_TRUNC));
	SAY_OK(open("f", O_RDONLY | O_DIRECTORY));
	SAY_OK(open("d/", O_RDONLY | O_DIRECTORY));
	SAY_OK(open("f", O_CREAT | O_EXCL | O_RDWR, 0600));
	SAY_OK(open("d", O_CREAT | O_RDONLY, 0600));
	SAY_OK(open("new/", O_CREAT | O_RDWR, 0600));
	SAY_OK(open("nothing/new", O_CREAT | O_RDWR, 0600));
	SAY_OK(open(BAD, O_RDONLY));
	SAY_OK(open("//d//.//e/..//g", O_RDONLY));
	SAY_OK(open("d//.//e/..//g", O_RDONLY));
	SAY_OK(open("d/e/../../../../../../../../../../..", O_RDONLY));
	SAY_OK(open("./././d/../f", O_RDONLY));
	SAY_OK(open(repeat("n", 255), O_RDONLY));
	SAY_OK(open(repeat("n", 256), O_RDONLY));
	SAY_OK(open(repeat("n", 255), O_CREAT | O_RDWR, 0600));
	SAY_OK(open(repeat("d/../", 818), O_RDONLY));
	SAY_OK(open(repeat("d/../", 820), O_RDONLY));
	SAY_OK(open(repeat("/", 4000), O_RDONLY));
	SAY_OK(creat("made", 0600));
	SAY_OK(access("made", R_OK | W_OK));
	SAY(access("made", 8));
	SAY(access("nothing", F_OK));

	int d = open("d", O_RDONLY | O_DIRECTORY), p = open("d", O_PATH), file = open("f", O_RDONLY);
	SAY_OK(openat(d, "g", O_RDONLY));
	SAY_OK(openat(p, "g", O_RDONLY));
	SAY_OK(openat(file, "g", O_RDONLY));
	SAY_OK(openat(999, "g", O_RDONLY));
	SAY_OK(openat(999, "/", O_RDONLY));
	SAY_OK(openat(d, "../f", O_RDONLY));
	SAY(faccessat(d, "g", F_OK, 0));
	SAY(read(p, cwd, 1));
	SAY(read(d, cwd, 1));
	SAY(write(file, cwd, 1));
	SAY(fchdir(file));
	SAY(fchdir(p));
	SAY_OK(open("g", O_RDONLY));
	SAY(chdir("e"));
	getcwd(cwd, sizeof(cwd));
	printf("in %s\n", cwd + strlen(files_place));
	SAY(syscall(SYS_getcwd, cwd, 3));
	/* The working directory moves, and goes. */
	SAY(rename("../../d", "../../moved"));
	getcwd(cwd, sizeof(cwd));
	printf("in %s\n", cwd + strlen(files_place));
	SAY(rmdir("../e"));
	SAY(syscall(SYS_getcwd, cwd, sizeof(cwd)));
	SAY_OK(open("x", O_CREAT | O_RDWR, 0600));
	SAY(mkdir("x", 0700));
	SAY_OK(open(".", O_RDONLY));
	SAY_OK(open("../g", O_RDONLY));
	SAY(chdir(".."));
	SAY(chdir("g"));
	SAY(chdir("nothing"));
	SAY(chdir(files_place));

	umask(027);
	struct stat st;
	close(open("masked", O_CREAT | O_RDWR, 0777));
	stat("masked", &st);
	printf("mode %o\n", st.st_mode);
	mkdir("maskeddir", 0777);
	stat("maskeddir", &st);
	printf("mode %o links %d\n", st.st_mode, (int)st.st_nlink);
	int nameless = open(".", O_TMPFILE | O_RDWR, 0600);
	printf("nameless: %s\n", nameless >= 0 ? "ok" : errno_name(errno));
	if (nameless >= 0) {
		SAY(write(nameless, "abc", 3));
		fstat(nameless, &st);
		printf("links %d size %d\n", (int)st.st_nlink, (int)st.st_size);
	}
	files_leave();
	return 0;
}
