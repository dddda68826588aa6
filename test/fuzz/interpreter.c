/*
 * Runs programs of test/fuzz from standard input: lines "actor operation a b c", each program ended by "end". For each it prints what its actors
 * told. The same on the host and in an image.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "shared.h"

#define STUCK_SECONDS 4

struct shared *shared;
__thread int me;

static __thread const char *later;

void tell_later(const char *text) { later = text; }

void tell(const char *format, ...)
{
	struct actor *self = &shared->actors[me];
	if (shared->turn >= shared->count) /* all end, in no order */
		return;
	char line[200];
	va_list list;
	va_start(list, format);
	int n = vsnprintf(line, sizeof(line), format, list);
	va_end(list);
	if (n >= (int)sizeof(line))
		n = sizeof(line) - 1;
	if (self->length + n < LOG) {
		memcpy(self->log + self->length, line, (size_t)n);
		self->length += n;
	}
}

const char *who(pid_t pid)
{
	static const char *const names[ACTORS] = { "a0", "a1", "a2", "a3", "a4", "a5" };
	if (pid <= 0)
		return pid ? "-1" : "0";
	for (int i = 0; i < ACTORS; i++)
		if (shared->actors[i].pid == pid && !shared->actors[i].is_thread)
			return names[i];
	return "another";
}

static void wake_all(void) { syscall(SYS_futex, &shared->turn, FUTEX_WAKE, INT_MAX, NULL, NULL, 0); }

/* Whether the actor of a step will do it. One that waits ends a program without it. */
static int takes(const struct step *step)
{
	const struct actor *actor = &shared->actors[step->actor];
	return actor->state == ALIVE && (step->operation >= 0 || !actor->waiting);
}

