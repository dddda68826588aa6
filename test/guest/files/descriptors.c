/* Descriptors: numbers, duplicates, flags, limits. */
#include "files.h"
#include <sys/ioctl.h>
#include <sys/resource.h>

int main(void)
{
	files_enter();
	put_file("f", "0123456789");
	int first = open("f", O_RDONLY);
	/* Numbers are told from here on. */
	SAY(open("f", O_RDWR) - first);
	SAY(open("f", O_RDWR | O_CLOEXEC) - first);
	SAY(dup(first) - first);
	SAY(close(first + 1));
	SAY(dup(first) - first);
	SAY(close(first + 1));
	SAY(close(first + 1));
	SAY(close(-1));
	SAY(close(100000));
	SAY(dup(first + 1));
	SAY(dup2(first, first + 1) - first);
	SAY(dup2(first, first) - first);
	SAY(dup2(first + 9, first + 9));
	SAY(dup2(first + 9, first));
	SAY(dup2(first, -1));
	SAY(dup2(first, 10000000));
	SAY(dup3(first, first, 0));
	SAY(dup3(first, first + 4, 1));
	SAY(dup3(first, first + 4, O_CLOEXEC) - first);
	SAY(fcntl(first, F_GETFD));
	SAY(fcntl(first + 2, F_GETFD));
	SAY(fcntl(first + 4, F_GETFD));
	SAY(fcntl(first + 4, F_SETFD, 0));
	SAY(fcntl(first + 4, F_GETFD));
	SAY(fcntl(first, F_DUPFD, first + 20) - first);
	SAY(fcntl(first, F_DUPFD, first + 20) - first);
	SAY(fcntl(first, F_DUPFD_CLOEXEC, first + 20) - first);
	SAY(fcntl(first + 22, F_GETFD));
	SAY(fcntl(first, F_DUPFD, -1));
	SAY(fcntl(first, F_DUPFD, 100000000));
	SAY(fcntl(first + 50, F_GETFD));
	SAY(fcntl(first, 12345));
	int rw = open("f", O_RDWR | O_APPEND | O_NONBLOCK | O_CREAT | O_NOCTTY, 0600);
	SAY(fcntl(rw, F_GETFL) & ~O_LARGEFILE & ~0100000);
	SAY(fcntl(rw, F_SETFL, O_NONBLOCK | O_WRONLY | O_CREAT));
	SAY(fcntl(rw, F_GETFL) & ~0100000);
	SAY(fcntl(first + 4, F_GETFL) & ~0100000);
	int on = 1, n = -1;
	SAY(ioctl(first, FIONBIO, &on));
	SAY(fcntl(first, F_GETFL) & ~0100000);
	/* A duplicate shares the flags. */
	SAY(fcntl(first + 4, F_GETFL) & ~0100000);
	SAY(ioctl(first, FIOCLEX));
	SAY(fcntl(first, F_GETFD));
	SAY(ioctl(first, FIONCLEX));
	SAY(ioctl(first, FIONREAD, &n));
	printf("%d\n", n);
	char byte;
	SAY(read(first, &byte, 1));
	SAY(ioctl(first + 4, FIONREAD, &n));
	printf("%d\n", n);
	struct winsize window;
	SAY(ioctl(first, TIOCGWINSZ, &window));
	SAY(isatty(first));
	SAY(ioctl(999, FIONBIO, &on));
	SAY(ioctl(first, FIONBIO, BAD));

	SAY(syscall(SYS_close_range, first + 19, first + 21, 0));
	SAY(fcntl(first + 20, F_GETFD));
	SAY(fcntl(first + 22, F_GETFD));
	SAY(syscall(SYS_close_range, 5, 4, 0));
	SAY(syscall(SYS_close_range, first, first + 4, 4));
	SAY(fcntl(first, F_GETFD));

	struct rlimit limit = { first + 6, 1024 };
	SAY(setrlimit(RLIMIT_NOFILE, &limit));
	while (dup(first) >= 0)
		;
	SAY(dup(first));
	SAY(open("f", O_RDONLY));
	SAY(open("never", O_RDWR | O_CREAT, 0600));
	SAY(access("never", F_OK));
	SAY(open("nothing", O_RDONLY));
	int pipes[2];
	SAY(pipe(pipes));
	SAY(dup2(first, first + 6));
	SAY(dup2(first, first + 5) - first);
	SAY(close(first + 5));
	SAY(pipe(pipes));
	SAY(open("f", O_RDONLY) - first);
	SAY(close(first + 22));
	limit.rlim_cur = 1024;
	setrlimit(RLIMIT_NOFILE, &limit);
	/* Many. */
	int last = 0, count = 0;
	while ((n = dup(first)) >= 0)
		last = n, count++;
	printf("last %d\n", last);
	SAY(syscall(SYS_close_range, first, 2000, 0));
	SAY(dup(1) - first);
	files_leave();
	return 0;
}
