/*
 * Preemption inside a leaf function that uses its red zone, and vector registers, while other threads and signals interrupt it: nothing may
 * change behind its back.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>

static volatile int stop, ticks;

static void on_tick(int number) { (void)number; ticks++; }

/* Stores below the stack pointer and vector registers, checked again and again. Returns the number of mismatches. */
__attribute__((noinline)) static long leaf(long rounds, long seed)
{
	long bad = 0;
	__asm__ volatile(
		"movq %2, %%xmm7\n\t"
		"movq %2, %%xmm15\n\t"
		"1: mov %2, -8(%%rsp)\n\t"
		"mov %1, -64(%%rsp)\n\t"
		"mov %2, -120(%%rsp)\n\t"
		"mov $50, %%ecx\n\t"
		"2: dec %%ecx\n\t"
		"jnz 2b\n\t"
		"cmp %2, -8(%%rsp)\n\t"
		"jne 3f\n\t"
		"cmp %1, -64(%%rsp)\n\t"
		"jne 3f\n\t"
		"cmp %2, -120(%%rsp)\n\t"
		"jne 3f\n\t"
		"movq %%xmm7, %%rax\n\t"
		"cmp %%rax, %2\n\t"
		"jne 3f\n\t"
		"movq %%xmm15, %%rax\n\t"
		"cmp %%rax, %2\n\t"
		"je 4f\n\t"
		"3: inc %0\n\t"
		"4: dec %1\n\t"
		"jnz 1b\n\t"
		: "+r"(bad), "+r"(rounds) : "r"(seed) : "rax", "rcx", "memory", "xmm7", "xmm15");
	return bad;
}

static void *spin(void *argument)
{
	long bad = 0;
	while (!stop)
		bad += leaf(1000, (long)argument);
	return (void *)bad;
}

int main(void)
{
	pthread_t threads[3];
	struct itimerval timer = { { 0, 3000 }, { 0, 3000 } };
	signal(SIGALRM, on_tick);
	for (long i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, spin, (void *)(i + 1));
	setitimer(ITIMER_REAL, &timer, NULL);
	long bad = 0;
	while (ticks < 30)
		bad += leaf(1000, 77);
	stop = 1;
	for (int i = 0; i < 3; i++) {
		void *result;
		pthread_join(threads[i], &result);
		bad += (long)result;
	}
	printf("mismatches: %ld\n", bad);
	return 0;
}
