/*
 * Sockets: what all families share, and what a family implements. Thread context, under the big lock, unless said otherwise. Errors are -errno, signals
 * that end a wait -RR_ERESTARTSYS or -EINTR (rr_socket_wait_error()).
 *
 * A family embeds struct rr_socket in its own. The socket's references are those of its inode: the open file has one, and whoever else keeps the
 * socket takes its own (rr_socket_ref). `close` runs when the last descriptor is gone, `free` with the last reference.
 */
#pragma once
#include <rr/abi/socket.h>
#include <rr/inode.h>

struct rr_socket;

/* An address as programs give and get it. `length`: bytes of it that count. */
struct rr_socket_name {
	uint32_t length;
	struct rr_abi_sockaddr address;
};

/* What sendmsg(2) and recvmsg(2) move. */
struct rr_socket_message {
	struct rr_uio *uio;               /* the bytes to send, or room for what comes */
	uint32_t flags;                   /* MSG_* of the call, with MSG_DONTWAIT when the file does not block */
	uint32_t result_flags;            /* receiving: MSG_TRUNC, MSG_CTRUNC, MSG_OOB, ...; 0 before */
	struct rr_socket_name *name;      /* sending: where to, NULL: to the peer. Receiving: where from is wanted (length 0 before), NULL: not */
	const void *control;              /* sending: control messages, copied and aligned; see rr_control_next() */
	size_t control_length;
	uint64_t control_to;              /* receiving: room in the program's memory; see rr_control_put(). 0: none */
	size_t control_room;
};

/* A message of bytes alone. Field by field: for so few words the compiler would take a string instruction, which is slow. */
static inline void rr_socket_message_init(struct rr_socket_message *message, struct rr_uio *uio, uint32_t flags)
{
	message->uio = uio;
	message->flags = flags;
	message->result_flags = 0;
	message->name = NULL;
	message->control = NULL;
	message->control_length = 0;
	message->control_to = 0;
	message->control_room = 0;
}

/* RR_NAME_ACCEPTED: the peer's of a connection that is being accepted, and may be over. */
enum rr_socket_whose { RR_NAME_OWN, RR_NAME_PEER, RR_NAME_ACCEPTED };

struct rr_socket_ops {
	/* NULL: -EOPNOTSUPP. Names have not been looked at, but they are no longer than their structure. */
	int (*bind)(struct rr_socket *socket, const struct rr_socket_name *name);
	int (*connect)(struct rr_socket *socket, const struct rr_socket_name *name, bool nonblocking);
	int (*pair)(struct rr_socket *socket, struct rr_socket *other);
	int (*listen)(struct rr_socket *socket, unsigned backlog);
	/* A connected socket, referenced, without a file. */
	int (*accept)(struct rr_socket *socket, bool nonblocking, struct rr_socket **out);
	/* Its own name, or its peer's: -ENOTCONN. */
	int (*get_name)(struct rr_socket *socket, enum rr_socket_whose whose, struct rr_socket_name *out);
	int (*shutdown)(struct rr_socket *socket, int how); /* SHUT_*, which has not been looked at */
	/* Bytes or -errno; -EPIPE comes with SIGPIPE where the family says so: rr_socket_broken(). */
	long (*send)(struct rr_socket *socket, struct rr_socket_message *message);
	long (*receive)(struct rr_socket *socket, struct rr_socket_message *message);
	/* Ready mask of POLL* bits, as rr_file_ops.poll. */
	unsigned (*poll)(struct rr_socket *socket, struct rr_poll_table *table);
	/* -ENOTTY for commands it does not know. NULL: knows none. */
	long (*ioctl)(struct rr_socket *socket, unsigned command, uint64_t argument);
	/*
	 * Levels other than SOL_SOCKET. The value is in the program's memory; `length` has been checked not to be negative. get: *length is the room, and
	 * becomes what there is. -ENOPROTOOPT; NULL: -EOPNOTSUPP.
	 */
	int (*set_option)(struct rr_socket *socket, int level, int name, uint64_t value, unsigned length);
	int (*get_option)(struct rr_socket *socket, int level, int name, uint64_t value, unsigned *length);
	/* Told that an option of SOL_SOCKET has a new value (rr_socket's fields): SO_KEEPALIVE, SO_RCVBUF. NULL: no need. */
	void (*option_changed)(struct rr_socket *socket, int name);
	/* The pending error, positive, taken, where the family keeps it. NULL: it is in the socket. */
	int (*take_error)(struct rr_socket *socket);
	void (*close)(struct rr_socket *socket);
	void (*free)(struct rr_socket *socket); /* and its memory */
	bool passes_files;                      /* takes SCM_RIGHTS */
};