void advance(int from)
{
	int next = from + 1;
	while (next < shared->count && !takes(&shared->steps[next]))
		next++;
	if (__atomic_compare_exchange_n((int *)&shared->turn, &from, next, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		wake_all();
}

/* Wait until it is this actor's turn; its step, or -1 at the end. */
static int my_turn(void)
{
	for (;;) {
		int turn = shared->turn;
		if (turn >= shared->count)
			return -1;
		if (shared->steps[turn].actor == me)
			return turn;
		syscall(SYS_futex, &shared->turn, FUTEX_WAIT, turn, NULL, NULL, 0);
	}
}

static void do_step(const struct step *step, const struct operation *operation, int turn)
{
	if (later)
		tell("meanwhile: %s\n", later);
	later = NULL;
	tell("%s %d %d %d", operation->name, step->arguments[0], step->arguments[1], step->arguments[2]);
	if (operation->waits && operation->waits()) {
		tell("\n");
		shared->actors[me].waiting = 1;
		advance(turn);
		operation->run(step->arguments);
		shared->actors[me].waiting = 0;
	} else {
		operation->run(step->arguments);
		tell("\n");
		advance(turn);
	}
}

void act(void)
{
	int turn;
	while ((turn = my_turn()) >= 0) {
		const struct step *step = &shared->steps[turn];
		if (step->operation >= 0)
			do_step(step, &operations[step->operation], turn);
		else
			advance(turn);
	}
}

void await_end(int actor)
{
	for (int i = 0; shared->actors[actor].state != DEAD && i < 20000; i++)
		nanosleep(&(struct timespec){ 0, 50000 }, NULL);
}

int home_of(int actor)
{
	for (int i = 0; i < ACTORS; i++)
		if (shared->actors[i].pid == shared->actors[actor].pid && !shared->actors[i].is_thread)
			return i;
	return actor;
}

int lets_in(int home, int number)
{
	for (int i = 0; i < ACTORS; i++)
		if (shared->actors[i].state == ALIVE && shared->actors[i].pid == shared->actors[home].pid && !(shared->actors[i].mask & 1ul << number))
			return 1;
	return 0;
}

void await_more(_Atomic int *counter, int count)
{
	for (int i = 0; *counter <= count && i < 4000; i++)
		nanosleep(&(struct timespec){ 0, 50000 }, NULL);
}

/* --- the supervisor --- */

static int children_told[ACTORS], awaited[ACTORS];

/* A parent that handles SIGCHLD, or waits for children, has done so before anything else happens. */
static void settle_parent(int actor)
{
	int home = shared->actors[actor].parent;
	if (actor && shared->actors[home].state == ALIVE && shared->caught[home] & 1ul << SIGCHLD && lets_in(home, SIGCHLD))
		await_more(&shared->actors[home].children_told, children_told[home]);
	children_told[home] = shared->actors[home].children_told;
	if (actor && shared->actors[home].state == ALIVE && shared->actors[home].awaiting)
		await_more(&shared->actors[home].awaited, awaited[home]);
	awaited[home] = shared->actors[home].awaited;
}

static void end_of(int actor)
{
	pid_t pid = shared->actors[actor].pid;
	for (int i = 0; i < ACTORS; i++)
		if (shared->actors[i].pid == pid)
			shared->actors[i].state = DEAD;
	settle_parent(actor);
	int turn = shared->turn;
	if (turn < shared->count && !takes(&shared->steps[turn]))
		advance(turn);
}

/* Descriptors for the processes that are there; false: none is left. */
static int watch(int *pidfds)
{
	int left = 0;
	for (int i = 0; i < ACTORS; i++) {
		struct actor *actor = &shared->actors[i];
		if (actor->state != ALIVE || actor->is_thread)
			continue;
		if (pidfds[i] < 0) {
			pidfds[i] = (int)syscall(SYS_pidfd_open, actor->pid, 0);
			if (pidfds[i] < 0) {
				end_of(i);
				continue;
			}
		}
		left = 1;
	}
	return left;
}

/* False when nothing has happened for too long. */
static int await_news(const int *pidfds)
{
	struct pollfd fds[ACTORS + 1];
	uint64_t kicks;
	for (int i = 0; i < ACTORS; i++)
		fds[i] = (struct pollfd){ .fd = pidfds[i], .events = POLLIN };
	fds[ACTORS] = (struct pollfd){ .fd = KICK, .events = POLLIN };
	if (poll(fds, ACTORS + 1, STUCK_SECONDS * 1000) == 0)
		return 0;
	if (fds[ACTORS].revents)
		read(KICK, &kicks, sizeof(kicks));
	for (int i = 0; i < ACTORS; i++)
		if (fds[i].revents)
			end_of(i);
	return 1;
}

static void supervise(void)
{
	int pidfds[ACTORS], turn = -1, stuck = 0;
	memset(pidfds, -1, sizeof(pidfds));
	memset(children_told, 0, sizeof(children_told));
	memset(awaited, 0, sizeof(awaited));
	while (!stuck && watch(pidfds)) {
		int news = await_news(pidfds);
		stuck = !news && turn == shared->turn;
		turn = shared->turn;
		for (int i = 0; i < ACTORS; i++)
			if (pidfds[i] >= 0 && shared->actors[i].state == DEAD) {
				close(pidfds[i]);
				pidfds[i] = -1;
			}
	}
	if (stuck)
		printf("stuck at step %d\n", turn);
	for (int i = 0; i < ACTORS; i++) {
		if (shared->actors[i].state == ALIVE && !shared->actors[i].is_thread)
			kill(shared->actors[i].pid, SIGKILL);
		if (pidfds[i] >= 0)
			close(pidfds[i]);
	}
	while (wait(NULL) > 0) {
	}
}

static void empty_folder(void)
{
	static const char *const names[] = { "d/f0", "d/f1", "d/f2", "d/f3", "f0", "f1", "f2", "f3", "d", "e" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (unlink(names[i]))
			rmdir(names[i]);
}

static void run_program(void)
{
	/* Each does a last step, before which it has handled its signals. */
	for (int i = 0; i < ACTORS; i++)
		shared->steps[shared->count++] = (struct step){ .actor = i, .operation = -1 };
	fflush(stdout);
	empty_folder();
	pid_t child = fork();
	if (!child) {
		me = 0;
		shared->actors[0].pid = shared->actors[0].tid = getpid();
		shared->actors[0].state = ALIVE;
		setpgid(0, 0);
		umask(022);
		act();
		exit(0);
	}
	shared->actors[0].pid = child;
	shared->actors[0].state = ALIVE;
	supervise();
	for (int i = 0; i < ACTORS; i++)
		if (shared->actors[i].state != UNBORN)
			printf("-- a%d\n%.*s\n", i, shared->actors[i].length, shared->actors[i].log);
}

static int find_operation(const char *name)
{
	for (int i = 0; i < operation_count; i++)
		if (!strcmp(operations[i].name, name))
			return i;
	fprintf(stderr, "no operation %s\n", name);
	exit(2);
}

static void add_step(const char *line)
{
	struct step step = { 0 };
	char name[32];
	if (sscanf(line, "%d %31s %d %d %d", &step.actor, name, &step.arguments[0], &step.arguments[1], &step.arguments[2]) != 5 ||
	    step.actor < 0 || step.actor >= ACTORS || shared->count == STEPS - ACTORS) {
		fprintf(stderr, "bad step: %s", line);
		exit(2);
	}
	step.operation = find_operation(name);
	shared->steps[shared->count++] = step;
}

static void begin(void)
{
	memset(shared, 0, sizeof(*shared));
	for (int i = 0; i < ACTORS; i++)
		shared->fatal[i] = ~0ul;
}

/* All of standard input, before the first program runs. */
static char *read_input(void)
{
	size_t length = 0, room = 1 << 20;
	char *text = malloc(room);
	ssize_t n;
	while ((n = read(0, text + length, room - length - 1)) > 0)
		length += (size_t)n;
	text[length] = 0;
	return text;
}

int main(void)
{
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one); /* order on one processor: who is woken does not run beside who woke it */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	syscall(SYS_close_range, 3, ~0u, 0);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int kick = eventfd(0, EFD_NONBLOCK);
	dup2(kick, KICK);
	close(kick);
	mkdir("fuzz", 0755);
	if (chdir("fuzz")) {
		perror("fuzz");
		return 2;
	}
	int number = 0;
	begin();
	for (char *line = strtok(read_input(), "\n"); line; line = strtok(NULL, "\n")) {
		if (strcmp(line, "end")) {
			add_step(line);
			continue;
		}
		printf("== %d\n", number++);
		run_program();
		begin();
	}
	empty_folder();
	return 0;
}
