/* Which of several ended children a wait takes: the calling thread's own first, then those of the threads that came after it, round to those before. */
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_barrier_t made, step[3];

/* A child that has ended with `status`, and stays a zombie. */
static void make_child(int status)
{
	pid_t child = fork();
	siginfo_t info;
	if (child == 0)
		_exit(status);
	waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT);
}

static void take(const char *who)
{
	siginfo_t info = { 0 };
	int result = waitid(P_ALL, 0, &info, WEXITED | WNOHANG);
	printf("%s: %d, status %d\n", who, result, info.si_status);
}

/* Thread `index` makes a child, then takes one when its turn comes. */
static void *run(void *argument)
{
	long index = (long)argument;
	char name[] = "thread 0";
	name[7] = (char)('0' + index);
	make_child((int)(10 + index));
	pthread_barrier_wait(&made);
	pthread_barrier_wait(&step[index]);
	take(name);
	if (index == 1) /* nothing of its own is left: thread 2's is next, behind it */
		take(name);
	pthread_barrier_wait(&step[index]);
	return NULL;
}

int main(void)
{
	pthread_t threads[3];
	pthread_barrier_init(&made, NULL, 4);
	for (long i = 0; i < 3; i++) {
		pthread_barrier_init(&step[i], NULL, 2);
		pthread_create(&threads[i], NULL, run, (void *)i);
	}
	make_child(5);
	make_child(6);
	pthread_barrier_wait(&made);
	for (int turn = 1; turn < 4; turn++) {
		int index = turn % 3;
		pthread_barrier_wait(&step[index]); /* its turn */
		pthread_barrier_wait(&step[index]); /* is over */
	}
	take("main");
	take("main");
	take("main");
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
