/* Names: in the file system, abstract, chosen by the system, none. */
#include <rr/heap.h>
#include <rr/path.h>
#include <rr/permission.h>
#include <rr/print.h>
#include <rr/string.h>
#include "unix.h"

/* Sockets with names: by inode, or by type and abstract name. */
#define BUCKETS 64
static struct unix_socket *named[BUCKETS];

#define MOST_AUTOMATIC 0x100000u /* five hexadecimal digits */

static struct unix_socket **bucket_of_inode(const struct rr_inode *inode) { return &named[((uintptr_t)inode >> 6) % BUCKETS]; }

static struct unix_socket **bucket_of_name(const char *path, unsigned length, int type)
{
	uint32_t hash = (uint32_t)type;
	for (unsigned i = 0; i < length; i++)
		hash = hash * 31 + (uint8_t)path[i];
	return &named[(hash ^ hash >> 8) % BUCKETS];
}

static struct unix_socket **bucket_of(const struct unix_socket *socket)
{
	if (socket->inode)
		return bucket_of_inode(socket->inode);
	return bucket_of_name(socket->address->path, socket->address->length - UNIX_NAME_START, socket->base.type);
}

static void enter(struct unix_socket *socket)
{
	struct unix_socket **bucket = bucket_of(socket);
	socket->next_named = *bucket;
	*bucket = socket;
	socket->named = true;
}

static struct unix_socket *find_abstract(const char *path, unsigned length, int type)
{
	struct unix_socket *socket = *bucket_of_name(path, length, type);
	for (; socket; socket = socket->next_named)
		if (!socket->inode && socket->base.type == type && socket->address->length == length + UNIX_NAME_START &&
		    !memcmp(socket->address->path, path, length))
			break;
	return socket;
}

static struct unix_socket *find_inode(const struct rr_inode *inode)
{
	struct unix_socket *socket = *bucket_of_inode(inode);
	while (socket && socket->inode != inode)
		socket = socket->next_named;
	return socket;
}

void unix_unname(struct unix_socket *socket)
{
	if (socket->named) {
		struct unix_socket **at = bucket_of(socket);
		while (*at != socket)
			at = &(*at)->next_named;
		*at = socket->next_named;
		socket->named = false;
	}
	if (socket->inode)
		rr_inode_put(socket->inode);
	socket->inode = NULL;
}

int unix_check_name(const struct rr_socket_name *name)
{
	return name->length <= UNIX_NAME_START || name->length > sizeof(struct rr_abi_sockaddr_un) || name->address.family != AF_UNIX ? -EINVAL : 0;
}

static struct unix_address *new_address(const char *path, unsigned length)
{
	struct unix_address *address = rr_zalloc(1, sizeof(*address));
	if (address) {
		address->refs = 1;
		address->family = AF_UNIX;
		address->length = UNIX_NAME_START + length;
		memcpy(address->path, path, length);
	}
	return address;
}

/* The file is made first, as on Linux: that it is there already is told before that the socket has a name. */
static int bind_path(struct unix_socket *socket, struct unix_address *address)
{
	struct rr_inode *inode;
	uint32_t mode = S_IFSOCK | (socket->base.inode.mode & 07777);
	address->length = UNIX_NAME_START + (unsigned)strlen(address->path) + 1;
	int error = rr_path_create_inode(AT_FDCWD, address->path, mode, 0, &inode);
	if (error)
		return error == -EEXIST ? -EADDRINUSE : error;
	if (socket->address) {
		rr_path_unlink(AT_FDCWD, address->path, false);
		rr_inode_put(inode);
		return -EINVAL;
	}
	socket->inode = inode;
	return 0;
}

static int bind_abstract(struct unix_socket *socket, struct unix_address *address)
{
	if (socket->address)
		return -EINVAL;
	return find_abstract(address->path, address->length - UNIX_NAME_START, socket->base.type) ? -EADDRINUSE : 0;
}

int unix_bind(struct rr_socket *base, const struct rr_socket_name *name)
{
	struct unix_socket *socket = unix_of(base);
	if (name->length == UNIX_NAME_START && name->address.family == AF_UNIX)
		return unix_autobind(socket);
	int error = unix_check_name(name);
	if (error)
		return error;
	struct unix_address *address = new_address(name->address.data, name->length - UNIX_NAME_START);
	if (!address)
		return -ENOMEM;
	error = address->path[0] ? bind_path(socket, address) : bind_abstract(socket, address);
	if (error) {
		rr_free(address);
		return error;
	}
	socket->address = address;
	enter(socket);
	return 0;
}

int unix_autobind(struct unix_socket *socket)
{
	static uint32_t next;
	char path[8] = { 0 };
	if (socket->address)
		return 0;
	for (unsigned tries = 0; tries < MOST_AUTOMATIC; tries++) {
		rr_snprintf(path + 1, sizeof(path) - 1, "%05x", next++ % MOST_AUTOMATIC);
		if (find_abstract(path, 6, socket->base.type))
			continue;
		socket->address = new_address(path, 6);
		if (!socket->address)
			return -ENOMEM;
		enter(socket);
		return 0;
	}
	return -ENOSPC;
}

static int find_by_path(const char *path, int type, struct unix_socket **out)
{
	struct rr_inode *inode;
	int error = rr_path_lookup(AT_FDCWD, path, 0, &inode);
	if (error)
		return error;
	*out = S_ISSOCK(inode->mode) ? find_inode(inode) : NULL;
	error = rr_inode_permission(inode, RR_MAY_WRITE);
	rr_inode_put(inode);
	if (error)
		return error;
	if (!*out)
		return -ECONNREFUSED;
	return (*out)->base.type == type ? 0 : -EPROTOTYPE;
}

int unix_find(const struct rr_socket_name *name, int type, struct unix_socket **out)
{
	char path[sizeof(((struct unix_address *)0)->path)] = { 0 };
	unsigned length = name->length - UNIX_NAME_START;
	memcpy(path, name->address.data, length);
	int error = 0;
	if (path[0])
		error = find_by_path(path, type, out);
	else if (!(*out = find_abstract(path, length, type)))
		error = -ECONNREFUSED;
	if (!error)
		unix_ref(*out);
	return error;
}

void unix_copy_name(const struct unix_socket *from, struct rr_socket_name *to)
{
	const struct unix_address *address = from->address;
	if (!address)
		return;
	to->length = address->length;
	memcpy(&to->address, &address->family, address->length);
}

int unix_get_name(struct rr_socket *base, enum rr_socket_whose whose, struct rr_socket_name *out)
{
	struct unix_socket *socket = unix_of(base);
	if (whose != RR_NAME_OWN && !(socket = socket->peer))
		return -ENOTCONN;
	out->length = UNIX_NAME_START;
	out->address.family = AF_UNIX;
	unix_copy_name(socket, out);
	return 0;
}
