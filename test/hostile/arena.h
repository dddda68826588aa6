/* Bad memory, descriptors and numbers, and the good ones beside them. For programs on the host and in an image. */
#pragma once
#include <stddef.h>
#include "table.h" /* generated from the manifests: CALLS(X), X(number, name) for each implemented call; their stubs */

struct call {
	int number;
	const char *name, *arguments;
	long (*stub)(long, long, long, long, long, long);
};
extern struct call calls[]; /* arguments are set by arena_make() */
extern const size_t call_count;

enum descriptor { FILE_FD = 10, DIRECTORY_FD, READ_END, WRITE_END, PATH_FD, NULL_FD, READ_ONLY_FD, SECOND_FD };

struct value {
	const char *name;
	long value;
};

/* Hostile values for an argument of kind `kind` (signatures.h); *count of them. */
const struct value *hostile_values(char kind, size_t *count);
/* A value with which the call may well succeed. */
long good_value(char kind);

/* Make memory, files and descriptors afresh in the current directory. Descriptors 10 and up. */
void arena_make(void);
void arena_make_files(void);
void arena_remove_files(void);
