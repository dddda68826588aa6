/* The root file system. */
#pragma once

/* Have the root made when the first path is walked. */
void rr_rootfs_init(void);