struct rr_socket {
	struct rr_inode inode;
	const struct rr_socket_ops *ops;
	struct rr_file *file;             /* not referenced; NULL: not accepted yet, or closed */
	uint16_t family, type, protocol;
	uint8_t shut;                     /* RR_SHUT_*: directions that have ended */
	bool listening;                   /* SO_ACCEPTCONN */
	int error;                        /* SO_ERROR: an errno, told by the next call that looks; 0: none */
	int peek_offset;                  /* SO_PEEK_OFF; -1: off */
	uint32_t send_buffer, receive_buffer; /* SO_SNDBUF, SO_RCVBUF as getsockopt(2) shows them */
	int receive_least;                /* SO_RCVLOWAT */
	uint64_t receive_timeout, send_timeout; /* ns; RR_FOREVER: none, 0: do not wait */
	struct rr_abi_ucred peer;         /* SO_PEERCRED; pid 0: nobody */
	struct rr_abi_linger linger;
	int priority, mark;
	uint32_t options;                 /* RR_OPTION() of the SO_* that are on or off */
	uint16_t device;                  /* SO_BINDTODEVICE: an interface's number; 0: any */
	uint16_t busy_poll;               /* SO_BUSY_POLL: shown again only, as is */
	uint32_t most_rate;               /* SO_MAX_PACING_RATE */
	struct rr_waitqueue can_receive, can_send; /* woken by the family; other events wake both (rr_socket_wake) */
};

#define RR_SHUT_RECEIVE 1u
#define RR_SHUT_SEND 2u
#define RR_SHUT_BOTH 3u

/* The bit of an option that is on or off: RR_OPTION(SO_REUSEADDR). Those from 32 on have bits of options that are numbers. */
#define RR_OPTION(name)                                                                                       \
	(1u << ((name) == SO_TIMESTAMPNS ? 0 : (name) == SO_RXQ_OVFL ? SO_TYPE : (name) == SO_NOFCS ? SO_ERROR : (name) == SO_SELECT_ERR_QUEUE ? SO_SNDBUF : \
	        (name) == SO_ZEROCOPY ? SO_RCVBUF : (name) == SO_PREFER_BUSY_POLL ? SO_PEERCRED : (name)&31))
static inline bool rr_socket_has(const struct rr_socket *socket, uint32_t option) { return socket->options & option; }

/* A family, static, added once when the image boots (its component's init). */
struct rr_socket_family {
	struct rr_socket_family *next;
	int number; /* AF_* */
	/* A new socket, referenced. `type` without flags. -ESOCKTNOSUPPORT, -EPROTONOSUPPORT, -EPERM, -ENOMEM. */
	int (*create)(int type, int protocol, struct rr_socket **out);
};
void rr_socket_register(struct rr_socket_family *family);
/* A socket of any family, without a file, referenced: -EAFNOSUPPORT, -EINVAL (type) and what the family says. */
int rr_socket_create(int family, int type, int protocol, struct rr_socket **out);

/* For families: fill in a zeroed socket with one reference and all defaults. */
void rr_socket_init(struct rr_socket *socket, const struct rr_socket_ops *ops, int family, int type, int protocol);
static inline void rr_socket_ref(struct rr_socket *socket) { rr_inode_ref(&socket->inode); }
static inline void rr_socket_put(struct rr_socket *socket) { rr_inode_put(&socket->inode); }
/* An open file of the socket; takes over a reference, also on failure (then the socket is closed). `flags`: O_NONBLOCK. 0 or -ENOMEM. */
int rr_socket_open(struct rr_socket *socket, uint32_t flags, struct rr_file **out);
/* Close a socket that has no file, and drop a reference. */
void rr_socket_abandon(struct rr_socket *socket);
/* The socket behind a file, or NULL. */
struct rr_socket *rr_socket_of(const struct rr_file *file);

/* Something that concerns readers and writers alike has happened: connected, shut, an error. Any context. */
void rr_socket_wake(struct rr_socket *socket);
/* Set the error that the next call tells, and wake. Any context. */
void rr_socket_fail(struct rr_socket *socket, int error);
/* Take the pending error: -errno or 0. */
static inline int rr_socket_take_error(struct rr_socket *socket)
{
	int error = socket->error;
	socket->error = 0;
	return -error;
}
/* -EPIPE, with SIGPIPE unless MSG_NOSIGNAL. */
long rr_socket_broken(const struct rr_socket_message *message);

