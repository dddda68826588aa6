/* For the tests of files: a place of their own, and the outcome of calls as text. */
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "../errno_name.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Prints a call and its value, or the error. */
#define SAY(call)                                                                                            \
	({                                                                                                   \
		errno = 0;                                                                                   \
		long say_value_ = (long)(call);                                                              \
		if (say_value_ == -1)                                                                        \
			printf("%s: %s\n", #call, errno_name(errno));                                        \
		else                                                                                         \
			printf("%s: %ld\n", #call, say_value_);                                              \
		say_value_;                                                                                  \
	})
/* The same while alarms come every millisecond, since one could come before the call waits; no longer when it is printed, which they could interrupt as well. */
#define SAY_ALARMED(call)                                                                                    \
	({                                                                                                   \
		errno = 0;                                                                                   \
		ualarm(1000, 1000);                                                                          \
		long alarmed_value_ = (long)(call);                                                          \
		int alarmed_error_ = errno;                                                                  \
		ualarm(0, 0);                                                                                \
		printf("%s: %ld %s\n", #call, alarmed_value_, errno_name(alarmed_error_));                   \
	})
/* The same for calls whose value is not the same everywhere: "ok". */
#define SAY_OK(call)                                                                                         \
	({                                                                                                   \
		errno = 0;                                                                                   \
		long ok_value_ = (long)(call);                                                               \
		printf("%s: %s\n", #call, ok_value_ == -1 ? errno_name(errno) : "ok");                        \
		ok_value_;                                                                                   \
	})

/* An address nothing is mapped at; the compiler does not know. */
static void *volatile bad_address = (void *)8;
#define BAD bad_address

static char files_place[64];

/* Removes all below the working directory; at the end of a test. */
static inline void files_clear(void)
{
	struct dirent *entry;
	DIR *dir = opendir(".");
	while (dir && (entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 || unlink(entry->d_name) == 0)
			continue;
		if (rmdir(entry->d_name) && chdir(entry->d_name) == 0) {
			files_clear();
			if (chdir("..") || rmdir(entry->d_name))
				perror(entry->d_name);
		}
	}
	if (dir)
		closedir(dir);
}
static inline void files_leave(void)
{
	files_clear();
	if (rmdir(files_place))
		perror(files_place);
}

/* Makes a fresh directory the working directory: on a tmpfs where there is one, since tests look at holes. */
static inline void files_enter(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	strcpy(files_place, access("/dev/shm", W_OK) == 0 ? "/dev/shm/rr-files-XXXXXX" : "/tmp/rr-files-XXXXXX");
	if (!mkdtemp(files_place) || chdir(files_place)) {
		perror(files_place);
		exit(1);
	}
	umask(022);
}

static inline void put_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		perror(path);
	close(fd);
}

/* Prints what a file holds. */
static inline void show_file(const char *path)
{
	char text[200];
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (n < 0)
		printf("%s: %s\n", path, errno_name(errno));
	else
		printf("%s: %zd bytes: %.*s\n", path, n, (int)n, text);
	if (fd >= 0)
		close(fd);
}
