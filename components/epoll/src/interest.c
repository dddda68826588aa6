/* Interests: their tree, and the ready list that wake-ups of the files' wait queues fill. */
#include <rr/heap.h>
#include <rr/panic.h>
#include "epoll.h"

static int compare(const struct rr_interest *interest, const struct rr_file *file, int fd)
{
	if (interest->file != file)
		return interest->file < file ? -1 : 1;
	return interest->fd < fd ? -1 : interest->fd > fd;
}

static struct rr_interest *of_node(const struct rr_tree_node *node) { return rr_container_of(node, struct rr_interest, node); }

int epoll_by_file(const struct rr_tree_node *a, const struct rr_tree_node *b) { return compare(of_node(a), of_node(b)->file, of_node(b)->fd); }

struct rr_interest *epoll_find(struct epoll *epoll, const struct rr_file *file, int fd)
{
	struct rr_tree_node *node = epoll->interests.root;
	while (node) {
		int order = compare(of_node(node), file, fd);
		if (!order)
			return of_node(node);
		node = order < 0 ? node->right : node->left;
	}
	return NULL;
}

/* Somebody should look at the ready list. True when a thread will. */
static bool tell(struct epoll *epoll)
{
	bool used = !rr_list_empty(&epoll->waiting.waiters) && rr_wake_one(&epoll->waiting);
	if (!rr_list_empty(&epoll->watchers.waiters))
		rr_wake_all(&epoll->watchers);
	return used;
}

/* A file's wait queue was woken. */
static bool woken(struct rr_interest *interest)
{
	bool exclusive = interest->event.events & EPOLLEXCLUSIVE;
	if (!(interest->event.events & ~HOW))
		return !exclusive; /* one-shot, and shot */
	if (rr_list_empty(&interest->ready_link))
		rr_list_push_back(&interest->epoll->ready, &interest->ready_link);
	return tell(interest->epoll) || !exclusive;
}

/* One for each place in struct rr_interest. */
static bool woken_first(struct rr_waiter *waiter) { return woken(rr_container_of(waiter, struct rr_interest, waiters[0])); }
static bool woken_second(struct rr_waiter *waiter) { return woken(rr_container_of(waiter, struct rr_interest, waiters[1])); }
_Static_assert(RR_POLL_QUEUES == 2, "one function for each");

struct registration {
	struct rr_poll_table table;
	struct rr_interest *interest;
	unsigned used;
};

static void add_to_queue(struct rr_poll_table *table, struct rr_waitqueue *queue)
{
	struct registration *registration = rr_container_of(table, struct registration, table);
	if (registration->used == RR_POLL_QUEUES)
		rr_panic("a file with more than %d wait queues", RR_POLL_QUEUES);
	rr_waiter_add(queue, &registration->interest->waiters[registration->used++]);
}

/* Be woken by the file from now on, and look at it at once. */
static void watch(struct rr_interest *interest)
{
	bool exclusive = interest->event.events & EPOLLEXCLUSIVE;
	struct registration registration = { { interest->event.events, add_to_queue }, interest, 0 };
	for (unsigned i = 0; i < RR_POLL_QUEUES; i++) {
		interest->waiters[i] = (struct rr_waiter){ .wake = i ? woken_second : woken_first, .exclusive = exclusive };
		rr_list_init(&interest->waiters[i].link);
	}
	if (!(rr_file_poll(interest->file, &registration.table) & interest->event.events))
		return;
	if (rr_list_empty(&interest->ready_link)) {
		rr_list_push_back(&interest->epoll->ready, &interest->ready_link);
		tell(interest->epoll);
	}
}

static void unwatch(struct rr_interest *interest)
{
	for (unsigned i = 0; i < RR_POLL_QUEUES; i++)
		rr_waiter_remove(&interest->waiters[i]);
}

static void enter_file(struct rr_interest *interest)
{
	struct rr_interest **head = &interest->file->interests;
	interest->next = *head;
	interest->previous = head;
	if (*head)
		(*head)->previous = &interest->next;
	*head = interest;
}

static void leave_file(struct rr_interest *interest)
{
	*interest->previous = interest->next;
	if (interest->next)
		interest->next->previous = interest->previous;
}

static void forget_file(struct rr_file *file)
{
	while (file->interests)
		epoll_remove(file->interests);
}

int epoll_add(struct epoll *epoll, struct rr_file *file, int fd, const struct rr_abi_epoll_event *event)
{
	struct rr_interest *interest = rr_zalloc(1, sizeof(*interest));
	if (!interest)
		return -ENOMEM;
	rr_file_forget_interests = forget_file;
	interest->epoll = epoll;
	interest->file = file;
	interest->fd = fd;
	interest->refs = 1;
	interest->event = *event;
	rr_list_init(&interest->ready_link);
	rr_tree_insert(&epoll->interests, &interest->node);
	enter_file(interest);
	epoll->nested += epoll_of(file) != NULL;
	watch(interest);
	return 0;
}

void epoll_modify(struct rr_interest *interest, const struct rr_abi_epoll_event *event)
{
	unwatch(interest);
	interest->event = *event;
	watch(interest);
}

void epoll_remove(struct rr_interest *interest)
{
	unwatch(interest);
	leave_file(interest);
	interest->epoll->nested -= epoll_of(interest->file) != NULL;
	rr_tree_remove(&interest->epoll->interests, &interest->node);
	rr_list_remove(&interest->ready_link);
	interest->file = NULL;
	epoll_put(interest);
}

void epoll_put(struct rr_interest *interest)
{
	if (!--interest->refs)
		rr_free(interest);
}

struct rr_interest *epoll_pop(struct rr_list *ready)
{
	struct rr_interest *interest = NULL;
	if (!rr_list_empty(ready)) {
		interest = rr_list_entry(ready->next, struct rr_interest, ready_link);
		rr_list_remove(&interest->ready_link);
	}
	return interest;
}

void epoll_push(struct rr_interest *interest, struct rr_list *ready, bool front)
{
	if (rr_list_empty(&interest->ready_link))
		rr_list_insert_between(&interest->ready_link, front ? ready : ready->prev, front ? ready->next : ready);
}

bool epoll_any(struct epoll *epoll)
{
	struct rr_interest *interest;
	while ((interest = epoll_pop(&epoll->ready)))
		if (epoll_ask(interest)) {
			epoll_push(interest, &epoll->ready, true);
			return true;
		}
	return false;
}
