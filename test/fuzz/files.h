/* Operations on descriptors, pipes and files. Descriptors are kept in slots; each process has its own. */
#pragma once

/* The descriptor in a slot, or -1. */
int slot(int a);
/* ": result" or ": error". */
void told(long result);
const char *error_name(void);
int always(void);

#define FILE_RUNNERS(X)                                                                                                       \
	X(pipe) X(close) X(dup) X(dup2) X(flags) X(read) X(write) X(poll) X(available) X(open) X(seek) X(pread) X(pwrite) X(truncate) X(fstat)    \
	X(unlink) X(rename) X(link) X(mkdir) X(rmdir) X(stat) X(eventfd) X(epoll) X(interest) X(ready) X(lock) X(flock) X(count) X(bread)
#define DECLARE_RUNNER(name) void run_##name(const int *a);
FILE_RUNNERS(DECLARE_RUNNER)
#undef DECLARE_RUNNER

#define FILE_OPERATIONS                                                                                                       \
	{ "pipe", run_pipe, NULL }, { "close", run_close, NULL }, { "dup", run_dup, NULL }, { "dup2", run_dup2, NULL }, { "flags", run_flags, NULL },            \
	{ "read", run_read, NULL }, { "write", run_write, NULL }, { "poll", run_poll, NULL }, { "available", run_available, NULL }, { "open", run_open, NULL },  \
	{ "seek", run_seek, NULL }, { "pread", run_pread, NULL }, { "pwrite", run_pwrite, NULL }, { "truncate", run_truncate, NULL },                         \
	{ "fstat", run_fstat, NULL }, { "unlink", run_unlink, NULL }, { "rename", run_rename, NULL }, { "link", run_link, NULL }, { "mkdir", run_mkdir, NULL },  \
	{ "rmdir", run_rmdir, NULL }, { "stat", run_stat, NULL }, { "eventfd", run_eventfd, NULL }, { "epoll", run_epoll, NULL },                             \
	{ "interest", run_interest, NULL }, { "ready", run_ready, NULL }, { "lock", run_lock, NULL }, { "flock", run_flock, NULL }, { "count", run_count, NULL }, \
	{ "bread", run_bread, always },
