/* Shared between the files of sys-file only. */
#pragma once
#include <rr/vfs.h>

/* F_SETOWN, F_GETOWN, F_SETOWN_EX, F_GETOWN_EX, F_SETSIG, F_GETSIG of fcntl(2); -ENOSYS: another command. */
long sys_file_owner(struct rr_file *file, unsigned command, uint64_t argument);
