/* epoll(7): linux/eventpoll.h. The low bits of `events` are those of poll(2). */
#pragma once
#include <rr/types.h>

#define EPOLL_CTL_ADD 1
#define EPOLL_CTL_DEL 2
#define EPOLL_CTL_MOD 3

#define EPOLLEXCLUSIVE (1u << 28)
#define EPOLLWAKEUP (1u << 29)
#define EPOLLONESHOT (1u << 30)
#define EPOLLET (1u << 31)

struct rr_abi_epoll_event {
	uint32_t events;
	uint64_t data;
} __attribute__((packed));
_Static_assert(sizeof(struct rr_abi_epoll_event) == 12, "struct epoll_event on x86-64");
