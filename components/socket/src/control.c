/* Control messages: cmsg(3). */
#include <rr/socket.h>
#include <rr/timespec.h>

const struct rr_abi_cmsghdr *rr_control_next(const struct rr_socket_message *message, const struct rr_abi_cmsghdr *at, bool *bad)
{
	const char *next = message->control, *end = next + message->control_length;
	if (at) {
		size_t left = (size_t)(end - (const char *)at);
		next = RR_CONTROL_ALIGN(at->length) < left ? (const char *)at + RR_CONTROL_ALIGN(at->length) : end;
	}
	size_t left = (size_t)(end - next);
	if (left < sizeof(*at))
		return NULL;
	const struct rr_abi_cmsghdr *header = (const void *)next;
	*bad = header->length < sizeof(*header) || header->length > left;
	return header;
}

/* As on Linux, a bad address here is nobody's error. */
void rr_control_put(struct rr_socket_message *message, int level, int type, const void *data, size_t length)
{
	struct rr_abi_cmsghdr header = { sizeof(header) + length, level, type };
	if (!message->control_to || message->control_room < sizeof(header)) {
		message->result_flags |= MSG_CTRUNC;
		return;
	}
	if (message->control_room < header.length) {
		message->result_flags |= MSG_CTRUNC;
		header.length = message->control_room;
	}
	if (rr_put_user(header, message->control_to) ||
	    rr_copy_to_user(message->control_to + sizeof(header), data, header.length - sizeof(header)))
		return;
	size_t used = rr_min(RR_CONTROL_ALIGN(sizeof(header) + length), message->control_room);
	message->control_to += used;
	message->control_room -= used;
}

void rr_control_put_time(struct rr_socket *socket, struct rr_socket_message *message, uint64_t time)
{
	if (rr_socket_has(socket, RR_OPTION(SO_TIMESTAMPNS))) {
		struct rr_abi_timespec precise = rr_timespec_of(time);
		rr_control_put(message, SOL_SOCKET, SCM_TIMESTAMPNS, &precise, sizeof(precise));
	} else if (rr_socket_has(socket, RR_OPTION(SO_TIMESTAMP))) {
		struct rr_abi_timeval coarse = rr_timeval_of(time);
		rr_control_put(message, SOL_SOCKET, SCM_TIMESTAMP, &coarse, sizeof(coarse));
	}
}
