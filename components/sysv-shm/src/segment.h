/* Shared between the files of sysv-shm only: the segments there are. */
#pragma once
#include <rr/abi/errno.h>
#include <rr/abi/shm.h>
#include <rr/list.h>
#include <rr/vm.h>

struct segment {
	struct rr_list link;
	struct rr_vm_object object; /* what mappings show; each holds it */
	struct rr_vm_object *pages; /* zero pages; one reference */
	int id;
	struct rr_abi_shmid_ds state; /* as IPC_STAT shows it; SHM_DEST in its mode: removed */
};

/* A new one of the running process. 0, -ENOMEM, -ENOSPC: there are too many. */
int segment_create(int key, uint64_t size, unsigned mode, struct segment **out);
/* By number, or by key (not IPC_PRIVATE; those removed have none). NULL. */
struct segment *segment_find(int id);
struct segment *segment_find_key(int key);
/* The one a mapping shows; NULL: it shows something else. */
struct segment *segment_of(const struct rr_vm_object *object);
/* It goes with its last attachment, or now. */
void segment_remove(struct segment *segment);
