/* POSIX timers: signals and what they bring, overruns, clocks, threads as targets, what ends with what. */
#include "../files/files.h"
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#ifndef SIGEV_THREAD_ID
#define SIGEV_THREAD_ID 4
#endif
#define MS 1000000l
#define S 1000000000l

/* The calls themselves: libc's timers are something else. */
static long create(clockid_t clock, int notify, int signal, long value, int *id)
{
	struct sigevent event = { .sigev_value.sival_ptr = (void *)value, .sigev_notify = notify, .sigev_signo = signal };
	return syscall(SYS_timer_create, clock, &event, id);
}

static struct itimerspec setting(long value, long interval)
{
	return (struct itimerspec){ { interval / S, interval % S }, { value / S, value % S } };
}
static long set(int id, int flags, long value, long interval)
{
	struct itimerspec timer = setting(value, interval);
	return syscall(SYS_timer_settime, id, flags, &timer, NULL);
}

static long now(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return t.tv_sec * S + t.tv_nsec;
}
static void rest(long ns)
{
	struct timespec left = { ns / S, ns % S };
	while (nanosleep(&left, &left))
		;
}
static void burn(clockid_t clock, long ns)
{
	for (long end = now(clock) + ns; now(clock) < end;)
		;
}

static void show(int id, long low, long high)
{
	struct itimerspec timer;
	SAY(syscall(SYS_timer_gettime, id, &timer));
	long left = timer.it_value.tv_sec * S + timer.it_value.tv_nsec;
	printf("  %s, every %ld ns\n", left == 0 ? "off" : left > low && left <= high ? "as expected" : "not as expected",
	       (long)timer.it_interval.tv_sec * S + timer.it_interval.tv_nsec);
}

/* Takes a pending signal and shows it. */
static int take(int signal, int least, int most)
{
	sigset_t set;
	siginfo_t info;
	sigemptyset(&set);
	sigaddset(&set, signal);
	if (sigtimedwait(&set, &info, &(struct timespec){ 5, 0 }) < 0) {
		printf("no signal %d: %s\n", signal, errno_name(errno));
		return -1;
	}
	printf("signal %d code %d value %lx overruns %s\n", info.si_signo, info.si_code, (long)info.si_value.sival_ptr,
	       info.si_overrun >= least && info.si_overrun <= most ? "as expected" : "not as expected");
	return info.si_overrun;
}

static void one_shot(clockid_t clock)
{
	int id;
	SAY(create(clock, SIGEV_SIGNAL, SIGUSR1, 0x1122334455667788, &id));
	show(id, 0, 0);
	SAY(set(id, 0, 100 * MS, 0));
	show(id, 0, 100 * MS);
	take(SIGUSR1, 0, 0);
	show(id, 0, 0);
	SAY(syscall(SYS_timer_getoverrun, id));
	long start = now(clock);
	SAY(set(id, TIMER_ABSTIME, start + 3 * MS, 0));
	take(SIGUSR1, 0, 0);
	printf("late enough: %d\n", now(clock) >= start + 3 * MS);
	SAY(set(id, TIMER_ABSTIME, 1, 0));
	take(SIGUSR1, 0, 0);
	SAY(set(id, 0, 3600 * S, 0));
	show(id, 3590 * S, 3600 * S);
	struct itimerspec off = { 0 }, old;
	SAY(syscall(SYS_timer_settime, id, 0, &off, &old));
	printf("%d %ld\n", old.it_value.tv_sec >= 3590 && old.it_value.tv_sec <= 3600, (long)old.it_interval.tv_sec);
	show(id, 0, 0);
	SAY(syscall(SYS_timer_delete, id));
	SAY(syscall(SYS_timer_delete, id));
}

