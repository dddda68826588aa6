/* poll(2), ppoll(2), select(2), pselect6(2). */
#include "calls.h"
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/select.h>

static int ends[2], file;
static void nothing(int number) { (void)number; }

static void interrupt_soon(void) { ualarm(20000, 0); }

static fd_set only(int fd)
{
	fd_set set;
	FD_ZERO(&set);
	FD_SET(fd, &set);
	return set;
}

static void polling(void)
{
	struct pollfd two[2] = { { ends[0], POLLIN, 0 }, { ends[1], POLLOUT, 0 } }, closed = { 99, POLLIN, 0 }, ignored = { -1, POLLIN, 7 };
	struct timespec now = { 0, 0 }, bad = { 0, 1000000000 }, negative = { -1, 0 };
	unsigned long set = 0;
	CALL(poll, "an empty pipe's ends", two, 2, 0);
	SHOWS(poll, "are ready", "%x %x", two[0].revents, two[1].revents);
	CALL(poll, "a descriptor that is not open", &closed, 1, 0);
	SHOWS(poll, "is told", "%x", closed.revents);
	CALL(poll, "a descriptor below zero", &ignored, 1, 0);
	SHOWS(poll, "is told", "%x", ignored.revents);
	CALL(poll, "none", NULL, 0, 1);
	CALL(poll, "that ends", two, 1, 2);
	CALL(poll, "a wild pointer", BAD, 1, 0);
	CALL(poll, "more than there can be descriptors", two, 1u << 31, 0);
	interrupt_soon();
	CALL(poll, "interrupted", two, 1, -1);
	CALL(ppoll, "an empty pipe's ends", two, 2, &now, NULL, 8);
	CALL(ppoll, "that ends", two, 1, &now, &set, 8);
	CALL(ppoll, "a billion nanoseconds", two, 1, &bad, NULL, 8);
	CALL(ppoll, "seconds below zero", two, 1, &negative, NULL, 8);
	CALL(ppoll, "a wild time", two, 1, BAD, NULL, 8);
	CALL(ppoll, "a wild set", two, 1, &now, BAD, 8);
	CALL(ppoll, "another size of sets", two, 1, &now, &set, 16);
	CALL(ppoll, "a wild pointer", BAD, 1, &now, NULL, 8);
	interrupt_soon();
	CALL(ppoll, "interrupted", two, 1, NULL, &set, 8);
}

static void few_descriptors(void)
{
	struct rlimit limit = { 3, 3 };
	struct timespec now = { 0, 0 };
	struct pollfd none[4] = { { -1, 0, 0 }, { -1, 0, 0 }, { -1, 0, 0 }, { -1, 0, 0 } };
	setrlimit(RLIMIT_NOFILE, &limit);
	CALL(poll, "beyond RLIMIT_NOFILE", none, 4, 0);
	CALL(ppoll, "beyond RLIMIT_NOFILE", none, 4, &now, NULL, 8);
}

static void selecting(void)
{
	fd_set in = only(ends[0]), out = only(ends[1]);
	struct timeval now = { 0, 0 }, little = { 0, 1000 }, bad = { -1, 0 };
	FD_SET(file, &in);
	CALL(select, "a pipe's ends and a file", 64, &in, &out, NULL, &now);
	EFFECT(select, "the writing end and the file", !FD_ISSET(ends[0], &in) && FD_ISSET(file, &in) && FD_ISSET(ends[1], &out));
	in = only(ends[0]);
	CALL(select, "that ends", 64, &in, NULL, NULL, &little);
	EFFECT(select, "what is left of the time", little.tv_sec == 0 && little.tv_usec == 0);
	CALL(select, "no descriptor", 0, NULL, NULL, NULL, &now);
	in = only(50);
	CALL(select, "one that is not open", 64, &in, NULL, NULL, &now);
	CALL(select, "descriptors below zero", -1, &in, NULL, NULL, &now);
	in = only(ends[0]);
	CALL(select, "seconds below zero", 64, &in, NULL, NULL, &bad);
	CALL(select, "a wild set", 64, BAD, NULL, NULL, &now);
	CALL(select, "a wild time", 64, &in, NULL, NULL, BAD);
	interrupt_soon();
	CALL(select, "interrupted", 64, &in, NULL, NULL, NULL);
}

static void masked(void)
{
	fd_set in = only(ends[0]);
	unsigned long set = 0;
	struct timespec now = { 0, 0 }, bad = { 0, 1000000000 };
	struct {
		void *set;
		size_t size;
	} mask = { &set, 8 }, large = { &set, 16 }, wild = { BAD, 8 };
	FD_SET(file, &in);
	CALL(pselect6, "a pipe and a file", 64, &in, NULL, NULL, &now, &mask);
	in = only(ends[0]);
	CALL(pselect6, "that ends", 64, &in, NULL, NULL, &now, NULL);
	FD_SET(ends[0], &in);
	CALL(pselect6, "a billion nanoseconds", 64, &in, NULL, NULL, &bad, NULL);
	CALL(pselect6, "descriptors below zero", -1, &in, NULL, NULL, &now, NULL);
	CALL(pselect6, "another size of sets", 64, &in, NULL, NULL, &now, &large);
	CALL(pselect6, "a wild mask", 64, &in, NULL, NULL, &now, &wild);
	CALL(pselect6, "a wild mask's place", 64, &in, NULL, NULL, &now, BAD);
	CALL(pselect6, "a wild set", 64, BAD, NULL, NULL, &now, NULL);
	CALL(pselect6, "a wild time", 64, &in, NULL, NULL, BAD, NULL);
	in = only(50);
	CALL(pselect6, "one that is not open", 64, &in, NULL, NULL, &now, NULL);
	in = only(ends[0]);
	interrupt_soon();
	CALL(pselect6, "interrupted", 64, &in, NULL, NULL, NULL, &mask);
}

int main(void)
{
	files_enter();
	put_file("f", "text");
	file = open("f", O_RDONLY);
	if (pipe(ends))
		perror("preparing");
	struct sigaction action = { .sa_handler = nothing, .sa_flags = SA_RESTART };
	sigaction(SIGALRM, &action, NULL);
	polling();
	calls_apart(few_descriptors);
	selecting();
	masked();
	files_leave();
	return 0;
}
