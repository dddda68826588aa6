/* Shared between the files of procfs only. */
#pragma once
#include <rr/print.h>
#include <rr/process.h>
#include <rr/procfs.h>

/* Growing text on the heap. */
struct text {
	char *data;
	size_t length, room;
	bool failed; /* no memory: what is there is not whole */
};
void text_add(struct text *text, const char *format, ...) RR_PRINTF(2, 3);
struct rr_proc_writer {
	struct text *text;
};

/* An entry of /proc or of a process's directory. */
struct proc_entry {
	const char *name;
	uint32_t mode;
	/* Files and symbolic links: the content. `process` is NULL in /proc itself. */
	void (*content)(struct text *text, struct rr_process *process);
	/* Links: where they lead, referenced; NULL: by their text. */
	int (*follow)(struct rr_process *process, struct rr_inode **out);
};
extern const struct proc_entry proc_root_entries[], proc_process_entries[]; /* end with name NULL */

/* The path of an inode, or of the root for NULL. */
void text_add_path(struct text *text, struct rr_inode *inode);

/* added.c: files that other components have added. A place is such a file, or a directory above one: the first `length` bytes of its path; 0: /proc. */
struct proc_place {
	const struct rr_proc_file *file;
	size_t length;
};
bool proc_place_is_directory(const struct proc_place *place);
void proc_place_name(const struct proc_place *place, struct rr_name *out);
uint64_t proc_place_number(const struct proc_place *place);
/* What is called `name` in a directory; the `index`th place in it. False: there is none. */
bool proc_place_find(const struct proc_place *directory, const struct rr_name *name, struct proc_place *out);
bool proc_place_at(const struct proc_place *directory, uint64_t index, struct proc_place *out);
