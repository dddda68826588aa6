/* Character devices everybody expects in /dev. Thread context, under the big lock. */
#pragma once
#include <rr/inode.h>

/* Make `directory` (an empty ramfs directory) show the devices, once somebody looks. */
void rr_devfs_attach(struct rr_inode *directory);
