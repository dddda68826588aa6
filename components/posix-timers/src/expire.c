/* The life of a timer: numbers, expiration, signals, end. */
#include <rr/abi/sigevent.h>
#include <rr/heap.h>
#include "posix_timer.h"

/* A periodic timer whose signal is ignored goes on unheard, but not more often than this. */
#define SHORTEST_UNHEARD 1000000ul

static struct posix_timer *of_node(const struct rr_tree_node *node) { return rr_container_of(node, struct posix_timer, node); }

static int compare(const struct posix_timer *timer, const struct rr_process *process, int id)
{
	if (timer->process != process)
		return timer->process < process ? -1 : 1;
	return timer->id < id ? -1 : timer->id > id;
}

static int by_number(const struct rr_tree_node *a, const struct rr_tree_node *b) { return compare(of_node(a), of_node(b)->process, of_node(b)->id); }

static struct rr_tree timers = RR_TREE_INIT(by_number);

struct posix_timer *posix_timer_find(int id)
{
	for (struct rr_tree_node *node = timers.root; node;) {
		int order = compare(of_node(node), rr_current_process(), id);
		if (!order)
			return of_node(node);
		node = order < 0 ? node->right : node->left;
	}
	return NULL;
}

static bool send(struct posix_timer *timer)
{
	struct rr_task *task = timer->thread_id ? rr_task_find(timer->thread_id) : NULL;
	if (timer->thread_id && (!task || task->process != timer->process))
		return false;
	return rr_signal_send_entry(timer->process, task, &timer->entry);
}

static void expired(struct rr_process_timer *base)
{
	struct posix_timer *timer = rr_container_of(base, struct posix_timer, timer);
	if (send(timer)) {
		timer->waiting = base->interval;
	} else if (base->interval) {
		rr_process_timer_forward(base);
		if (base->interval < SHORTEST_UNHEARD)
			base->expires += SHORTEST_UNHEARD;
		rr_process_timer_restart(base);
	}
}

/* The signal is on its way to the program, or was thrown away: the next period begins. */
static void signal_left(struct rr_sigentry *entry, struct rr_abi_siginfo *info)
{
	struct posix_timer *timer = rr_container_of(entry, struct posix_timer, entry);
	if (!timer->waiting)
		return;
	timer->waiting = false;
	timer->overrun += rr_process_timer_forward(&timer->timer);
	timer->last_overrun = timer->overrun ? rr_min(timer->overrun - 1, (uint64_t)INT32_MAX) : 0;
	timer->overrun = 0;
	if (info)
		info->overrun = timer->last_overrun;
	rr_process_timer_restart(&timer->timer);
}

static void end(struct rr_attachment *attachment)
{
	posix_timer_delete(rr_container_of(attachment, struct posix_timer, timer.attachment));
}

struct posix_timer *posix_timer_create(void)
{
	struct posix_timer *timer = rr_zalloc(1, sizeof(*timer));
	if (!timer)
		return NULL;
	timer->process = rr_current_process();
	do {
		timer->id = timer->process->next_timer_id;
		timer->process->next_timer_id = (timer->id + 1) & INT32_MAX;
	} while (posix_timer_find(timer->id));
	timer->timer.attachment.end = end;
	timer->timer.expired = expired;
	timer->entry.left = signal_left;
	rr_list_init(&timer->entry.link);
	timer->process->timer_count++;
	rr_tree_insert(&timers, &timer->node);
	rr_process_timer_init(&timer->timer, timer->process);
	return timer;
}

void posix_timer_delete(struct posix_timer *timer)
{
	rr_sigqueue_withdraw(&timer->entry);
	rr_process_timer_fini(&timer->timer);
	timer->process->timer_count--;
	rr_tree_remove(&timers, &timer->node);
	rr_free(timer);
}
