/* poll(2), select(2): asm-generic/poll.h. The bits of epoll are the same. */
#pragma once
#include <rr/types.h>

#define POLLIN 0x1u
#define POLLPRI 0x2u
#define POLLOUT 0x4u
#define POLLERR 0x8u
#define POLLHUP 0x10u
#define POLLNVAL 0x20u
#define POLLRDNORM 0x40u
#define POLLRDBAND 0x80u
#define POLLWRNORM 0x100u
#define POLLWRBAND 0x200u
#define POLLMSG 0x400u
#define POLLRDHUP 0x2000u

struct rr_abi_pollfd {
	int32_t fd;
	int16_t events, revents;
};
_Static_assert(sizeof(struct rr_abi_pollfd) == 8, "struct pollfd");
