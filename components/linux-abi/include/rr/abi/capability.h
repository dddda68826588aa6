/* Capabilities: linux/capability.h. */
#pragma once
#include <rr/types.h>

#define CAP_CHOWN 0u
#define CAP_DAC_OVERRIDE 1u
#define CAP_DAC_READ_SEARCH 2u
#define CAP_FOWNER 3u
#define CAP_FSETID 4u
#define CAP_KILL 5u
#define CAP_SETGID 6u
#define CAP_SETUID 7u
#define CAP_SETPCAP 8u
#define CAP_NET_ADMIN 12u
#define CAP_NET_RAW 13u
#define CAP_IPC_LOCK 14u
#define CAP_IPC_OWNER 15u
#define CAP_SYS_CHROOT 18u
#define CAP_SYS_ADMIN 21u
#define CAP_SYS_NICE 23u
#define CAP_SYS_RESOURCE 24u
#define CAP_SYS_TIME 25u
#define CAP_MKNOD 27u
#define CAP_WAKE_ALARM 35u
#define CAP_LAST 40u
/* Those a user of files as root has: setfsuid(2). */
#define CAP_FILES (1ull << CAP_CHOWN | 1ull << CAP_DAC_OVERRIDE | 1ull << CAP_DAC_READ_SEARCH | 1ull << CAP_FOWNER | 1ull << CAP_FSETID | 1ull << CAP_MKNOD)
#define CAP_ALL ((1ull << (CAP_LAST + 1)) - 1)
