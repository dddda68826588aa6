/* Rounding mode and exception masks belong to a thread and survive calls, switches and handlers. */
#include <fenv.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static const int modes[] = { FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };

static void handler(int number) { (void)number; fesetround(FE_TOWARDZERO); }

static void *work(void *argument)
{
	int mode = modes[(long)argument];
	volatile double one = 1, three = 3;
	fesetround(mode);
	double expected = one / three;
	long wrong = 0;
	for (int i = 0; i < 200; i++) {
		sched_yield();
		if (i % 50 == 0)
			usleep(1000);
		if (fegetround() != mode || one / three != expected)
			wrong++;
	}
	raise(SIGUSR1);
	if (fegetround() != mode)
		wrong++;
	return (void *)wrong;
}

int main(void)
{
	pthread_t threads[4];
	signal(SIGUSR1, handler);
	long wrong = 0;
	for (long i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, work, (void *)i);
	for (int i = 0; i < 4; i++) {
		void *result;
		pthread_join(threads[i], &result);
		wrong += (long)result;
	}
	printf("wrong: %ld, main thread rounds %s\n", wrong, fegetround() == FE_TONEAREST ? "to nearest" : "otherwise");
	return 0;
}
