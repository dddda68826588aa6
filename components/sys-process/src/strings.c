#include "strings.h"
#include <rr/abi/errno.h>
#include <rr/abi/resource.h>
#include <rr/heap.h>
#include <rr/process.h>
#include <rr/string.h>
#include <rr/uaccess.h>

#define FIRST_ROOM 1024
#define LONGEST_STRING 131072u /* MAX_ARG_STRLEN of Linux, with the NUL */

/* A quarter of the stack's limit, but some in any case: execve(2), "Limits on size of arguments and environment". */
static size_t limit(void)
{
	uint64_t stack = rr_current_process()->limits[RLIMIT_STACK][0];
	return rr_max(rr_min(stack / 4, (uint64_t)RR_EXEC_MAX_BYTES), (uint64_t)LONGEST_STRING);
}

static int grow(struct exec_strings *strings)
{
	size_t room = strings->room ? rr_min(strings->room * 2, strings->limit) : FIRST_ROOM;
	if (room == strings->room)
		return -E2BIG;
	char *text = rr_alloc(room);
	if (!text)
		return -ENOMEM;
	memcpy(text, strings->text, strings->used);
	rr_free(strings->text);
	strings->text = text;
	strings->room = room;
	return 0;
}

static int add(struct exec_strings *strings, uint64_t address)
{
	for (;;) {
		size_t room = rr_min(strings->room - strings->used, (size_t)LONGEST_STRING);
		long length = room ? rr_string_from_user(strings->text + strings->used, address, room) : -ENAMETOOLONG;
		if (length >= 0) {
			strings->used += (size_t)length + 1;
			return 0;
		}
		if (length != -ENAMETOOLONG)
			return (int)length;
		int error = room == LONGEST_STRING ? -E2BIG : grow(strings);
		if (error)
			return error;
	}
}

static int add_vector(struct exec_strings *strings, uint64_t vector, unsigned *count)
{
	*count = 0;
	for (uint64_t address; vector; vector += sizeof(address)) {
		if (rr_get_user(address, vector))
			return -EFAULT;
		if (!address)
			return 0;
		if (*count == strings->limit / sizeof(address))
			return -E2BIG;
		int error = add(strings, address);
		if (error)
			return error;
		++*count;
	}
	return 0;
}

/* Pointers to what was read. Linux gives a program without arguments an empty first one. */
static int make_items(struct exec_strings *strings, unsigned argc, unsigned envc)
{
	const char **items = rr_alloc((EXEC_MAX_PREFIX + argc + 1 + envc) * sizeof(*items));
	if (!items)
		return -ENOMEM;
	strings->items = items;
	items += EXEC_MAX_PREFIX;
	strings->list = (struct rr_exec_strings){ .argv = items, .argc = rr_max(argc, 1u), .envp = items + rr_max(argc, 1u), .envc = envc };
	if (!argc)
		*items++ = "";
	const char *text = strings->text;
	for (unsigned i = 0; i < argc + envc; i++) {
		*items++ = text;
		text += strlen(text) + 1;
	}
	return 0;
}

int exec_strings_read(struct exec_strings *strings, uint64_t argv, uint64_t envp)
{
	unsigned argc, envc;
	*strings = (struct exec_strings){ .limit = limit() };
	int error = add_vector(strings, argv, &argc);
	if (!error)
		error = add_vector(strings, envp, &envc);
	if (!error && strings->used + (argc + envc) * sizeof(uint64_t) > strings->limit)
		error = -E2BIG;
	return error ? error : make_items(strings, argc, envc);
}

void exec_strings_prefix(struct exec_strings *strings, const char *argument)
{
	*--strings->list.argv = argument;
	strings->list.argc++;
}

void exec_strings_free(struct exec_strings *strings)
{
	rr_free(strings->items);
	rr_free(strings->text);
}
