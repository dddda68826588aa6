/*
 * What the actors of one program share. An actor is a thread or the main thread of a process. All steps of a program are in one order, and one step
 * is done at a time, so that each result follows from what came before; each actor tells of its steps in a log of its own.
 */
#pragma once
#include <stdint.h>
#include <sys/types.h>

#define ACTORS 6
#define STEPS 200     /* with those that end a program */
#define LOG 8000
#define KICK 900 /* an eventfd that wakes the supervisor, above all descriptors of programs */

struct step {
	int actor, operation, arguments[3];
};

enum state { UNBORN, ALIVE, DEAD };

struct actor {
	_Atomic int state;
	pid_t pid;
	_Atomic pid_t tid;    /* of a thread: once it runs */
	int is_thread;
	int parent;           /* main thread: the actor that made it */
	uint64_t mask;        /* blocked signals, as last set */
	_Atomic int handled;  /* how many handlers have run */
	_Atomic int children_told; /* how many of them were about the end of an actor */
	_Atomic int waiting;  /* in a step that others may end */
	_Atomic int awaiting, awaited; /* main thread: how many of the process wait for the end of a child, and have done so */
	_Atomic int length;
	char log[LOG];
};

struct shared {
	_Atomic int turn;     /* the step that is to be done */
	int count;
	struct step steps[STEPS];
	struct actor actors[ACTORS];
	/* By the actor of a process's main thread: signals with their default action, with a handler, with one for once. */
	uint64_t fatal[ACTORS], caught[ACTORS], once[ACTORS];
};

extern struct shared *shared;
extern __thread int me;

/* Add to this actor's log. Also for signal handlers. */
__attribute__((format(printf, 1, 2))) void tell(const char *format, ...);
/* A process by the name of its actor. */
const char *who(pid_t pid);
/* The step after `from` whose actor is there is to be done. */
void advance(int from);
/* The same, with the actor's next step. */
void tell_later(const char *text);
/* The actor of the main thread of the process an actor is in. */
int home_of(int actor);
/* True when a thread of that process does not block the signal. */
int lets_in(int home, int number);
/* Wait, not for ever, until *counter is above `count`. */
void await_more(_Atomic int *counter, int count);
/* Do this actor's steps until the program ends. */
void act(void);
/* Wait until the supervisor has seen the end of `actor`'s process. */
void await_end(int actor);

struct operation {
	const char *name;
	void (*run)(const int *a);
	int (*waits)(void); /* true: others go on meanwhile, and it tells what came of it with its next step. NULL: never */
};
extern const struct operation operations[];
extern const int operation_count;
