/*
 * libslirp lets one connection wait on a published port, so of thirty clients that come at once most fall back to retransmitting their SYN and wait for a second. This
 * raises the number to what the system allows.
 */
#include "next.h"
#include <sys/socket.h>

int listen(int fd, int backlog) { return NEXT(listen)(fd, backlog < SOMAXCONN ? SOMAXCONN : backlog); }
