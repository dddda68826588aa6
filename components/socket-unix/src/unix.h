/* Shared between the files of socket-unix only: unix(7). Thread context, under the big lock. */
#pragma once
#include <rr/list.h>
#include <rr/socket.h>

/* A name; `length` counts the family. Shared by a listening socket and the connections made through it. */
struct unix_address {
	uint32_t refs, length;
	uint16_t family;
	char path[109]; /* of the file system: with its NUL; abstract: begins with one */
};
#define UNIX_NAME_START 2u /* of the path in struct sockaddr_un */

/* Open files on their way from one process to another. */
struct unix_rights {
	struct unix_rights *next; /* of those about to be dropped */
	unsigned count, room;
	struct rr_file *files[];  /* referenced */
};

/* What was sent in one piece. */
struct unix_message {
	struct rr_list link;             /* of the receiver's queue */
	struct unix_socket *sender;      /* referenced: it pays for the message, and is whom it comes from */
	uint32_t refs;                   /* the queue's, and of who looks at it while its bytes are copied */
	uint32_t length, consumed;
	uint32_t charge;                 /* what it counts for in SO_SNDBUF */
	struct rr_abi_ucred credentials; /* pid 0: nobody wanted them when it was sent */
	uint64_t time;                   /* when it was sent, ns since the epoch; 0: nobody wanted to know */
	struct unix_rights *rights;      /* counted as in flight; NULL: none */
	char data[];
};
/* Bytes there is room for in the smallest message: with its administration a block of the heap. */
#define UNIX_SMALL (256 - sizeof(struct unix_message))

enum unix_state { UNIX_CLOSED, UNIX_LISTENING, UNIX_CONNECTED };

struct unix_socket {
	struct rr_socket base;        /* first */
	struct rr_list all_link;      /* of all */
	enum unix_state state;
	bool dead;                    /* its last descriptor is gone */
	struct unix_address *address; /* referenced; NULL: unnamed */
	struct rr_inode *inode;       /* where it is bound in the file system, referenced */
	bool named;                   /* is in the table of names */
	struct unix_socket *next_named;
	struct unix_socket *peer;     /* referenced */
	struct rr_list queue;         /* of struct unix_message.link; listening: of struct unix_socket.pending */
	unsigned queued, backlog;     /* in the queue, and how many may wait there before who sends or connects waits: one more */
	uint32_t arrived;             /* ever queued: who waits for more looks at it */
	uint32_t charged;             /* for messages sent by it that nobody has received yet */
	struct unix_message *spare;   /* a small one that was received, kept for the next; NULL: none */
	struct rr_list pending;       /* in a listening socket's queue */
	struct rr_waitqueue room;     /* woken when the queue gets shorter */
	struct rr_waiter relay;       /* in the peer's `room`, when a poller wants to know that it can be written to */
	unsigned in_flight;           /* how many times its file is on its way */
	struct rr_list flight_link;   /* of all that are */
	unsigned unexplained;         /* gc.c */
	enum { UNIX_REACHABLE, UNIX_SUSPECT, UNIX_SPARED } verdict;
};

static inline struct unix_socket *unix_of(struct rr_socket *socket) { return (struct unix_socket *)socket; }
static inline void unix_ref(struct unix_socket *socket) { rr_socket_ref(&socket->base); }
static inline void unix_put(struct unix_socket *socket) { rr_socket_put(&socket->base); }
static inline bool unix_is_full(const struct unix_socket *socket) { return socket->queued > socket->backlog; }
static inline bool unix_is_writable(const struct unix_socket *socket)
{
	return socket->state != UNIX_LISTENING && (uint64_t)socket->charged * 4 <= socket->base.send_buffer;
}
/* Wake who waits in `queue`, if anybody does. */
static inline void unix_wake(struct rr_waitqueue *queue)
{
	if (!rr_list_empty(&queue->waiters))
		rr_wake_event(queue);
}

extern const struct rr_socket_ops unix_stream_ops, unix_datagram_ops, unix_seqpacket_ops;
/* 0 or -ENOMEM. */
int unix_create(const struct rr_socket_ops *ops, int type, struct unix_socket **out);

/* name.c */
int unix_bind(struct rr_socket *socket, const struct rr_socket_name *name);
/* A name of its own choosing, unless it has one. 0, -ENOMEM, -ENOSPC. */
int unix_autobind(struct unix_socket *socket);
/* The form of a name: 0 or -EINVAL. */
int unix_check_name(const struct rr_socket_name *name);
/* Who has a (checked) name, referenced. -ECONNREFUSED, -EPROTOTYPE, errors of paths. */
int unix_find(const struct rr_socket_name *name, int type, struct unix_socket **out);
int unix_get_name(struct rr_socket *socket, enum rr_socket_whose whose, struct rr_socket_name *out);
void unix_copy_name(const struct unix_socket *from, struct rr_socket_name *to);
/* Let others have its name. Messages still say that they came from it. */
void unix_unname(struct unix_socket *socket);

