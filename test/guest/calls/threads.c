/* futex(2), robust lists, set_tid_address(2), arch_prctl(2), threads' ends. */
#include "calls.h"
#include <asm/prctl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>

static int word;

static void *wake_later(void *argument)
{
	(void)argument;
	struct timespec little = { 0, 5000000 };
	nanosleep(&little, NULL);
	__atomic_store_n(&word, 1, __ATOMIC_SEQ_CST);
	RAW(futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	return NULL;
}

static void nothing(int number) { (void)number; }

static void waiting(void)
{
	struct timespec soon = { 0, 1000000 }, bad = { 0, 1000000000 }, past = { 1, 0 };
	pthread_t thread;
	CALL(futex, "FUTEX_WAIT for another value", &word, FUTEX_WAIT_PRIVATE, 1, NULL, NULL, 0);
	CALL(futex, "FUTEX_WAIT that ends", &word, FUTEX_WAIT_PRIVATE, 0, &soon, NULL, 0);
	CALL(futex, "FUTEX_WAIT, a billion nanoseconds", &word, FUTEX_WAIT_PRIVATE, 0, &bad, NULL, 0);
	CALL(futex, "FUTEX_WAIT, a wild time", &word, FUTEX_WAIT_PRIVATE, 0, BAD, NULL, 0);
	CALL(futex, "FUTEX_WAIT, a wild word", BAD, FUTEX_WAIT_PRIVATE, 0, &soon, NULL, 0);
	CALL(futex, "FUTEX_WAIT off its alignment", (char *)&word + 1, FUTEX_WAIT_PRIVATE, 0, &soon, NULL, 0);
	CALL(futex, "FUTEX_WAIT_BITSET until what has passed", &word, FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME, 0, &past, NULL, FUTEX_BITSET_MATCH_ANY);
	CALL(futex, "FUTEX_WAIT_BITSET without bits", &word, FUTEX_WAIT_BITSET_PRIVATE, 0, &past, NULL, 0);
	pthread_create(&thread, NULL, wake_later, NULL);
	long result = RAW(futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
	EFFECT(futex, "FUTEX_WAIT, woken by another thread", (result == 0 || errno == EAGAIN) && word == 1);
	pthread_join(thread, NULL);
	struct sigaction action = { .sa_handler = nothing };
	sigaction(SIGALRM, &action, NULL);
	ualarm(20000, 0);
	CALL(futex, "FUTEX_WAIT, interrupted", &word, FUTEX_WAIT_PRIVATE, 1, NULL, NULL, 0);
}

static void waking(void)
{
	static int other;
	CALL(futex, "FUTEX_WAKE, nobody waits", &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	CALL(futex, "FUTEX_WAKE, shared", &word, FUTEX_WAKE, 1, NULL, NULL, 0);
	CALL(futex, "FUTEX_WAKE off its alignment", (char *)&word + 2, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	CALL(futex, "FUTEX_WAKE, shared, a wild word", BAD + 8, FUTEX_WAKE, 1, NULL, NULL, 0);
	CALL(futex, "FUTEX_WAKE_BITSET without bits", &word, FUTEX_WAKE_BITSET_PRIVATE, 1, NULL, NULL, 0);
	CALL(futex, "FUTEX_REQUEUE, nobody waits", &word, FUTEX_REQUEUE_PRIVATE, 1, 1l, &other, 0);
	CALL(futex, "FUTEX_CMP_REQUEUE, another value", &word, FUTEX_CMP_REQUEUE_PRIVATE, 1, 1l, &other, 77);
	CALL(futex, "FUTEX_CMP_REQUEUE", &word, FUTEX_CMP_REQUEUE_PRIVATE, 1, 1l, &other, word);
	CALL(futex, "FUTEX_REQUEUE less than none", &word, FUTEX_REQUEUE_PRIVATE, -1, 1l, &other, 0);
	CALL(futex, "FUTEX_REQUEUE off its alignment", &word, FUTEX_REQUEUE_PRIVATE, 1, 1l, (char *)&other + 1, 0);
	other = 5;
	CALL(futex, "FUTEX_WAKE_OP", &word, FUTEX_WAKE_OP_PRIVATE, 1, 1l, &other, FUTEX_OP(FUTEX_OP_ADD, 3, FUTEX_OP_CMP_EQ, 5));
	SHOWS(futex, "the other word", "%d", other);
	CALL(futex, "FUTEX_WAKE_OP, a wild word", &word, FUTEX_WAKE_OP_PRIVATE, 1, 1l, BAD + 8, FUTEX_OP(FUTEX_OP_ADD, 3, FUTEX_OP_CMP_EQ, 5));
	CALL(futex, "FUTEX_WAKE_OP, no such comparison", &word, FUTEX_WAKE_OP_PRIVATE, 1, 1l, &other, FUTEX_OP(FUTEX_OP_ADD, 3, 9, 5));
	CALL(futex, "no such operation", &word, 99, 1, NULL, NULL, 0);
	CALL(futex, "FUTEX_WAKE by a clock", &word, FUTEX_WAKE_PRIVATE | FUTEX_CLOCK_REALTIME, 1, NULL, NULL, 0);
}

static struct {
	struct robust_list_head head;
	struct robust_list entry;
	int lock;
} robust;

static void *die_with_lock(void *argument)
{
	(void)argument;
	robust.lock = gettid();
	robust.entry.next = &robust.head.list;
	robust.head = (struct robust_list_head){ .list.next = &robust.entry, .futex_offset = (char *)&robust.lock - (char *)&robust.entry };
	CALL(set_robust_list, "a thread's", &robust.head, sizeof(robust.head));
	return NULL;
}

static void robust_lists(void)
{
	void *head = NULL;
	size_t size = 0;
	pthread_t thread;
	pthread_create(&thread, NULL, die_with_lock, NULL);
	pthread_join(thread, NULL);
	EFFECT(set_robust_list, "an owner that died is marked", robust.lock == FUTEX_OWNER_DIED);
	CALL(set_robust_list, "another size", &robust.head, 8);
	CALL(get_robust_list, "one's own", 0, &head, &size);
	SHOWS(get_robust_list, "its size", "%zu", size);
	CALL(get_robust_list, "by number", gettid(), &head, &size);
	CALL(get_robust_list, "no such thread", 999999, &head, &size);
	CALL(get_robust_list, "a wild head", 0, BAD, &size);
	CALL(get_robust_list, "a wild size", 0, &head, BAD);
}

static void pointers(void)
{
	static int cleared = 1;
	unsigned long base = 0;
	EFFECT(set_tid_address, "this thread's number", CALL_OK(set_tid_address, "a word", &cleared) == gettid());
	CALL(arch_prctl, "ARCH_GET_FS", ARCH_GET_FS, &base);
	EFFECT(arch_prctl, "is not zero", base != 0);
	CALL(arch_prctl, "ARCH_SET_FS to the same", ARCH_SET_FS, base);
	CALL(arch_prctl, "ARCH_SET_FS beyond all addresses", ARCH_SET_FS, 1l << 62);
	CALL(arch_prctl, "ARCH_GET_FS to a wild pointer", ARCH_GET_FS, BAD);
	CALL(arch_prctl, "no such code", 9999, 0);
}

static int shared_number;
static int child_thread(void *argument)
{
	shared_number = *(int *)argument;
	return 0;
}
static void raw_threads(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	static int tid, argument = 12;
	int made = clone(child_thread, stack + sizeof(stack),
	                 CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID, &argument, &tid, NULL, &tid);
	for (int now; (now = __atomic_load_n(&tid, __ATOMIC_SEQ_CST)) != 0;)
		RAW(futex, &tid, FUTEX_WAIT, now, NULL, NULL, 0);
	EFFECT(clone, "a thread in this memory, whose number is cleared", made > 0 && shared_number == 12);
	EFFECT(exit, "of a thread: the others go on", made > 0);
}

int main(void)
{
	files_enter();
	waiting();
	waking();
	robust_lists();
	calls_apart(pointers);
	raw_threads();
	files_leave();
	return 0;
}