/* When a wait that may take `timeout` ends: 0: at once, RR_FOREVER. */
uint64_t rr_socket_deadline(uint64_t timeout, bool nonblocking);
static inline uint64_t rr_socket_receive_deadline(const struct rr_socket *socket, uint32_t flags)
{
	return flags & MSG_DONTWAIT ? 0 : RR_LIKELY(socket->receive_timeout == RR_FOREVER) ? RR_FOREVER : rr_socket_deadline(socket->receive_timeout, false);
}
static inline uint64_t rr_socket_send_deadline(const struct rr_socket *socket, uint32_t flags)
{
	return flags & MSG_DONTWAIT ? 0 : RR_LIKELY(socket->send_timeout == RR_FOREVER) ? RR_FOREVER : rr_socket_deadline(socket->send_timeout, false);
}
/* What a call returns whose wait ended with `error`: -EAGAIN when its time was over; calls with a timeout are not restarted after a signal. */
int rr_socket_wait_error(int error, uint64_t deadline);
/*
 * Wait in `queue` until `condition`, as rr_wait_until(). -EAGAIN: `deadline` (of this call: rr_socket_*_deadline) is now or is over, else what
 * rr_socket_wait_error() makes of it.
 */
#define rr_socket_wait(queue, condition, deadline)                                                            \
	((deadline) ? rr_socket_wait_error(rr_wait_until(queue, condition, deadline, RR_INTERRUPTIBLE), deadline) : -EAGAIN)

/* Bytes that must be there before a receiving call returns without MSG_DONTWAIT: SO_RCVLOWAT, MSG_WAITALL. At least 1. */
size_t rr_socket_receive_target(const struct rr_socket *socket, uint32_t flags, size_t length);

/* setsockopt(2), getsockopt(2) of any level. `length` is not negative. */
int rr_socket_set_option(struct rr_socket *socket, int level, int name, uint64_t value, unsigned length);
int rr_socket_get_option(struct rr_socket *socket, int level, int name, uint64_t value, unsigned *length);
/* For families' set_option: an int from the program, -EINVAL when `length` is less. For get_option: copy at most *length bytes and say how many. */
int rr_socket_get_int(uint64_t value, unsigned length, int *out);
int rr_socket_give(const void *data, unsigned size, uint64_t value, unsigned *length);

/*
 * Control messages of a message to send, one after the other; `at` NULL: the first. NULL: no more. One that claims to be longer than there is room is
 * returned with *bad set, and is the last.
 */
const struct rr_abi_cmsghdr *rr_control_next(const struct rr_socket_message *message, const struct rr_abi_cmsghdr *at, bool *bad);
#define RR_CONTROL_ALIGN(length) (((length) + 7) & ~7ul)
static inline const void *rr_control_data(const struct rr_abi_cmsghdr *header) { return header + 1; }
/* Put a control message where the receiver wants it, or as much as there is room for: MSG_CTRUNC. */
void rr_control_put(struct rr_socket_message *message, int level, int type, const void *data, size_t length);
/* SO_TIMESTAMP, SO_TIMESTAMPNS: when what is received came, ns since the epoch. */
void rr_control_put_time(struct rr_socket *socket, struct rr_socket_message *message, uint64_t time);

/* Provided by sys-socket, which knows processes. The running process's; effective (SO_PEERCRED) or real ids (SCM_CREDENTIALS). */
struct rr_abi_ucred rr_socket_credentials(bool effective);
/* SIGURG to whom F_SETOWN names. Any context. */
void rr_socket_signal_urgent(const struct rr_file *file);
/* May it claim to be this one? 0, -EPERM, -ESRCH. */
int rr_socket_check_credentials(const struct rr_abi_ucred *credentials);

/* Network interfaces by name and number, for SO_BINDTODEVICE: set by who knows interfaces. A number, 0: no such name; a name, NULL: none. NULL: there are none. */
extern unsigned (*rr_socket_interface_number)(const char *name);
extern const char *(*rr_socket_interface_name)(unsigned number);

/* ioctl(2) commands about network interfaces, which sockets of all families take: set by who knows interfaces. -ENOTTY; NULL: there are none. */
extern long (*rr_socket_interface_ioctl)(int family, unsigned command, uint64_t argument);