/* message.c: what is sent besides bytes, or what came besides them. */
struct unix_extras {
	struct rr_abi_ucred credentials;
	struct unix_rights *rights; /* owned; NULL: none */
};
#define UNIX_NO_EXTRAS { .credentials = { .pid = 0, .uid = 65534, .gid = 65534 } }
/* Read the control messages to send. 0, -EINVAL, -EBADF, -EPERM, -ESRCH, -ENOMEM, -ETOOMANYREFS. Then unix_extras_drop(). */
int unix_extras_get(const struct rr_socket_message *message, struct unix_extras *extras);
void unix_extras_drop(struct unix_extras *extras);
/* Give the receiver what came with a message; takes over the rights. `control` NULL as for read(2). */
void unix_extras_give(struct unix_socket *socket, struct rr_socket_message *message, struct unix_extras *extras);
/*
 * A message from `sender` with `length` bytes from `uio`, once its send buffer has room. `least`: if there is no memory for so many, take at least
 * that many. 0, -EAGAIN, -EPIPE, -ENOBUFS, -EFAULT, pending errors, signals.
 */
int unix_message_create(struct unix_socket *sender, const struct rr_socket_message *from, uint32_t length, uint32_t least, struct unix_message **out);
/* Put it into a queue. `extras`' rights, if any, go with it. */
void unix_message_push(struct unix_message *message, struct unix_socket *to, struct unix_extras *extras);
/* Take it out of its queue; the queue's reference is the caller's. */
void unix_message_pull(struct unix_message *message, struct unix_socket *from);
void unix_message_free(struct unix_message *message);
static inline void unix_message_put(struct unix_message *message)
{
	if (!--message->refs)
		unix_message_free(message);
}
/* Drop all of a queue. True when there was something. */
bool unix_purge(struct unix_socket *socket);

/* rights.c */
/* Add the open files of `count` descriptors to *rights (NULL: none so far). 0, -EBADF, -EINVAL (too many), -ENOMEM. */
int unix_rights_add(struct unix_rights **rights, const int *fds, unsigned count);
/* They go into a message, or leave it. */
void unix_rights_fly(struct unix_rights *rights);
void unix_rights_land(struct unix_rights *rights);
/* Let go of files that are not in a message. */
void unix_rights_drop(struct unix_rights *rights);
/* The same files once more, for MSG_PEEK; NULL: no memory. */
struct unix_rights *unix_rights_copy(const struct unix_rights *rights);
/* Hand out descriptors; takes over the rights. */
void unix_rights_give(struct rr_socket_message *message, struct unix_rights *rights);
/* Files that are on their way, sockets among them (struct unix_socket.flight_link). */
extern unsigned unix_files_in_flight, unix_sockets_in_flight;
extern struct rr_list unix_flying;
/* The socket of this family behind a file, or NULL. */
struct unix_socket *unix_of_file(const struct rr_file *file);

/* gc.c: close sockets that only messages in each other's queues refer to. */
void unix_collect(void);

/* connect.c */
int unix_connect(struct rr_socket *socket, const struct rr_socket_name *name, bool nonblocking);
int unix_pair(struct rr_socket *socket, struct rr_socket *other);
int unix_listen(struct rr_socket *socket, unsigned backlog);
int unix_accept(struct rr_socket *socket, bool nonblocking, struct rr_socket **out);
int unix_shutdown(struct rr_socket *socket, int how);
void unix_close(struct rr_socket *socket);

/* stream.c, datagram.c */
long unix_stream_send(struct rr_socket *socket, struct rr_socket_message *message);
long unix_stream_receive(struct rr_socket *socket, struct rr_socket_message *message);
long unix_datagram_send(struct rr_socket *socket, struct rr_socket_message *message);
long unix_datagram_receive(struct rr_socket *socket, struct rr_socket_message *message);
long unix_seqpacket_send(struct rr_socket *socket, struct rr_socket_message *message);
long unix_seqpacket_receive(struct rr_socket *socket, struct rr_socket_message *message);
int unix_datagram_connect(struct rr_socket *socket, const struct rr_socket_name *name, bool nonblocking);
/* A peer is no longer one: what it sent is forgotten, and it is told. */
void unix_datagram_disconnected(struct unix_socket *socket, struct unix_socket *other);

/* poll.c */
unsigned unix_stream_poll(struct rr_socket *socket, struct rr_poll_table *table);
unsigned unix_datagram_poll(struct rr_socket *socket, struct rr_poll_table *table);
long unix_ioctl(struct rr_socket *socket, unsigned command, uint64_t argument);
