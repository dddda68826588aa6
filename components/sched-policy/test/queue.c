// sources: ../src/queue.c ../../base/src/tree.c
// includes: ../src ../../sched/include ../../base/include ../../time/include ../../cpu/include ../../linux-abi/include
/* The ordered run queue against a model: an array that is searched for who runs next. */
#include <rr/abi/sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "queue.h"

#define THREADS 200
#define STEPS 200000

#define CHECK(x) do { if (!(x)) { printf("line %d, step %d: %s\n", __LINE__, step, #x); exit(1); } } while (0)

static struct rr_thread threads[THREADS];
static long place[THREADS]; /* in its band: lower goes first */
static long first_place, last_place;
static int step;

static int before(int a, int b)
{
	const struct rr_thread *x = &threads[a], *y = &threads[b];
	if (x->band != y->band)
		return x->band > y->band;
	if (!x->band && x->sched.virtual_time != y->sched.virtual_time)
		return x->sched.virtual_time < y->sched.virtual_time;
	return place[a] < place[b];
}

static int expected(void)
{
	int best = -1;
	for (int i = 0; i < THREADS; i++)
		if (threads[i].queued && (best < 0 || before(i, best)))
			best = i;
	return best;
}

static void add(int i)
{
	struct rr_thread *thread = &threads[i];
	bool head = rand() % 4 == 0;
	thread->band = rand() % 3 ? 0 : (uint8_t)(1 + rand() % RR_PRIORITY_MAX);
	thread->sched.virtual_time = (uint64_t)(rand() % 50);
	place[i] = head && thread->band ? --first_place : ++last_place;
	thread->queued = true;
	queue_add(thread, head);
}

static void take(void)
{
	int wanted = expected();
	struct rr_thread *got = queue_take();
	CHECK((wanted < 0) == !got);
	if (!got)
		return;
	CHECK(got == &threads[wanted]);
	got->queued = false;
}

/* The weights: a second of nice 0 counts as one, of nice 19 as 68, of an idle thread as 341. */
static void charges(void)
{
	struct rr_thread thread;
	static const struct { uint8_t policy; int8_t nice; uint64_t seconds; } cases[] = {
		{ SCHED_OTHER, 0, 1 }, { SCHED_OTHER, 19, 68 }, { SCHED_OTHER, -20, 0 }, { SCHED_BATCH, 5, 3 }, { SCHED_IDLE, 0, 341 },
	};
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&thread, 0, sizeof(thread));
		thread.sched.policy = cases[i].policy;
		thread.sched.nice = cases[i].nice;
		thread.cpu_time = 1000000000;
		queue_charge(&thread);
		CHECK(thread.sched.virtual_time / 1000000000 == cases[i].seconds);
		CHECK(thread.sched.slice_used == 1000000000 && thread.sched.charged == thread.cpu_time);
	}
}

int main(void)
{
	srand(1);
	for (step = 0; step < STEPS; step++) {
		int i = rand() % THREADS;
		if (rand() % 5 < 2) {
			take();
		} else if (!threads[i].queued) {
			add(i);
		} else if (rand() % 4 == 0) {
			queue_remove(&threads[i]);
			threads[i].queued = false;
		}
	}
	for (int i = 0; i <= THREADS; i++)
		take();
	CHECK(!queue_take());
	charges();
	return 0;
}
