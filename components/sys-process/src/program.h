/* Which program a file is, through interpreters of scripts. Thread context. */
#pragma once
#include <rr/path.h>
#include "strings.h"

struct rr_image_program;

/* What execve(2) and execveat(2) name. */
struct exec_file {
	int dirfd;
	const char *path;
	unsigned flags;         /* RR_WALK_* */
	const char *shown;      /* the path as the program is told it */
	bool closes;            /* it goes by a descriptor that is closed by exec: a script's interpreter could not open it */
};

/* First lines of scripts: strings point into them. */
struct exec_scripts;
void exec_scripts_free(struct exec_scripts *scripts);

/*
 * Find the program that is to run, and put what scripts' first lines say in front of the arguments. *scripts (NULL before) is for the caller to free
 * when the strings have been used. 0 or -errno as execve(2) has them.
 */
int exec_find(const struct exec_file *file, struct exec_strings *strings, struct exec_scripts **scripts, const struct rr_image_program **program);
