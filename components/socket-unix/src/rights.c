/* Descriptors passed in messages: SCM_RIGHTS of unix(7). */
#include <rr/abi/resource.h>
#include <rr/credentials.h>
#include <rr/heap.h>
#include <rr/string.h>
#include "unix.h"

#define LEAST_TO_COLLECT 64u

unsigned unix_files_in_flight, unix_sockets_in_flight;
struct rr_list unix_flying = RR_LIST_INIT(unix_flying);

struct unix_socket *unix_of_file(const struct rr_file *file)
{
	struct rr_socket *socket = rr_socket_of(file);
	return socket && socket->family == AF_UNIX ? unix_of(socket) : NULL;
}

static struct unix_rights *new_rights(unsigned room)
{
	struct unix_rights *rights = rr_alloc(sizeof(*rights) + room * sizeof(rights->files[0]));
	if (rights)
		*rights = (struct unix_rights){ .room = room };
	return rights;
}

/* Room for `more` files. */
static int make_room(struct unix_rights **rights, unsigned more)
{
	struct unix_rights *old = *rights;
	unsigned count = old ? old->count : 0;
	if (more > SCM_MAX_FD - count)
		return -EINVAL;
	if (old && old->room - count >= more)
		return 0;
	struct unix_rights *new = new_rights(count + more);
	if (!new)
		return -ENOMEM;
	if (old) {
		new->count = count;
		memcpy(new->files, old->files, count * sizeof(old->files[0]));
		rr_free(old);
	}
	*rights = new;
	return 0;
}

/* Rings of sockets in flight end when a socket is closed; who only ever sends more must not fill the memory with them. */
static void collect_sometimes(void)
{
	static unsigned threshold = LEAST_TO_COLLECT;
	if (unix_sockets_in_flight < threshold)
		return;
	unix_collect();
	threshold = rr_max(LEAST_TO_COLLECT, unix_sockets_in_flight * 2);
}

int unix_rights_add(struct unix_rights **rights, const int *fds, unsigned count)
{
	if (!count)
		return 0;
	if (unix_files_in_flight > rr_current_limit(RLIMIT_NOFILE) && !rr_capable(CAP_SYS_RESOURCE) && !rr_capable(CAP_SYS_ADMIN))
		return -ETOOMANYREFS;
	collect_sometimes();
	int error = make_room(rights, count);
	for (unsigned i = 0; i < count && !error; i++) {
		struct rr_file *file = rr_fd_get_any(rr_current_fdtable(), fds[i]);
		if (file)
			(*rights)->files[(*rights)->count++] = file;
		else
			error = -EBADF;
	}
	return error;
}

struct unix_rights *unix_rights_copy(const struct unix_rights *rights)
{
	struct unix_rights *copy = new_rights(rights->count);
	for (unsigned i = 0; copy && i < rights->count; i++) {
		copy->files[copy->count++] = rights->files[i];
		rr_file_ref(rights->files[i]);
	}
	return copy;
}

void unix_rights_fly(struct unix_rights *rights)
{
	unix_files_in_flight += rights->count;
	for (unsigned i = 0; i < rights->count; i++) {
		struct unix_socket *socket = unix_of_file(rights->files[i]);
		if (!socket)
			continue;
		unix_sockets_in_flight++;
		if (!socket->in_flight++)
			rr_list_push_back(&unix_flying, &socket->flight_link);
	}
}

void unix_rights_land(struct unix_rights *rights)
{
	unix_files_in_flight -= rights->count;
	for (unsigned i = 0; i < rights->count; i++) {
		struct unix_socket *socket = unix_of_file(rights->files[i]);
		if (!socket)
			continue;
		unix_sockets_in_flight--;
		if (!--socket->in_flight)
			rr_list_remove(&socket->flight_link);
	}
}

/* A socket that is closed here drops what is in its own queue, and so on: in turn, not one within the other, since stacks are short. */
void unix_rights_drop(struct unix_rights *rights)
{
	static struct unix_rights *waiting;
	static bool dropping;
	rights->next = waiting;
	waiting = rights;
	if (dropping)
		return;
	dropping = true;
	while ((rights = waiting)) {
		waiting = rights->next;
		for (unsigned i = 0; i < rights->count; i++)
			rr_file_put(rights->files[i]);
		rr_free(rights);
	}
	dropping = false;
}

/* One descriptor at `to`; takes over the reference on success. */
static int give_one(struct rr_file *file, bool close_on_exec, uint64_t to)
{
	int fd = rr_fd_install(rr_current_fdtable(), file, 0, close_on_exec);
	if (fd < 0)
		return fd;
	if (!rr_put_user(fd, to))
		return 0;
	rr_file_ref(file);
	rr_fd_close(rr_current_fdtable(), fd);
	return -EFAULT;
}

void unix_rights_give(struct rr_socket_message *message, struct unix_rights *rights)
{
	struct rr_abi_cmsghdr header = { .level = SOL_SOCKET, .type = SCM_RIGHTS };
	unsigned room = message->control_room > sizeof(header) ? (unsigned)rr_min((message->control_room - sizeof(header)) / sizeof(int), (size_t)SCM_MAX_FD) : 0;
	unsigned given = 0, most = rr_min(room, rights->count);
	uint64_t to = message->control_to + sizeof(header);
	while (given < most && !give_one(rights->files[given], message->flags & MSG_CMSG_CLOEXEC, to + given * sizeof(int)))
		given++;
	if (given) {
		header.length = sizeof(header) + given * sizeof(int);
		rr_put_user(header, message->control_to);
		size_t used = rr_min(RR_CONTROL_ALIGN(header.length), message->control_room);
		message->control_to += used;
		message->control_room -= used;
	}
	if (given < rights->count)
		message->result_flags |= MSG_CTRUNC;
	rights->count -= given;
	memmove(rights->files, rights->files + given, rights->count * sizeof(rights->files[0]));
	unix_rights_drop(rights);
}
