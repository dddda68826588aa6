/* Options of SOL_SOCKET: socket(7). */
#include <rr/credentials.h>
#include <rr/socket.h>
#include <rr/string.h>
#include <rr/timespec.h>

/* Limits of buffers as Linux sets them: net.core.wmem_max and rmem_max, and what is least. */
#define MOST_BUFFER 212992u
#define LEAST_SEND_BUFFER 4608u
#define LEAST_RECEIVE_BUFFER 2304u

/* On or off, and nothing else to it. */
#define SWITCHES                                                                                              \
	(RR_OPTION(SO_DEBUG) | RR_OPTION(SO_REUSEADDR) | RR_OPTION(SO_DONTROUTE) | RR_OPTION(SO_BROADCAST) | RR_OPTION(SO_KEEPALIVE) | \
	 RR_OPTION(SO_OOBINLINE) | RR_OPTION(SO_NO_CHECK) | RR_OPTION(SO_REUSEPORT) | RR_OPTION(SO_PASSCRED))

static bool is_switch(int name)
{
	switch (name) {
	case SO_RXQ_OVFL:
	case SO_NOFCS:
	case SO_SELECT_ERR_QUEUE:
	case SO_ZEROCOPY:
	case SO_PREFER_BUSY_POLL: return true;
	default: return name > 0 && name < 32 && SWITCHES & 1u << name;
	}
}

int rr_socket_get_int(uint64_t value, unsigned length, int *out)
{
	if (length < sizeof(*out))
		return -EINVAL;
	return rr_get_user(*out, value);
}

int rr_socket_give(const void *data, unsigned size, uint64_t value, unsigned *length)
{
	*length = rr_min(*length, size);
	return rr_copy_to_user(value, data, *length);
}

static int set_timeout(uint64_t value, unsigned length, uint64_t *out)
{
	struct rr_abi_timeval time;
	if (length < sizeof(time))
		return -EINVAL;
	if (rr_get_user(time, value))
		return -EFAULT;
	if (time.usec < 0 || time.usec >= 1000000)
		return -EDOM;
	*out = 0; /* a time before now */
	if (time.sec >= 0)
		rr_timeval_to_ns(&time, out);
	if (time.sec == 0 && time.usec == 0)
		*out = RR_FOREVER;
	return 0;
}

static int give_timeout(uint64_t timeout, uint64_t value, unsigned *length)
{
	struct rr_abi_timeval time = { 0, 0 };
	if (timeout != RR_FOREVER)
		time = rr_timeval_of(timeout);
	return rr_socket_give(&time, sizeof(time), value, length);
}

static int set_linger(struct rr_socket *socket, uint64_t value, unsigned length)
{
	struct rr_abi_linger linger;
	if (length < sizeof(linger))
		return -EINVAL;
	if (rr_get_user(linger, value))
		return -EFAULT;
	socket->linger.on = linger.on != 0;
	if (linger.on)
		socket->linger.seconds = linger.seconds;
	return 0;
}

/* The doubled value is what the administration of the bytes may take. */
static uint32_t buffer_size(int wanted, bool forced, uint32_t least)
{
	uint32_t size = forced && wanted < 0 ? 0 : (uint32_t)wanted;
	size = rr_min(size, forced ? INT32_MAX / 2u : MOST_BUFFER);
	return rr_max(size * 2, least);
}

static void set_time_option(struct rr_socket *socket, int name, bool on)
{
	socket->options &= ~(RR_OPTION(SO_TIMESTAMP) | RR_OPTION(SO_TIMESTAMPNS));
	if (on)
		socket->options |= RR_OPTION(name);
}

