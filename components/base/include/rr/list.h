/* Circular doubly linked list, intrusive. The caller does the locking. */
#pragma once
#include <rr/types.h>

struct rr_list {
	struct rr_list *next, *prev;
};

#define RR_LIST_INIT(name) { &(name), &(name) }

static inline void rr_list_init(struct rr_list *list) { list->next = list->prev = list; }
static inline bool rr_list_empty(const struct rr_list *list) { return list->next == list; }

static inline void rr_list_insert_between(struct rr_list *node, struct rr_list *before, struct rr_list *after)
{
	node->prev = before;
	node->next = after;
	before->next = node;
	after->prev = node;
}
static inline void rr_list_push_back(struct rr_list *list, struct rr_list *node) { rr_list_insert_between(node, list->prev, list); }
static inline void rr_list_push_front(struct rr_list *list, struct rr_list *node) { rr_list_insert_between(node, list, list->next); }

/* Unlink; the node is an empty list afterwards, so removing twice does no harm. */
static inline void rr_list_remove(struct rr_list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	rr_list_init(node);
}

#define rr_list_entry(node, type, member) rr_container_of(node, type, member)
#define rr_list_for_each(node, list) for (struct rr_list *node = (list)->next; node != (list); node = node->next)
/* `node` may be removed in the body. */
#define rr_list_for_each_safe(node, list)                                                                    \
	for (struct rr_list *node = (list)->next, *rr_next_ = node->next; node != (list); node = rr_next_, rr_next_ = node->next)
