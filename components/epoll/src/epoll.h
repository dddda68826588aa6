/*
 * An epoll and its interests: rr's own names are those of epoll(7). An interest is a (file, descriptor) pair, of which the file counts: it ends with
 * the open file, not with the descriptor. Under the big lock; wake-ups, which come in interrupts too, change ready lists.
 */
#pragma once
#include <rr/abi/epoll.h>
#include <rr/tree.h>
#include <rr/vfs.h>

/* Bits of `events` that are not of poll(2). */
#define HOW (EPOLLEXCLUSIVE | EPOLLWAKEUP | EPOLLONESHOT | EPOLLET)
/* How deep epolls may watch each other: five in a row. */
#define MOST_NESTED 4

struct epoll {
	struct rr_tree interests;
	struct rr_list ready;          /* interests whose file may be ready */
	struct rr_waitqueue waiting;   /* threads in epoll_wait(2) */
	struct rr_waitqueue watchers;  /* who polls this epoll */
	struct rr_file *file;          /* its own, not referenced; NULL: it has no interests yet */
	unsigned nested;               /* interests in other epolls */
	unsigned visit, depth;         /* of the walk that visited it last (nesting.c): its number, what it found */
};

struct rr_interest {
	struct rr_tree_node node;      /* of the epoll */
	struct rr_list ready_link;     /* linked: in the ready list */
	struct rr_interest *next, **previous; /* interests in the same file */
	struct epoll *epoll;
	struct rr_file *file;          /* not referenced; NULL: removed while somebody still uses the structure */
	int fd;
	uint32_t refs;
	struct rr_abi_epoll_event event;
	struct rr_waiter waiters[RR_POLL_QUEUES];
};

/* What epoll files do, and the epoll behind one; NULL: another file. */
extern const struct rr_file_ops epoll_file_ops;
static inline struct epoll *epoll_of(const struct rr_file *file) { return file->ops == &epoll_file_ops ? file->data : NULL; }

/* The order of struct epoll's interests. */
int epoll_by_file(const struct rr_tree_node *a, const struct rr_tree_node *b);
/* The interest in (file, fd), or NULL. */
struct rr_interest *epoll_find(struct epoll *epoll, const struct rr_file *file, int fd);
/* A new one; 0, -ENOMEM. */
int epoll_add(struct epoll *epoll, struct rr_file *file, int fd, const struct rr_abi_epoll_event *event);
void epoll_modify(struct rr_interest *interest, const struct rr_abi_epoll_event *event);
void epoll_remove(struct rr_interest *interest);
/* One user less of a structure that may have been removed meanwhile. */
void epoll_put(struct rr_interest *interest);

/* What of its wishes is so now. */
static inline uint32_t epoll_ask(const struct rr_interest *interest) { return rr_file_poll(interest->file, NULL) & interest->event.events; }
/* Take the first interest out of a ready list; NULL: empty. */
struct rr_interest *epoll_pop(struct rr_list *ready);
/* Put one back, at the end or the front, unless it has been woken meanwhile. */
void epoll_push(struct rr_interest *interest, struct rr_list *ready, bool front);
/* True when something is ready; interests that are not are dropped from the list. */
bool epoll_any(struct epoll *epoll);

/* 0, or -ELOOP when `epoll` may not watch `other`: a circle, or too deep. */
int epoll_check_nesting(struct epoll *epoll, struct epoll *other);
/* `epoll` has just begun to watch `file`: false when a wake-up would now go too many ways through epolls that watch epolls. */
bool epoll_few_ways(const struct epoll *epoll, struct rr_file *file);
