/* /proc, made as it is looked at. Thread context, under the big lock. */
#pragma once
#include <rr/inode.h>

/* 0 or -ENOMEM. */
int rr_procfs_create(struct rr_filesystem **out);

/* What a file of another component says: text that grows on the heap; without memory, opening the file fails. */
struct rr_proc_writer;
void rr_proc_print(struct rr_proc_writer *writer, const char *format, ...) RR_PRINTF(2, 3);

/* A file that another component adds below /proc, to be read only, with the directories above it. Static; added when the image boots, and stays. */
struct rr_proc_file {
	const char *path; /* "net/dev": the first name is none of /proc's own */
	void (*content)(struct rr_proc_writer *writer); /* called when it is opened */
	struct rr_proc_file *next;
};
void rr_proc_register(struct rr_proc_file *file);
