/* Shared between the files of sysv-msg only. Thread context, under the big lock. */
#pragma once
#include <rr/abi/msg.h>
#include <rr/list.h>
#include <rr/sysv-ipc.h>
#include <rr/wait.h>

#define MSG_MOST_BYTES 16384 /* MSGMNB: of a queue at first */
#define MSG_LONGEST 8192     /* MSGMAX: of a message */

struct message {
	struct rr_list link;
	int64_t type;
	size_t length;
	char text[];
};

struct queue {
	struct rr_list link;
	int id;
	unsigned users;          /* who waits */
	bool removed;
	struct rr_abi_msqid_ds state;
	struct rr_list messages; /* in the order of their coming */
	struct rr_waitqueue came, went;
};

/* A new one. The number, -ENOMEM, -ENOSPC. */
long msg_queue_create(int key, unsigned mode);
struct queue *msg_queue_find(int id);
struct queue *msg_queue_find_key(int key);
/* Who waits is told; it is freed when nobody uses it any more. */
void msg_queue_remove(struct queue *queue);
void msg_queue_put(struct queue *queue);
/* The message msgrcv(2) means by type and flags; NULL. */
struct message *msg_queue_pick(const struct queue *queue, int64_t type, unsigned flags);
