/* cat FILE...: files, or standard input, to standard output. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int copy(int from)
{
	char buffer[4096];
	ssize_t length;
	while ((length = read(from, buffer, sizeof(buffer))) > 0)
		if (write(1, buffer, length) != length)
			return 1;
	return length < 0;
}

int main(int argc, char **argv)
{
	int failed = argc < 2 ? copy(0) : 0;
	for (int i = 1; i < argc; i++) {
		int fd = open(argv[i], O_RDONLY);
		if (fd < 0 || copy(fd)) {
			perror(argv[i]);
			failed = 1;
		}
		if (fd >= 0)
			close(fd);
	}
	return failed;
}
