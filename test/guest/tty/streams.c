/* Standard streams that are no terminals: bytes pass unchanged in both directions, terminal calls say so, input ends. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <termios.h>
#include <unistd.h>

static void result(const char *what, long value) { printf("%s: %ld, errno %d\n", what, value, value < 0 ? errno : 0); }

int main(void)
{
	struct termios termios;
	struct winsize window;
	printf("terminals: %d %d\n", isatty(0), isatty(1));
	result("settings", tcgetattr(1, &termios));
	result("window", ioctl(1, TIOCGWINSZ, &window));
	fflush(stdout);

	unsigned char all[256];
	for (int i = 0; i < 256; i++)
		all[i] = (unsigned char)i;
	struct iovec parts[3] = { { all, 100 }, { all, 0 }, { all + 100, 156 } };
	ssize_t written = writev(1, parts, 3);
	printf("\nall bytes: %zd\n", written);
	const void *volatile nowhere = (const void *)8;
	result("from nowhere", write(1, nowhere, 10));
	result("nothing", write(1, all, 0));

	struct pollfd polled = { 1, POLLOUT, 0 };
	result("poll", poll(&polled, 1, 0));
	printf("writable: %d\n", polled.revents);
	fflush(stdout);

	char *line = NULL;
	size_t room = 0;
	unsigned long bytes = 0, sum = 0;
	for (ssize_t length; (length = getline(&line, &room, stdin)) > 0; bytes += (unsigned long)length)
		for (ssize_t i = 0; i < length; i++)
			sum = sum * 31 + (unsigned char)line[i];
	printf("input: %lu bytes, sum %lu\n", bytes, sum);
	printf("end again: %zd\n", read(0, all, 1));
	free(line);
	return 0;
}
