/* Shared between the files of sys-socket only. */
#pragma once
#include <rr/socket.h>

/* As many bytes as one call moves: Linux's MAX_RW_COUNT. */
#define MOST_BYTES 0x7ffff000ul

/* A descriptor's socket while a call uses it. `error`: 0, -EBADF, -ENOTSOCK; the rest only without one. */
struct sys_socket {
	struct rr_file *file; /* referenced */
	struct rr_socket *socket;
	int error;
};
struct sys_socket sys_socket_use(int fd);
static inline void sys_socket_done(const struct sys_socket *used)
{
	if (!used->error)
		rr_file_put(used->file);
}
/* Declares it; the reference is dropped where its scope is left. */
#define SYS_SOCKET(name, fd) __attribute__((cleanup(sys_socket_done))) const struct sys_socket name = sys_socket_use(fd)

/* A descriptor for a socket; takes over its reference, also on failure (then it is closed). `flags`: SOCK_CLOEXEC, SOCK_NONBLOCK. */
int sys_socket_install(struct rr_socket *socket, int flags);

/* A name from the program: -EINVAL (its length), -EFAULT. */
int sys_name_get(struct rr_socket_name *name, uint64_t address, int length);
/* The other way; the room is in an int of the program's, which becomes the name's length. -EINVAL, -EFAULT. */
int sys_name_give(const struct rr_socket_name *name, uint64_t address, uint64_t length_address);

/* One buffer of the program's as what a message is read from or written to. -EFAULT: it cannot be one. */
static inline int sys_buffer(struct rr_uio *uio, struct rr_iovec *space, uint64_t buffer, size_t length)
{
	*space = (struct rr_iovec){ .base = buffer, .length = rr_min(length, MOST_BYTES) };
	*uio = (struct rr_uio){ .vectors = space, .count = 1, .remaining = space->length };
	return buffer > RR_VM_MAX || space->length > RR_VM_MAX - buffer ? -EFAULT : 0;
}

/* The flags a call has for a socket of this file. */
static inline uint32_t sys_socket_flags(const struct rr_file *file, uint32_t flags) { return flags | (file->flags & O_NONBLOCK ? MSG_DONTWAIT : 0); }

/* What struct msghdr describes, read from the program. */
#define FEW_VECTORS 8
struct sys_message {
	struct rr_socket_message message;
	struct rr_uio uio;
	struct rr_socket_name name;
	struct rr_abi_msghdr header;
	struct rr_iovec few[FEW_VECTORS], *vectors;
	void *control; /* heap; NULL: none */
};
/* For sending, with name and control messages, or receiving. 0, -EFAULT, -EINVAL, -EMSGSIZE, -ENOBUFS, -ENOMEM. Then sys_message_put(). */
int sys_message_get(struct sys_message *message, uint64_t address, bool sending);
void sys_message_put(struct sys_message *message);

/* sendmsg(2), recvmsg(2) on a socket that was found. */
long sys_socket_send(const struct sys_socket *used, uint64_t address, uint32_t flags);
/* *result_flags (NULL: not wanted) become those of the message. */
long sys_socket_receive(const struct sys_socket *used, uint64_t address, uint32_t flags, uint32_t *result_flags);
