#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include "arena.h"
#include "signatures.h"

#define PAGE 4096l

#define STUB(number, name) { number, #name, NULL, (long (*)(long, long, long, long, long, long))(uintptr_t)__rr_sys_##number },
struct call calls[] = { CALLS(STUB) };
const size_t call_count = sizeof(calls) / sizeof(calls[0]);

static char *memory;   /* good, good, unmapped, read-only, none, unmapped, good, unmapped */
static char *mapping;  /* two pages for calls that change mappings */
static struct iovec *vector;
static struct timespec *moment;

static struct value pointers[] = {
	{ "null", 0 }, { "one", 1 }, { "unmapped", 0 }, { "read-only", 0 }, { "no access", 0 }, { "page's last byte", 0 }, { "across the end", 0 },
	{ "end of the low half", 0x7ffffffff000 }, { "its last byte", 0x7fffffffefff }, { "hole's begin", 0x800000000000 },
	{ "hole", 0x4000000000000000 }, { "sign", LONG_MIN }, { "direct map", (long)0xffff800000000000 }, { "direct map + 1 MiB", (long)0xffff800000100000 },
	{ "libOS", (long)0xffffffffc0000000 }, { "libOS text", (long)0xffffffffc0100000 }, { "libOS text + 256 KiB", (long)0xffffffffc0140000 },
	{ "libOS stacks", (long)0xffffffffe0001000 }, { "last page", -4096 }, { "-8", -8 }, { "-1", -1 },
};
static const struct value lengths[] = {
	{ "0", 0 }, { "1", 1 }, { "8", 8 }, { "4095", 4095 }, { "5000", 5000 }, { "-1", -1 }, { "INT_MAX", INT_MAX }, { "INT_MIN", INT_MIN },
	{ "UINT_MAX", UINT_MAX }, { "UINT_MAX + 1", 1l + UINT_MAX }, { "SSIZE_MAX", LONG_MAX }, { "SSIZE_MAX + 1", LONG_MIN }, { "-4096", -4096 },
	{ "low half", 0x7ffffffff000 },
};
static const struct value descriptors[] = {
	{ "-1", -1 }, { "9999", 9999 }, { "INT_MAX", INT_MAX }, { "INT_MIN", INT_MIN }, { "AT_FDCWD", AT_FDCWD }, { "file", FILE_FD },
	{ "directory", DIRECTORY_FD }, { "pipe's read end", READ_END }, { "pipe's write end", WRITE_END }, { "O_PATH", PATH_FD },
	{ "/dev/null", NULL_FD }, { "read-only file", READ_ONLY_FD }, { "file + 2^32", FILE_FD + (1l << 32) },
};
static struct value flags[80];
static size_t flag_count;
static const struct value numbers[] = {
	{ "-1", -1 }, { "0", 0 }, { "1", 1 }, { "9", 9 }, { "19", 19 }, { "32", 32 }, { "34", 34 }, { "64", 64 }, { "65", 65 }, { "INT_MAX", INT_MAX },
	{ "INT_MIN", INT_MIN }, { "2^32", 1l << 32 },
};
/* None of them is a process that exists: 0 is the caller. */
static const struct value processes[] = {
	{ "0", 0 }, { "-1", -1 }, { "-2^22 - 1", -4194305 }, { "INT_MAX", INT_MAX }, { "INT_MIN", INT_MIN }, { "2^22 + 1", 4194305 },
};
static const struct value paths[] = { { "empty path", (long)"" }, { "no such", (long)"none" }, { "below a file", (long)"file/x" }, { "directory", (long)"dir" },
	{ "link to itself", (long)"loop" } };
static struct value long_paths[sizeof(paths) / sizeof(paths[0]) + 3];
static struct value addresses[sizeof(pointers) / sizeof(pointers[0]) + 2];

static void fill_flags(void)
{
	static char names[64][8];
	flag_count = 0;
	flags[flag_count++] = (struct value){ "0", 0 };
	flags[flag_count++] = (struct value){ "-1", -1 };
	flags[flag_count++] = (struct value){ "3", 3 };
	flags[flag_count++] = (struct value){ "7", 7 };
	flags[flag_count++] = (struct value){ "INT_MAX", INT_MAX };
	for (int bit = 0; bit < 33; bit += bit < 23 ? 1 : 3) {
		snprintf(names[bit], sizeof(names[bit]), "2^%d", bit);
		flags[flag_count++] = (struct value){ names[bit], 1l << bit };
	}
}

