/* Mappings of files: private and shared, offsets, the end of the file, rights. */
#define _GNU_SOURCE
#include "probe.h"
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096ul
#define RW (PROT_READ | PROT_WRITE)

int main(void)
{
	probe_init();
	int fd = open("mapped.tmp", O_RDWR | O_CREAT | O_TRUNC, 0600);
	char block[PAGE];
	for (int i = 0; i < 3; i++) {
		memset(block, 'a' + i, sizeof block);
		write(fd, block, i == 2 ? 100 : sizeof block);
	}
	char *p = mmap(NULL, 4 * PAGE, RW, MAP_PRIVATE, fd, 0);
	printf("%c%c%c, behind the last byte %d, %s\n", p[0], p[PAGE], p[2 * PAGE], p[2 * PAGE + 100], probe(p + 3 * PAGE, PROBE_READ));
	p[0] = 'X';
	char c;
	pread(fd, &c, 1, 0);
	printf("private: %c in memory, %c in the file\n", p[0], c);

	char *s = mmap(NULL, 3 * PAGE, RW, MAP_SHARED, fd, 0);
	s[1] = 'S';
	s[PAGE + 1] = 'T';
	pread(fd, &c, 1, 1);
	printf("shared: %c in the file, %c and %c privately\n", c, p[1], p[PAGE + 1]);
	pwrite(fd, "W", 1, PAGE + 2);
	printf("written: %c %c\n", s[PAGE + 2], p[PAGE + 2]);

	char *o = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, PAGE);
	printf("offset: %c%c%c\n", o[0], o[1], o[2]);
	SHOW(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 100));
	SHOW(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, PAGE * 1000)); /* mapping is fine */

	ftruncate(fd, 4 * PAGE);
	printf("grown: %d\n", p[3 * PAGE]);
	printf("writable: %s\n", probe(p + 3 * PAGE, PROBE_WRITE));
	close(fd);
	printf("closed: %c\n", s[0]);

	fd = open("mapped.tmp", O_RDONLY);
	SHOW(mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0));
	SHOW(mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0));
	char *r = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	SHOW(mprotect(r, PAGE, RW));
	printf("read only: %s %s\n", probe(r, PROBE_READ), probe(r, PROBE_WRITE));
	close(fd);
	fd = open("mapped.tmp", O_WRONLY);
	SHOW(mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, fd, 0));
	SHOW(mmap(NULL, PAGE, PROT_WRITE, MAP_PRIVATE, fd, 0));
	close(fd);
	unlink("mapped.tmp");
	printf("unlinked: %c\n", s[0]);
	fd = open("/", O_RDONLY | O_DIRECTORY);
	SHOW(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0));
	close(fd);
	int pipes[2];
	pipe(pipes);
	SHOW(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, pipes[0], 0));
	fd = open("/dev/zero", O_RDWR);
	char *z = mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0);
	printf("zero: %d %s\n", z == MAP_FAILED ? -1 : z[5], z == MAP_FAILED ? errno_name(errno) : probe(z, PROBE_WRITE));
	munmap(s, 3 * PAGE);
	munmap(p, 4 * PAGE);
	return 0;
}
