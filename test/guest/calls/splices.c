/* splice(2), tee(2), vmsplice(2). */
#include "calls.h"
#include <signal.h>
#include <sys/uio.h>

static int a[2], b[2], file, append, null;
static char text[64];

static void fill(const char *what)
{
	if (write(a[1], what, strlen(what)) != (ssize_t)strlen(what))
		printf("filling failed\n");
}
static void drain(int fd)
{
	char rest[256];
	while (read(fd, rest, sizeof(rest)) > 0)
		;
}

static void splicing(void)
{
	long at = 2;
	fill("0123456789");
	CALL(splice, "from a pipe to a file", a[0], NULL, file, NULL, 4, 0);
	show_file("f");
	CALL(splice, "from a pipe to a file's position", a[0], NULL, file, &at, 2, 0);
	SHOWS(splice, "the position", "%ld", at);
	show_file("f");
	CALL(splice, "from a pipe to a pipe", a[0], NULL, b[1], NULL, 100, 0);
	CALL(read, "what was spliced", b[0], text, sizeof(text));
	SHOWS(splice, "which is", "%.4s", text);
	at = 1;
	CALL(splice, "from a file's position to a pipe", file, &at, b[1], NULL, 3, 0);
	CALL(read, "what was spliced", b[0], text, sizeof(text));
	CALL(splice, "from an empty pipe that shall not wait", a[0], NULL, file, NULL, 4, SPLICE_F_NONBLOCK);
	CALL(splice, "nothing", a[0], NULL, file, NULL, 0, 0);
	CALL(splice, "from a file to a file", file, NULL, file, NULL, 4, 0);
	CALL(splice, "with a pipe's position", a[0], &at, file, NULL, 4, 0);
	CALL(splice, "to a pipe's position", file, NULL, b[1], &at, 4, 0);
	CALL(splice, "no such flag", a[0], NULL, file, NULL, 4, 0x100);
	CALL(splice, "from no such descriptor", 99, NULL, b[1], NULL, 4, 0);
	CALL(splice, "to no such descriptor", a[0], NULL, 99, NULL, 4, 0);
	CALL(splice, "from a pipe's writing end", a[1], NULL, file, NULL, 4, 0);
	CALL(splice, "to a pipe's reading end", file, NULL, a[0], NULL, 4, 0);
	CALL(splice, "from a pipe to itself", a[0], NULL, a[1], NULL, 4, 0);
	fill("x");
	CALL(splice, "to where is appended", a[0], NULL, append, NULL, 1, 0);
	CALL(splice, "a wild position", a[0], NULL, file, BAD, 1, 0);
	CALL(splice, "to /dev/null", a[0], NULL, null, NULL, 1, 0);
	drain(a[0]);
}

static void copying(void)
{
	fill("abc");
	CALL(tee, "three bytes", a[0], b[1], 100, 0);
	CALL(read, "the copy", b[0], text, sizeof(text));
	SHOWS(tee, "which is", "%.3s", text);
	CALL(read, "what was copied", a[0], text, sizeof(text));
	CALL(tee, "from an empty pipe that shall not wait", a[0], b[1], 100, SPLICE_F_NONBLOCK);
	CALL(tee, "nothing", a[0], b[1], 0, 0);
	CALL(tee, "from a file", file, b[1], 100, 0);
	CALL(tee, "to a file", a[0], file, 100, 0);
	CALL(tee, "a pipe to itself", a[0], a[1], 100, 0);
	CALL(tee, "no such flag", a[0], b[1], 100, 0x100);
	CALL(tee, "from no such descriptor", 99, b[1], 100, 0);
	CALL(tee, "to no such descriptor", a[0], 99, 100, 0);
}

static void from_memory(void)
{
	char one[] = "one", two[] = "two";
	struct iovec vectors[2] = { { one, 3 }, { two, 3 } }, wild = { BAD, 3 };
	CALL(vmsplice, "two vectors", a[1], vectors, 2, 0);
	CALL(read, "what was given", a[0], text, sizeof(text));
	SHOWS(vmsplice, "which is", "%.6s", text);
	fill("back");
	CALL(vmsplice, "out of a pipe", a[0], vectors, 2, 0);
	SHOWS(vmsplice, "to the vectors", "%s", one);
	CALL(vmsplice, "none", a[1], vectors, 0, 0);
	CALL(vmsplice, "more than 1024", a[1], vectors, 1025, 0);
	CALL(vmsplice, "a wild vector", a[1], &wild, 1, 0);
	CALL(vmsplice, "wild vectors", a[1], BAD, 1, 0);
	CALL(vmsplice, "a file", file, vectors, 1, 0);
	CALL(vmsplice, "no such flag", a[1], vectors, 1, 0x100);
	CALL(vmsplice, "no such descriptor", 99, vectors, 1, 0);
	drain(a[0]);
}

static void broken(void)
{
	signal(SIGPIPE, SIG_IGN);
	close(b[0]);
	fill("x");
	CALL(splice, "to a pipe nobody reads", a[0], NULL, b[1], NULL, 1, 0);
	CALL(tee, "to a pipe nobody reads", a[0], b[1], 1, 0);
	CALL(vmsplice, "to a pipe nobody reads", b[1], (&(struct iovec){ text, 1 }), 1, 0);
}

int main(void)
{
	files_enter();
	put_file("f", "");
	if (pipe2(a, O_NONBLOCK) || pipe2(b, O_NONBLOCK))
		perror("preparing");
	file = open("f", O_RDWR), append = open("f", O_RDWR | O_APPEND), null = open("/dev/null", O_RDWR);
	splicing();
	copying();
	from_memory();
	broken();
	files_leave();
	return 0;
}
