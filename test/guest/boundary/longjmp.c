/* siglongjmp out of handlers: of a fault, and of a signal that interrupted a waiting call, many times over. */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>

static sigjmp_buf back;
static volatile int faults, alarms;

static void on_fault(int number) { (void)number; faults++; siglongjmp(back, 1); }
static void on_alarm(int number) { (void)number; alarms++; siglongjmp(back, 2); }

int main(void)
{
	signal(SIGSEGV, on_fault);
	signal(SIGALRM, on_alarm);
	for (volatile int i = 0; i < 1000; i++)
		if (!sigsetjmp(back, 1))
			*(volatile int *)8 = i;
	printf("faults %d\n", faults);
	for (volatile int i = 0; i < 20; i++)
		if (!sigsetjmp(back, 1)) {
			struct itimerval timer = { { 0, 0 }, { 0, 2000 } };
			setitimer(ITIMER_REAL, &timer, NULL);
			for (;;)
				pause();
		}
	printf("alarms %d\n", alarms);
	for (volatile int i = 0; i < 5; i++)
		if (!sigsetjmp(back, 1)) {
			struct itimerval timer = { { 0, 0 }, { 0, 2000 } };
			setitimer(ITIMER_REAL, &timer, NULL);
			for (;;)
				getppid(); /* a leaf call, most of the time */
		}
	printf("alarms %d\n", alarms);
	return 0;
}
