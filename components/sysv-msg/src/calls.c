/* msgget(2), msgsnd(2), msgrcv(2), msgctl(2). */
#include <rr/clock.h>
#include <rr/heap.h>
#include <rr/process.h>
#include <rr/uaccess.h>
#include "queue.h"

long rr_sys_msgget(int key, unsigned flags);
long rr_sys_msgsnd(int id, uint64_t from, size_t length, unsigned flags);
long rr_sys_msgrcv(int id, uint64_t to, size_t length, int64_t type, unsigned flags);
long rr_sys_msgctl(int id, int command, uint64_t buffer);

static int64_t seconds(void) { return rr_clock_realtime() / RR_NSEC_PER_SEC; }

long rr_sys_msgget(int key, unsigned flags)
{
	struct queue *queue = key == IPC_PRIVATE ? NULL : msg_queue_find_key(key);
	if (!queue)
		return key == IPC_PRIVATE || flags & IPC_CREAT ? msg_queue_create(key, flags) : -ENOENT;
	if ((flags & (IPC_CREAT | IPC_EXCL)) == (IPC_CREAT | IPC_EXCL))
		return -EEXIST;
	int error = rr_ipc_check(&queue->state.perm, flags & 0777);
	return error ? error : queue->id;
}

/* Queues are also limited by the number of messages, since empty ones take memory too. */
static bool has_room(const struct queue *queue, size_t length)
{
	return length + queue->state.bytes <= queue->state.most_bytes && 1 + queue->state.count <= queue->state.most_bytes;
}

/* Whatever a handler's flags, it ends these calls. */
static long after_wait(const struct queue *queue, int error) { return queue->removed ? -EIDRM : error ? -RR_ERESTARTNOHAND : 0; }

static long send(struct queue *queue, struct message *message, unsigned flags)
{
	while (!has_room(queue, message->length)) {
		if (flags & IPC_NOWAIT)
			return -EAGAIN;
		int error = rr_wait_until(&queue->went, queue->removed || has_room(queue, message->length), RR_FOREVER, RR_INTERRUPTIBLE);
		long result = after_wait(queue, error);
		if (result)
			return result;
	}
	rr_list_push_back(&queue->messages, &message->link);
	queue->state.bytes += message->length;
	queue->state.count++;
	queue->state.stime = seconds();
	queue->state.lspid = rr_current_process()->pid;
	rr_wake_all(&queue->came);
	return 0;
}

static long read_message(uint64_t from, size_t length, struct message **out)
{
	struct message *message = rr_alloc(sizeof(*message) + length);
	if (!message)
		return -ENOMEM;
	message->length = length;
	if (rr_copy_from_user(message->text, from + sizeof(message->type), length)) {
		rr_free(message);
		return -EFAULT;
	}
	*out = message;
	return 0;
}

long rr_sys_msgsnd(int id, uint64_t from, size_t length, unsigned flags)
{
	int64_t type;
	struct message *message;
	if (rr_get_user(type, from))
		return -EFAULT;
	if (length > MSG_LONGEST || id < 0 || type < 1)
		return -EINVAL;
	long result = read_message(from, length, &message);
	if (result)
		return result;
	message->type = type;
	struct queue *queue = msg_queue_find(id);
	result = queue ? rr_ipc_check(&queue->state.perm, RR_IPC_WRITE) : -EINVAL;
	if (!result) {
		queue->users++;
		result = send(queue, message, flags);
		msg_queue_put(queue);
	}
	if (result)
		rr_free(message);
	return result;
}

static void take(struct queue *queue, struct message *message)
{
	rr_list_remove(&message->link);
	queue->state.bytes -= message->length;
	queue->state.count--;
	queue->state.rtime = seconds();
	queue->state.lrpid = rr_current_process()->pid;
	rr_wake_all(&queue->went);
}

/* Waits for the message and takes it out. */
static long receive(struct queue *queue, size_t length, int64_t type, unsigned flags, struct message **out)
{
	struct message *message;
	while (!(message = msg_queue_pick(queue, type, flags))) {
		if (flags & IPC_NOWAIT)
			return -ENOMSG;
		int error = rr_wait_until(&queue->came, queue->removed || msg_queue_pick(queue, type, flags), RR_FOREVER, RR_INTERRUPTIBLE);
		long result = after_wait(queue, error);
		if (result)
			return result;
	}
	if (message->length > length && !(flags & MSG_NOERROR))
		return -E2BIG;
	take(queue, message);
	*out = message;
	return 0;
}

/* What cannot be delivered is lost, as on Linux. */
static long deliver(struct message *message, uint64_t to, size_t length)
{
	length = rr_min(length, message->length);
	bool failed = rr_put_user(message->type, to) || rr_copy_to_user(to + sizeof(message->type), message->text, length);
	rr_free(message);
	return failed ? -EFAULT : (long)length;
}

long rr_sys_msgrcv(int id, uint64_t to, size_t length, int64_t type, unsigned flags)
{
	struct message *message;
	if (id < 0 || (int64_t)length < 0)
		return -EINVAL;
	if (flags & MSG_COPY)
		return flags & MSG_EXCEPT || !(flags & IPC_NOWAIT) ? -EINVAL : -ENOSYS;
	struct queue *queue = msg_queue_find(id);
	if (!queue)
		return -EINVAL;
	long result = rr_ipc_check(&queue->state.perm, RR_IPC_READ);
	if (result)
		return result;
	queue->users++;
	result = receive(queue, length, type, flags, &message);
	msg_queue_put(queue);
	return result ? result : deliver(message, to, length);
}

static long change(struct queue *queue, const struct rr_abi_msqid_ds *wanted)
{
	if (wanted->most_bytes > MSG_MOST_BYTES && !rr_capable(CAP_SYS_RESOURCE))
		return -EPERM;
	rr_ipc_set(&queue->state.perm, &wanted->perm);
	queue->state.most_bytes = wanted->most_bytes;
	queue->state.ctime = seconds();
	rr_wake_all(&queue->went);
	return 0;
}

long rr_sys_msgctl(int id, int command, uint64_t buffer)
{
	struct rr_abi_msqid_ds wanted;
	if (id < 0)
		return -EINVAL;
	if (command == IPC_SET && rr_get_user(wanted, buffer))
		return -EFAULT;
	struct queue *queue = msg_queue_find(id);
	if (!queue)
		return -EINVAL;
	bool owner = rr_ipc_owns(&queue->state.perm) || rr_capable(CAP_SYS_ADMIN);
	long error;
	switch (command) {
	case IPC_STAT:
		error = rr_ipc_check(&queue->state.perm, RR_IPC_READ);
		return error ? error : rr_put_user(queue->state, buffer);
	case IPC_SET: return owner ? change(queue, &wanted) : -EPERM;
	case IPC_RMID:
		if (owner)
			msg_queue_remove(queue);
		return owner ? 0 : -EPERM;
	default: return -EINVAL;
	}
}
