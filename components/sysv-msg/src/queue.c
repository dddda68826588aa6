#include <rr/clock.h>
#include <rr/heap.h>
#include "queue.h"

#define MOST_QUEUES 32000 /* MSGMNI */

static struct rr_list queues = RR_LIST_INIT(queues);
static unsigned queue_count;

struct queue *msg_queue_find(int id)
{
	rr_list_for_each(node, &queues)
		if (rr_list_entry(node, struct queue, link)->id == id)
			return rr_list_entry(node, struct queue, link);
	return NULL;
}

struct queue *msg_queue_find_key(int key)
{
	rr_list_for_each(node, &queues)
		if (rr_list_entry(node, struct queue, link)->state.perm.key == key)
			return rr_list_entry(node, struct queue, link);
	return NULL;
}

static int new_id(void)
{
	static int last;
	do
		last = last == INT32_MAX ? 0 : last + 1;
	while (msg_queue_find(last));
	return last;
}

long msg_queue_create(int key, unsigned mode)
{
	if (queue_count >= MOST_QUEUES)
		return -ENOSPC;
	struct queue *queue = rr_zalloc(1, sizeof(*queue));
	if (!queue)
		return -ENOMEM;
	queue->id = new_id();
	queue->state = (struct rr_abi_msqid_ds){
		.perm = rr_ipc_perm(key, mode), .ctime = rr_clock_realtime() / RR_NSEC_PER_SEC, .most_bytes = MSG_MOST_BYTES };
	rr_list_init(&queue->messages);
	rr_waitqueue_init(&queue->came);
	rr_waitqueue_init(&queue->went);
	rr_list_push_back(&queues, &queue->link);
	queue_count++;
	return queue->id;
}

void msg_queue_put(struct queue *queue)
{
	if (--queue->users == 0 && queue->removed)
		rr_free(queue);
}

void msg_queue_remove(struct queue *queue)
{
	rr_list_remove(&queue->link);
	queue_count--;
	rr_list_for_each_safe(node, &queue->messages)
		rr_free(rr_list_entry(node, struct message, link));
	rr_list_init(&queue->messages);
	queue->removed = true;
	queue->users++;
	rr_wake_all(&queue->came);
	rr_wake_all(&queue->went);
	msg_queue_put(queue);
}

struct message *msg_queue_pick(const struct queue *queue, int64_t type, unsigned flags)
{
	struct message *found = NULL;
	int64_t most = type == INT64_MIN ? INT64_MAX : -type;
	rr_list_for_each(node, &queue->messages) {
		struct message *message = rr_list_entry(node, struct message, link);
		if (type >= 0) {
			bool other = type && message->type != type;
			if (type && flags & MSG_EXCEPT ? other : !other)
				return message;
		} else if (message->type <= most) {
			/* The lowest type; the first of those. */
			most = message->type - 1;
			found = message;
		}
	}
	return found;
}
