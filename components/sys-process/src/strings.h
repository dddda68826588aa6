/* The strings of execve(2), copied from the program: one block of text, arguments first, then the environment. Thread context. */
#pragma once
#include <rr/exec.h>
#include <rr/types.h>

/* Strings that interpreters of scripts may put in front of the arguments: two for each level. */
#define EXEC_MAX_LEVELS 5
#define EXEC_MAX_PREFIX (2 * EXEC_MAX_LEVELS)

struct exec_strings {
	char *text;
	size_t used, room, limit;
	const char **items;         /* pointers into text, once all are read; EXEC_MAX_PREFIX free ones in front */
	struct rr_exec_strings list; /* what the new program gets; argv may be moved down to put strings in front */
};

/* Read both vectors (addresses of the program, 0: empty). 0; -EFAULT, -E2BIG, -ENOMEM. Then exec_strings_free(), also after a failure. */
int exec_strings_read(struct exec_strings *strings, uint64_t argv, uint64_t envp);
void exec_strings_free(struct exec_strings *strings);
/* One more argument before all others. */
void exec_strings_prefix(struct exec_strings *strings, const char *argument);
