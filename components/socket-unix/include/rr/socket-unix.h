/* What AF_UNIX sockets are to other components. Thread context, under the big lock. */
#pragma once
#include <rr/socket.h>

/* What /proc/net/unix tells of a socket. */
struct rr_unix_entry {
	const struct rr_socket *socket;
	bool connected;
	const char *path; /* not ended by NUL; abstract names begin with one. NULL: unnamed */
	unsigned path_length;
};
/* All sockets, oldest first. Nothing may be changed meanwhile. */
void rr_unix_each(void (*each)(void *argument, const struct rr_unix_entry *entry), void *argument);
