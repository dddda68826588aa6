/* getrandom(2) and its devices give numbers that differ, of any length; wrong arguments are refused. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define LARGE 300000

static void result(const char *what, long value) { printf("%s: %ld, errno %d\n", what, value, value < 0 ? errno : 0); }

/* Every value of a byte comes about as often as the others; 30 % are ten standard deviations. */
static int even(const unsigned char *bytes, size_t length)
{
	size_t counts[256] = { 0 }, expected = length / 256;
	for (size_t i = 0; i < length; i++)
		counts[bytes[i]]++;
	for (int i = 0; i < 256; i++)
		if (counts[i] * 10 < expected * 7 || counts[i] * 10 > expected * 13)
			return 0;
	return 1;
}

static void device(const char *path)
{
	unsigned char a[64], b[64];
	int fd = open(path, O_RDONLY);
	ssize_t first = read(fd, a, sizeof(a)), second = read(fd, b, sizeof(b));
	printf("%s: %zd %zd, different: %d\n", path, first, second, memcmp(a, b, sizeof(a)) != 0);
	close(fd);
}

int main(void)
{
	unsigned char a[64], b[64], *large = malloc(LARGE);
	result("some", getrandom(a, sizeof(a), 0));
	result("more", getrandom(b, sizeof(b), GRND_NONBLOCK));
	printf("different: %d\n", memcmp(a, b, sizeof(a)) != 0);
	result("from the other pool", getrandom(a, 1, GRND_RANDOM));
	result("none", getrandom(a, 0, 0));
	result("many", getrandom(large, LARGE, 0));
	printf("even: %d\n", even(large, LARGE));
	result("unknown flag", getrandom(a, 1, 0x100));
	result("two that exclude each other", getrandom(a, 1, GRND_RANDOM | 4));
	void *volatile nowhere = (void *)8;
	result("bad address", getrandom(nowhere, 10, 0));
	result("entropy", getentropy(b, 64));
	result("too much of it", getentropy(large, 257));
	device("/dev/urandom");
	device("/dev/random");
	free(large);
	return 0;
}
