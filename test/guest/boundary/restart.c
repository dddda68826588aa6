/* A read interrupted by a handler is restarted with SA_RESTART, and returns EINTR without. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int ends[2];
static volatile sig_atomic_t handled;
static pthread_t main_thread;

static void handler(int number) { (void)number; handled++; }

static void *helper(void *write_too)
{
	usleep(10000);
	pthread_kill(main_thread, SIGUSR1);
	usleep(10000);
	if (write_too)
		write(ends[1], "after", 5);
	return NULL;
}

static void attempt(int flags, const char *name)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };
	pthread_t thread;
	char text[16] = "";
	sigaction(SIGUSR1, &action, NULL);
	handled = 0;
	pthread_create(&thread, NULL, helper, (void *)1);
	errno = 0;
	ssize_t n = read(ends[0], text, sizeof(text) - 1);
	printf("%s: read %zd %s errno %s, handled %d\n", name, n, n > 0 ? text : "", errno == EINTR ? "EINTR" : errno ? strerror(errno) : "0", (int)handled);
	pthread_join(thread, NULL);
	if (n < 0)
		read(ends[0], text, sizeof(text));
}

int main(void)
{
	pthread_t thread;
	struct timespec request = { 0, 60000000 }, rest = { 0, 0 };
	main_thread = pthread_self();
	pipe(ends);
	attempt(0, "plain");
	attempt(SA_RESTART, "SA_RESTART");
	pthread_create(&thread, NULL, helper, NULL);
	int error = nanosleep(&request, &rest);
	printf("nanosleep: %s, rest is %s\n", error && errno == EINTR ? "EINTR" : "?", rest.tv_nsec > 0 && rest.tv_nsec < 60000000 ? "sensible" : "wrong");
	pthread_join(thread, NULL);
	signal(SIGUSR1, SIG_IGN);
	pthread_create(&thread, NULL, helper, NULL);
	request.tv_nsec = 30000000;
	printf("ignored signal: nanosleep %d\n", nanosleep(&request, NULL));
	pthread_join(thread, NULL);
	return 0;
}