static void fill_pointers(void)
{
	pointers[2].value = (long)(memory + 2 * PAGE);
	pointers[3].value = (long)(memory + 3 * PAGE);
	pointers[4].value = (long)(memory + 4 * PAGE);
	pointers[5].value = (long)(memory + 7 * PAGE - 1);
	pointers[6].value = (long)(memory + 7 * PAGE - 6);
	memcpy(addresses, pointers, sizeof(pointers));
	size_t n = sizeof(pointers) / sizeof(pointers[0]);
	addresses[n++] = (struct value){ "not aligned", (long)mapping + 8 };
	addresses[n] = (struct value){ "first page", PAGE };

	static char name_too_long[300], path_too_long[5000];
	memset(name_too_long, 'n', sizeof(name_too_long) - 1);
	memset(path_too_long, '/', sizeof(path_too_long) - 1);
	memset(memory + 7 * PAGE - 6, 'x', 6);
	n = sizeof(paths) / sizeof(paths[0]);
	memcpy(long_paths, paths, sizeof(paths));
	long_paths[n++] = (struct value){ "name too long", (long)name_too_long };
	long_paths[n++] = (struct value){ "path too long", (long)path_too_long };
	long_paths[n] = (struct value){ "not terminated", (long)(memory + 7 * PAGE - 6) };
}

const struct value *hostile_values(char kind, size_t *count)
{
#define LIST(list) (*count = sizeof(list) / sizeof((list)[0]), (const struct value *)(list))
	switch (kind) {
	case 'p': case 'P': case 'v': case 't': return LIST(pointers);
	case 's': case 'n': case 'D': return LIST(long_paths);
	case 'f': case 'd': case 'r': case 'w': return LIST(descriptors);
	case 'l': case 'z': case 'o': case 'A': case 'c': return LIST(lengths);
	case 'g': return LIST(numbers);
	case 'q': return LIST(processes);
	case 'a': return LIST(addresses);
	default: *count = flag_count; return flags;
	}
}

long good_value(char kind)
{
	switch (kind) {
	case 'p': return (long)memory;
	case 's': return (long)"file";
	case 'n': return (long)"new";
	case 'D': return (long)"dir";
	case 'f': return FILE_FD;
	case 'd': return AT_FDCWD;
	case 'r': return READ_END;
	case 'w': return WRITE_END;
	case 'v': return (long)vector;
	case 'c': return 1;
	case 'l': return 16;
	case 'z': return 8;
	case 'm': return 0644;
	case 'a': return (long)mapping;
	case 'A': return 2 * PAGE;
	case 't': return (long)moment;
	default: return 0;
	}
}

static void make_memory(void)
{
	memory = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(memory + 3 * PAGE, PAGE, PROT_READ);
	mprotect(memory + 4 * PAGE, PAGE, PROT_NONE);
	munmap(memory + 2 * PAGE, PAGE);
	munmap(memory + 5 * PAGE, PAGE);
	munmap(memory + 7 * PAGE, PAGE);
	mapping = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	vector = (struct iovec *)(memory + PAGE);
	*vector = (struct iovec){ memory, 16 };
	moment = (struct timespec *)(memory + PAGE + 64);
	*moment = (struct timespec){ 0, 1000 };
}

static void keep(int fd, int as)
{
	if (fd != as) {
		dup2(fd, as);
		close(fd);
	}
}

void arena_remove_files(void)
{
	static const char *const names[] = { "file", "file2", "new", "none", "loop", "dir" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (unlink(names[i]))
			rmdir(names[i]);
}

void arena_make_files(void)
{
	int ends[2];
	umask(022);
	arena_remove_files();
	mkdir("dir", 0755);
	symlink("loop", "loop");
	keep(open("file", O_RDWR | O_CREAT, 0644), FILE_FD);
	write(FILE_FD, "0123456789abcdef0123456789abcdef", 32);
	lseek(FILE_FD, 0, SEEK_SET);
	keep(open("dir", O_RDONLY | O_DIRECTORY), DIRECTORY_FD);
	pipe2(ends, O_NONBLOCK);
	keep(ends[0], READ_END);
	keep(ends[1], WRITE_END);
	keep(open("file", O_PATH), PATH_FD);
	keep(open("/dev/null", O_RDWR), NULL_FD);
	keep(open("file", O_RDONLY), READ_ONLY_FD);
	keep(open("file2", O_RDWR | O_CREAT, 0644), SECOND_FD);
}

static const char *arguments_of(const char *name)
{
	for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++)
		if (!strcmp(signatures[i].name, name))
			return signatures[i].arguments;
	return "uuuuuu";
}

void arena_make(void)
{
	for (size_t i = 0; i < call_count; i++)
		calls[i].arguments = arguments_of(calls[i].name);
	make_memory();
	arena_make_files();
	fill_pointers();
	fill_flags();
}
