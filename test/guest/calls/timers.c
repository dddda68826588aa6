/* timer_create(2) and its family. */
#include "calls.h"
#include <signal.h>
#include <time.h>

/* struct sigevent as the kernel takes it. */
struct event {
	long value;
	int number, notify, thread;
	char rest[44];
};

static volatile int rung, code, value;
static void ring(int number, siginfo_t *info, void *context)
{
	(void)number, (void)context;
	rung++;
	code = info->si_code;
	value = info->si_value.sival_int;
}

int main(void)
{
	files_enter();
	struct sigaction action = { .sa_sigaction = ring, .sa_flags = SA_SIGINFO };
	sigaction(SIGUSR1, &action, NULL);
	struct event event = { .value = 42, .number = SIGUSR1, .notify = SIGEV_SIGNAL }, bad = event;
	struct itimerspec later = { { 5, 0 }, { 100, 0 } }, soon = { { 0, 0 }, { 0, 1000000 } }, wrong = { { 0, 0 }, { 0, 1000000000 } }, none = { 0 }, got;
	int timer = -1, second = -1;
	CALL(timer_create, "that sends a signal", CLOCK_MONOTONIC, &event, &timer);
	CALL(timer_create, "that sends SIGALRM", CLOCK_REALTIME, NULL, &second);
	CALL(timer_create, "no such clock", 99, &event, &second);
	bad.number = 65;
	CALL(timer_create, "no such signal", CLOCK_MONOTONIC, &bad, &second);
	bad = event, bad.notify = 77;
	CALL(timer_create, "no such notice", CLOCK_MONOTONIC, &bad, &second);
	bad = event, bad.notify = SIGEV_THREAD_ID, bad.thread = 999999;
	CALL(timer_create, "no such thread", CLOCK_MONOTONIC, &bad, &second);
	CALL(timer_create, "a wild event", CLOCK_MONOTONIC, BAD, &second);
	CALL(timer_create, "to a wild pointer", CLOCK_MONOTONIC, &event, BAD);

	CALL(timer_settime, "in 100 s, then each 5", timer, 0, &later, NULL);
	CALL(timer_gettime, "what is left", timer, &got);
	EFFECT(timer_gettime, "is most of it", got.it_value.tv_sec >= 98 && got.it_value.tv_sec <= 100 && got.it_interval.tv_sec == 5);
	sigset_t only, old;
	sigemptyset(&only);
	sigaddset(&only, SIGUSR1);
	sigprocmask(SIG_BLOCK, &only, &old);
	CALL(timer_settime, "in 1 ms", timer, 0, &soon, &got);
	EFFECT(timer_settime, "the old one", got.it_value.tv_sec >= 98 && got.it_interval.tv_sec == 5);
	sigsuspend(&old);
	sigprocmask(SIG_SETMASK, &old, NULL);
	EFFECT(timer_settime, "it rang", rung == 1 && code == SI_TIMER && value == 42);
	CALL(timer_getoverrun, "none", timer);
	CALL(timer_settime, "a billion nanoseconds", timer, 0, &wrong, NULL);
	CALL(timer_settime, "a wild pointer", timer, 0, BAD, NULL);
	CALL(timer_settime, "no pointer", timer, 0, NULL, NULL);
	CALL(timer_settime, "no such timer", 12345, 0, &soon, NULL);
	CALL(timer_settime, "off, the old one to a wild pointer", timer, 0, &none, BAD);
	CALL(timer_gettime, "no such timer", 12345, &got);
	CALL(timer_gettime, "a wild pointer", timer, BAD);
	CALL(timer_getoverrun, "no such timer", 12345);
	CALL(timer_delete, "one", timer);
	CALL(timer_delete, "the same", timer);
	CALL(timer_gettime, "what was deleted", timer, &got);
	files_leave();
	return 0;
}
