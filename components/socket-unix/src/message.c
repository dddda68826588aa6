/* Messages: made, queued, freed; what they carry besides bytes. */
#include <rr/heap.h>
#include "unix.h"

/* What a message counts for is what it takes on Linux 6.1, so that as many fit into a buffer: struct sk_buff, struct skb_shared_info, a page. */
#define HEADER 256u
#define TRAILER 320u
#define MOST_LINEAR (RR_PAGE_SIZE - TRAILER)

static uint32_t charge_of(uint32_t length)
{
	if (RR_LIKELY(length <= 512 - TRAILER))
		return HEADER + 512;
	uint32_t paged = length > MOST_LINEAR ? (uint32_t)rr_min(rr_align_up(length - MOST_LINEAR, RR_PAGE_SIZE), (uint64_t)length) : 0;
	uint32_t linear = (uint32_t)rr_align_up(length - paged, 64) + TRAILER, block = 512;
	while (block < linear)
		block *= 2;
	return HEADER + block + (uint32_t)rr_align_up(paged, RR_PAGE_SIZE);
}

static bool has_room(const struct unix_socket *sender) { return sender->charged < sender->base.send_buffer; }

/* Until the sender may send more. */
static int wait_for_room(struct unix_socket *sender, uint32_t flags)
{
	struct rr_socket *socket = &sender->base;
	uint64_t deadline = rr_socket_send_deadline(socket, flags);
	for (;;) {
		int error = rr_socket_take_error(socket);
		if (!error && socket->shut & RR_SHUT_SEND)
			error = -EPIPE;
		if (error || has_room(sender))
			return error;
		error = rr_socket_wait(&socket->can_send, has_room(sender) || socket->error || socket->shut & RR_SHUT_SEND, deadline);
		if (error)
			return error;
	}
}

static struct unix_message *allocate(struct unix_socket *sender, uint32_t length)
{
	struct unix_message *spare = sender->spare;
	if (length > UNIX_SMALL)
		return rr_alloc(sizeof(*spare) + length);
	if (RR_UNLIKELY(!spare))
		return rr_alloc(sizeof(*spare) + UNIX_SMALL);
	sender->spare = NULL;
	return spare;
}

int unix_message_create(struct unix_socket *sender, const struct rr_socket_message *from, uint32_t length, uint32_t least, struct unix_message **out)
{
	int error = wait_for_room(sender, from->flags);
	if (error)
		return error;
	struct unix_message *message = allocate(sender, length);
	if (!message && least < length)
		message = rr_alloc(sizeof(*message) + (length = least));
	if (!message)
		return -ENOBUFS;
	message->sender = sender;
	message->refs = 1;
	message->length = length;
	message->consumed = 0;
	message->charge = charge_of(length);
	message->time = 0;
	message->rights = NULL;
	sender->charged += message->charge;
	unix_ref(sender);
	rr_list_init(&message->link);
	if (rr_uio_read(from->uio, message->data, length)) {
		unix_message_put(message);
		return -EFAULT;
	}
	*out = message;
	return 0;
}

void unix_message_free(struct unix_message *message)
{
	struct unix_socket *sender = message->sender;
	struct unix_rights *rights = message->rights;
	sender->charged -= message->charge;
	if (unix_is_writable(sender))
		unix_wake(&sender->base.can_send);
	if (message->length <= UNIX_SMALL && !sender->spare)
		sender->spare = message;
	else
		rr_free(message);
	unix_put(sender);
	if (rights) {
		unix_rights_land(rights);
		unix_rights_drop(rights);
	}
}

/* Who receives may want to know who sent, or not be known yet. */
static bool wants_credentials(const struct unix_message *message, const struct unix_socket *to)
{
	return rr_socket_has(&message->sender->base, RR_OPTION(SO_PASSCRED)) || !to->base.file || rr_socket_has(&to->base, RR_OPTION(SO_PASSCRED));
}

void unix_message_push(struct unix_message *message, struct unix_socket *to, struct unix_extras *extras)
{
	message->credentials = extras->credentials;
	message->rights = extras->rights;
	if (message->rights)
		unix_rights_fly(message->rights);
	extras->rights = NULL;
	if (!message->credentials.pid && wants_credentials(message, to))
		message->credentials = rr_socket_credentials(false);
	if (to->base.options & (RR_OPTION(SO_TIMESTAMP) | RR_OPTION(SO_TIMESTAMPNS)))
		message->time = rr_clock_realtime();
	rr_list_push_back(&to->queue, &message->link);
	to->queued++;
	to->arrived++;
	unix_wake(&to->base.can_receive);
}

void unix_message_pull(struct unix_message *message, struct unix_socket *from)
{
	rr_list_remove(&message->link);
	from->queued--;
}

bool unix_purge(struct unix_socket *socket)
{
	bool any = !rr_list_empty(&socket->queue);
	while (!rr_list_empty(&socket->queue)) {
		struct unix_message *message = rr_list_entry(socket->queue.next, struct unix_message, link);
		unix_message_pull(message, socket);
		unix_message_put(message);
	}
	return any;
}

static int get_credentials(const struct rr_abi_cmsghdr *header, struct unix_extras *extras)
{
	const struct rr_abi_ucred *claimed = rr_control_data(header);
	if (header->length != sizeof(*header) + sizeof(*claimed))
		return -EINVAL;
	int error = rr_socket_check_credentials(claimed);
	if (!error)
		extras->credentials = *claimed;
	return error;
}

static int get_one(const struct rr_abi_cmsghdr *header, struct unix_extras *extras)
{
	if (header->level != SOL_SOCKET)
		return 0;
	switch (header->type) {
	case SCM_RIGHTS:
		return unix_rights_add(&extras->rights, rr_control_data(header), (unsigned)((header->length - sizeof(*header)) / sizeof(int)));
	case SCM_CREDENTIALS:
		return get_credentials(header, extras);
	default:
		return -EINVAL;
	}
}

int unix_extras_get(const struct rr_socket_message *message, struct unix_extras *extras)
{
	bool bad = false;
	int error = 0;
	const struct rr_abi_cmsghdr *header = NULL;
	while (!error && (header = rr_control_next(message, header, &bad)))
		error = bad ? -EINVAL : get_one(header, extras);
	if (error)
		unix_extras_drop(extras);
	return error;
}

void unix_extras_drop(struct unix_extras *extras)
{
	if (extras->rights)
		unix_rights_drop(extras->rights);
	extras->rights = NULL;
}

void unix_extras_give(struct unix_socket *socket, struct rr_socket_message *message, struct unix_extras *extras)
{
	bool credentials = rr_socket_has(&socket->base, RR_OPTION(SO_PASSCRED));
	if (!message->control_to) {
		if (credentials || extras->rights)
			message->result_flags |= MSG_CTRUNC;
		unix_extras_drop(extras);
		return;
	}
	if (credentials)
		rr_control_put(message, SOL_SOCKET, SCM_CREDENTIALS, &extras->credentials, sizeof(extras->credentials));
	if (extras->rights)
		unix_rights_give(message, extras->rights);
	extras->rights = NULL;
}
