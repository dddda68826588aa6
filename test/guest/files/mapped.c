/* Mappings and what is read and written beside them. */
#include "files.h"
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#define PAGE 4096

static sigjmp_buf jump;
static void caught(int number)
{
	siglongjmp(jump, number);
}

/* "ok" or the signal a read ends with. */
static const char *touch(const char *address)
{
	int number = sigsetjmp(jump, 1);
	if (number)
		return number == SIGBUS ? "SIGBUS" : "SIGSEGV";
	*(volatile const char *)address;
	return "ok";
}

int main(void)
{
	files_enter();
	signal(SIGBUS, caught);
	signal(SIGSEGV, caught);
	char text[20] = "";
	int fd = open("f", O_RDWR | O_CREAT, 0644);
	for (int i = 0; i < 5; i++) {
		char page[PAGE];
		memset(page, 'a' + i, PAGE);
		write(fd, page, PAGE);
	}
	char *shared = mmap(NULL, 5 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	char *private = mmap(NULL, 5 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	char *only = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, PAGE);
	close(fd);
	printf("%c %c %c\n", shared[0], private[PAGE], only[5]);
	shared[PAGE + 5] = 'S';
	printf("%c\n", only[5]);
	fd = open("f", O_RDWR);
	pread(fd, text, 3, PAGE + 4);
	printf("%s\n", text);
	pwrite(fd, "W", 1, 2 * PAGE);
	printf("%c\n", shared[2 * PAGE]);
	private[3 * PAGE] = 'P';
	pread(fd, text, 1, 3 * PAGE);
	printf("%c %c %c\n", text[0], shared[3 * PAGE], private[3 * PAGE]);
	pwrite(fd, "Q", 1, 3 * PAGE);
	printf("%c %c\n", shared[3 * PAGE], private[3 * PAGE]);
	SAY(msync(shared, 5 * PAGE, MS_SYNC));

	/* Read and write between the file and its own mapping. */
	SAY(pwrite(fd, shared, 100, 4 * PAGE));
	printf("%c\n", shared[4 * PAGE]);
	SAY(pread(fd, shared + 10, 2 * PAGE, PAGE));
	printf("%c %c\n", shared[10], shared[10 + PAGE]);

	/* Behind the end. */
	char *over = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 4 * PAGE);
	printf("%s %s\n", touch(over + PAGE - 1), touch(over + PAGE));
	SAY(ftruncate(fd, 6 * PAGE + 1));
	printf("%s %s %s\n", touch(over + PAGE), touch(over + 2 * PAGE), touch(over + 3 * PAGE));
	printf("%d\n", over[2 * PAGE]);
	over[2 * PAGE + 10] = 'x';
	struct stat st;
	fstat(fd, &st);
	printf("size %ld\n", (long)st.st_size);
	SAY(write(fd, over + 3 * PAGE, 1));

	/* What is cut off goes from mappings that have shown it, private ones too. */
	private[4 * PAGE] = 'p';
	SAY(ftruncate(fd, 2 * PAGE + 100));
	printf("%s %s %s %s\n", touch(shared + 2 * PAGE), touch(shared + 3 * PAGE), touch(private + 3 * PAGE), touch(private + 4 * PAGE));
	printf("%d %c\n", shared[2 * PAGE + 100], shared[2 * PAGE + 99]);
	SAY(ftruncate(fd, 5 * PAGE));
	printf("%s %d %d\n", touch(shared + 4 * PAGE), shared[4 * PAGE], private[4 * PAGE]);

	/* A hole that is mapped, then written. */
	int hole = open("hole", O_RDWR | O_CREAT, 0644);
	ftruncate(hole, 3 * PAGE);
	char *holes = mmap(NULL, 3 * PAGE, PROT_READ, MAP_SHARED, hole, 0);
	printf("%d\n", holes[PAGE]);
	pwrite(hole, "filled", 6, PAGE);
	printf("%s\n", holes + PAGE);

	/* The file goes, the mapping stays. */
	SAY(unlink("f"));
	close(fd);
	shared[0] = '!';
	printf("%c\n", shared[0]);
	munmap(shared, 5 * PAGE);

	int rd = open("hole", O_RDONLY), wr = open("hole", O_WRONLY), dir = open(".", O_RDONLY), path = open("hole", O_PATH);
	SAY_OK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, rd, 0));
	SAY_OK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, rd, 0));
	SAY_OK(mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, wr, 0));
	SAY_OK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, dir, 0));
	SAY_OK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, path, 0));
	SAY_OK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 999, 0));
	SAY_OK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, rd, 100));
	int zero = open("/dev/zero", O_RDWR);
	char *zeros = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, zero, 0);
	zeros[5] = 1;
	printf("%d %d\n", zeros[0], zeros[5]);
	files_leave();
	return 0;
}
