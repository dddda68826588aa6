/* The machine's host name, of one for all. Thread context, or an interrupt handler; once rr_launch_init() has run. */
#pragma once
#include <rr/types.h>

#define RR_HOSTNAME_ROOM 65 /* as Linux: __NEW_UTS_LEN and a NUL */

/*
 * The name into `to`, NUL-terminated: what a program has set, else what the launcher gave, else what the network said, else the name of the program that was
 * started, made into one.
 */
void rr_hostname_get(char to[RR_HOSTNAME_ROOM]);
/* Set by a program: `length` bytes, less than RR_HOSTNAME_ROOM; any. */
void rr_hostname_set(const char *name, size_t length);
/* What the network calls this machine (DHCP option 12); what is too long or no host name (RFC 1123) is ignored. */
void rr_hostname_learn(const char *name, size_t length);
