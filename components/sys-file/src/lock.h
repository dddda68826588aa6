/* The lock commands of fcntl(2), for fcntl.c. */
#pragma once
#include <rr/vfs.h>

long sys_file_lock(struct rr_file *file, unsigned command, uint64_t address);