static int set_number(struct rr_socket *socket, int name, int value)
{
	if (name == SO_ZEROCOPY && (value < 0 || value > 1 || socket->family == AF_UNIX))
		return socket->family == AF_UNIX ? -EOPNOTSUPP : -EINVAL;
	if (is_switch(name)) {
		socket->options = value ? socket->options | RR_OPTION(name) : socket->options & ~RR_OPTION(name);
		return 0;
	}
	switch (name) {
	case SO_SNDBUFFORCE:
	case SO_RCVBUFFORCE:
		if (!rr_capable(CAP_NET_ADMIN))
			return -EPERM;
		if (name == SO_SNDBUFFORCE)
			socket->send_buffer = buffer_size(value, true, LEAST_SEND_BUFFER);
		else
			socket->receive_buffer = buffer_size(value, true, LEAST_RECEIVE_BUFFER);
		return 0;
	case SO_SNDBUF:
		socket->send_buffer = buffer_size(value, false, LEAST_SEND_BUFFER);
		rr_wake_event(&socket->can_send);
		return 0;
	case SO_RCVBUF:
		socket->receive_buffer = buffer_size(value, false, LEAST_RECEIVE_BUFFER);
		return 0;
	case SO_RCVLOWAT:
		socket->receive_least = value < 0 ? INT32_MAX : value ? value : 1;
		return 0;
	case SO_PRIORITY:
		if ((value < 0 || value > 6) && !rr_capable(CAP_NET_RAW) && !rr_capable(CAP_NET_ADMIN))
			return -EPERM;
		socket->priority = value;
		return 0;
	case SO_MARK:
		if (!rr_capable(CAP_NET_RAW) && !rr_capable(CAP_NET_ADMIN))
			return -EPERM;
		socket->mark = value;
		return 0;
	case SO_TIMESTAMP:
	case SO_TIMESTAMPNS:
		set_time_option(socket, name, value);
		return 0;
	case SO_PEEK_OFF:
		if (socket->family != AF_UNIX)
			return -EOPNOTSUPP;
		socket->peek_offset = value;
		return 0;
	case SO_BUSY_POLL:
		if (value < 0)
			return -EINVAL;
		socket->busy_poll = (uint16_t)rr_min(value, UINT16_MAX);
		return 0;
	case SO_BUSY_POLL_BUDGET:
		return value < 0 || value > UINT16_MAX ? -EINVAL : 0;
	case SO_INCOMING_CPU:
		return 0; /* there is one processor */
	case SO_MAX_PACING_RATE:
		socket->most_rate = (uint32_t)value;
		return 0;
	case SO_DETACH_FILTER:
		return -ENOENT; /* filters are not taken */
	case SO_PASSSEC:
		return socket->family == AF_UNIX ? -ENOPROTOOPT : -EOPNOTSUPP;
	case SO_BSDCOMPAT:
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

/* SO_BINDTODEVICE: a name, not always with its NUL; an empty one: any. */
static int set_device(struct rr_socket *socket, uint64_t value, unsigned length)
{
	char name[16] = "";
	if (!rr_socket_interface_number)
		return -ENOPROTOOPT;
	if (socket->device && !rr_capable(CAP_NET_RAW))
		return -EPERM;
	if (rr_copy_from_user(name, value, rr_min(length, (unsigned)sizeof(name) - 1)))
		return -EFAULT;
	unsigned number = name[0] ? rr_socket_interface_number(name) : 0;
	if (name[0] && !number)
		return -ENODEV;
	socket->device = (uint16_t)number;
	return 0;
}

static int give_device(const struct rr_socket *socket, uint64_t value, unsigned *length)
{
	const char *name = socket->device && rr_socket_interface_name ? rr_socket_interface_name(socket->device) : NULL;
	if (!rr_socket_interface_number)
		return -ENOPROTOOPT;
	if (!name) {
		*length = 0;
		return 0;
	}
	return *length < 16 ? -EINVAL : rr_socket_give(name, (unsigned)strlen(name) + 1, value, length);
}

static int set_common(struct rr_socket *socket, int name, uint64_t value, unsigned length)
{
	int number;
	if (name == SO_BINDTODEVICE)
		return set_device(socket, value, length);
	int error = rr_socket_get_int(value, length, &number);
	if (error)
		return error;
	switch (name) {
	case SO_LINGER:
		return set_linger(socket, value, length);
	case SO_RCVTIMEO:
	case SO_RCVTIMEO_NEW:
		return set_timeout(value, length, &socket->receive_timeout);
	case SO_SNDTIMEO:
	case SO_SNDTIMEO_NEW:
		return set_timeout(value, length, &socket->send_timeout);
	default:
		return set_number(socket, name, number);
	}
}

int rr_socket_set_option(struct rr_socket *socket, int level, int name, uint64_t value, unsigned length)
{
	if (level != SOL_SOCKET)
		return socket->ops->set_option ? socket->ops->set_option(socket, level, name, value, length) : -EOPNOTSUPP;
	int error = set_common(socket, name, value, length);
	if (!error && socket->ops->option_changed)
		socket->ops->option_changed(socket, name);
	return error;
}

/* Options that are shown as an int. -ENOPROTOOPT. */
static int get_number(struct rr_socket *socket, int name, int *out)
{
	if (is_switch(name)) {
		*out = rr_socket_has(socket, RR_OPTION(name));
		return 0;
	}
	switch (name) {
	case SO_TYPE: *out = socket->type; return 0;
	case SO_PROTOCOL: *out = socket->protocol; return 0;
	case SO_DOMAIN: *out = socket->family; return 0;
	case SO_ERROR: *out = socket->ops->take_error ? socket->ops->take_error(socket) : -rr_socket_take_error(socket); return 0;
	case SO_SNDBUF: *out = (int)socket->send_buffer; return 0;
	case SO_RCVBUF: *out = (int)socket->receive_buffer; return 0;
	case SO_RCVLOWAT: *out = socket->receive_least; return 0;
	case SO_SNDLOWAT: *out = 1; return 0;
	case SO_PRIORITY: *out = socket->priority; return 0;
	case SO_MARK: *out = socket->mark; return 0;
	case SO_TIMESTAMP: *out = rr_socket_has(socket, RR_OPTION(SO_TIMESTAMP)); return 0;
	case SO_TIMESTAMPNS: *out = rr_socket_has(socket, RR_OPTION(SO_TIMESTAMPNS)); return 0;
	case SO_ACCEPTCONN: *out = socket->listening; return 0;
	case SO_BUSY_POLL: *out = socket->busy_poll; return 0;
	case SO_INCOMING_CPU: *out = 0; return 0;
	case SO_MAX_PACING_RATE: *out = (int)socket->most_rate; return 0;
	case SO_PASSSEC: return socket->family == AF_UNIX ? -ENOPROTOOPT : -EOPNOTSUPP;
	case SO_LOCK_FILTER:
	case SO_BSDCOMPAT: *out = 0; return 0;
	case SO_PEEK_OFF:
		*out = socket->peek_offset;
		return socket->family == AF_UNIX ? 0 : -EOPNOTSUPP;
	default: return -ENOPROTOOPT;
	}
}

static int give_peer_name(struct rr_socket *socket, uint64_t value, unsigned *length)
{
	struct rr_socket_name name;
	int error = socket->ops->get_name(socket, RR_NAME_PEER, &name);
	if (error)
		return -ENOTCONN;
	if (name.length < *length)
		return -EINVAL;
	return rr_copy_to_user(value, &name.address, *length);
}

int rr_socket_get_option(struct rr_socket *socket, int level, int name, uint64_t value, unsigned *length)
{
	int number;
	if (level != SOL_SOCKET)
		return socket->ops->get_option ? socket->ops->get_option(socket, level, name, value, length) : -EOPNOTSUPP;
	switch (name) {
	case SO_LINGER:
		return rr_socket_give(&socket->linger, sizeof(socket->linger), value, length);
	case SO_RCVTIMEO:
	case SO_RCVTIMEO_NEW:
		return give_timeout(socket->receive_timeout, value, length);
	case SO_SNDTIMEO:
	case SO_SNDTIMEO_NEW:
		return give_timeout(socket->send_timeout, value, length);
	case SO_PEERCRED:
		return rr_socket_give(&socket->peer, sizeof(socket->peer), value, length);
	case SO_PEERNAME:
		return give_peer_name(socket, value, length);
	case SO_BINDTODEVICE:
		return give_device(socket, value, length);
	case SO_COOKIE:
		if (*length < sizeof(uint64_t))
			return -EINVAL;
		return rr_socket_give(&socket->inode.number, sizeof(uint64_t), value, length);
	}
	int error = get_number(socket, name, &number);
	return error ? error : rr_socket_give(&number, sizeof(number), value, length);
}
