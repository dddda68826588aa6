/* Processes as descriptors: pidfd_open(2). Thread context, under the big lock. */
#pragma once
#include <rr/types.h>

struct rr_process;
struct rr_file;

/* A new descriptor of the running process for `process`, closed on exec; flags: O_NONBLOCK or 0. The descriptor or -errno. */
int rr_pidfd_install(struct rr_process *process, uint32_t flags);
/* What `fd` of the running process names: 0 and *process (NULL once it has been waited for), and whether it was opened with O_NONBLOCK; -EBADF. */
int rr_pidfd_get(int fd, struct rr_process **process, bool *nonblocking);
