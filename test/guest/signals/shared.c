/* Signals for a process several of whose threads wait for them: each ends the wait of one, and none is left to a thread that no longer waits. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WAITERS 6
#define FIRST (SIGRTMIN + 3)
#define SECOND (SIGRTMIN + 4)

static pthread_barrier_t start;
static volatile int ready, handled;

static sigset_t set_of(int one, int two)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, one);
	sigaddset(&set, two);
	return set;
}

static void *wait_once(void *argument)
{
	sigset_t set = set_of(FIRST, SECOND);
	siginfo_t info;
	pthread_barrier_wait(&start);
	__atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
	long number;
	do /* one that another thread took may end it, too */
		number = sigwaitinfo(&set, &info);
	while (number < 0 && errno == EINTR);
	(void)argument;
	return (void *)(number == FIRST ? 1l : 2l);
}

static void *wait_for_none(void *argument)
{
	pthread_barrier_wait(&start);
	__atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
	long result = poll(NULL, 0, 200);
	(void)argument;
	return (void *)(result < 0 ? (long)errno : result);
}

/* All wait: as far as one can tell. */
static void start_all(pthread_t *threads, void *(*run)(void *))
{
	ready = 0;
	pthread_barrier_init(&start, NULL, WAITERS + 1);
	for (int i = 0; i < WAITERS; i++)
		pthread_create(&threads[i], NULL, run, NULL);
	pthread_barrier_wait(&start);
	while (ready < WAITERS)
		usleep(1000);
	usleep(50000);
}

static void send(int number, int count)
{
	for (int i = 0; i < count; i++)
		sigqueue(getpid(), number, (union sigval){ .sival_int = i });
}

static void show(const char *what, pthread_t *threads)
{
	int first = 0, second = 0;
	for (int i = 0; i < WAITERS; i++) {
		void *result;
		pthread_join(threads[i], &result);
		first += result == (void *)1;
		second += result == (void *)2;
	}
	sigset_t pending;
	sigpending(&pending);
	printf("%s: %d took the first, %d the second; left: %d %d\n", what, first, second, sigismember(&pending, FIRST),
	       sigismember(&pending, SECOND));
	fflush(stdout);
}

static void one_each(void)
{
	pthread_t threads[WAITERS];
	start_all(threads, wait_once);
	send(FIRST, WAITERS);
	show("as many as wait", threads);
	start_all(threads, wait_once);
	send(FIRST, WAITERS / 2);
	send(SECOND, WAITERS / 2);
	show("of two kinds", threads);
	start_all(threads, wait_once);
	send(FIRST, 2);
	usleep(50000);
	send(SECOND, WAITERS - 2);
	show("first a few", threads);
}

static void on_signal(int number)
{
	(void)number;
	__atomic_add_fetch(&handled, 1, __ATOMIC_SEQ_CST);
}

/* A handler runs in one of them; the others wait on. */
static void only_one_is_interrupted(void)
{
	pthread_t threads[WAITERS];
	sigset_t blocked = set_of(SIGUSR1, SIGUSR1);
	int interrupted = 0, over = 0;
	sigaction(SIGUSR1, &(struct sigaction){ .sa_handler = on_signal }, NULL);
	start_all(threads, wait_for_none);
	pthread_sigmask(SIG_BLOCK, &blocked, NULL);
	kill(getpid(), SIGUSR1);
	for (int i = 0; i < WAITERS; i++) {
		void *result;
		pthread_join(threads[i], &result);
		interrupted += result == (void *)EINTR;
		over += !result;
	}
	printf("handled %d, interrupted %d, time over %d\n", handled, interrupted, over);
}

/* It waits for a thread that is sent the signal, too, but ends instead. */
static void *wait_and_end(void *argument)
{
	sigset_t set = set_of(FIRST, SECOND);
	pthread_barrier_wait(&start);
	sigwaitinfo(&set, NULL);
	syscall(SYS_exit, 0);
	return argument;
}

static void ends_instead(void)
{
	pthread_t threads[2];
	void *result;
	ready = 0;
	pthread_barrier_init(&start, NULL, 3);
	pthread_create(&threads[0], NULL, wait_and_end, NULL);
	pthread_create(&threads[1], NULL, wait_once, NULL);
	pthread_barrier_wait(&start);
	usleep(50000);
	send(FIRST, 2);
	pthread_join(threads[1], &result);
	printf("the other one: %ld\n", (long)result);
}

int main(void)
{
	sigset_t set = set_of(FIRST, SECOND);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	one_each();
	only_one_is_interrupted();
	ends_instead();
	return 0;
}
