/* What is taken back when a process ends: SEM_UNDO of semop(2). Not inherited by fork, kept by exec. */
#include <rr/heap.h>
#include <rr/process.h>
#include "set.h"

struct sem_undo {
	struct rr_attachment attachment;
	struct rr_list link; /* set->undos */
	struct sem_set *set;
	const struct rr_process *process;
	int16_t changes[];
};

static void drop(struct sem_undo *undo)
{
	rr_process_detach(&undo->attachment);
	rr_list_remove(&undo->link);
	rr_free(undo);
}

static void take_back(struct rr_attachment *attachment)
{
	struct sem_undo *undo = rr_container_of(attachment, struct sem_undo, attachment);
	struct sem_set *set = undo->set;
	for (unsigned i = 0; i < set->count; i++) {
		if (!undo->changes[i])
			continue;
		set->semaphores[i].value = rr_max(0, rr_min(set->semaphores[i].value + undo->changes[i], SEM_HIGHEST));
		set->semaphores[i].pid = undo->process->pid;
	}
	drop(undo);
	sem_set_changed(set);
}

int sem_undo_get(struct sem_set *set, struct sem_undo **out)
{
	struct rr_process *process = rr_current_process();
	rr_list_for_each(node, &set->undos) {
		*out = rr_list_entry(node, struct sem_undo, link);
		if ((*out)->process == process)
			return 0;
	}
	struct sem_undo *undo = rr_zalloc(1, sizeof(*undo) + set->count * sizeof(undo->changes[0]));
	if (!undo)
		return -ENOMEM;
	undo->attachment.survives_exec = true;
	undo->attachment.end = take_back;
	undo->set = set;
	undo->process = process;
	rr_process_attach(process, &undo->attachment);
	rr_list_push_back(&set->undos, &undo->link);
	*out = undo;
	return 0;
}

int16_t *sem_undo_of(struct sem_undo *undo, unsigned number) { return &undo->changes[number]; }

void sem_undo_forget(struct sem_set *set, unsigned number)
{
	rr_list_for_each(node, &set->undos) {
		struct sem_undo *undo = rr_list_entry(node, struct sem_undo, link);
		for (unsigned i = 0; i < set->count; i++)
			if (i == number || number == set->count)
				undo->changes[i] = 0;
	}
}

void sem_undo_drop(struct sem_set *set)
{
	rr_list_for_each_safe(node, &set->undos)
		drop(rr_list_entry(node, struct sem_undo, link));
}
