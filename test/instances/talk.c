/* Says what it gets. talk: until SIGTERM, which it answers. talk deaf: ignores that. talk fail: ends at once. talk flood N: N lines, then as talk. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t got;

static void take(int signal) { got = signal; }

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	sigset_t block, wait;
	sigemptyset(&block);
	sigaddset(&block, SIGTERM);
	sigaddset(&block, SIGUSR1);
	sigprocmask(SIG_BLOCK, &block, &wait);
	signal(SIGUSR1, take);
	signal(SIGTERM, strcmp(what, "deaf") ? take : SIG_IGN);
	setvbuf(stdout, NULL, _IONBF, 0);
	puts("started");
	if (!strcmp(what, "fail"))
		return 5;
	for (int i = 0, count = strcmp(what, "flood") ? 0 : atoi(argv[2]); i < count; i++)
		printf("line %d of a flood, long enough to fill a log\n", i);
	fputs("to standard error\n", stderr);
	printf("prompt> ");
	for (;;) {
		sigsuspend(&wait);
		if (got == SIGTERM) {
			puts("terminated");
			return 3;
		}
		puts("SIGUSR1");
	}
}
