/*
 * For the tests of single calls: every line printed is `call: case = outcome`, begins with the call's Linux name, and must be the same on the host and in an image.
 * The calls are made by number, so that libc neither hides nor adds anything. test/calls-covered.test.ts reads the lines.
 */
#pragma once
#include "../files/files.h"
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/wait.h>

/* musl's other names for the 64-bit forms; the tests name calls as Linux does. */
#undef pread64
#undef pwrite64
#undef getdents64
#undef prlimit64

#define CALLS_COUNT(...) CALLS_COUNT_(_, ##__VA_ARGS__, 6, 5, 4, 3, 2, 1, 0)
#define CALLS_COUNT_(_, a, b, c, d, e, f, n, ...) n
#define CALLS_JOIN(a, b) CALLS_JOIN_(a, b)
#define CALLS_JOIN_(a, b) a##b
#define CALLS_0()
#define CALLS_1(a) , (long)(a)
#define CALLS_2(a, b) CALLS_1(a) CALLS_1(b)
#define CALLS_3(a, b, c) CALLS_2(a, b) CALLS_1(c)
#define CALLS_4(a, b, c, d) CALLS_3(a, b, c) CALLS_1(d)
#define CALLS_5(a, b, c, d, e) CALLS_4(a, b, c, d) CALLS_1(e)
#define CALLS_6(a, b, c, d, e, f) CALLS_5(a, b, c, d, e) CALLS_1(f)

/* The system call `name`, arguments as registers take them. -1 and errno, else its value. */
#define RAW(name, ...) syscall(SYS_##name CALLS_JOIN(CALLS_, CALLS_COUNT(__VA_ARGS__))(__VA_ARGS__))
/* The same, told with its value. */
#define CALL(name, what, ...) calls_tell(#name, what, RAW(name, ##__VA_ARGS__), 1)
/* The same for values that are not the same everywhere (numbers of processes, addresses): "ok". */
#define CALL_OK(name, what, ...) calls_tell(#name, what, RAW(name, ##__VA_ARGS__), 0)
/* A call's effect, which must be there. */
#define EFFECT(name, what, condition) printf("%s: %s = %s\n", #name, what, (condition) ? "yes" : "no")
/* A call's effect as text. */
#define SHOWS(name, what, ...) calls_show(#name, what, __VA_ARGS__)

static inline long calls_tell(const char *name, const char *what, long value, int with_value)
{
	int error = errno;
	printf("%s: %s = ", name, what);
	if (value == -1)
		printf("%s\n", errno_name(error));
	else if (with_value)
		printf("%ld\n", value);
	else
		printf("ok\n");
	errno = error;
	return value;
}

__attribute__((format(printf, 3, 4))) static inline void calls_show(const char *name, const char *what, const char *format, ...)
{
	va_list arguments;
	printf("%s: %s = ", name, what);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
}

/* Two pages: the first to read and write, nothing behind it. */
static inline char *calls_edge(void)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(page + 4096, 4096);
	return page;
}

/* Run in a process of its own what must not change this one, and wait. */
static inline void calls_apart(void (*run)(void))
{
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		run();
		fflush(NULL);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		printf("a process of its own ended badly\n");
}
