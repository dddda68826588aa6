/* Calls that wait, interrupted by a signal whose handler does not ask for a restart; and errors for want of descriptors. */
#include "calls.h"
#include <signal.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <time.h>

static void nothing(int number) { (void)number; }
static void interrupt_soon(void) { ualarm(20000, 0); }

static void pipes(void)
{
	int ends[2];
	static char much[70000];
	struct iovec vector = { much, sizeof(much) };
	if (pipe(ends))
		return;
	interrupt_soon();
	CALL(read, "an empty pipe", ends[0], much, 1);
	interrupt_soon();
	CALL(readv, "an empty pipe", ends[0], &vector, 1);
	interrupt_soon();
	CALL(write, "more than a pipe takes", ends[1], much, sizeof(much));
	interrupt_soon();
	CALL(write, "a full pipe", ends[1], much, 1);
	interrupt_soon();
	CALL(writev, "a full pipe", ends[1], &vector, 1);
	interrupt_soon();
	int file = open("f", O_RDONLY);
	CALL(sendfile, "to a full pipe", ends[1], file, NULL, 4);
	close(file), close(ends[0]), close(ends[1]);
	interrupt_soon();
	CALL(open, "a fifo nobody reads", "fifo", O_WRONLY);
	interrupt_soon();
	CALL(open, "a fifo nobody writes", "fifo", O_RDONLY);
	interrupt_soon();
	CALL(openat, "a fifo nobody reads", AT_FDCWD, "fifo", O_WRONLY);
	interrupt_soon();
	CALL(creat, "a fifo nobody reads", "fifo", 0600);
}

static void locks(void)
{
	int a = open("f", O_RDWR), b = open("f", O_RDWR), started[2];
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	if (pipe(started))
		return;
	RAW(flock, a, LOCK_EX);
	interrupt_soon();
	CALL(flock, "what another file holds", b, LOCK_EX);
	RAW(fcntl, a, F_OFD_SETLK, &lock);
	interrupt_soon();
	CALL(fcntl, "F_OFD_SETLKW of what another file holds", b, F_OFD_SETLKW, &lock);
	lock.l_type = F_UNLCK;
	RAW(fcntl, a, F_OFD_SETLK, &lock);
	int pid = fork();
	if (pid == 0) {
		lock.l_type = F_WRLCK;
		RAW(fcntl, a, F_SETLK, &lock);
		if (write(started[1], "x", 1) == 1)
			pause();
		_exit(0);
	}
	if (read(started[0], &(char){ 0 }, 1) != 1)
		printf("the child did not start\n");
	lock.l_type = F_WRLCK;
	interrupt_soon();
	CALL(fcntl, "F_SETLKW of what another process holds", a, F_SETLKW, &lock);
	interrupt_soon();
	CALL(wait4, "a child that goes on", pid, NULL, 0, NULL);
	interrupt_soon();
	CALL(waitid, "a child that goes on", P_PID, pid, NULL, WEXITED, NULL);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(a), close(b), close(started[0]), close(started[1]);
}

/* Each that makes a descriptor, when there is room for none. */
static void no_descriptors(void)
{
	struct rlimit limit = { 3, 3 };
	unsigned long set = 1;
	for (int fd = 3; fd < 100; fd++)
		close(fd);
	setrlimit(RLIMIT_NOFILE, &limit);
	CALL(epoll_create, "no descriptor left", 1);
	CALL(epoll_create1, "no descriptor left", 0);
	CALL(eventfd, "no descriptor left", 0);
	CALL(eventfd2, "no descriptor left", 0, 0);
	CALL(timerfd_create, "no descriptor left", CLOCK_MONOTONIC, 0);
	CALL(signalfd, "no descriptor left", -1, &set, 8);
	CALL(signalfd4, "no descriptor left", -1, &set, 8, 0);
	CALL(pidfd_open, "no descriptor left", getpid(), 0);
	CALL(memfd_create, "no descriptor left", "m", 0);
}

int main(void)
{
	files_enter();
	put_file("f", "text");
	if (mkfifo("fifo", 0600))
		perror("preparing");
	struct sigaction action = { .sa_handler = nothing };
	sigaction(SIGALRM, &action, NULL);
	pipes();
	locks();
	calls_apart(no_descriptors);
	files_leave();
	return 0;
}
