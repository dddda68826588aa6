/* A process of one thread above the file layer, for host tests: program memory is the test's own; nothing ever waits. */
#pragma once
#include <rr/inode.h>

extern uint64_t process_limits[16]; /* soft; unlimited unless set before the start */
/* No descriptors; `root` (a reference is taken) as root and working directory. machine_start() comes before. */
void process_start(struct rr_inode *root);
/* Close all, and remove all that is below the root. */
void process_end(void);
