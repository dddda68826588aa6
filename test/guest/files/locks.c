/* Record locks of open files, flock, and waiting for them. */
#include "files.h"
#include <pthread.h>
#include <sys/file.h>
#ifndef F_OFD_SETLK
#define F_OFD_GETLK 36
#define F_OFD_SETLK 37
#define F_OFD_SETLKW 38
#endif

static int lock(int fd, int command, int type, long start, long length)
{
	struct flock request = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length };
	return fcntl(fd, command, &request);
}

static void holder(int fd, int command, int type, long start, long length)
{
	struct flock request = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length };
	if (fcntl(fd, command, &request))
		printf("get: %s\n", errno_name(errno));
	else if (request.l_type == F_UNLCK)
		printf("get: free\n");
	else
		printf("get: type %d, %ld+%ld, pid %s\n", request.l_type, (long)request.l_start, (long)request.l_len, request.l_pid == -1 ? "-1" : request.l_pid == getpid() ? "own" : "other");
}

static int a, b;
static volatile int stage;
/* What the waiter found; printed by main() when it is gone, since both would print at once when the lock is given up. */
static int waited_result, waited_stage;
static void *wait_for_lock(void *argument)
{
	(void)argument;
	waited_result = lock(b, F_OFD_SETLKW, F_WRLCK, 0, 10);
	waited_stage = stage;
	return NULL;
}
static void *wait_for_flock(void *argument)
{
	(void)argument;
	waited_result = flock(b, LOCK_EX);
	waited_stage = stage;
	return NULL;
}

int main(void)
{
	files_enter();
	put_file("f", "0123456789");
	a = open("f", O_RDWR), b = open("f", O_RDWR);
	int r = open("f", O_RDONLY), w = open("f", O_WRONLY);
	SAY(lock(a, F_OFD_SETLK, F_WRLCK, 0, 10));
	SAY(lock(b, F_OFD_SETLK, F_RDLCK, 9, 5));
	SAY(lock(b, F_OFD_SETLK, F_RDLCK, 10, 5));
	holder(b, F_OFD_GETLK, F_WRLCK, 5, 100);
	holder(a, F_OFD_GETLK, F_WRLCK, 0, 0);
	holder(a, F_OFD_GETLK, F_RDLCK, 0, 0);
	SAY(lock(a, F_OFD_SETLK, F_UNLCK, 3, 4));
	SAY(lock(b, F_OFD_SETLK, F_WRLCK, 3, 4));
	SAY(lock(b, F_OFD_SETLK, F_WRLCK, 2, 1));
	holder(r, F_OFD_GETLK, F_WRLCK, 7, 1);
	SAY(lock(a, F_OFD_SETLK, F_RDLCK, 7, 3));
	SAY(lock(r, F_OFD_SETLK, F_RDLCK, 8, 1));
	SAY(lock(r, F_OFD_SETLK, F_WRLCK, 50, 1));
	SAY(lock(w, F_OFD_SETLK, F_RDLCK, 50, 1));
	/* The process's own locks and those of open files are in each other's way. */
	SAY(lock(a, F_SETLK, F_WRLCK, 0, 1));
	SAY(lock(a, F_SETLK, F_WRLCK, 100, 0));
	holder(b, F_OFD_GETLK, F_WRLCK, 200, 1);
	SAY(lock(b, F_OFD_SETLK, F_WRLCK, 150, 1));
	SAY(lock(b, F_SETLK, F_RDLCK, 150, 10));
	holder(b, F_OFD_GETLK, F_WRLCK, 155, 1);
	holder(b, F_OFD_GETLK, F_WRLCK, 165, 1);
	/* Closing any descriptor of the file drops them. */
	close(open("f", O_RDONLY));
	holder(b, F_OFD_GETLK, F_WRLCK, 100, 0);
	struct flock odd = { .l_type = F_WRLCK, .l_whence = SEEK_END, .l_start = -3, .l_len = -4 };
	SAY(fcntl(w, F_SETLK, &odd));
	holder(b, F_OFD_GETLK, F_WRLCK, 0, 3);
	holder(b, F_OFD_GETLK, F_RDLCK, 0, 100);
	odd.l_whence = 9;
	SAY(fcntl(w, F_SETLK, &odd));
	odd.l_whence = SEEK_SET;
	SAY(fcntl(w, F_SETLK, &odd));
	odd.l_start = 0, odd.l_type = 7;
	SAY(fcntl(w, F_SETLK, &odd));
	odd.l_type = F_WRLCK, odd.l_len = 0, odd.l_pid = 5;
	SAY(fcntl(w, F_OFD_SETLK, &odd));
	SAY(fcntl(w, F_SETLK, BAD));
	SAY(fcntl(999, F_SETLK, &odd));
	close(w);

	pthread_t thread;
	SAY(lock(b, F_OFD_SETLK, F_UNLCK, 0, 0));
	SAY(lock(a, F_OFD_SETLK, F_WRLCK, 5, 1));
	pthread_create(&thread, NULL, wait_for_lock, NULL);
	usleep(30000);
	stage = 1;
	lock(a, F_OFD_SETLK, F_UNLCK, 0, 0);
	lock(r, F_OFD_SETLK, F_UNLCK, 0, 0);
	pthread_join(thread, NULL);
	printf("locked after waiting: %d, stage %d\n", waited_result, waited_stage);
	int duplicate = dup(b);
	close(b);
	SAY(lock(a, F_OFD_SETLK, F_WRLCK, 0, 1));
	close(duplicate);
	SAY(lock(a, F_OFD_SETLK, F_WRLCK, 0, 1));

	b = open("f", O_RDONLY);
	SAY(flock(a, LOCK_SH));
	SAY(flock(b, LOCK_SH | LOCK_NB));
	SAY(flock(b, LOCK_EX | LOCK_NB));
	SAY(flock(a, LOCK_EX | LOCK_NB));
	SAY(flock(b, LOCK_SH | LOCK_NB));
	SAY(flock(b, 16));
	SAY(flock(999, LOCK_SH));
	stage = 2;
	pthread_create(&thread, NULL, wait_for_flock, NULL);
	usleep(30000);
	stage = 3;
	SAY(flock(a, LOCK_UN));
	pthread_join(thread, NULL);
	printf("flocked after waiting: %d, stage %d\n", waited_result, waited_stage);
	SAY(flock(a, LOCK_SH | LOCK_NB));
	close(b);
	SAY(flock(a, LOCK_SH | LOCK_NB));
	files_leave();
	return 0;
}
