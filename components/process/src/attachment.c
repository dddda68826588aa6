#include "internal.h"

void rr_process_attach(struct rr_process *process, struct rr_attachment *attachment)
{
	attachment->next = process->attachments;
	attachment->previous = &process->attachments;
	if (attachment->next)
		attachment->next->previous = &attachment->next;
	process->attachments = attachment;
}

void rr_process_detach(struct rr_attachment *attachment)
{
	*attachment->previous = attachment->next;
	if (attachment->next)
		attachment->next->previous = attachment->previous;
}

void rr_process_end_attachments(struct rr_process *process, bool exec)
{
	for (struct rr_attachment *attachment = process->attachments, *next; attachment; attachment = next) {
		next = attachment->next;
		if (!exec || !attachment->survives_exec)
			attachment->end(attachment);
	}
}
