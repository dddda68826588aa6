/* What others learn from how interfaces got their addresses. */
#pragma once
#include <rr/types.h>

/*
 * Told the options (RFC 2132) of each DHCP answer that gives or renews a lease, once the interface has its address; they are as the server sent them. In an interrupt handler or
 * thread context; it must not send. NULL: nobody wants to know. Set by components' init functions, which run before the first interrupt.
 */
extern void (*rr_net_config_on_lease)(const uint8_t *options, size_t length);

/* How many interfaces still wait for their first answer. */
unsigned rr_net_config_waiting(void);
