/* Apart from what walks paths: every start sets it. */
#include "internal.h"

const char *rr_vfs_initial_directory;
