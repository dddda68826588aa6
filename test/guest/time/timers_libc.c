/* POSIX timers as libc offers them: functions called in threads (SIGEV_THREAD), signals, many at once, without end. */
#include "../files/files.h"
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <time.h>

#define MS 1000000l

static sem_t called;
static volatile long sum;
static void in_thread(union sigval value)
{
	sum += value.sival_int;
	sem_post(&called);
}

static struct itimerspec setting(long value, long interval)
{
	return (struct itimerspec){ { interval / 1000000000, interval % 1000000000 }, { value / 1000000000, value % 1000000000 } };
}

static void threads(void)
{
	timer_t once, often;
	struct sigevent event = { .sigev_notify = SIGEV_THREAD, .sigev_notify_function = in_thread, .sigev_value.sival_int = 1000 };
	sem_init(&called, 0, 0);
	SAY(timer_create(CLOCK_MONOTONIC, &event, &once));
	event.sigev_value.sival_int = 1;
	SAY(timer_create(CLOCK_REALTIME, &event, &often));
	struct itimerspec time = setting(5 * MS, 0);
	SAY(timer_settime(once, 0, &time, NULL));
	sem_wait(&called);
	printf("%ld\n", sum);
	time = setting(MS, MS);
	SAY(timer_settime(often, 0, &time, NULL));
	for (int i = 0; i < 10; i++)
		sem_wait(&called);
	SAY(timer_delete(often));
	SAY(timer_delete(once));
	printf("%d\n", sum >= 1010);
}

#define MANY 300
static int heard[MANY];
static void on_timer(int number, siginfo_t *info, void *context)
{
	(void)number, (void)context;
	heard[info->si_value.sival_int]++;
}

static void many(void)
{
	static timer_t timers[MANY];
	struct sigaction action = { .sa_sigaction = on_timer, .sa_flags = SA_SIGINFO };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 3 };
	sigaction(SIGRTMIN + 3, &action, NULL);
	int failed = 0;
	for (int i = 0; i < MANY; i++) {
		struct itimerspec time = setting((i * 7 % 20 + 1) * MS / 2, 0);
		event.sigev_value.sival_int = i;
		failed += timer_create(CLOCK_MONOTONIC, &event, &timers[i]) || timer_settime(timers[i], 0, &time, NULL);
	}
	for (int waited = 0, done = 0; waited < 2000 && done < MANY; waited++) {
		nanosleep(&(struct timespec){ 0, MS }, NULL);
		done = 0;
		for (int i = 0; i < MANY; i++)
			done += heard[i];
	}
	int once = 0;
	for (int i = 0; i < MANY; i++) {
		once += heard[i] == 1;
		failed += timer_delete(timers[i]) != 0;
	}
	printf("%d heard once, %d failed\n", once, failed);
}

/* Made and forgotten again and again. */
static void rounds(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 4 };
	struct itimerspec time = setting(1, 1);
	sigset_t blocked;
	int failed = 0;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGRTMIN + 4);
	pthread_sigmask(SIG_BLOCK, &blocked, NULL);
	for (int i = 0; i < 20000; i++) {
		timer_t timer;
		failed += timer_create(CLOCK_MONOTONIC, &event, &timer) || timer_settime(timer, 0, &time, NULL) || timer_delete(timer);
	}
	printf("%d failed\n", failed);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	threads();
	many();
	rounds();
	return 0;
}
