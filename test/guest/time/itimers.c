/* Interval timers of CPU time beside that of real time. */
#include "../files/files.h"
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

static volatile int counts[65];
static void on_signal(int number) { counts[number]++; }

static long set(int which, long value_us, long interval_us)
{
	struct itimerval timer = { { interval_us / 1000000, interval_us % 1000000 }, { value_us / 1000000, value_us % 1000000 } };
	return setitimer(which, &timer, NULL);
}

static void show(int which, long least, long most)
{
	struct itimerval timer = { { 9, 9 }, { 9, 9 } };
	SAY(getitimer(which, &timer));
	long left = timer.it_value.tv_sec * 1000000 + timer.it_value.tv_usec;
	printf("  %s, every %ld us\n", left >= least && left <= most ? "as expected" : "not as expected",
	       (long)timer.it_interval.tv_sec * 1000000 + timer.it_interval.tv_usec);
}

/* Mostly in the program itself: the host tells its time from the system's. */
static void burn(long ms)
{
	static volatile unsigned work;
	struct timespec t;
	long start = 0, time;
	do {
		for (int i = 0; i < 200000; i++)
			work += i;
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
		time = t.tv_sec * 1000 + t.tv_nsec / 1000000;
		start = start ? start : time;
	} while (time < start + ms);
}

static void cpu(int which, int number)
{
	printf("timer %d\n", which);
	show(which, 0, 0);
	SAY(set(which, 500000, 0));
	show(which, 400000, 504000);
	usleep(20000);
	show(which, 400000, 504000);
	SAY(set(which, 200000, 10000));
	usleep(250000);
	printf("not while asleep: %d\n", counts[number] == 0);
	burn(300);
	printf("while it ran: %d\n", counts[number] > 0);
	struct itimerval off = { 0 }, old;
	SAY(setitimer(which, &off, &old));
	printf("every %ld us\n", (long)old.it_interval.tv_usec);
	counts[number] = 0;
	burn(50);
	printf("off: %d\n", counts[number]);
	SAY(set(which, 10000, 0));
	burn(100);
	printf("once: %d\n", counts[number]);
	show(which, 0, 0);
}

int main(void)
{
	struct itimerval timer = { 0 };
	int status;
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGVTALRM, on_signal);
	signal(SIGPROF, on_signal);
	cpu(ITIMER_VIRTUAL, SIGVTALRM);
	cpu(ITIMER_PROF, SIGPROF);
	SAY(getitimer(3, &timer));
	SAY(getitimer(-1, &timer));
	SAY(getitimer(ITIMER_PROF, BAD));
	SAY(setitimer(3, &timer, NULL));
	SAY(setitimer(3, BAD, NULL));
	SAY(setitimer(ITIMER_PROF, BAD, NULL));
	SAY(setitimer(ITIMER_PROF, &timer, BAD));
	SAY(set(ITIMER_VIRTUAL, 0, -1));
	SAY(setitimer(ITIMER_VIRTUAL, &(struct itimerval){ { 0, 0 }, { 0, 1000000 } }, NULL));
	SAY(setitimer(ITIMER_VIRTUAL, &(struct itimerval){ { 0, 0 }, { -1, 0 } }, NULL));
	SAY(set(ITIMER_PROF, 500000, 0));
	pid_t child = fork();
	if (child == 0) {
		/* Not inherited. */
		getitimer(ITIMER_PROF, &timer);
		if (timer.it_value.tv_usec)
			_exit(1);
		signal(SIGPROF, SIG_DFL);
		set(ITIMER_PROF, 5000, 0);
		for (;;)
			;
	}
	waitpid(child, &status, 0);
	printf("ended by %d\n", WTERMSIG(status));
	return 0;
}