static void periodic(void)
{
	int id, other;
	SAY(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGRTMIN + 1, 7, &id));
	SAY(set(id, 0, 2 * MS, 2 * MS));
	take(SIGRTMIN + 1, 0, 1000);
	take(SIGRTMIN + 1, 0, 1000);
	rest(30 * MS);
	int overruns = take(SIGRTMIN + 1, 10, 100000);
	printf("told by the call too: %d\n", syscall(SYS_timer_getoverrun, id) == overruns);
	rest(30 * MS);
	show(id, 0, 2 * MS);
	overruns = take(SIGRTMIN + 1, 10, 100000);
	/* First far in the past: all periods since. */
	SAY(set(id, TIMER_ABSTIME, now(CLOCK_MONOTONIC) - 100 * MS, MS));
	take(SIGRTMIN + 1, 100, 10000);
	/* Two timers, one signal: both are heard. */
	SAY(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 8, &other));
	SAY(set(id, 0, 0, 0));
	SAY(syscall(SYS_timer_delete, id));
	SAY(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 9, &id));
	SAY(set(other, 0, 1 * MS, 0));
	SAY(set(id, 0, 2 * MS, 0));
	rest(5 * MS);
	take(SIGUSR1, 0, 0);
	take(SIGUSR1, 0, 0);
	/* A signal that was not taken yet goes with its timer. */
	SAY(set(id, 0, 1, 0));
	rest(2 * MS);
	sigset_t pending;
	sigpending(&pending);
	SAY(sigismember(&pending, SIGUSR1));
	SAY(syscall(SYS_timer_delete, other));
	/* Without a signal, for looking only. */
	SAY(create(CLOCK_MONOTONIC, SIGEV_NONE, 0, 0, &other));
	SAY(set(other, 0, 1 * MS, 0));
	rest(2 * MS);
	show(other, 0, 0);
	SAY(set(other, 0, 100 * MS, 500 * MS));
	show(other, 0, 100 * MS);
	rest(102 * MS);
	show(other, 0, 500 * MS);
	SAY(syscall(SYS_timer_getoverrun, other));
	SAY(syscall(SYS_timer_delete, other));
	take(SIGUSR1, 0, 0);
	SAY(syscall(SYS_timer_delete, id));
}

static void defaults(void)
{
	int id = -1;
	SAY(syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &id));
	SAY(set(id, 0, 1, 0));
	sigset_t set_;
	siginfo_t info;
	sigemptyset(&set_);
	sigaddset(&set_, SIGALRM);
	SAY(sigwaitinfo(&set_, &info));
	printf("its number: %d\n", info.si_value.sival_int == id && info.si_code == SI_TIMER);
	SAY(syscall(SYS_timer_delete, id));
}

static void errors(void)
{
	int id, other;
	struct itimerspec timer = setting(S, 0);
	SAY(create(CLOCK_MONOTONIC_RAW, SIGEV_SIGNAL, SIGUSR1, 0, &id));
	SAY(create(CLOCK_MONOTONIC_COARSE, SIGEV_SIGNAL, SIGUSR1, 0, &id));
	SAY(create(99, SIGEV_SIGNAL, SIGUSR1, 0, &id));
	SAY(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, 0, 0, &id));
	SAY(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, 65, 0, &id));
	SAY(create(CLOCK_MONOTONIC, 3, SIGUSR1, 0, &id));
	SAY(create(CLOCK_MONOTONIC, 77, SIGUSR1, 0, &id));
	SAY(create(CLOCK_MONOTONIC, SIGEV_THREAD_ID, SIGUSR1, 0, &id));
	SAY(syscall(SYS_timer_create, CLOCK_MONOTONIC, BAD, &id));
	SAY(syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, BAD));
	SAY(syscall(SYS_timer_create, 99, BAD, &id));
	SAY(create(CLOCK_TAI, SIGEV_SIGNAL, SIGUSR1, 0, &id));
	SAY(create(CLOCK_BOOTTIME, SIGEV_NONE, 0, 0, &other));
	printf("numbers differ: %d\n", id != other);
	SAY(syscall(SYS_timer_settime, id, 0, NULL, NULL));
	SAY(syscall(SYS_timer_settime, id, 0, BAD, NULL));
	SAY(syscall(SYS_timer_settime, id, 0, &timer, BAD));
	show(id, 0, S);
	SAY(syscall(SYS_timer_settime, 12345, 0, &timer, NULL));
	SAY(syscall(SYS_timer_settime, -1, 0, &timer, NULL));
	SAY(set(id, 0, 0, -1));
	timer.it_value.tv_nsec = S;
	SAY(syscall(SYS_timer_settime, id, 0, &timer, NULL));
	SAY(syscall(SYS_timer_settime, 12345, 0, &timer, NULL));
	SAY(syscall(SYS_timer_gettime, id, BAD));
	SAY(syscall(SYS_timer_gettime, 12345, &timer));
	SAY(syscall(SYS_timer_getoverrun, 12345));
	SAY(syscall(SYS_timer_delete, 12345));
	SAY(syscall(SYS_timer_delete, id));
	SAY(syscall(SYS_timer_delete, other));
}

static void cpu_time(clockid_t clock)
{
	int id;
	SAY(create(clock, SIGEV_SIGNAL, SIGUSR2, 3, &id));
	long start = now(clock);
	SAY(set(id, 0, 8 * MS, 0));
	rest(20 * MS);
	show(id, 0, 8 * MS);
	burn(clock, 30 * MS); /* the host looks at its ticks only */
	take(SIGUSR2, 0, 0);
	printf("late enough: %d\n", now(clock) >= start + 8 * MS);
	SAY(set(id, 0, 2 * MS, 2 * MS));
	burn(clock, 40 * MS);
	take(SIGUSR2, 3, 1000);
	SAY(set(id, TIMER_ABSTIME, 1, 0));
	take(SIGUSR2, 0, 0);
	SAY(syscall(SYS_timer_delete, id));
}

