/* Program start. Thread context. */
#pragma once

#include <rr/types.h>

struct rr_image_program;
struct rr_aspace;

/* Strings for a new program, in libOS memory. */
struct rr_exec_strings {
	const char **argv;
	unsigned argc;
	const char **envp;
	unsigned envc;
};

/* Ends what the process ran so far, in the space `old`, before `next`: descriptors closed on exec, handlers reset. */
typedef void rr_exec_leaver(const struct rr_image_program *next, struct rr_aspace *old);
rr_exec_leaver rr_exec_leave;

/* Bytes of strings and pointers a program can be started with (ARG_MAX). */
#define RR_EXEC_MAX_BYTES 0x600000u

/*
 * Make the running thread, the only one of its process, run `program` in a new address space. `leave`: rr_exec_leave, or NULL in a process without a
 * program, as the first one is when the machine boots. On success does not return to the caller of the boundary: *regs are the new program's. -E2BIG,
 * -ENOMEM: nothing has changed.
 */
int rr_exec(const struct rr_image_program *program, const char *path, const struct rr_exec_strings *strings, rr_exec_leaver *leave);

/* The program of the image called `name`, or NULL. */
const struct rr_image_program *rr_exec_find(const char *name);

/* Called with a program just loaded, in its address space, before its first instruction; NULL: nobody. Set by call tracing. */
extern void (*rr_exec_loaded)(const struct rr_image_program *program);
