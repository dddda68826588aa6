/* Event counters: values, semaphores, limits, who waits and who is woken. */
#include "../files/files.h"
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/uio.h>

#define MOST 0xfffffffffffffffe

static int ready(int fd)
{
	struct pollfd entry = { .fd = fd, .events = POLLIN | POLLOUT | POLLPRI };
	poll(&entry, 1, 0);
	return entry.revents;
}

static long take(int fd)
{
	uint64_t value = 0;
	ssize_t n = read(fd, &value, sizeof(value));
	if (n != sizeof(value))
		return -1;
	return value;
}

static long put(int fd, uint64_t value) { return write(fd, &value, sizeof(value)); }

static void values(void)
{
	int fd = eventfd(0, EFD_NONBLOCK);
	SAY(ready(fd));
	SAY(take(fd));
	SAY(put(fd, 5));
	SAY(put(fd, 7));
	SAY(ready(fd));
	SAY(take(fd));
	SAY(take(fd));
	SAY(put(fd, 0));
	SAY(ready(fd));
	SAY(take(fd));
	SAY(put(fd, MOST));
	SAY(ready(fd));
	SAY(put(fd, 1));
	SAY(put(fd, 0));
	printf("%lx\n", take(fd));
	SAY(ready(fd));
	SAY(put(fd, -1));
	close(fd);
	fd = eventfd(0xffffffff, EFD_NONBLOCK);
	SAY(take(fd));
	close(fd);
}

static void semaphore(void)
{
	int fd = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
	SAY(take(fd));
	SAY(put(fd, 1));
	SAY(take(fd));
	SAY(ready(fd));
	SAY(take(fd));
	SAY(take(fd));
	SAY(ready(fd));
	close(fd);
}

static void sizes(void)
{
	char buffer[100] = { 1 };
	uint64_t parts[2] = { 0 };
	int fd = eventfd(3, EFD_NONBLOCK);
	SAY(read(fd, buffer, 7));
	SAY(read(fd, buffer, 0));
	SAY(write(fd, buffer, 7));
	SAY(write(fd, buffer, 0));
	SAY(write(fd, buffer, 100));
	SAY(read(fd, buffer, 100));
	printf("%d %d\n", buffer[0], buffer[8]);
	SAY(write(fd, BAD, 8));
	SAY(put(fd, 9));
	SAY(read(fd, BAD, 8));
	SAY(take(fd));
	SAY(put(fd, 0x0102030405060708));
	struct iovec halves[2] = { { parts, 3 }, { parts + 1, 13 } };
	SAY(readv(fd, halves, 2));
	printf("%lx %lx\n", parts[0], parts[1]);
	SAY(pread(fd, buffer, 8, 0));
	SAY(fcntl(fd, F_GETFL));
	close(fd);
}

static void flags(void)
{
	SAY(eventfd(0, 2));
	SAY(eventfd(0, 0x10));
	SAY(syscall(SYS_eventfd2, 0, -1));
	int fd = eventfd(0, EFD_CLOEXEC);
	SAY(fcntl(fd, F_GETFD));
	SAY(fcntl(fd, F_GETFL));
	close(fd);
	fd = syscall(SYS_eventfd, 1);
	SAY(fcntl(fd, F_GETFD));
	SAY(take(fd));
	SAY(fcntl(fd, F_SETFL, O_NONBLOCK));
	SAY(take(fd));
	char name[50] = "", path[40];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	SAY(readlink(path, name, sizeof(name) - 1) > 0);
	puts(name);
	struct stat st;
	SAY(fstat(fd, &st));
	printf("%o %ld %ld\n", st.st_mode, (long)st.st_size, (long)st.st_nlink);
	close(fd);
}

static void *give(void *argument)
{
	for (int i = 1; i <= 1000; i++)
		put(*(int *)argument, i);
	return NULL;
}

static void *drain(void *argument)
{
	long sum = 0;
	while (sum < 500500)
		sum += take(*(int *)argument);
	return (void *)sum;
}

static void *push_most(void *argument)
{
	for (int i = 0; i < 50; i++)
		put(*(int *)argument, MOST);
	return NULL;
}

static void threads(void)
{
	pthread_t giver;
	int fd = eventfd(0, 0);
	pthread_create(&giver, NULL, give, &fd);
	printf("%ld\n", (long)drain(&fd));
	pthread_join(giver, NULL);
	pthread_create(&giver, NULL, push_most, &fd);
	int full = 0;
	for (int i = 0; i < 50; i++)
		full += (uint64_t)take(fd) == MOST;
	pthread_join(giver, NULL);
	printf("%d\n", full);
	close(fd);
	/* One unit for each of many who wait. */
	pthread_t takers[5];
	long sum = 0;
	fd = eventfd(0, EFD_SEMAPHORE);
	for (int i = 0; i < 5; i++)
		pthread_create(&takers[i], NULL, (void *(*)(void *))take, (void *)(long)fd);
	put(fd, 5);
	for (int i = 0; i < 5; i++) {
		void *one;
		pthread_join(takers[i], &one);
		sum += (long)one;
	}
	printf("%ld\n", sum);
	close(fd);
}

static volatile int alarms;
static void on_alarm(int number) { alarms = number == SIGALRM; }

static void interrupted(void)
{
	int fd = eventfd(0, 0);
	struct sigaction action = { .sa_handler = on_alarm };
	sigaction(SIGALRM, &action, NULL);
	SAY_ALARMED(take(fd));
	put(fd, MOST);
	SAY_ALARMED(put(fd, 1));
	printf("%d\n", alarms);
	close(fd);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	values();
	semaphore();
	sizes();
	flags();
	threads();
	interrupted();
	return 0;
}