static int thread_signals;
static void in_thread(int number, siginfo_t *info, void *context)
{
	(void)number, (void)context;
	thread_signals += info->si_code == SI_TIMER ? 1 : 100;
}

static void *target(void *argument)
{
	sigset_t set_;
	int id;
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1 };
	((int *)&event.sigev_notify)[1] = syscall(SYS_gettid);
	sigemptyset(&set_);
	sigaddset(&set_, SIGUSR1);
	pthread_sigmask(SIG_UNBLOCK, &set_, NULL);
	SAY(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &id));
	SAY(set(id, 0, 2 * MS, 0));
	while (!thread_signals)
		rest(MS);
	*(int *)argument = id;
	return NULL;
}

static void threads(void)
{
	pthread_t thread;
	int id;
	struct sigaction action = { .sa_sigaction = in_thread, .sa_flags = SA_SIGINFO };
	sigaction(SIGUSR1, &action, NULL);
	pthread_create(&thread, NULL, target, &id);
	pthread_join(thread, NULL);
	SAY(thread_signals);
	/* The thread is gone: nobody hears. */
	SAY(set(id, 0, MS, 0));
	rest(3 * MS);
	SAY(thread_signals);
	SAY(syscall(SYS_timer_delete, id));
}

static void processes(void)
{
	int id, status;
	SAY(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR2, 3, &id));
	SAY(set(id, 0, 5 * MS, 0));
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		/* Not inherited. */
		long gone = syscall(SYS_timer_delete, id);
		_exit(gone == -1 && errno == EINVAL ? 5 : 6);
	}
	waitpid(child, &status, 0);
	printf("%d\n", WEXITSTATUS(status));
	take(SIGUSR2, 0, 0);
	/* The default action of its signal ends the process. */
	child = fork();
	if (child == 0) {
		sigset_t none;
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		create(CLOCK_REALTIME, SIGEV_SIGNAL, SIGUSR2, 0, &id);
		set(id, 0, MS, MS);
		for (;;)
			pause();
	}
	waitpid(child, &status, 0);
	printf("ended by %d\n", WTERMSIG(status));
	/* Ignored ones cost nothing and do no harm. */
	signal(SIGUSR2, SIG_IGN);
	sigset_t set_;
	sigemptyset(&set_);
	sigaddset(&set_, SIGUSR2);
	sigprocmask(SIG_UNBLOCK, &set_, NULL);
	SAY(set(id, 0, 1, 1));
	rest(5 * MS);
	SAY(syscall(SYS_timer_delete, id));
}

static void show_alarms(const char *what)
{
	sigset_t alarm;
	siginfo_t info;
	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	printf("%s:", what);
	while (sigtimedwait(&alarm, &info, &(struct timespec){ 0, 0 }) > 0)
		printf(" %d", info.si_code);
	printf("\n");
}

static void set_alarm(void)
{
	setitimer(ITIMER_REAL, &(struct itimerval){ .it_value = { 0, 5000 } }, NULL);
	rest(20 * MS);
}

/* A timer's signal is pending beside the alarm's that came before: neither takes the other with it. */
static void alarms(void)
{
	int id, other;
	syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &id);
	syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &other);
	set_alarm();
	set(id, 0, MS, 0);
	set(other, 0, MS, 0);
	rest(20 * MS);
	show_alarms("alarm and two timers");
	set_alarm();
	set(id, 0, MS, 0);
	rest(20 * MS);
	set(id, 0, 0, 0);
	show_alarms("alarm, timer stopped");
	set_alarm();
	set(id, 0, MS, 0);
	rest(20 * MS);
	syscall(SYS_timer_delete, id);
	show_alarms("alarm, timer deleted");
	set(other, 0, MS, 0);
	rest(20 * MS);
	set_alarm();
	show_alarms("timer, then alarm");
	syscall(SYS_timer_delete, other);
}

int main(void)
{
	sigset_t blocked;
	setvbuf(stdout, NULL, _IOLBF, 0);
	sigemptyset(&blocked);
	for (int signal = SIGRTMIN; signal <= SIGRTMAX; signal++)
		sigaddset(&blocked, signal);
	sigaddset(&blocked, SIGUSR1);
	sigaddset(&blocked, SIGUSR2);
	sigaddset(&blocked, SIGALRM);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	one_shot(CLOCK_MONOTONIC);
	one_shot(CLOCK_REALTIME);
	one_shot(CLOCK_BOOTTIME);
	periodic();
	defaults();
	errors();
	cpu_time(CLOCK_PROCESS_CPUTIME_ID);
	cpu_time(CLOCK_THREAD_CPUTIME_ID);
	threads();
	processes();
	alarms();
	return 0;
}
